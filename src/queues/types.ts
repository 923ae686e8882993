/** What the queues room offers. */
import type { DepartmentRouter } from "./router.js";
import type { DepartmentSettings } from "./settings.js";
import type { WaitingRoom } from "./waiting-room.js";

/** A department's figures. The rolling ones cover the last 60 minutes, or the time since Callplane started. */
export interface DepartmentFigures {
  /** Callers who wait now, including those who hear the greeting. */
  readonly waiting: number;
  /** Seconds that the longest waiting one has waited, departments before included; 0 when nobody waits. */
  readonly longestWaitS: number;
  /** Callers who wait to be called back. */
  readonly callbacks: number;
  /** Answered within the department's limit, of all answered and abandoned, 0 to 1; null when there were none. */
  readonly serviceLevel: number | null;
  readonly answered: number;
  /** Callers who hung up while they waited. */
  readonly abandoned: number;
  /** Callers who were sent elsewhere, left a message or asked to be called back. */
  readonly overflowed: number;
  /** Seconds that those who were answered had waited; null when there were none. */
  readonly averageWaitS: number | null;
  /** Agents with the department's skills: those who could be offered a caller now, and those who are in a call or rung. */
  readonly agents: { readonly free: number; readonly busy: number };
}

/** Since Callplane started. */
export interface DepartmentTotals {
  readonly answered: number;
  readonly answeredInTime: number;
  readonly abandoned: number;
  readonly overflowed: number;
  /** Offers that an agent did not answer. */
  readonly missed: number;
  readonly waitSeconds: number;
}

/** A caller who waits. */
export interface QueueEntry {
  readonly callId: string;
  readonly from: string;
  /** `from` as people of the organization write it. */
  readonly fromText: string;
  /** The caller's display name; it proves nothing. */
  readonly fromName: string | null;
  /** When the caller began to wait, in whichever department, ISO 8601. */
  readonly queuedAt: string;
  /** From 1: the one who is served next. */
  readonly position: number;
  /** -10 to 10, higher comes first. */
  readonly priority: number;
  /** The skills that an agent must have to be offered the caller. */
  readonly skills: readonly string[];
  /** The agents whose phones ring for the caller, or have answered. */
  readonly offeredTo: readonly string[];
}

/** A department's queue. The settings are null where callers wait in a department that does not exist. */
export interface QueueView {
  readonly name: string;
  readonly waiting: number;
  readonly serviceLevelS: number | null;
  readonly serviceLevelTarget: number | null;
  readonly alarms: DepartmentSettings["alarms"] | null;
  readonly figures: DepartmentFigures;
  /** In the order in which they are served, without those who leave a message. */
  readonly entries: readonly QueueEntry[];
}

export interface DepartmentReport {
  readonly organizationId: number;
  readonly department: string;
  readonly figures: DepartmentFigures;
  readonly totals: DepartmentTotals;
}

export type QueueService = Pick<DepartmentRouter, "figures" | "reports" | "queue" | "entry" | "onFigures" | "onOffer" | "onCallback" | "close"> & { readonly room: Pick<WaitingRoom, "count" | "departments" | "line" | "onLine"> };
