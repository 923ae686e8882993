/**
 * ITU-T G.711, 8 bits a sample, by tables. Linear samples have 16 bits.
 * The algorithm of µ-law is that of G.711 with the bias of 33 on 14 bits (132 on 16), as in G.191's reference code.
 */
const BIAS = 0x84;
const CLIP = 0x7f7b;

/** µ-law's silence. */
export const SILENCE = 0xff;

function encodeMulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(sample < 0 ? -sample : sample, CLIP) + BIAS;
  const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function decodeMulaw(code: number): number {
  const value = ~code & 0xff;
  const magnitude = (((value & 0x0f) << 3) + BIAS) << ((value >> 4) & 7);
  return (value & 0x80) === 0 ? magnitude - BIAS : BIAS - magnitude;
}

function decodeAlaw(code: number): number {
  const value = code ^ 0x55;
  const exponent = (value >> 4) & 7;
  const mantissa = ((value & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return (value & 0x80) === 0 ? -magnitude : magnitude;
}

/** The linear sample of each code. */
export const MULAW: Int16Array = Int16Array.from({ length: 256 }, (_, code) => decodeMulaw(code));
export const ALAW: Int16Array = Int16Array.from({ length: 256 }, (_, code) => decodeAlaw(code));
/** By the sample's 16 bits. */
const ENCODED = Uint8Array.from({ length: 65_536 }, (_, bits) => encodeMulaw((bits << 16) >> 16));

/** Linear PCM in little-endian order to µ-law, half as many bytes. An odd last byte is left out. */
export function toMulaw(pcm: Buffer): Buffer {
  const samples = pcm.length >> 1;
  const bytes = Buffer.allocUnsafe(samples);
  for (let at = 0, from = 0; at < samples; at++, from += 2) bytes[at] = ENCODED[(pcm[from] ?? 0) | ((pcm[from + 1] ?? 0) << 8)] ?? SILENCE;
  return bytes;
}

/** µ-law to linear PCM in little-endian order, twice as many bytes. */
export function fromMulaw(bytes: Buffer): Buffer {
  const pcm = Buffer.allocUnsafe(bytes.length * 2);
  for (let at = 0; at < bytes.length; at++) {
    const sample = MULAW[bytes[at] ?? SILENCE] ?? 0;
    pcm[2 * at] = sample & 0xff;
    pcm[2 * at + 1] = (sample >> 8) & 0xff;
  }
  return pcm;
}
