/** Who hears whom while a supervisor is on a call, from the call as the stream tells it. */
import type { Call, CallLeg, Mode } from "../api/types.js";
import { agentOf, partyOf, partyText, type NameOf } from "../pages/calls/party.js";

export interface Hearer {
  readonly name: string;
  readonly hears: boolean;
}

export interface Hearing {
  readonly mode: Mode;
  readonly muted: boolean;
  readonly since: string;
  /** Whose leg is listened to, whoever has the call. Null: a program has the caller. */
  readonly agent: Hearer | null;
  readonly caller: Hearer;
  /** Who else is on the call, such as the consulted party. */
  readonly third: readonly Hearer[];
  /** The other supervisors on the call. */
  readonly others: readonly { readonly name: string; readonly mode: Mode }[];
}

/** Null: this supervisor is not on the call. */
export function hearingOf(call: Call, me: string, nameOf: NameOf): Hearing | null {
  const mine = call.supervision.find(({ agent }) => agent === me);
  if (mine === undefined) return null;
  // While the supervision goes to the next agent's leg, its target is nobody's.
  const agent = mine.target ?? agentOf(call);
  return {
    mode: mine.mode,
    muted: mine.muted,
    since: mine.since,
    agent: agent === null ? null : { name: nameOf(agent), hears: mine.heardBy.includes("agent") },
    caller: { name: partyText(partyOf({ ...call, assignedTo: agent }, nameOf)), hears: mine.heardBy.includes("customer") },
    third: call.legs.filter((leg) => isThird(leg, call, agent)).map((leg) => ({ name: leg.agent !== null ? nameOf(leg.agent) : (leg.name ?? leg.numberText), hears: mine.hearers.includes(leg.id) })),
    // A program that listens is no person who could be named.
    others: call.supervision.flatMap((other) => (other.agent === null || other.agent === me ? [] : [{ name: nameOf(other.agent), mode: other.mode }])),
  };
}

/** Neither the one who is listened to nor the other one, who are named already. */
function isThird({ id, role, agent, state }: CallLeg, call: Call, target: string | null): boolean {
  if (role === "supervisor" || role === "customer" || state === "ended" || state === "ringing" || (agent !== null && agent === target)) return false;
  return id === call.consult?.leg || call.conference || (call.consult !== null && agent !== null && agent === call.assignedTo);
}

export interface HearingWords {
  readonly hearsYou: string;
  readonly doesNotHearYou: string;
  readonly program: string;
}

/** One sentence a person, as a screen reader says it. */
export function hearingSentences(hearing: Hearing, words: HearingWords): readonly string[] {
  const said = ({ name, hears }: Hearer): string => `${name} ${hears ? words.hearsYou : words.doesNotHearYou}.`;
  return [said(hearing.agent ?? { name: words.program, hears: false }), said(hearing.caller), ...hearing.third.map(said)];
}

/**
 * Whether the page's own microphone is to be off; null: the call is none of its business.
 * It goes off as soon as listening is asked for, and on only when the event has come.
 */
export function microphoneOff(current: { readonly mode: Mode; readonly muted: boolean } | null, asked: Mode | "off" | null): boolean | null {
  if (current === null) return asked === null || asked === "off" ? null : true;
  return current.mode === "listen" || current.muted || asked === "listen" || asked === "off";
}
