/** Records of calls, and the service that gives them out. */
import type { Actor } from "../people/index.js";
import type { NumberedPage, Place, TimePage } from "../pages.js";
import type { CallDirection, HungUpBy, LegRole } from "../calls/index.js";
import type { ListedRecording, NamedRecording, RecordingContent, RecordingFilter, RecordingForm, RecordingRecord } from "./recording.js";
import type { LeftRecording, LegNote, ProgramRecording, UnmadeCall } from "../twiml/index.js";

/** Seed 001's words. */
export const CALL_STATUSES = ["queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "canceled", "failed"] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];
/** How a caller left a department's queue, in the words of the reports; of those whom they count as overflowed, who was to leave a message and who asked to be called back. */
export const QUEUE_OUTCOMES = ["answered", "abandoned", "message", "callback", "overflowed", "moved"] as const;
export type QueueOutcome = (typeof QUEUE_OUTCOMES)[number];
export type Detail = Readonly<Record<string, string | number | boolean | null>>;

/** One a call. */
export interface CallRecord {
  readonly id: string;
  /** Null: of no organization, seen by root alone. */
  readonly organizationId: number | null;
  readonly direction: CallDirection;
  readonly from: string;
  /** The caller's display name, as the trunk or phone gave it; null: none, or not known. */
  readonly fromName: string | null;
  readonly to: string;
  /** The department that it waited in last. */
  readonly department: string | null;
  /** The agent who had it last, or whose phone rang in vain. */
  readonly agentId: string | null;
  readonly status: CallStatus;
  readonly startedAt: Date;
  /** When somebody first talked with the caller. */
  readonly answeredAt: Date | null;
  /** Null while it is live. */
  readonly endedAt: Date | null;
  readonly waitMs: number;
  readonly talkMs: number;
  /** On hold or parked. */
  readonly holdMs: number;
  readonly hangupCause: string | null;
  readonly hungUpBy: HungUpBy | null;
  readonly disposition: string | null;
  readonly note: string | null;
  /** What others have noted about it, as it was last. */
  readonly attributes: Readonly<Record<string, string>>;
  /** How the caller left the queue in which the caller waited last; `none`: in no way. Null in the store, and not where the service gives it out: its timeline tells, since it lives or was written before this was kept. */
  readonly queueOutcome: QueueOutcome | "none" | null;
  readonly node: string;
  /** All its legs are known from FreeSWITCH's own records, or are known to have none. */
  readonly complete: boolean;
}

/** What others are told of a record. */
export interface ToldCallLog extends Pick<CallRecord, "id" | "organizationId"> {
  /** The agents whose own list shows it. */
  readonly agents: readonly string[];
}

/** The outcome or the note of a record was written, or the record removed. */
export type CallLogNews = ToldCallLog & { /** The user or token that did it. */ readonly by: string } & (({ readonly type: "updated" } & Pick<CallRecord, "disposition" | "note">) | { readonly type: "removed" });

/** One a channel. */
export interface CallLegRecord {
  readonly coreUuid: string;
  readonly channelUuid: string;
  readonly callId: string;
  readonly node: string;
  readonly role: LegRole;
  readonly direction: "inbound" | "outbound";
  readonly agentId: string | null;
  readonly number: string;
  /** The display name that its far end gave; null: none, or not known. */
  readonly name: string | null;
  readonly startedAt: Date;
  readonly answeredAt: Date | null;
  readonly endedAt: Date | null;
  readonly hangupCause: string | null;
  readonly sipCallId: string | null;
  /** Which ringing made it: each phone of a user has a leg of the same one. Null: none, or not known. */
  readonly ring: string | null;
  /** `cdr`: FreeSWITCH's own record has been read; `events`: not yet; `node_lost`: it was cut off by the end of its FreeSWITCH; `unmade`: FreeSWITCH has not made it. */
  readonly source: "events" | "cdr" | "node_lost" | "unmade";
}

/** A leg with what its call's record says: as programs know calls, which have one for each leg. Of the phones that one ringing has called it is the one that answered, or that says most of why none did. */
export interface CallLeg extends Pick<CallLegRecord, "channelUuid" | "callId" | "node" | "role" | "agentId" | "number" | "startedAt" | "answeredAt" | "endedAt" | "hangupCause" | "sipCallId"> {
  readonly organizationId: number;
  /** By which programs know it: of a leg that a ringing has made, that ringing's. */
  readonly uuid: string;
  /** `api`: it began its call, and nobody had called. */
  readonly direction: "inbound" | "api" | "dialled";
  /** Of its call. */
  readonly from: string;
  readonly to: string;
  readonly status: CallStatus;
  /** What programs know besides; null: nothing. */
  readonly answeredBy: string | null;
  readonly forwardedFrom: string | null;
  readonly callerName: string | null;
}

/** Exact words, as they stand in a `CallLeg`. */
export interface CallLegFilter {
  /** As programs know it, or of a single phone's leg. */
  readonly uuid?: string;
  readonly callId?: string;
  /** The number or agent at the end that calls, at the end that is called. */
  readonly from?: string;
  readonly to?: string;
  readonly status?: CallStatus;
  /** Those that began, or ended, at or after, and before. */
  readonly startedFrom?: Date;
  readonly startedBefore?: Date;
  readonly endedFrom?: Date;
  readonly endedBefore?: Date;
}

export interface TimelineEntry {
  readonly callId: string;
  readonly at: Date;
  /** A `TimelineType`, unless another version has written it. */
  readonly type: string;
  /** The agent whom it is about. */
  readonly agentId: string | null;
  readonly detail: Detail;
}

/** What reports count: how a caller left a department's queue, an offer that an agent missed, a part of a conversation or of a hold. */
export interface CallFigure {
  /** `overflowed`: sent elsewhere, left a message or asked to be called back; `moved`: taken out of the queue by somebody. */
  readonly kind: "answered" | "abandoned" | "overflowed" | "moved" | "missed" | "talk" | "hold";
  readonly department: string | null;
  /** Who answered, missed, talked, or had the call on hold; null: no agent. */
  readonly agentId: string | null;
  /** When the caller left, the agent missed it, or the part began. */
  readonly at: Date;
  /** How long the caller had waited, the phone had rung, or the part lasted. */
  readonly ms: number;
  /** False: what began before goes on. */
  readonly begins: boolean;
}

/** A row that the database refuses, and why. */
export interface RefusedFigure {
  readonly figure: CallFigure;
  readonly error: unknown;
}

/** One life of a FreeSWITCH, from its start to its end. */
export interface SwitchLife {
  readonly coreUuid: string;
  readonly node: string;
  /** When it was last heard of. */
  readonly seenAt: Date;
}

/** A call detail record that could not be read or stored. */
export interface QuarantinedCdr {
  readonly at: Date;
  readonly origin: string;
  readonly reason: string;
  /** SHA-256 of the content, hexadecimal. */
  readonly digest: string;
  readonly content: string;
}

export interface CallLogFilter {
  /** Calls that began at or after. */
  readonly from?: Date;
  /** Calls that began before. */
  readonly to?: Date;
  /** The last agent, or any whose phone was a leg of it. */
  readonly agent?: string;
  /** The number at either end, however it is written. */
  readonly number?: string;
  readonly direction?: CallDirection;
  readonly status?: CallStatus;
  readonly department?: string;
  readonly disposition?: string;
  /** Those that were talked in for so long at least. */
  readonly minTalkMs?: number;
  /** A part of the number at either end, or of the id or name of the agent. */
  readonly q?: string;
}

/** The filter with the number as it may stand in a record, and the text as it may stand in a number (null: in none) or for these agents. */
export type StoredCallLogFilter = Omit<CallLogFilter, "number" | "q"> & { readonly numbers?: readonly string[]; readonly found?: { readonly name?: string; readonly number: string | null; readonly agentIds: readonly string[] } };

/** What a list may be ordered by; with `-` the largest or newest first. */
export const CALL_LOG_SORTS = ["startedAt", "-startedAt", "talkMs", "-talkMs", "waitMs", "-waitMs"] as const;
export type CallLogSort = (typeof CALL_LOG_SORTS)[number];

/** Whose records: an organization's (null: all), and one agent's alone. */
export interface CallLogScope {
  readonly organizationId: number | null;
  readonly agentId: string | null;
}

export interface CallLogDetail {
  readonly record: CallRecord;
  /** Oldest first. */
  readonly legs: readonly CallLegRecord[];
  readonly timeline: readonly TimelineEntry[];
  readonly recordings: readonly RecordingRecord[];
}

export interface NewCallLog {
  readonly direction: CallDirection;
  readonly from: string;
  readonly to: string;
  readonly department?: string;
  readonly agent?: string;
  readonly status: CallStatus;
  readonly startedAt: Date;
  readonly endedAt?: Date;
  readonly disposition?: string;
  readonly note?: string | null;
}

/** Every method checks the actor: NotFound for another organization's, NotYourCall for a colleague's, Forbidden for what the role may never do. */
export interface CallLogService {
  /** `page.sort` is a `CallLogSort`; `next`: the place after which more come. Throws InvalidParameter (`cursor`) for a place that is none in a list of calls. */
  list(actor: Actor, filter: CallLogFilter, page: NumberedPage & { readonly sort: CallLogSort }): Promise<{ readonly items: readonly CallRecord[]; readonly total: number; readonly next: Place | null }>;
  get(actor: Actor, id: string): Promise<CallLogDetail>;
  /** A number of such a record with spaces, as people of its organization write it. */
  spaced(record: Pick<CallRecord, "organizationId">, number: string): string;
  /** All that the filter leaves, newest first, a few at a time. */
  each(actor: Actor, filter: CallLogFilter): AsyncIterable<CallRecord>;
  /** The legs of the organization's calls, the newest first, without those of supervisors. */
  legs(organizationId: number, filter: CallLegFilter, page: { readonly offset: number; readonly limit: number }): Promise<readonly CallLeg[]>;
  /** The organization's recordings that are still kept, the newest first; of one call alone. */
  recordings(organizationId: number, filter: { readonly callId?: string }, page: { readonly offset: number; readonly limit: number }): Promise<readonly NamedRecording[]>;
  /** The recordings that the actor may hear; `organizationId` null: of all organizations. */
  listRecordings(actor: Actor, organizationId: number | null, filter: RecordingFilter, page: TimePage): Promise<{ readonly items: readonly ListedRecording[]; readonly total: number }>;
  /** Keeps what a program says of a recording that it has made. */
  nameRecording(recording: ProgramRecording): Promise<void>;
  /** Cuts silence off both ends of a file that FreeSWITCH has written; gives the milliseconds that are left, or null when it is not within reach. Throws when it cannot be done. */
  trimRecording(path: string): Promise<number | null>;
  /** How long such a file is, milliseconds; null when it is not within reach. Throws when it cannot be read. */
  recordingLengthMs(path: string): Promise<number | null>;
  /** Those of programs whose end has not been told. */
  leftRecordings(): Promise<readonly LeftRecording[]>;
  /** The node of one of them whose node is not known; false: another process was faster. */
  claimRecording(sid: string, node: string): Promise<boolean>;
  /** Keeps what a program knows of a leg. */
  noteLeg(note: LegNote): Promise<void>;
  /** Keeps the record of a call that a program or its server has asked for, and for which FreeSWITCH has not made a leg; one that has a leg stays as it is. */
  addUnmade(call: UnmadeCall): Promise<void>;
  /** The organization's recording of this RecordingSid. Throws NotFound. */
  recordingBySid(organizationId: number, sid: string): Promise<NamedRecording>;
  /** Removes a recording, with its file. Throws NotFound, and Forbidden for a role that may not. */
  removeRecording(actor: Actor, id: string): Promise<void>;
  /** By hand, for a call that FreeSWITCH did not carry. Throws InvalidParameter, NotFound (`agent`, `department`). */
  create(actor: Actor, input: NewCallLog): Promise<CallRecord>;
  /** Sets disposition and note; a note that is null takes it away. Throws InvalidParameter for a disposition that the department does not have. */
  update(actor: Actor, id: string, change: { readonly disposition?: string; readonly note?: string | null }): Promise<CallRecord>;
  /** Admin and root. A live call is 409. Its recordings go with it. */
  remove(actor: Actor, id: string): Promise<void>;
  recording(actor: Actor, id: string): Promise<ListedRecording>;
  /**
   * Downloads are in the audit log. Throws NotFound when the file is gone or not within reach; for another form than the file's also Conflict while it is recorded, InvalidParameter
   * for channels that it does not have, UnsupportedMediaType where nothing makes it, Busy.
   */
  content(actor: Actor, id: string, form?: RecordingForm): Promise<RecordingContent>;
  /** Sets the disposition of an agent's call, on behalf of `by`. Throws NotFound when the call is not one of this agent's, InvalidParameter (`code`). */
  setDisposition(by: string, organizationId: number, callId: string, agentId: string, code: string, note?: string | null): Promise<void>;
}
