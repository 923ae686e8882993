/** What 20 ms of audio sound like: loud or not, and whether they are one tone. */

export const SAMPLES_PER_S = 8000;
export const FRAME_MS = 20;
/** Of a frame of signed 16-bit samples. */
export const FRAME_BYTES = (SAMPLES_PER_S / 1000) * FRAME_MS * 2;

/** The level of digital silence, and of less than the quietest sample. */
const SILENT_DB = -96;

/** The root mean square in decibels below full scale. */
export function levelOf(frame: Int16Array): number {
  let sum = 0;
  for (const sample of frame) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, frame.length)) / 32_768;
  return rms === 0 ? SILENT_DB : Math.max(SILENT_DB, 20 * Math.log10(rms));
}

/** So much of the energy may be something else than the tone; G.711 leaves less than a tenth of it. */
const IMPURE = 0.02;

/**
 * The frequency in hertz when the frame is a single tone, else null. A sine is predicted by two samples before it, x[n] = a·x[n-1] - x[n-2] with
 * a = 2·cos(2πf/rate); what that leaves over is what is not the tone.
 */
export function toneOf(frame: Int16Array): number | null {
  let cross = 0;
  let power = 0;
  for (let n = 2; n < frame.length; n += 1) {
    const [before, last, sample] = [frame[n - 2] ?? 0, frame[n - 1] ?? 0, frame[n] ?? 0];
    cross += last * (sample + before);
    power += last * last;
  }
  if (power === 0) return null;
  const a = cross / power;
  if (Math.abs(a) >= 2) return null;
  let left = 0;
  for (let n = 2; n < frame.length; n += 1) left += ((frame[n] ?? 0) - a * (frame[n - 1] ?? 0) + (frame[n - 2] ?? 0)) ** 2;
  return left / power > IMPURE ? null : (Math.acos(a / 2) * SAMPLES_PER_S) / (2 * Math.PI);
}

/** Cuts audio that comes in pieces of any length into frames of 20 ms. */
export class Frames {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that are complete now; less than a frame is kept for the next call. */
  push(piece: Buffer): readonly Int16Array[] {
    const all = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const frames: Int16Array[] = [];
    let at = 0;
    for (; at + FRAME_BYTES <= all.length; at += FRAME_BYTES) frames.push(samplesOf(all.subarray(at, at + FRAME_BYTES)));
    this.#rest = Buffer.from(all.subarray(at));
    return frames;
  }
}

/** Signed 16-bit samples, little-endian. */
export function samplesOf(bytes: Buffer): Int16Array {
  const samples = new Int16Array(bytes.length >> 1);
  for (let n = 0; n < samples.length; n += 1) samples[n] = bytes.readInt16LE(n * 2);
  return samples;
}

/** Over so long the level is looked at to tell noise from speech. */
const WINDOW = 1500 / FRAME_MS;
/** Speech is louder than that, and by so much louder than the quietest moment of the window: even who speaks without a pause has dips between syllables, and a line that hums has none. */
const QUIET_DB = -45;
const ABOVE_NOISE_DB = 10;
/** Less noise than that does not make speech of a whisper. */
const NOISE_DB = QUIET_DB - ABOVE_NOISE_DB;
/** What changes less within the window is noise: a voice has pauses between its syllables. */
const STEADY_DB = 8;

export type Sound = "silence" | "speech" | "tone";

/** Tells speech from silence, tones and steady noise, frame by frame. */
export class SpeechMeter {
  /** The levels of the last frames. Bounded by `WINDOW`. */
  readonly #levels: number[] = [];
  #frequency: number | null = null;
  #steady = false;

  push(frame: Int16Array): Sound {
    const level = levelOf(frame);
    this.#levels.push(level);
    if (this.#levels.length > WINDOW) this.#levels.shift();
    const [lowest, highest] = [Math.min(...this.#levels), Math.max(...this.#levels)];
    this.#frequency = level < QUIET_DB ? null : toneOf(frame);
    this.#steady = this.#levels.length >= WINDOW && highest - lowest < STEADY_DB;
    if (this.#frequency !== null) return "tone";
    return level > QUIET_DB && level > Math.max(lowest, NOISE_DB) + ABOVE_NOISE_DB ? "speech" : "silence";
  }

  /** Of the last frame, in hertz, when it was a tone. */
  get frequency(): number | null {
    return this.#frequency;
  }

  /** The last second and a half were noise: what was taken for speech in them was none. */
  get steady(): boolean {
    return this.#steady;
  }
}
