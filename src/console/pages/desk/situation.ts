/** What a call is to the agent at this desk, and what the agent may do with it. */
import type { Call, CallLeg } from "../../api/types.js";
import type { Look } from "../../states.js";
import { CALL_LOOKS } from "../../states.js";

export type Situation =
  | "ringing" | "connecting" | "dialling" | "talking" | "adding" | "held" | "heldByPhone" | "phoneLost" | "parked" | "consultRinging" | "consulting" | "consultSwapped" | "consulted" | "conference" | "transferring" | "scripted" | "waiting";

export type Act =
  | "answer" | "decline" | "mute" | "hold" | "resume" | "keypad" | "transfer" | "add" | "record" | "park" | "hangup" | "takeBack" | "complete" | "swap" | "cancelConsult" | "cancelTransfer" | "cancelAdd" | "cancelDial" | "leave";

interface Row {
  /** The tiles that are shown, in their places: a tile keeps its place while the call goes on. */
  readonly bar: readonly Act[];
  /** What the owner of the call may do. */
  readonly owner: readonly Act[];
  /** What an agent may do who is in the call, such as a colleague who was called, but does not own it. */
  readonly other: readonly Act[];
}

const TALK: readonly Act[] = ["mute", "hold", "keypad", "transfer", "add", "record", "park", "hangup"];
const HELD: readonly Act[] = ["mute", "resume", "keypad", "transfer", "add", "record", "park", "hangup"];
const CONSULT: readonly Act[] = ["mute", "keypad", "swap", "cancelConsult", "complete"];

/** CONSOLE.md, "States of a call". */
export const SITUATIONS: Readonly<Record<Situation, Row>> = {
  ringing: { bar: ["answer", "decline"], owner: ["answer", "decline"], other: ["answer", "decline"] },
  connecting: { bar: ["hangup"], owner: ["hangup"], other: ["hangup"] },
  dialling: { bar: ["cancelDial"], owner: ["answer", "cancelDial"], other: ["answer", "cancelDial"] },
  talking: { bar: TALK, owner: TALK, other: ["mute", "hold", "hangup"] },
  adding: { bar: ["cancelAdd", "hangup"], owner: ["cancelAdd", "hangup"], other: ["hangup"] },
  held: { bar: HELD, owner: ["resume", "transfer", "hangup"], other: ["resume", "hangup"] },
  heldByPhone: { bar: HELD, owner: ["hangup"], other: ["hangup"] },
  phoneLost: { bar: ["resume", "hangup"], owner: ["answer", "resume", "hangup"], other: [] },
  parked: { bar: ["takeBack", "transfer", "hangup"], owner: ["answer", "takeBack", "transfer", "hangup"], other: [] },
  consultRinging: { bar: CONSULT, owner: ["cancelConsult"], other: [] },
  consulting: { bar: CONSULT, owner: CONSULT, other: [] },
  consultSwapped: { bar: CONSULT, owner: ["mute", "swap", "cancelConsult", "complete"], other: [] },
  consulted: { bar: ["mute", "hangup"], owner: [], other: ["mute", "hangup"] },
  conference: { bar: ["mute", "keypad", "add", "record", "leave"], owner: ["mute", "keypad", "add", "record", "leave"], other: ["mute", "leave"] },
  transferring: { bar: ["cancelTransfer", "hangup"], owner: ["cancelTransfer", "hangup"], other: ["hangup"] },
  scripted: { bar: ["hangup"], owner: ["hangup"], other: [] },
  waiting: { bar: [], owner: [], other: [] },
};

/** The leg by which the agent takes part; not one that only listens. */
export const ownLegOf = (call: Call, agentId: string): CallLeg | undefined => call.legs.find(({ agent, role, state }) => agent === agentId && role !== "supervisor" && state !== "ended");

const ownRingingLegs = (call: Call, agentId: string): readonly CallLeg[] => call.legs.filter(({ agent, role, state }) => agent === agentId && role !== "supervisor" && state === "ringing");

/** The agent's phone rings for this call. */
export const ownRingingLeg = (call: Call, agentId: string): CallLeg | undefined => ownRingingLegs(call, agentId)[0];

/** The leg by which the agent answers. Of several phones that ring it is the one in this page, by its SIP Call-ID, which is null for a phone that stands elsewhere. */
export function legToAnswer(call: Call, agentId: string, ringingInPage: readonly string[]): { readonly leg: CallLeg; readonly inPage: string | null } | null {
  const legs = ownRingingLegs(call, agentId);
  for (const leg of legs) if (leg.sipCallId !== null && ringingInPage.includes(leg.sipCallId)) return { leg, inPage: leg.sipCallId };
  const [leg] = legs;
  return leg === undefined ? null : { leg, inPage: null };
}

/** Who is called and has not answered yet, besides the agent. */
export const ringingParty = (call: Call, agentId: string): CallLeg | undefined => call.legs.find(({ agent, role, state }) => state === "ringing" && role !== "supervisor" && agent !== agentId);

const CONSULTS: Readonly<Record<NonNullable<Call["consult"]>["state"], Situation>> = { ringing: "consultRinging", active: "consulting", held: "consultSwapped" };

export function situationOf(call: Call, agentId: string): Situation {
  const isOwner = call.assignedTo === agentId;
  const own = ownLegOf(call, agentId);
  // The own phone is called first, and nobody else yet; a department's callback is offered in the same way.
  if (own?.state === "ringing" && call.legs.length === 1 && call.department === null) return "dialling";
  const rings = own?.state === "ringing" || call.ringing.includes(agentId) || call.offeredTo.includes(agentId);
  if (rings && own?.state !== "active" && (!isOwner || call.state === "queued")) return "ringing";
  if (own?.state === "active" && isConnecting(call, isOwner)) return "connecting";
  if (call.transfer !== null) return "transferring";
  if (call.consult !== null) {
    if (call.consult.agent === agentId && !isOwner) return "consulted";
    return CONSULTS[call.consult.state];
  }
  switch (call.state) {
    case "queued":
      return "waiting";
    case "ringing":
      return "dialling";
    case "held":
      return call.heldBy === "phone" ? "heldByPhone" : call.heldBy === "lostPhone" ? "phoneLost" : "held";
    case "parked":
      return "parked";
    case "scripted":
      return "scripted";
    default:
      if (own?.state === "active" && ringingParty(call, agentId) !== undefined) return "adding";
      return call.conference ? "conference" : "talking";
  }
}

/** Whether an agent who has answered talks to nobody yet. */
function isConnecting({ state, direction, transfer }: Call, isOwner: boolean): boolean {
  if (isOwner || state === "queued") return state === "queued";
  return transfer !== null || state === "scripted" || state === "parked" || (state === "ringing" && direction !== "outbound");
}

/** What the agent may do with the call now. */
export function actsOf(call: Call, agentId: string): ReadonlySet<Act> {
  const row = SITUATIONS[situationOf(call, agentId)];
  const acts = new Set(call.assignedTo === agentId ? row.owner : row.other);
  if (acts.has("answer") && ownRingingLeg(call, agentId) === undefined) acts.delete("answer");
  return acts;
}

/** Which of the acts of a key is possible. */
export const firstOf = (wanted: readonly Act[], possible: ReadonlySet<Act>): Act | null => wanted.find((act) => possible.has(act)) ?? null;

const LOOKS: Readonly<Partial<Record<Situation, Look>>> = { ringing: CALL_LOOKS.ringing, connecting: CALL_LOOKS.active, dialling: CALL_LOOKS.ringing, talking: CALL_LOOKS.active, adding: CALL_LOOKS.active, heldByPhone: CALL_LOOKS.held, phoneLost: CALL_LOOKS.held, waiting: CALL_LOOKS.queued, transferring: CALL_LOOKS.ringing };

export function lookOf(situation: Situation): Look {
  const own = LOOKS[situation];
  if (own !== undefined) return own;
  return situation === "held" || situation === "parked" || situation === "conference" || situation === "scripted" ? CALL_LOOKS[situation] : CALL_LOOKS.consulting;
}
