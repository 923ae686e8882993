/**
 * G.711 µ-law, 8 bits a sample, from and to 16-bit linear PCM in little-endian order, by tables.
 * The algorithm is that of ITU-T G.711 with the bias of 33 on 14 bits (132 on 16), as in G.191's reference code.
 */
const BIAS = 0x84;
const CLIP = 0x7f7b;

/** µ-law's silence. */
export const SILENCE = 0xff;

function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(sample < 0 ? -sample : sample, CLIP) + BIAS;
  const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function decodeSample(code: number): number {
  const value = ~code & 0xff;
  const exponent = (value >> 4) & 0x07;
  const magnitude = (((value & 0x0f) << 3) + BIAS) << exponent;
  return value & 0x80 ? BIAS - magnitude : magnitude - BIAS;
}

/** By the sample's 16 bits. */
const ENCODED = Uint8Array.from({ length: 65_536 }, (_, bits) => encodeSample((bits << 16) >> 16));
const DECODED = Int16Array.from({ length: 256 }, (_, code) => decodeSample(code));

/** PCM to µ-law, half as many bytes. An odd last byte is left out. */
export function toMulaw(pcm: Buffer): Buffer {
  const samples = pcm.length >> 1;
  const bytes = Buffer.allocUnsafe(samples);
  for (let at = 0; at < samples; at++) bytes[at] = ENCODED[(pcm[2 * at] ?? 0) | ((pcm[2 * at + 1] ?? 0) << 8)] ?? SILENCE;
  return bytes;
}

/** µ-law to PCM, twice as many bytes. */
export function fromMulaw(bytes: Buffer): Buffer {
  const pcm = Buffer.allocUnsafe(bytes.length * 2);
  for (let at = 0; at < bytes.length; at++) {
    const sample = DECODED[bytes[at] ?? SILENCE] ?? 0;
    pcm[2 * at] = sample & 0xff;
    pcm[2 * at + 1] = (sample >> 8) & 0xff;
  }
  return pcm;
}
