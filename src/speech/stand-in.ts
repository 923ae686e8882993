/** What a caller hears when a text cannot be spoken: a tone, and its digits as far as there are recordings of them. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import { SAMPLES_PER_S } from "./levels.js";
import { telephone } from "./telephone.js";
import { readWave, waveFile } from "./wav.js";

const TONE = { hz: 440, ms: 300, amplitude: 5000 };
const PAUSE_MS = 200;
/** As many are said; a longer text has no meaning without its words. */
const MAX_DIGITS = 40;
const MAX_RECORDING_BYTES = 1_000_000;
const MAX_RECORDING_S = 5;

const silence = (ms: number): Buffer => Buffer.alloc((ms * SAMPLES_PER_S * 2) / 1000);

function tone(): Buffer {
  const samples = silence(TONE.ms);
  for (let at = 0; at * 2 < samples.length; at += 1) samples.writeInt16LE(Math.round(TONE.amplitude * Math.sin((2 * Math.PI * TONE.hz * at) / SAMPLES_PER_S)), at * 2);
  return samples;
}

/** For when not even a file can be written: as FreeSWITCH's mod_tone_stream makes it. */
export const BARE_TONE = "tone_stream://%(300,200,440)";

export class StandIn {
  /** By digit; samples at 8 kHz. */
  readonly #recordings: ReadonlyMap<string, Buffer>;

  private constructor(recordings: ReadonlyMap<string, Buffer>) {
    this.#recordings = recordings;
  }

  /** Reads `0.wav` to `9.wav` of the directory, as FreeSWITCH's packages of sounds have them; what is not there is not said. */
  static async open(directory: string | null, signal: AbortSignal): Promise<StandIn> {
    const recordings = new Map<string, Buffer>();
    for (const digit of directory === null ? "" : "0123456789") {
      const samples = await recording(join(directory ?? "", `${digit}.wav`), signal);
      if (samples !== null) recordings.set(digit, samples);
    }
    return new StandIn(recordings);
  }

  get digits(): string {
    return [...this.#recordings.keys()].join("");
  }

  /** The digits of the text that it says. */
  digitsOf(text: string): string {
    return Array.from(text).filter((each) => this.#recordings.has(each)).slice(0, MAX_DIGITS).join("");
  }

  /** A WAVE file of the tone and these digits. */
  sound(digits: string): Buffer {
    const said = Array.from(digits).flatMap((digit) => [this.#recordings.get(digit) ?? silence(0), silence(PAUSE_MS / 2)]);
    return waveFile(Buffer.concat([tone(), silence(PAUSE_MS), ...said]), SAMPLES_PER_S);
  }
}

/** Null: there is none that can be read. */
async function recording(path: string, signal: AbortSignal): Promise<Buffer | null> {
  try {
    const file = await open(path, "r");
    try {
      if ((await file.stat()).size > MAX_RECORDING_BYTES) return null;
      return await telephone(readWave(await file.readFile()), MAX_RECORDING_S, signal);
    } finally {
      await file.close();
    }
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
