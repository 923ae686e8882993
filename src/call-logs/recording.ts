/** What is known of recordings, and their sound. */
import type { Readable } from "node:stream";
import type { CallRecord, StoredCallLogFilter } from "./types.js";

export interface RecordingRecord {
  readonly id: string;
  readonly callId: string;
  readonly organizationId: number | null;
  readonly node: string;
  /** On FreeSWITCH's disk. */
  readonly path: string;
  /** `policy`, the user or token that asked for it (`user:<name>` where the name could be one of these words, or has a colon), `department:<name>` of a message to it, `program`, or `switch` when FreeSWITCH's dialplan began it. */
  readonly startedBy: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly removedAt: Date | null;
}

/** What a list shows of a recording's call. */
export type RecordedCall = Pick<CallRecord, "direction" | "from" | "fromName" | "to" | "agentId" | "department">;

/** A recording with what is known of its call; null: its record is gone, or not yet written. */
export interface ListedRecording extends RecordingRecord {
  readonly call: RecordedCall | null;
}

/** What became of a recording, as it is stored now. */
export interface RecordingNews {
  readonly type: "started" | "stopped" | "updated" | "removed";
  readonly recording: ListedRecording;
  /** The agents whose own list shows it. */
  readonly agents: readonly string[];
}

/** A recording as programs know it; what no program has said is null. */
export interface NamedRecording extends RecordingRecord {
  /** `RE` and 32 hexadecimal digits. */
  readonly sid: string;
  /** Of the leg that was recorded. */
  readonly callSid: string | null;
  readonly source: string | null;
  readonly channels: number | null;
  readonly track: string | null;
  readonly durationS: number | null;
}

export interface RecordingFilter {
  /** Of one call. */
  readonly callId?: string;
  /** Of calls that this agent had. */
  readonly agent?: string;
  /** Of calls that waited in this department last. */
  readonly department?: string;
  /** The number at either end of the call, however it is written. */
  readonly number?: string;
  /** A part of the number at either end, or of the id or name of the agent who had the call last. */
  readonly q?: string;
  /** Begun at or after, and before. */
  readonly from?: Date;
  readonly to?: Date;
  /** Whether those are listed whose sound is kept, which is so when it is absent, or those whose sound was removed. */
  readonly isRemoved?: boolean;
}

/** The filter with the number as it may stand in a record, and the text as a list of calls takes it. */
export type StoredRecordingFilter = Omit<RecordingFilter, "number" | "q"> & Pick<StoredCallLogFilter, "numbers" | "found">;

/** What a recording is wanted as; `channels` null: as many as it has. */
export interface RecordingForm {
  readonly type: "wav" | "mp3";
  readonly channels: 1 | 2 | null;
}

/** A part of a recording's file. */
export interface RecordingContent {
  readonly name: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  /** Opens bytes `start` to `end`, both included; of one that was made of the file, all of it. Call it once, or `close`. */
  read(range?: { readonly start: number; readonly end: number }): Readable;
  close(): Promise<void>;
}
