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
  /** Who else is on the call, such as the consulted party, by leg. */
  readonly third: readonly (Hearer & { readonly leg: string })[];
  /** The other supervisors on the call. */
  readonly others: readonly { readonly name: string; readonly mode: Mode }[];
}

/** Null: this supervisor is not on the call. */
export function hearingOf(call: Call, me: string, nameOf: NameOf): Hearing | null {
  const mine = call.supervision.find(({ agent }) => agent === me);
  if (mine === undefined) return null;
  // While the supervision goes to the next agent's leg, its target is nobody's.
  const agent = mine.target ?? agentOf(call);
  const there = call.legs.filter(({ role, state }) => role !== "supervisor" && state !== "ended");
  const isTargets = (leg: CallLeg): boolean => leg.agent !== null && leg.agent === agent;
  const rest = there.filter((leg) => !isTargets(leg));
  const caller = callerAmong(rest, call);
  const hears = (leg: CallLeg): boolean => mine.hearers.includes(leg.id);
  return {
    mode: mine.mode,
    muted: mine.muted,
    since: mine.since,
    agent: agent === null ? null : { name: nameOf(agent), hears: there.some((leg) => isTargets(leg) && hears(leg)) },
    caller: { name: callerName(caller, call, agent, nameOf), hears: caller !== undefined && hears(caller) },
    third: rest.filter((leg) => leg !== caller && !isRinging(leg)).map((leg) => ({ leg: leg.id, name: legName(leg, nameOf), hears: hears(leg) })),
    // A program that listens is no person who could be named.
    others: call.supervision.flatMap((other) => (other.agent === null || other.agent === me ? [] : [{ name: nameOf(other.agent), mode: other.mode }])),
  };
}

const isRinging = ({ state }: CallLeg): boolean => state === "ringing";

/** The customer; in a call between colleagues the other one, and whoever is consulted only when nobody else is there. */
function callerAmong(legs: readonly CallLeg[], { consult }: Call): CallLeg | undefined {
  const talking = legs.filter((leg) => !isRinging(leg));
  return legs.find(({ role }) => role === "customer") ?? talking.find(({ id }) => id !== consult?.leg) ?? talking[0] ?? legs[0];
}

/** The call itself says who its customer is; anybody else's leg does. */
function callerName(leg: CallLeg | undefined, call: Call, agent: string | null, nameOf: NameOf): string {
  if (leg === undefined || (leg.role === "customer" && leg.agent === null)) return partyText(partyOf({ ...call, assignedTo: agent }, nameOf));
  return legName(leg, nameOf);
}

const legName = ({ agent, name, numberText }: CallLeg, nameOf: NameOf): string => (agent !== null ? nameOf(agent) : (name ?? numberText));

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
