/** Brings a sound to what FreeSWITCH plays without effort: 8 kHz, mono, 16 bits. */
import { setImmediate } from "node:timers/promises";
import { SAMPLES_PER_S } from "./levels.js";
import { NotASound, type Sound } from "./wav.js";

/** Fractions of a sample that are told apart; finer ones are rounded, far below what G.711 lets through. */
const PHASES = 256;
/** Zero crossings of the low pass on each side. */
const CROSSINGS = 12;
/** Of the narrower band: what is above would come back as another tone. */
const CUTOFF = 0.92;
/** Samples that are made at a time; others have their turn in between. */
const BLOCK = 4000;

/** For each fraction of a sample, the weights of the samples around it: a windowed sinc. */
function weights(rate: number): { readonly half: number; readonly phases: readonly Float64Array[] } {
  const band = Math.min(1, SAMPLES_PER_S / rate) * CUTOFF;
  const half = Math.ceil(CROSSINGS / band);
  const phases = Array.from({ length: PHASES + 1 }, (_, phase) => {
    const taps = Float64Array.from({ length: 2 * half + 1 }, (__, tap) => {
      const x = tap - half - phase / PHASES;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * band * x) / (Math.PI * band * x);
      return Math.abs(x) > half ? 0 : sinc * (0.54 + 0.46 * Math.cos((Math.PI * x) / half));
    });
    const gain = taps.reduce((sum, tap) => sum + tap, 0);
    return taps.map((tap) => tap / gain);
  });
  return { half, phases };
}

/** The samples, 16-bit little-endian. Throws NotASound for one that is longer than `maxS` seconds or empty, and the signal's reason. */
export async function telephone(sound: Sound, maxS: number, signal: AbortSignal): Promise<Buffer> {
  const { rate, length } = sound;
  if (length === 0) throw new NotASound("it is empty");
  if (length / rate > maxS) throw new NotASound(`it is longer than ${maxS} s`);
  const step = rate / SAMPLES_PER_S;
  const count = Math.max(1, Math.floor(length / step));
  const made = Buffer.alloc(count * 2);
  const { half, phases } = rate === SAMPLES_PER_S ? { half: 0, phases: [] } : weights(rate);
  for (let begin = 0; begin < count; begin += BLOCK) {
    const end = Math.min(count, begin + BLOCK);
    const from = Math.floor(begin * step) - half;
    const input = new Float64Array(Math.floor((end - 1) * step) + half + 2 - from);
    sound.read(from, input);
    for (let at = begin; at < end; at += 1) {
      const position = at * step;
      const whole = Math.floor(position);
      const taps = phases[Math.round((position - whole) * PHASES)];
      let value = 0;
      if (taps === undefined) value = input[whole - from] ?? 0;
      else for (let tap = 0; tap < taps.length; tap += 1) value += (taps[tap] ?? 0) * (input[whole - half - from + tap] ?? 0);
      made.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(value))), at * 2);
    }
    await setImmediate();
    signal.throwIfAborted();
  }
  return made;
}
