/** What a caller says, as text. There is no recognizer unless the operator names one. */

export interface RecognitionWish {
  /** A tag such as `en-US`. */
  readonly language: string;
  /** Words and phrases that are likely. */
  readonly hints: readonly string[];
  /** Told what is understood so far, where the recognizer can tell it. */
  readonly partial?: (text: string) => void;
}

export interface Recognition {
  /** Empty: nothing was understood. */
  readonly text: string;
  /** From 0 to 1; null: the recognizer does not say. */
  readonly confidence: number | null;
}

export interface Recognizer {
  /**
   * The text of one utterance.
   *
   * @param audio signed 16-bit samples, little-endian, mono, 8 kHz, in pieces of any length, as they come
   * @throws RecognitionFailed, and the signal's reason
   */
  recognize(audio: AsyncIterable<Buffer>, wish: RecognitionWish, signal: AbortSignal): Promise<Recognition>;
  /** Ends what is under way. Idempotent. */
  close(): Promise<void>;
}

export class RecognitionFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RecognitionFailed";
  }
}
