/** What is asked of live legs beside their programs: recordings and streams that begin and end at any time, whatever the leg does. */
import { conflict, notFound } from "../errors.js";
import type { LiveLeg, ProgramLegs } from "../calls/index.js";
import { STREAM_ERRORS, type StreamRequest, type Streams, type TrackWord } from "../media/index.js";
import type { Actor } from "../people/index.js";
import type { LegRecording, LegRecordings, RecordingWish } from "./leg-recordings.js";
import type { ProgramAccount, ProgramAccounts, ProgramSource } from "./ports.js";
import type { ProgramLog } from "./program-log.js";

export interface StreamWish extends Pick<StreamRequest, "url" | "parameters" | "statusCallback"> {
  readonly track: TrackWord;
  /** Unique among the streams of the leg; null: its sid. */
  readonly name: string | null;
}

export interface AccountParts {
  readonly accounts: ProgramAccounts;
  readonly source: Pick<ProgramSource, "lineOf">;
  readonly legs: Pick<ProgramLegs, "callOf">;
}

export interface LegDeskParts extends AccountParts {
  readonly legRecordings: LegRecordings;
  readonly streams: Pick<Streams, "start" | "stop">;
  readonly log: ProgramLog;
  /** The live leg of a CallSid of the organization's. */
  readonly legOf: (organizationId: number, sid: string) => LiveLeg | undefined;
  /** Aborted when Callplane stops. */
  readonly closing: AbortSignal;
}

/** Whose a leg's requests are: the organization's, signed by the token of the line that its caller has called. */
export const accountOf = ({ accounts, source, legs }: AccountParts, organizationId: number, leg: LiveLeg): Promise<ProgramAccount> =>
  accounts.of(organizationId, leg.columns.direction === "inbound" ? source.lineOf(organizationId, legs.callOf(leg).to) : undefined);

/** Legs are named by their CallSids; another organization's leg is none. */
export class LegDesk {
  readonly #parts: LegDeskParts;

  constructor(parts: LegDeskParts) {
    this.#parts = parts;
  }

  /** Records a live, answered leg from now on. Throws NotFound, Conflict for one that rings, is recorded already or has just hung up, SwitchUnavailable and Timeout. */
  async record(organizationId: number, sid: string, wish: RecordingWish, by: Actor): Promise<LegRecording> {
    const { legRecordings, closing } = this.#parts;
    const leg = this.#answered(organizationId, sid);
    return legRecordings.begin(leg, { account: await accountOf(this.#parts, organizationId, leg), callSid: sid }, wish, closing, by);
  }

  /** What `record`, a document or the call's own wish records of a live leg; undefined: nothing. */
  recordingOf(organizationId: number, sid: string): LegRecording | undefined {
    const leg = this.#parts.legOf(organizationId, sid);
    return leg === undefined ? undefined : this.#parts.legRecordings.of(leg.uuid);
  }

  /**
   * Copies what a live, answered leg says or hears to a program, until it is stopped, the program closes or the leg hangs up; what fails later is in the call's log.
   * Resolves with the stream's sid. Throws NotFound, Conflict for a leg that rings or has hung up and for a name that is taken, StreamError 31941 for more tracks than a call may have.
   */
  async stream(organizationId: number, sid: string, { track, name, ...wish }: StreamWish): Promise<string> {
    const { streams, log } = this.#parts;
    const leg = this.#answered(organizationId, sid);
    const { accountSid, authToken, line } = await accountOf(this.#parts, organizationId, leg);
    const note = (level: "warning" | "error", code: number, text: string): void => log.add(organizationId, sid, { level, code, text, url: wish.url });
    const request: StreamRequest = { organizationId, accountSid, authToken, line, callSid: sid, ...wish, name: name ?? undefined, onWarning: (text) => note("warning", STREAM_ERRORS.protocol, text) };
    const started = streams.start(leg.uuid, track, request);
    void started.ended.then((end) => {
      if (end.reason === "error") note("error", end.error.code, end.error.message);
    });
    return started.sid;
  }

  /** Ends a copy of the leg, whoever has begun it, by its sid or name; resolves when its connection is closed. Throws NotFound. */
  async stopStream(organizationId: number, sid: string, nameOrSid: string): Promise<{ readonly sid: string; readonly name: string | null }> {
    const leg = this.#parts.legOf(organizationId, sid);
    const stopped = leg === undefined ? null : this.#parts.streams.stop(leg.uuid, nameOrSid);
    if (stopped === null) throw notFound(`The stream ${nameOrSid}`);
    const { name, closed } = stopped;
    await closed;
    return { sid: stopped.sid, name };
  }

  #answered(organizationId: number, sid: string): LiveLeg {
    const leg = this.#parts.legOf(organizationId, sid);
    if (leg === undefined) throw notFound(`The call ${sid}`);
    if (!leg.answered) throw conflict(`The call ${sid} is not in progress.`);
    return leg;
  }
}
