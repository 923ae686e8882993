/** What the call log room needs from others; the store and the calls room implement it. */
import type { LeftRecording, LegNote, ProgramRecording } from "../twiml/index.js";
import type { MessageRecord } from "../queues/index.js";
import type { Place, TimePage } from "../pages.js";
import type { ListedRecording, NamedRecording, RecordingNews, RecordingRecord, StoredRecordingFilter } from "./recording.js";
import type { CallFigure, CallLeg, CallLegFilter, CallLegRecord, CallLogScope, CallLogSort, CallRecord, QuarantinedCdr, RefusedFigure, StoredCallLogFilter, SwitchLife, TimelineEntry } from "./types.js";

export interface StoredMessageFilter {
  /** Of one of these. */
  readonly departments?: readonly string[];
  readonly isOpen?: boolean;
  readonly isHeard?: boolean;
  /** Left at or after, and before. */
  readonly from?: Date;
  readonly to?: Date;
  /** The caller's number as it may stand in a row. */
  readonly numbers?: readonly string[];
  /** A part of the caller's number or of the note. */
  readonly q?: string;
}

/** The records as they were committed at one moment; within a transaction, with what that has written. */
export interface CallRecordView {
  record(id: string): Promise<CallRecord | undefined>;
  legs(callId: string): Promise<readonly CallLegRecord[]>;
  leg(coreUuid: string, channelUuid: string): Promise<CallLegRecord | undefined>;
  /** The legs of a channel, which after a recovery lives on under another core uuid. */
  legsOfChannel(channelUuid: string): Promise<readonly CallLegRecord[]>;
  /** The legs that a ringing has made: one for each phone. */
  legsOfRing(ring: string): Promise<readonly CallLegRecord[]>;
  timeline(callId: string): Promise<readonly TimelineEntry[]>;
  recordings(callId: string): Promise<readonly RecordingRecord[]>;
  recordingById(id: string): Promise<RecordingRecord | undefined>;
  recordingOf(node: string, path: string): Promise<RecordingRecord | undefined>;
  message(id: string): Promise<MessageRecord | undefined>;
}

/** One transaction; everything or nothing of it is kept. */
export interface CallRecordWork extends CallRecordView {
  saveRecord(record: CallRecord): Promise<void>;
  /** With its legs, its timeline and what reports count of it; recordings stay. */
  removeRecord(id: string): Promise<void>;
  /** One of FreeSWITCH's takes the place of the `unmade` one that it was taken for: its own, that of its ringing, and that of a call of which it was to be the first. */
  saveLeg(leg: CallLegRecord): Promise<void>;
  addTimeline(entry: TimelineEntry): Promise<void>;
  /** Whether the very same entry is there. */
  hasTimeline(entry: TimelineEntry): Promise<boolean>;
  removeTimeline(callId: string, type: string): Promise<void>;
  /** Legs, timeline and recordings of one call become another's, and its own record goes, with what reports count of it; webhooks are told of its end. */
  moveCall(from: string, into: string): Promise<void>;
  /** In place of the call's former ones. What the database refuses is set aside in the quarantine, keeps nothing else, and is returned. */
  saveFigures(call: Pick<CallRecord, "id" | "organizationId">, figures: readonly CallFigure[]): Promise<readonly RefusedFigure[]>;
  /** The record has its end. Webhooks are told of it, each once, and `onFinished` where it is the first end, when the transaction is committed and not otherwise. */
  tellEnd(record: CallRecord, isFirst: boolean): Promise<void>;
  saveRecording(recording: RecordingRecord): Promise<void>;
  /** Once: one that is there stays as it is. Webhooks are told of a new one, as with `tellEnd`. */
  leaveMessage(message: MessageRecord): Promise<void>;
  saveMessage(message: MessageRecord): Promise<void>;
  /** One that was removed, and nobody is told of it. */
  putBackMessage(message: MessageRecord): Promise<void>;
  removeMessage(id: string): Promise<void>;
}

export interface CallRecordStore {
  /** Commits before it resolves. `work` awaits nothing but what it is given: all other writes wait for it. */
  transaction<T>(work: (tx: CallRecordWork) => Promise<T>): Promise<T>;
  /** Called with each record that a transaction of this process has given its first end, and the agents whose own list shows it, after the commit. Must not throw. Returns the unsubscribe function. */
  onFinished(handler: (record: CallRecord, agents: readonly string[]) => void): () => void;
  /** Called with what this process has made of recordings, after the commit. Must not throw. Returns the unsubscribe function. */
  onRecording(handler: (news: RecordingNews) => void): () => void;
  /** Waits for no writer, of this process or another. `work` awaits nothing but what it is given. */
  read<T>(work: (view: CallRecordView) => Promise<T>): Promise<T>;
  /** Whether what `transaction` threw would be thrown again of the same work; false for what passes: a busy or closed database, a full disk. */
  isRefusal(error: unknown): boolean;
  /** After a place in the order (its value, and the record's id), or after `offset` others; by default the newest first. Long lists are read in slices. */
  list(scope: CallLogScope, filter: StoredCallLogFilter, page: { readonly after?: Place | null; readonly offset: number; readonly limit: number; readonly sort?: CallLogSort | undefined }): Promise<readonly CallRecord[]>;
  count(scope: CallLogScope, filter: StoredCallLogFilter): Promise<number>;
  /** By the call's id, or by the uuid of a leg of it that is no supervisor's: a call that was joined to another has the other's record. */
  get(id: string): Promise<CallRecord | undefined>;
  /** Records without an end, of one node or of all. */
  open(node?: string): Promise<readonly CallRecord[]>;
  openLegs(node?: string): Promise<readonly CallLegRecord[]>;
  /** The newest first, without supervisors' legs. */
  legs(organizationId: number, filter: CallLegFilter, page: { readonly offset: number; readonly limit: number }): Promise<readonly Omit<CallLeg, "status">[]>;
  /** Those that are kept, the newest first. */
  recordings(organizationId: number, filter: { readonly callId?: string }, page: { readonly offset: number; readonly limit: number }): Promise<readonly NamedRecording[]>;
  /** One page of those of the scope's calls, and how many the filter leaves. */
  recordingsIn(scope: CallLogScope, filter: StoredRecordingFilter, page: TimePage): Promise<{ readonly items: readonly ListedRecording[]; readonly total: number }>;
  /** Makes a record of one that there is none of. */
  nameRecording(recording: ProgramRecording): Promise<void>;
  /** Those of programs whose end has not been told. */
  leftRecordings(): Promise<readonly LeftRecording[]>;
  /** The node of one of them whose node is not known; false: another process was faster. */
  claimRecording(sid: string, node: string): Promise<boolean>;
  noteLeg(note: LegNote): Promise<void>;
  recording(id: string): Promise<RecordingRecord | undefined>;
  message(id: string): Promise<MessageRecord | undefined>;
  messagesOfCall(callId: string): Promise<readonly MessageRecord[]>;
  /** One page, and how many the filter leaves. `organizationId` null: of all. */
  messages(organizationId: number | null, filter: StoredMessageFilter, page: TimePage): Promise<{ readonly items: readonly MessageRecord[]; readonly total: number }>;
  recordingBySid(sid: string): Promise<NamedRecording | undefined>;
  /** Recordings of an organization (null: of nobody) that ended before and are still kept; the oldest first. */
  recordingsBefore(organizationId: number | null, before: Date, limit: number): Promise<readonly RecordingRecord[]>;
}

export interface CdrQuarantine {
  /** The same content is set aside once. */
  add(cdr: QuarantinedCdr): Promise<void>;
  list(limit: number): Promise<readonly QuarantinedCdr[]>;
}

/** Outlives Callplane, so that calls which end with their FreeSWITCH while it is away have an end. */
export interface SwitchLives {
  /** Never moves back. */
  seen(life: SwitchLife): Promise<void>;
  list(): Promise<readonly SwitchLife[]>;
  /** A node's former lives; `living` is its present one. */
  forget(node: string, living: string): Promise<void>;
}

/** What an organization wants of recordings. */
export interface RecordingRules {
  /** Whether the conversations of this department's callers are recorded. */
  departmentRecorded(organizationId: number, department: string): boolean;
  /** What its calls may be closed as; empty: anything. */
  dispositions(organizationId: number, department: string): readonly string[];
  /** Days that recordings are kept, by organization; those that keep them for ever are left out. */
  retention(): readonly { readonly organizationId: number; readonly days: number }[];
}

/** Reads numbers as an organization's people write them. */
export interface NumberReader {
  /** In E.164; null for what is no valid number. `organizationId` null: nobody's, so in international form alone. */
  read(organizationId: number | null, written: string): string | null;
}
