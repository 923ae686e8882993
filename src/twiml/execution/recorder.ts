/** The recording of a Dial: from the ringing or from the answer, to the end of the conversation. */
import type { RunningRecording } from "../../calls/index.js";
import { codeOfError, PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { Dial } from "../verbs/dial.js";
import { keep } from "./record.js";

export interface KeptRecording {
  readonly sid: string;
  readonly url: string;
  readonly durationS: number;
}

export class Recorder {
  readonly #run: Run;
  readonly #verb: Pick<Dial, "recording" | "line">;
  #running: RunningRecording | null = null;
  #startedAt = new Date();

  constructor(run: Run, verb: Pick<Dial, "recording" | "line">) {
    this.#run = run;
    this.#verb = verb;
  }

  /** Begins if the document wishes it from here on. A recording that cannot be begun is told in the call's log. */
  async begin(from: "answer" | "ringing"): Promise<void> {
    const { recording } = this.#verb;
    if (recording?.from !== from || this.#running !== null) return;
    try {
      this.#startedAt = new Date();
      this.#running = await this.#run.parts.talkRecordings.begin(this.#run.leg, { dual: recording.dual }, this.#run.signal);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Null: nothing was recorded. */
  async end(): Promise<KeptRecording | null> {
    const { recording } = this.#verb;
    const running = this.#running;
    this.#running = null;
    if (running === null || recording === null) return null;
    try {
      const made = await running.stop();
      return await keep(this.#run, { ...made, channels: recording.dual ? 2 : 1, startedAt: this.#startedAt, source: "DialVerb", callback: recording.callback });
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  #failed(error: unknown): void {
    if (!this.#run.leg.hungUp && !this.#run.signal.aborted) this.#run.error(codeOfError(error, PROGRAM_CODES.internal), "The call could not be recorded.", { element: "Dial", line: this.#verb.line });
  }
}
