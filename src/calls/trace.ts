/** What the calls room shows to whoever writes down what happened: the calls as they are, and who did what to them. */
import type { CallDirection, CallState, LegRole } from "./types.js";
import type { ErrorCode } from "../errors.js";
import type { Role } from "../people/index.js";

/** A leg as the registry holds it; its fields go on changing, also after it has left its call. */
export interface TracedLeg {
  readonly uuid: string;
  readonly node: string;
  readonly coreUuid: string;
  readonly role: LegRole;
  readonly agentId: string | null;
  readonly number: string;
  readonly columns: { readonly direction: string };
  readonly createdAt: Date;
  readonly answered: boolean;
  readonly answeredAt: Date | null;
  readonly hungUp: boolean;
  /** "" when its end was not seen: it was missing when FreeSWITCH was asked for its channels. */
  readonly hangupCause: string;
  readonly hungUpAt: Date | null;
  readonly hangupDisposition: string;
  readonly sipCallId: string | null;
  /** Files on FreeSWITCH's disk that it is being recorded to. */
  readonly recordings: readonly string[];
  readonly toBeRecorded: boolean;
}

/**
 * What becomes of one leg, each told once and when the registry holds it. Of a leg that was found, and not seen to begin, only what comes after.
 * A digit may be part of a secret: it belongs into no log.
 */
export type LegChange =
  | { readonly type: "initiated" | "ringing" | "answered" | "completed"; readonly leg: TracedLeg; readonly at: Date }
  | { readonly type: "digit"; readonly leg: TracedLeg; readonly at: Date; readonly digit: string; readonly durationMs: number };

/** A call as the registry holds it. */
export interface TracedCall {
  readonly id: string;
  readonly node: string;
  readonly organizationId: number | null;
  readonly direction: CallDirection;
  readonly from: string;
  readonly to: string;
  readonly owner: string | null;
  readonly queue: string | null;
  readonly department: string | null;
  readonly queuedAt: Date | null;
  readonly state: CallState;
  readonly ringing: readonly string[];
  readonly createdAt: Date;
  readonly answeredAt: Date | null;
  /** When what is told now happened, by FreeSWITCH's clock. */
  readonly changedAt: Date;
  readonly ended: boolean;
  readonly legs: readonly TracedLeg[];
  readonly spies: readonly TracedLeg[];
  /** Ids of calls that were joined to this one. */
  readonly aliases: readonly string[];
}

/** Something that somebody did to a call by way of Callplane. */
export interface CallAct {
  readonly callId: string;
  readonly at: Date;
  /** The user's or token's name; `system` for the router's offers. */
  readonly actor: string;
  readonly role: Role;
  /** Her agent id, when she has one; of an offer, whose phone rang. */
  readonly agentId: string | null;
  /** offer (of a waiting caller, told when it came to nothing; `detail.rangMs`: since the phone was to ring), hold, resume, transfer, park, pickup, bridge, hangup, mute, unmute, dtmf, record, consult, complete, cancel, conference. */
  readonly action: string;
  /** `done`, or the code of the refusal. */
  readonly outcome: string;
  readonly detail: Readonly<Record<string, string>>;
}

export interface CallTrace {
  /** After each change; handlers' exceptions are contained and logged. Returns the unsubscribe function. */
  onTrace(handler: (call: TracedCall) => void): () => void;
  /** An act is told as done when its handlers have resolved; their failures are contained and logged. Returns the unsubscribe function. */
  onAct(handler: (act: CallAct) => Promise<void>): () => void;
  /** Records the call's conversation because a rule says so. Throws Conflict when nobody talks or it is being recorded; as CallService otherwise. */
  recordByPolicy(callId: string): Promise<{ readonly id: string }>;
}

const MISSED: ReadonlySet<string> = new Set<ErrorCode>(["NO_ANSWER", "CALL_REJECTED"]);

/** Whether an agent's phone rang and the agent did not take the call; one that is engaged or out of reach is no fault of the agent's. */
export const isMissed = (outcome: string): boolean => MISSED.has(outcome);
