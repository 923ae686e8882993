import { Commands } from "./command.js";
import type { AudioRequests, SpeechMetrics } from "./ports.js";
import type { Recognition, RecognitionWish, Recognizer } from "./recognizer.js";
import { CommandRecognizer, HttpRecognizer } from "./recognizers.js";

export interface RecognizerSettings {
  /** A program and its arguments; null: none. */
  readonly command: readonly string[] | null;
  /** A service, when there is no command; null: none. */
  readonly url: string | null;
  readonly token: string | null;
  /** The service's name of what it should use; null: not sent. */
  readonly model: string | null;
  /** Of one utterance, after its end. */
  readonly timeoutMs: number;
}

/** Programs that run at a time. */
const AT_ONCE = 4;

/** Counts what becomes of each utterance. */
class Counted implements Recognizer {
  readonly #recognizer: Recognizer;
  readonly #metrics: Pick<SpeechMetrics, "speechFinished">;

  constructor(recognizer: Recognizer, metrics: Pick<SpeechMetrics, "speechFinished">) {
    this.#recognizer = recognizer;
    this.#metrics = metrics;
  }

  async recognize(audio: AsyncIterable<Buffer>, wish: RecognitionWish, signal: AbortSignal): Promise<Recognition> {
    // The utterance itself takes as long as the caller speaks.
    let spokenAt = performance.now();
    const timed = async function* (): AsyncGenerator<Buffer> {
      for await (const piece of audio) yield piece;
      spokenAt = performance.now();
    };
    try {
      const recognition = await this.#recognizer.recognize(timed(), wish, signal);
      this.#metrics.speechFinished("recognize", "made", (performance.now() - spokenAt) / 1000);
      return recognition;
    } catch (error) {
      if (!signal.aborted) this.#metrics.speechFinished("recognize", "failed", (performance.now() - spokenAt) / 1000);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#recognizer.close();
  }
}

/** Null: the operator has named none, so that programs cannot gather speech. */
export function openRecognizer({ command, url, token, model, timeoutMs }: RecognizerSettings, requests: AudioRequests, metrics: Pick<SpeechMetrics, "speechFinished">): Recognizer | null {
  if (command !== null) return new Counted(new CommandRecognizer({ argv: command, commands: new Commands(AT_ONCE), timeoutMs }), metrics);
  return url === null ? null : new Counted(new HttpRecognizer({ url, token, model, requests, timeoutMs }), metrics);
}
