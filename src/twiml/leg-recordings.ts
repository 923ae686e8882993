/** Recordings of legs in the background: of calls that are recorded from the beginning, of `<Start><Recording>`, and of the API. One a leg at a time. */
import type { LiveLeg, ProgramLegs, ProgramRecordings, RunningRecording } from "../calls/index.js";
import { conflict } from "../errors.js";
import type { Actor } from "../people/index.js";
import { newSid, recordingSid } from "../sids.js";
import type { Form, ProgramAccount, RecordingSource } from "./ports.js";
import { codeOfError, PROGRAM_CODES } from "./program-error.js";
import { keepRecording, noteRecording, ongoing, recordingForm, recordingUrl, tellRecording, type RecordingCallback, type RecordingFacts, type RecordingOf, type RecordingParts, type RecordingTrack } from "./recording-book.js";

export interface RecordingWish {
  readonly dual: boolean;
  readonly track: RecordingTrack;
  readonly trim: boolean;
  readonly source: RecordingSource;
  readonly callback: RecordingCallback | null;
}

export interface LegRecordingsParts extends RecordingParts {
  readonly legs: Pick<ProgramLegs, "onLeg" | "callOf">;
  readonly talkRecordings: ProgramRecordings;
}

/** One that goes on. */
export interface LegRecording {
  readonly sid: string;
  readonly status: "in-progress" | "paused";
  /** What the call's last callback tells of it. */
  readonly form: () => Form;
  /** As `RunningRecording`. */
  readonly pause: (how: "silence" | "skip", by?: Actor) => Promise<void>;
  readonly resume: (by?: Actor) => Promise<void>;
  /** Resolves when it is kept. Never rejects. */
  readonly stop: (by?: Actor) => Promise<void>;
}

export class LegRecordings {
  readonly #parts: LegRecordingsParts;
  /** By leg; null: about to begin. Bounded by the live legs: each leaves with the end of its recording, or of its leg. */
  readonly #running = new Map<string, LegRecording | null>();
  /** Bounded by the recordings that have just ended. */
  readonly #keeping = new Set<Promise<void>>();

  constructor(parts: LegRecordingsParts) {
    this.#parts = parts;
  }

  /** Resolves when those that have ended are kept. What goes on goes on in FreeSWITCH. */
  async close(): Promise<void> {
    while (this.#keeping.size > 0) await Promise.allSettled(this.#keeping);
  }

  of(uuid: string): LegRecording | undefined {
    return this.#running.get(uuid) ?? undefined;
  }

  /** Begins. Throws Conflict for a leg that has hung up, or is recorded already; SwitchUnavailable and Timeout, which whoever asked for callbacks is told as `absent`. */
  async begin(leg: LiveLeg, { account, callSid }: { readonly account: ProgramAccount; readonly callSid: string }, wish: RecordingWish, signal: AbortSignal, by?: Actor): Promise<LegRecording> {
    const { legs, talkRecordings } = this.#parts;
    if (this.#running.has(leg.uuid)) throw conflict("The call is being recorded already.");
    const of: RecordingOf = { account, callSid, callId: legs.callOf(leg).id };
    const about = { startedAt: new Date(), channels: wish.dual ? 2 : 1, track: wish.track, source: wish.source, callback: wish.callback } as const;
    this.#running.set(leg.uuid, null);
    try {
      const running = await talkRecordings.begin(leg, { dual: wish.dual, track: wish.track, ...(by === undefined ? {} : { by }) }, signal);
      return await this.#follow(leg, of, { ...about, sid: recordingSid(running.id) }, wish, running);
    } catch (error) {
      this.#running.delete(leg.uuid);
      await tellRecording(this.#parts, of, { ...about, sid: newSid("RE") }, "absent", [["ErrorCode", String(codeOfError(error, PROGRAM_CODES.internal))]]);
      throw error;
    }
  }

  async #follow(leg: LiveLeg, of: RecordingOf, facts: RecordingFacts, { trim }: RecordingWish, running: RunningRecording): Promise<LegRecording> {
    const { legs, publicUrl, log } = this.#parts;
    const { account, callSid } = of;
    const { sid } = facts;
    const goesOn = ongoing(of, facts, leg, trim);
    const failed = (error: unknown): void => log.add(account.organizationId, callSid, { level: "error", code: codeOfError(error, PROGRAM_CODES.internal), text: "What is known of a recording could not be kept." });
    let kept: Promise<void> | null = null;
    let status: LegRecording["status"] = "in-progress";
    const end = (by?: Actor): Promise<void> => {
      off();
      if (this.#running.get(leg.uuid) === recording) this.#running.delete(leg.uuid);
      kept ??= this.#track(Promise.all([running.stop(by), noted]).then(([made]) => made).then((made) => keepRecording(this.#parts, of, { ...facts, ...made, trim, ongoing: goesOn })).then(() => undefined, failed));
      return kept;
    };
    // Who asks for it meanwhile finds it as what it is.
    const noted = noteRecording(this.#parts, of, facts, running.path, goesOn);
    const recording: LegRecording = {
      sid,
      get status() {
        return status;
      },
      form: () => recordingForm({ sid, url: recordingUrl(publicUrl, account, sid), durationS: Math.round(running.durationMs() / 1000) }),
      pause: async (how, by) => {
        await running.pause(how, by);
        status = "paused";
      },
      resume: async (by) => {
        await running.resume(by);
        status = "in-progress";
      },
      stop: end,
    };
    const off = legs.onLeg(leg.uuid, ({ type }) => {
      if (type === "completed") void end();
    });
    this.#running.set(leg.uuid, recording);
    if (leg.hungUp) void end();
    await noted;
    await tellRecording(this.#parts, of, facts, "in-progress");
    return recording;
  }

  #track(work: Promise<void>): Promise<void> {
    const tracked: Promise<void> = work.finally(() => this.#keeping.delete(tracked));
    this.#keeping.add(tracked);
    return tracked;
  }
}
