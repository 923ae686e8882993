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
  /** Whoever else takes part: the one who is consulted, the other ones of a conference. */
  readonly more: readonly Hearer[];
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
    more: furtherOf(call, agent, nameOf).map(({ name, isJoined }) => ({ name, hears: mine.mode === "barge" && mine.heardBy.includes("agent") && isJoined })),
    // A program that listens is no person who could be named.
    others: call.supervision.flatMap((other) => (other.agent === null || other.agent === me ? [] : [{ name: nameOf(other.agent), mode: other.mode }])),
  };
}

/** Besides the agent whose leg is listened to and the caller. `isJoined`: that agent talks to them, so that they hear a barge. */
function furtherOf(call: Call, target: string | null, nameOf: NameOf): readonly { readonly name: string; readonly isJoined: boolean }[] {
  const there = call.legs.filter(({ role, state }) => role !== "supervisor" && state !== "ended");
  const named = ({ agent, name, numberText }: CallLeg): string => (agent === null ? (name ?? numberText) : nameOf(agent));
  const caller = there.find(({ role }) => role === "customer") ?? there.find(({ agent }) => agent !== target);
  const others = there.filter((leg) => leg !== caller && (leg.agent === null || leg.agent !== target));
  const { consult } = call;
  // Both ends of a consultation hear each other, and the caller hears music.
  const talks = (leg: CallLeg): boolean => (consult === null ? call.conference && leg.state === "active" : consult.state === "active" && (leg.id === consult.leg || there.some(({ id, agent }) => id === consult.leg && agent === target)));
  return others.map((leg) => ({ name: named(leg), isJoined: talks(leg) }));
}

export interface HearingWords {
  readonly hearsYou: string;
  readonly doesNotHearYou: string;
  readonly program: string;
}

/** One sentence a person, as a screen reader says it. */
export function hearingSentences(hearing: Hearing, words: HearingWords): readonly string[] {
  const said = ({ name, hears }: Hearer): string => `${name} ${hears ? words.hearsYou : words.doesNotHearYou}.`;
  return [said(hearing.agent ?? { name: words.program, hears: false }), said(hearing.caller), ...hearing.more.map(said)];
}

/**
 * Whether the page's own microphone is to be off; null: the call is none of its business.
 * It goes off as soon as listening is asked for, and on only when the event has come.
 */
export function microphoneOff(current: { readonly mode: Mode; readonly muted: boolean } | null, asked: Mode | "off" | null): boolean | null {
  if (current === null) return asked === null || asked === "off" ? null : true;
  return current.mode === "listen" || current.muted || asked === "listen" || asked === "off";
}
