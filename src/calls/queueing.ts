/** The queues' side of the calls room's door: who waits, and what the router may do with her. */
import type { ErrorCode } from "../errors.js";

/** Null until the department's greeting has been heard; `message`: she leaves one, because nobody had time for her. */
export type WaitingStage = "waiting" | "message";

/** A caller in a department's queue. */
export interface WaitingCaller {
  /** The call's id. */
  readonly id: string;
  readonly organizationId: number;
  readonly department: string;
  /** Where the call is: agents whose phone this node reaches can be joined with the caller. */
  readonly node: string;
  /** -10 to 10, higher comes first. */
  readonly priority: number;
  /** When she joined the queue, epoch milliseconds. */
  readonly joinedAt: number;
  readonly stage: WaitingStage | null;
  /** Where she calls from, "" when she does not say. */
  readonly number: string;
  /** Agents whose phones ring for her or wait beside her. */
  readonly ringing: readonly string[];
}

export type QueueChange =
  /** She began to wait, or something of what is told of her changed. */
  | { readonly type: "waits"; readonly caller: WaitingCaller }
  /**
   * She is as she was last told no more: somebody talks to her (`agentId`, or null for an outside number), she hung up, or she was taken elsewhere.
   * A move into another department is followed by `waits` there.
   */
  | { readonly type: "left"; readonly caller: WaitingCaller; readonly how: "answered" | "abandoned" | "moved"; readonly agentId: string | null }
  /** She pressed the key that is bound for her. */
  | { readonly type: "key"; readonly caller: WaitingCaller }
  /** A phone of this agent began or ended to be in a call. */
  | { readonly type: "agent"; readonly organizationId: number; readonly agentId: string };

const MISSED: ReadonlySet<string> = new Set<ErrorCode>(["NO_ANSWER", "CALL_REJECTED"]);

/** Whether an agent's phone rang and she did not take the call; one that is engaged or out of reach is no fault of hers. */
export const isMissed = (outcome: string): boolean => MISSED.has(outcome);

export interface OfferPhone {
  readonly agentId: string;
  /** Seconds that it rings. */
  readonly ringS: number;
}

export interface OfferOutcome {
  /** The caller talks to somebody. */
  readonly answered: boolean;
  /** The agent whom she talks to. */
  readonly agentId: string | null;
  /** Why the others' phones came to nothing; empty for those that were only called off. */
  readonly failures: readonly { readonly agentId: string | null; readonly code: ErrorCode }[];
}

/** What a caller hears when she begins to wait: sounds as freeswitch/media.ts takes them. */
export interface Greeting {
  /** Played to its end first; while it plays nobody can take the call. */
  readonly greeting: string | null;
  /** The keypad digit whose press is told. */
  readonly key: string | null;
  /** Null: FreeSWITCH's hold music, as the dialplan plays it. */
  readonly music: string | null;
}

export interface CallBack {
  /** The call's id. */
  readonly id: string;
  /** Whether the number answered; false when the call ended without that. Never rejects. */
  readonly reached: Promise<boolean>;
}

/**
 * For the queues room alone; no face reaches it. Every method that acts does so on a call that waits in a department, and throws Conflict when it
 * does not, or when somebody else has it; SwitchUnavailable and Timeout as everywhere. Aborting `signal` calls it off.
 */
export interface CallQueues {
  waiting(): readonly WaitingCaller[];
  /** Handlers' exceptions are contained and logged. Returns the unsubscribe function. */
  onChange(handler: (change: QueueChange) => void): () => void;
  /** Whether no phone of hers rings, talks or is parked in any call. */
  isFree(organizationId: number, agentId: string): boolean;
  /** Rings the phones and joins the caller with the first that answers. A pickup by somebody takes her away until then, and loses afterwards. */
  offer(callId: string, phones: readonly OfferPhone[], signal: AbortSignal): Promise<OfferOutcome>;
  /** Takes over the phones that ring for the caller, or have answered, and that nobody here looks after: a restart, or a lost connection, has ended their offer. */
  takeOver(callId: string, signal: AbortSignal): Promise<OfferOutcome>;
  /** Whether an offer or a pickup of the caller is under way, or something that must not be disturbed. */
  isHeld(callId: string): boolean;
  takeIn(callId: string, greeting: Greeting, signal: AbortSignal): Promise<void>;
  /** Plays the sounds, then music again. */
  tell(callId: string, sounds: readonly string[], music: string | null, signal: AbortSignal): Promise<void>;
  /** Throws NotFound for a department that does not exist. */
  moveTo(callId: string, department: string): void;
  /** Throws NUMBER_NOT_ALLOWED, NO_ANSWER, USER_BUSY, … */
  dialOut(callId: string, number: string, ringS: number, signal: AbortSignal): Promise<void>;
  /** Records what she says until she hangs up or `maxS` seconds are over, and ends the call; gives the path on FreeSWITCH's disk. */
  takeMessage(callId: string, greeting: string | null, maxS: number, signal: AbortSignal): Promise<string>;
  /** Plays the sound, if any, and ends the call. */
  end(callId: string, sound: string | null, signal: AbortSignal): Promise<void>;
  /** The caller's number in E.164. Throws NUMBER_NOT_ALLOWED for one that the organization calls nobody back at. */
  callbackNumber(organizationId: number, number: string): string;
  /** Rings the agent's phone for `ringS` seconds, then dials the number; the call gets the id `callId`, a uuid. Throws what her phone says; DIAL_LIMIT, NUMBER_NOT_ALLOWED or SwitchUnavailable before it rings. */
  callBack(callId: string, organizationId: number, agentId: string, number: string, ringS: number, signal: AbortSignal): Promise<CallBack>;
  /** What became of a call: it talks (two legs joined), it lives, or there is none. */
  stateOf(callId: string): "talking" | "alive" | "gone";
  /** Whether every FreeSWITCH is connected and its calls are known. */
  complete(): boolean;
}
