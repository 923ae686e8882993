/** How a call ended: why, by whom, and how long it waited, talked and was on hold. Live calls and records are judged alike. */
import type { CallState, CallEnd, HungUpBy, LegRole, WaitingStage } from "./types.js";

/** What counts of a leg that has ended; supervisors' legs are left out. */
export interface EndedLeg {
  readonly uuid: string;
  readonly role: LegRole;
  /** `outbound`: FreeSWITCH called it. */
  readonly direction: string;
  readonly answered: boolean;
  /** Null while it is not known. */
  readonly cause: string | null;
}

/**
 * FreeSWITCH's cause of the end of the customer's leg, or of the one that began the call. When nobody talked, it is why the called party did not: the phone that
 * was rung first is released with NORMAL_CLEARING. A caller whom an announcement or a queue has answered hung up for a reason of the caller's own.
 */
export function endCause(callId: string, legs: readonly EndedLeg[], talked: boolean): string | null {
  const last = legs.find(({ role }) => role === "customer") ?? legs.find(({ uuid }) => uuid === callId) ?? legs[0];
  const called = legs.filter((leg) => leg !== last && leg.direction === "outbound" && !leg.answered && leg.cause !== null).at(-1);
  const waited = last?.role === "customer" && last.answered;
  if (!talked && !waited && called !== undefined && last?.cause === "NORMAL_CLEARING") return called.cause;
  return last?.cause ?? legs.find(({ cause }) => cause !== null)?.cause ?? null;
}

/** FreeSWITCH's words about the end of one leg. */
export interface Disposed {
  readonly role: LegRole;
  readonly hungUpAt: Date | null;
  readonly hangupDisposition: string;
  readonly hangupCause: string;
}

/** The far end that hung up, else the agent through Callplane, else FreeSWITCH. Null while the end of a leg is not known. */
export function hungUpBy(all: Iterable<Disposed>, byRequest: boolean): HungUpBy | null {
  const legs = [...all].filter((leg) => leg.role !== "supervisor");
  if (legs.some((leg) => leg.hungUpAt === null)) return null;
  const byFarEnd = legs.filter((leg) => leg.hangupDisposition.startsWith("recv_") && leg.hangupCause !== "LOSE_RACE").sort((a, b) => (b.hungUpAt?.getTime() ?? 0) - (a.hungUpAt?.getTime() ?? 0));
  const customer = legs.find((leg) => leg.role === "customer");
  if (customer?.hangupDisposition.startsWith("recv_") === true) return "customer";
  if (byRequest) return "agent";
  const [last] = byFarEnd;
  return last === undefined ? "system" : last.role === "customer" ? "customer" : "agent";
}

/** When the parts of a call began, as far as they are known. */
interface Begun {
  readonly state: CallState;
  readonly createdAt: Date;
  readonly queuedAt: Date | null;
  readonly answeredAt: Date | null;
  readonly parkedAt: Date | null;
  readonly department: string | null;
  readonly stage: WaitingStage | null;
}

type Part = "waitMs" | "talkMs" | "holdMs";
const PART_OF: Readonly<Partial<Record<CallState, Part>>> = { queued: "waitMs", active: "talkMs", held: "holdMs", parked: "holdMs" };

/** Adds up what a caller has experienced. Of a call that was found, a hold before it counts as talk; its record knows better. */
export class Lengths {
  readonly spent: Record<Part, number> = { waitMs: 0, talkMs: 0, holdMs: 0 };
  #part: Part | null = null;
  #since = 0;

  /** The call is now, at `at`, in this state. */
  follow(call: Begun, at: Date): void {
    const part = call.state === "active" && call.answeredAt === null ? undefined : PART_OF[call.state];
    // Who leaves a message is parked, and on nobody's hold.
    if (call.state === "ended" || (call.state === "parked" && call.stage === "message")) this.#begin(null, at.getTime());
    else if (part !== undefined && part !== this.#part) this.#begin(part, this.#part === null ? this.#found(call, part, at) : at.getTime());
  }

  #begin(part: Part | null, at: number): void {
    if (this.#part !== null) this.spent[this.#part] += Math.max(0, Math.round(at - this.#since));
    this.#part = part;
    this.#since = at;
  }

  /** Counts what came before the first part that was seen; gives when that began. */
  #found({ createdAt, queuedAt, answeredAt, parkedAt, department }: Begun, part: Part, at: Date): number {
    const since = part === "waitMs" ? queuedAt : part === "talkMs" ? answeredAt : parkedAt;
    const begun = Math.min(since?.getTime() ?? at.getTime(), at.getTime());
    if (part === "waitMs") return begun;
    if (part === "holdMs" && answeredAt !== null) this.spent.talkMs += Math.max(0, Math.round(begun - answeredAt.getTime()));
    if (department !== null && answeredAt !== null) this.spent.waitMs += Math.max(0, Math.round(answeredAt.getTime() - createdAt.getTime()));
    return begun;
  }
}

/** The end of a call that has ended. */
export function endOf(call: { readonly id: string; readonly answeredAt: Date | null; readonly endedLegs: readonly (Disposed & Omit<EndedLeg, "cause" | "direction"> & { readonly columns: { readonly direction: string } })[]; readonly endedByRequest: boolean; readonly lengths: Pick<Lengths, "spent"> }): CallEnd {
  const legs = call.endedLegs.map((leg) => ({ uuid: leg.uuid, role: leg.role, direction: leg.columns.direction, answered: leg.answered, cause: leg.hangupCause === "" ? null : leg.hangupCause }));
  return { cause: endCause(call.id, legs, call.answeredAt !== null), by: hungUpBy(call.endedLegs, call.endedByRequest) ?? "system", ...call.lengths.spent };
}
