/** One utterance of a caller: where it begins and ends, told by its loudness, and its text. */
import { unlessAborted } from "../abort.js";
import { FRAME_MS, Frames, SpeechMeter } from "./levels.js";
import type { Recognition, RecognitionWish, Recognizer } from "./recognizer.js";

/** Milliseconds of audio. */
export interface UtteranceLimits {
  /** Who has not begun to speak by then says nothing. */
  readonly startMs: number;
  /** So much silence ends it. */
  readonly endMs: number;
  /** Of speech, at most. */
  readonly maxMs: number;
}

export type UtteranceState = "waiting" | "speaking" | "over" | "nothing";

/** Shorter sounds are a click or a cough. */
const BEGINS_MS = 100;

/** Follows the audio of one utterance; time is what it has been told. */
export class UtteranceEnd {
  readonly #limits: UtteranceLimits;
  readonly #frames = new Frames();
  readonly #meter = new SpeechMeter();
  #atMs = 0;
  #speechMs = 0;
  #beganMs: number | null = null;
  #lastMs = 0;
  #state: UtteranceState = "waiting";

  constructor(limits: UtteranceLimits) {
    this.#limits = limits;
  }

  /** Signed 16-bit samples, little-endian, mono, 8 kHz, in pieces of any length. */
  push(audio: Buffer): UtteranceState {
    for (const frame of this.#frames.push(audio)) {
      if (this.#state === "over" || this.#state === "nothing") break;
      this.#atMs += FRAME_MS;
      this.#state = this.#next(this.#meter.push(frame) === "speech");
    }
    return this.#state;
  }

  #next(speech: boolean): UtteranceState {
    const { startMs, endMs, maxMs } = this.#limits;
    if (this.#beganMs === null) {
      this.#speechMs = speech && !this.#meter.steady ? this.#speechMs + FRAME_MS : 0;
      if (this.#speechMs < BEGINS_MS) return this.#atMs >= startMs && this.#speechMs === 0 ? "nothing" : "waiting";
      this.#beganMs = this.#atMs - this.#speechMs;
    }
    if (speech && !this.#meter.steady) this.#lastMs = this.#atMs;
    return this.#atMs - this.#lastMs >= endMs || this.#atMs - this.#beganMs >= maxMs ? "over" : "speaking";
  }
}

export interface Hearing {
  readonly limits: UtteranceLimits;
  readonly wish: RecognitionWish;
  /** Told when the caller begins to speak, so that a prompt can be stopped. */
  readonly began?: () => void;
}

/** The recognizer is also given so much of what came before the speech: a word's beginning is quiet. */
const BEFORE_BYTES = 300 * 16;

/**
 * Waits until somebody speaks and says it in text when the utterance is over. Null: nobody spoke within `limits.startMs`, or the audio ended before.
 * Throws RecognitionFailed, and the signal's reason.
 */
export async function hear(recognizer: Recognizer, audio: AsyncIterable<Buffer>, { limits, wish, began }: Hearing, signal: AbortSignal): Promise<Recognition | null> {
  const end = new UtteranceEnd(limits);
  const pieces = audio[Symbol.asyncIterator]();
  const next = async (): Promise<Buffer | null> => {
    const piece = await unlessAborted(signal, pieces.next());
    signal.throwIfAborted();
    return piece === null || piece.done === true ? null : piece.value;
  };
  try {
    let before = Buffer.alloc(0);
    for (let state: UtteranceState = "waiting"; state === "waiting"; ) {
      const piece = await next();
      if (piece === null) return null;
      state = end.push(piece);
      before = Buffer.concat([before, piece]).subarray(-Math.max(BEFORE_BYTES, piece.length));
      if (state === "nothing") return null;
      if (state === "over") return await recognizer.recognize(only(before), wish, signal);
    }
    began?.();
    return await recognizer.recognize(rest(before, next, end), wish, signal);
  } finally {
    void pieces.return?.(undefined).catch(() => undefined);
  }
}

async function* only(piece: Buffer): AsyncGenerator<Buffer> {
  yield piece;
}

async function* rest(before: Buffer, next: () => Promise<Buffer | null>, end: UtteranceEnd): AsyncGenerator<Buffer> {
  yield before;
  for (;;) {
    const piece = await next();
    if (piece === null) return;
    yield piece;
    if (end.push(piece) === "over") return;
  }
}
