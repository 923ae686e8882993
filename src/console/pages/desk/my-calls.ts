/** The agent's own calls, and which of them the middle of the desk is about. */
import type { Agent, Call } from "../../api/types.js";
import { situationOf, type Situation } from "./situation.js";

export function isMine(call: Call, agentId: string): boolean {
  return call.assignedTo === agentId || call.ringing.includes(agentId) || call.offeredTo.includes(agentId) || call.legs.some(({ agent, role, state }) => agent === agentId && role !== "supervisor" && state !== "ended");
}

/** In the order in which they came, so that a call keeps its number key. */
export function myCalls(calls: Iterable<Call>, agentId: string): readonly Call[] {
  return [...calls].filter((call) => isMine(call, agentId)).sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
}

/** Whom the agent talks to comes first: an incoming call never takes the middle from a conversation. */
const RANK: Readonly<Record<Situation, number>> = {
  talking: 0, conference: 0, adding: 0, connecting: 0, consulting: 0, consultSwapped: 0, consulted: 0, consultRinging: 0, transferring: 1, dialling: 1, heldByPhone: 2, ringing: 2, phoneLost: 3, scripted: 4, held: 5, parked: 6, waiting: 7,
};

export const isConversation = (situation: Situation): boolean => RANK[situation] === 0;

/** `chosen`: the one that the agent has looked at last, while it lives. */
export function currentOf(calls: readonly Call[], agentId: string, chosen: string | null): Call | null {
  const picked = calls.find(({ id }) => id === chosen);
  if (picked !== undefined) return picked;
  let best: Call | null = null;
  for (const call of calls) {
    if (best === null) best = call;
    else {
      const difference = RANK[situationOf(call, agentId)] - RANK[situationOf(best, agentId)];
      if (difference < 0 || (difference === 0 && call.stateSince > best.stateSince)) best = call;
    }
  }
  return best;
}

/**
 * Which call the middle is about after a change. It stays with the conversation that it is about, whatever begins beside it; a conversation that begins
 * otherwise takes it, and a call that the agent makes. When the one that it is about has been put on hold, or is over, it goes to the one that the agent talks in.
 */
export function chosenAfter(was: readonly Call[], now: readonly Call[], agentId: string, chosen: string | null): string | null {
  const talks = (call: Call | undefined): boolean => call !== undefined && isConversation(situationOf(call, agentId));
  const talked = (id: string): boolean => talks(was.find((call) => call.id === id));
  const shown = currentOf(was, agentId, chosen);
  const isAboutTalk = shown !== null && talks(shown);
  if (isAboutTalk && talks(now.find(({ id }) => id === shown.id))) return shown.id;
  const conversations = now.filter(talks);
  const begun = conversations.find(({ id }) => !talked(id)) ?? now.find((call) => situationOf(call, agentId) === "dialling" && !was.some(({ id }) => id === call.id));
  return (begun ?? (isAboutTalk ? conversations[0] : undefined))?.id ?? chosen;
}

/** The other conversation, which has to wait when the agent goes to this call; null: none. A conference cannot be put on hold, and goes on without the agent. */
export function inTheWay(calls: readonly Call[], agentId: string, to: string | null): Call | null {
  return calls.find((call) => call.id !== to && ["talking", "consulting", "consultSwapped"].includes(situationOf(call, agentId))) ?? null;
}

/** The one act that goes to a call from the list of calls. */
export function wayTo(situation: Situation): "answer" | "resume" | "takeBack" | null {
  if (situation === "ringing") return "answer";
  if (situation === "held" || situation === "phoneLost") return "resume";
  return situation === "parked" ? "takeBack" : null;
}

/** Of which call the outcome is asked: the one in the middle, else the one that has just ended, else the one that the wrap-up is about. */
export const outcomeCallOf = (current: Call | null, last: string | null, agent: Agent | null): string | null => current?.id ?? last ?? agent?.wrapUp?.callId ?? null;
