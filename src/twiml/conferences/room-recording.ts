/** The recording of a conference, from its start to its end. */
import type { ProgramRooms } from "../../calls/index.js";
import { ofRun } from "../execution/record.js";
import { keepRecording, tellRecording, type RecordingFacts } from "../recording-book.js";
import { codeOfError, PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { ConferenceFacts } from "./callbacks.js";
import type { KeptRecording } from "./kept.js";
import type { Participant } from "./participant.js";

export class RoomRecording {
  /** Of the participant who asked for it; after a restart, of the first who is found. */
  readonly #run: Run;
  readonly #facts: ConferenceFacts;
  readonly #callback: KeptRecording["callback"];
  readonly #trim: boolean;
  readonly #sid: string;
  readonly #rooms: ProgramRooms;
  #begun: { readonly path: string; readonly at: Date } | null;

  /** @param as its callback is absolute; it has begun already when an earlier process has begun it */
  constructor(run: Run, facts: ConferenceFacts, { sid, callback, trim, path, startedAt }: KeptRecording, rooms: ProgramRooms, node: string) {
    this.#run = run;
    this.#facts = facts;
    this.#rooms = rooms;
    this.#sid = sid;
    this.#callback = callback;
    this.#trim = trim;
    this.#begun = startedAt === null ? null : { path, at: new Date(startedAt) };
    if (startedAt !== null && path !== "") rooms.recordingGoesOn(node, path);
  }

  get kept(): KeptRecording {
    return { sid: this.#sid, callback: this.#callback, trim: this.#trim, path: this.#begun?.path ?? "", startedAt: this.#begun?.at.getTime() ?? null };
  }

  /** With the first who is in the room. */
  async begin(participant: Participant, room: string): Promise<void> {
    if (this.#begun !== null) return;
    const at = new Date();
    this.#begun = { path: "", at };
    try {
      this.#begun = { path: await this.#rooms.record(participant.leg, room, `conference-${this.#facts.sid}`), at };
      await tellRecording(this.#run.parts, ofRun(this.#run), this.#about(at), "in-progress");
    } catch (error) {
      this.#failed(error);
      await tellRecording(this.#run.parts, ofRun(this.#run), this.#about(at), "absent", [["ErrorCode", String(codeOfError(error, PROGRAM_CODES.internal))]]);
    }
  }

  async end(node: string, room: string): Promise<void> {
    const begun = this.#begun;
    this.#begun = null;
    if (begun === null || begun.path === "") return;
    const durationMs = Date.now() - begun.at.getTime();
    await this.#rooms.stopRecording(node, room, begun.path);
    try {
      await keepRecording(this.#run.parts, ofRun(this.#run), { ...this.#about(begun.at), path: begun.path, durationMs, trim: this.#trim });
    } catch (error) {
      this.#failed(error);
    }
  }

  #about(startedAt: Date): RecordingFacts {
    return { sid: this.#sid, channels: 1, track: "both", startedAt, source: "Conference", callback: this.#callback, others: [["ConferenceSid", this.#facts.sid]] };
  }

  #failed(error: unknown): void {
    this.#run.error(codeOfError(error, PROGRAM_CODES.internal), "A conference could not be recorded.");
  }
}
