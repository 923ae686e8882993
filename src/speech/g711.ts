/** ITU-T G.711 to 16-bit samples, by tables. */

function mulaw(code: number): number {
  const value = ~code & 0xff;
  const magnitude = ((((value & 0x0f) << 3) + 0x84) << ((value >> 4) & 7)) - 0x84;
  return (value & 0x80) === 0 ? magnitude : -magnitude;
}

function alaw(code: number): number {
  const value = code ^ 0x55;
  const exponent = (value >> 4) & 7;
  const mantissa = ((value & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return (value & 0x80) === 0 ? -magnitude : magnitude;
}

export const MULAW: Int16Array = Int16Array.from({ length: 256 }, (_, code) => mulaw(code));
export const ALAW: Int16Array = Int16Array.from({ length: 256 }, (_, code) => alaw(code));
