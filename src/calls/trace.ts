/** What the calls room shows for records: the calls as they are, and who did what to them. */
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import { CallplaneError, type ErrorCode } from "../errors.js";
import type { Role } from "../people/index.js";

/** What a record tells of a leg. */
export interface TracedLeg
  extends Pick<Channel, "node" | "coreUuid" | "role" | "agentId" | "number" | "callerName" | "createdAt" | "answered" | "answeredAt" | "hungUp" | "hangupCause" | "refusedWith" | "ring" | "hungUpAt" | "hangupDisposition" | "sipCallId" | "recordings" | "toBeRecorded"> {
  readonly uuid: string;
  readonly columns: Pick<Channel["columns"], "direction">;
}

/**
 * What happens to one leg. Each change is told once, when the registry holds it. Of a leg that was found in a snapshot, only later changes are told.
 * A digit may be part of a secret and must not be logged.
 */
export type LegChange =
  | { readonly type: "initiated" | "ringing" | "answered" | "completed"; readonly leg: TracedLeg; readonly at: Date }
  | { readonly type: "digit"; readonly leg: TracedLeg; readonly at: Date; readonly digit: string; readonly durationMs: number };

/** What a record tells of a call. */
export interface TracedCall
  extends Pick<Call, "id" | "node" | "organizationId" | "direction" | "from" | "fromName" | "to" | "owner" | "queue" | "department" | "enteredAt" | "state" | "ringing" | "createdAt" | "answeredAt" | "changedAt" | "ended" | "aliases" | "attributes" | "attributesDue"> {
  readonly legs: readonly TracedLeg[];
  readonly supervisorLegs: readonly TracedLeg[];
}

/** Something that somebody did to a call through Callplane. */
export interface CallAct {
  readonly callId: string;
  readonly at: Date;
  /** The user's or token's name; `system` for the router's offers. */
  readonly actor: string;
  readonly role: Role;
  /** The actor's agent id, if any; of an offer, the agent whose phone rang. */
  readonly agentId: string | null;
  /** offer (of a waiting caller, told when it came to nothing; `detail.rangMs`: how long the phone rang), overflow (of a waiting caller, who is sent elsewhere, or whom that has failed for), hold, resume, transfer, park, pickup, bridge, hangup, mute, unmute, dtmf, record (`detail.department`: of a message to it), consult, swap, complete, cancel (`detail.ringing`: it ended the ringing of somebody), conference (`detail.to` where somebody was added), move, attributes, help, help.withdraw. */
  readonly action: string;
  /** `done`, or the code of the refusal; of an offer, `OfferEnd`. */
  readonly outcome: string;
  readonly detail: Readonly<Record<string, string>>;
}

/** What became of an offer to one agent that was not answered: the agent missed it, could not be offered it, or took no calls any more. */
export type OfferEnd = "missed" | "offer-failed" | "offer-withdrawn";

export interface CallTrace {
  /** After each change; handlers' exceptions are contained and logged. Returns the unsubscribe function. */
  onTrace(handler: (call: TracedCall) => void): () => void;
  /** An act is confirmed when its handlers have resolved; their failures are contained and logged. Returns the unsubscribe function. */
  onAct(handler: (act: CallAct) => Promise<void>): () => void;
  /** Records the call's conversation because a rule says so. Throws Conflict when nobody talks or it is being recorded; as CallService otherwise. */
  recordByPolicy(callId: string): Promise<{ readonly id: string }>;
}

const MISSED: ReadonlySet<string> = new Set<ErrorCode>(["NO_ANSWER", "CALL_REJECTED", "USER_BUSY"]);

/**
 * Whether an agent's phone was called and did not take the call: it rang in vain, was busy, on do-not-disturb, refused, redirected the call, or is dead. Without a
 * registered phone, or when FreeSWITCH itself refuses, the agent was not offered anything.
 */
export const isMissed = (error: unknown): boolean => error instanceof CallplaneError && (MISSED.has(error.code) || (error.code === "CALL_FAILED" && error.details.ofLeg === true));
