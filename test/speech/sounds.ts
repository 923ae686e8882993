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
