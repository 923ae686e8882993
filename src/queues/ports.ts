/** What the queues room needs from others. */
import type { AccountDirectory, Directory } from "../people/index.js";
import type { TimePage } from "../pages.js";
import type { DepartmentDirectory } from "./departments.js";

/** In memory and synchronous; polled every second. */
export type QueueDirectory = Pick<AccountDirectory, keyof Directory | "agentRecords" | "agentRecord"> & DepartmentDirectory;

/** Who may be offered a caller; implemented by the agents room. */
export interface AgentAvailability {
  /** Since when the agent could take a call (online, with a phone, in no call and no wrap-up); null while that cannot be. */
  idleSince(organizationId: number, agentId: string): Date | null;
  /** Whether the agent's status lets a phone ring on that rings already. */
  takesCalls(organizationId: number, agentId: string): boolean;
  /** Whether a call rings or holds one of the agent's phones. */
  isBusy(organizationId: number, agentId: string): boolean;
  /** Sets the agent away after too many missed calls. */
  setAway(organizationId: number, agentId: string, reason: string): void | Promise<void>;
  /** Told after every change that may change `idleSince` or `takesCalls`. Returns the unsubscribe function. */
  onIdleChange(handler: (organizationId: number, agentId: string) => void): () => void;
}

/** What a caller has said to a department; its sound is the recording of the same id. */
export interface MessageRecord {
  readonly id: string;
  readonly organizationId: number;
  readonly callId: string;
  readonly department: string;
  /** The caller's number. */
  readonly from: string;
  /** The caller's display name; null: none, or not known. */
  readonly fromName: string | null;
  readonly leftAt: Date;
  readonly durationMs: number;
  /** When it was first heard, and by whom; null: not yet. */
  readonly heardAt: Date | null;
  readonly heardBy: string | null;
  /** When nothing was left to be done about it, and who said so; null: it is open. */
  readonly closedAt: Date | null;
  readonly closedBy: string | null;
  readonly note: string | null;
  /** Grows with each change. */
  readonly version: number;
}

export interface MessageNews {
  readonly type: "left" | "updated" | "removed";
  readonly message: MessageRecord;
}

/** Who began the recording of a message. A name with a colon is told apart from it where a starter is noted (the call-logs room). */
const MESSAGE_TO = "department:";
export const messageTo = (department: string): string => `${MESSAGE_TO}${department}`;
/** The department of a recording that is a message; null for all others. */
export const departmentOfMessage = (startedBy: string): string | null => (startedBy.startsWith(MESSAGE_TO) ? startedBy.slice(MESSAGE_TO.length) : null);

export const CALLBACK_STATES = ["waiting", "calling", "done", "failed", "cancelled"] as const;
export type CallbackState = (typeof CALLBACK_STATES)[number];

/** A caller who asked to be called back. */
export interface CallbackRecord {
  readonly id: string;
  readonly organizationId: number;
  readonly department: string;
  readonly number: string;
  /** The caller's display name; null: none, or not known. */
  readonly fromName: string | null;
  readonly priority: number;
  /** When the caller joined the queue, which decides the place. */
  readonly joinedAt: Date;
  readonly attempts: number;
  /** The earliest time of the next try; while it is being called, when that began. */
  readonly dueAt: Date;
  readonly state: CallbackState;
  /** The call of the newest try. */
  readonly callId: string | null;
  /** That call's FreeSWITCH: only a process that follows it knows whether the call is gone. */
  readonly node: string | null;
}

export type CallbackChange = Partial<Pick<CallbackRecord, "attempts" | "dueAt" | "state" | "callId" | "node" | "priority">>;

export interface CallbackFilter {
  /** Of one of these. */
  readonly departments?: readonly string[];
  readonly state?: CallbackState;
  /** Those whose caller joined the queue at or after, and before. */
  readonly from?: Date;
  readonly to?: Date;
  readonly numbers?: readonly string[];
  /** A part of the number. */
  readonly q?: string;
}

/** How many callbacks an organization's callers may have asked for who joined a queue at `since` or later. */
export interface CallbackBounds {
  readonly since: Date;
  readonly all: number;
  /** To one number. */
  readonly each: number;
}

/** The bound that is reached. */
export type CallbackBound = "callback-day" | "callback-number";

export interface CallbackStore {
  /** Idempotent for a number and a department: returns the waiting one, the new one, or the bound that a new one would exceed. */
  add(callback: Omit<CallbackRecord, "attempts" | "state" | "callId" | "node">, bounds: CallbackBounds): Promise<CallbackRecord | CallbackBound>;
  /** Only while it is as known: false when another process has changed it. */
  change(known: CallbackRecord, change: CallbackChange): Promise<boolean>;
  /** Those that are waiting or being called. */
  open(): Promise<readonly CallbackRecord[]>;
  find(id: string): Promise<CallbackRecord | null>;
  /** One page in the order of joining, and how many the filter leaves. `organizationId` null: of all. */
  list(organizationId: number | null, filter: CallbackFilter, page: TimePage): Promise<{ readonly items: readonly CallbackRecord[]; readonly total: number }>;
  /** Whether the record of the call that was made says that the number answered. */
  reached(callId: string): Promise<boolean>;
}
