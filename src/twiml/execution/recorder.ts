/** The recording of a Dial: from the ringing or from the answer, to the end of the conversation. */
import type { RunningRecording } from "../../calls/index.js";
import { codeOfError, PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { Dial, DialRecording } from "../verbs/dial.js";
import { newSid } from "../../sids.js";
import type { OngoingRecording } from "../ports.js";
import { keepRecording, noteRecording, ongoing, tellRecording, type RecordingCallback, type KeptRecording, type RecordingFacts } from "../recording-book.js";
import { ofRun } from "./record.js";

export class Recorder {
  readonly #run: Run;
  readonly #verb: Pick<Dial, "recording" | "line">;
  #running: RunningRecording | null = null;
  #noted: Promise<void> = Promise.resolve();
  readonly #sid = newSid("RE");
  readonly #callback: RecordingCallback | null;
  #startedAt = new Date();

  constructor(run: Run, verb: Pick<Dial, "recording" | "line">) {
    this.#run = run;
    this.#verb = verb;
    this.#callback = run.callbackOf(verb.recording?.callback ?? null, { element: "Dial", line: verb.line });
  }

  /** Begins if the document wishes it from here on. A recording that cannot be begun is told in the call's log. */
  async begin(from: "answer" | "ringing"): Promise<void> {
    const { recording } = this.#verb;
    if (recording?.from !== from || this.#running !== null) return;
    try {
      this.#startedAt = new Date();
      this.#running = await this.#run.parts.talkRecordings.begin(this.#run.leg, recording, this.#run.signal);
      this.#noted = noteRecording(this.#run.parts, ofRun(this.#run), this.#facts(recording), this.#running.path, this.#ongoing(recording));
      await tellRecording(this.#run.parts, ofRun(this.#run), this.#facts(recording), "in-progress");
    } catch (error) {
      this.#failed(error);
      await tellRecording(this.#run.parts, ofRun(this.#run), this.#facts(recording), "absent", [["ErrorCode", String(codeOfError(error, PROGRAM_CODES.internal))]]);
    }
  }

  /** Null: nothing was recorded. */
  async end(): Promise<KeptRecording | null> {
    const { recording } = this.#verb;
    const running = this.#running;
    this.#running = null;
    if (running === null || recording === null) return null;
    try {
      const [made] = await Promise.all([running.stop(), this.#noted]);
      return await keepRecording(this.#run.parts, ofRun(this.#run), { ...made, ...this.#facts(recording), trim: recording.trim, ongoing: this.#ongoing(recording) });
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  #ongoing(recording: DialRecording): OngoingRecording {
    return ongoing(ofRun(this.#run), this.#facts(recording), this.#run.leg, recording.trim);
  }

  #facts({ dual, track }: DialRecording): RecordingFacts {
    return { sid: this.#sid, channels: dual ? 2 : 1, track, startedAt: this.#startedAt, source: "DialVerb", callback: this.#callback };
  }

  #failed(error: unknown): void {
    if (!this.#run.leg.hungUp && !this.#run.signal.aborted) this.#run.error(codeOfError(error, PROGRAM_CODES.internal), "The call could not be recorded.", { element: "Dial", line: this.#verb.line });
  }
}
