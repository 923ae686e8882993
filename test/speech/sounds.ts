/** Sounds by recipe: signed 16-bit samples, little-endian, mono, 8 kHz. */
const RATE = 8000;

function made(ms: number, sample: (second: number) => number): Buffer {
  const count = Math.round((ms * RATE) / 1000);
  const bytes = Buffer.alloc(count * 2);
  for (let n = 0; n < count; n += 1) bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(sample(n / RATE) * 32_767))), n * 2);
  return bytes;
}

const amplitude = (db: number): number => 10 ** (db / 20);

export const joined = (...sounds: readonly Buffer[]): Buffer => Buffer.concat(sounds);
export const silence = (ms: number): Buffer => made(ms, () => 0);
export const tone = (hz: number, ms: number, db = -15): Buffer => made(ms, (second) => amplitude(db) * Math.sin(2 * Math.PI * hz * second));

/** The same each time. */
function randoms(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export function noise(ms: number, db: number): Buffer {
  const random = randoms();
  return made(ms, () => amplitude(db) * random());
}

/** Syllables of some harmonics and a little noise, four a second. */
export function speech(ms: number, db = -15): Buffer {
  const random = randoms();
  return made(ms, (second) => {
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 4 * (second + 0.02))) ** 0.5 + 0.02;
    const pitch = 130 + 20 * Math.sin(2 * Math.PI * 1.3 * second);
    const voice = [1, 2, 3, 5, 7].reduce((sum, harmonic) => sum + Math.sin(2 * Math.PI * pitch * harmonic * second) / harmonic, 0);
    return amplitude(db) * syllable * (voice + 0.1 * random());
  });
}

export async function* audio(sound: Buffer, pieceBytes = 320): AsyncGenerator<Buffer> {
  for (let at = 0; at < sound.length; at += pieceBytes) yield sound.subarray(at, at + pieceBytes);
}

const mulawCode = (sample: number): number => {
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | ((magnitude >> (exponent + 3)) & 15)) & 0xff;
};
const alawCode = (sample: number): number => {
  const magnitude = Math.min(sample < 0 ? -sample - 1 : sample, 32_767) >> 4;
  const exponent = magnitude < 16 ? 0 : 31 - Math.clz32(magnitude) - 3;
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | ((exponent === 0 ? magnitude : magnitude >> (exponent - 1)) & 15)) ^ 0x55;
};

interface Form {
  readonly rate: number;
  /** The format's number in a WAVE file; 0xfffe: PCM in the extensible form. */
  readonly tag: number;
  readonly bits: number;
  readonly channels: number;
  readonly hz: number;
  readonly ms: number;
}

/** A WAVE file with a tone at half of full scale in each channel. */
export function waveOf({ rate, tag, bits, channels, hz, ms }: Form): Buffer {
  const frames = Math.round((ms * rate) / 1000);
  const bytes = bits / 8;
  const data = Buffer.alloc(frames * channels * bytes);
  for (let frame = 0; frame < frames; frame += 1) {
    const value = 0.5 * Math.sin((2 * Math.PI * hz * frame) / rate);
    for (let channel = 0; channel < channels; channel += 1) {
      const at = (frame * channels + channel) * bytes;
      const sample = Math.round(value * 32_767);
      if (tag === 3) data.writeFloatLE(value, at);
      else if (tag === 7) data[at] = mulawCode(sample);
      else if (tag === 6) data[at] = alawCode(sample);
      else if (bits === 8) data[at] = Math.round(value * 127) + 128;
      else data.writeIntLE(Math.round(value * (2 ** (bits - 1) - 1)), at, bytes);
    }
  }
  const extension = tag === 0xfffe ? Buffer.from([22, 0, bits, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]) : Buffer.alloc(0);
  const format = Buffer.alloc(16);
  format.writeUInt16LE(tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate * channels * bytes, 8);
  format.writeUInt16LE(channels * bytes, 12);
  format.writeUInt16LE(bits, 14);
  const chunk = (name: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(name, "latin1");
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body]);
  };
  const body = Buffer.concat([Buffer.from("WAVE"), chunk("fmt ", Buffer.concat([format, extension])), chunk("data", data)]);
  return chunk("RIFF", body);
}
