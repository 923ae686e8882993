/** What a state looks like: always a shape, a word and a colour (the words are in `messages`). */
import type { Agent, Call, Me } from "./api/types.js";

export type Shape = "disc" | "square" | "triangle" | "bars" | "hourglass" | "park" | "half" | "clock" | "ring" | "warning";
export type Colour = "ok" | "call" | "ring" | "hold" | "wrap" | "away" | "off" | "alarm";

export interface Look {
  readonly shape: Shape;
  readonly colour: Colour;
}

export type CallState = "queued" | "ringing" | "active" | "held" | "parked" | "scripted" | "ended" | "consulting" | "conference";
export type AgentState = "free" | "inCall" | "ringing" | "held" | "wrapUp" | "away" | "offline" | "noPhone";

export const CALL_LOOKS: Readonly<Record<CallState, Look>> = {
  queued: { shape: "hourglass", colour: "hold" },
  ringing: { shape: "triangle", colour: "ring" },
  active: { shape: "square", colour: "call" },
  consulting: { shape: "square", colour: "call" },
  conference: { shape: "square", colour: "call" },
  held: { shape: "bars", colour: "hold" },
  parked: { shape: "park", colour: "wrap" },
  scripted: { shape: "hourglass", colour: "off" },
  ended: { shape: "ring", colour: "off" },
};

export const AGENT_LOOKS: Readonly<Record<AgentState, Look>> = {
  free: { shape: "disc", colour: "ok" },
  inCall: { shape: "square", colour: "call" },
  ringing: { shape: "triangle", colour: "ring" },
  held: { shape: "bars", colour: "hold" },
  wrapUp: { shape: "half", colour: "wrap" },
  away: { shape: "clock", colour: "away" },
  offline: { shape: "ring", colour: "off" },
  noPhone: { shape: "warning", colour: "alarm" },
};

/** A consultation and a conference are told apart from a plain conversation. */
export function callStateOf(call: Call): CallState {
  if (call.state !== "ended" && call.consult !== null && call.state !== "ringing") return "consulting";
  return call.conference && call.state === "active" ? "conference" : call.state;
}

/** `held`: all of the agent's calls are, and none is on hold only because the agent consults somebody. An agent without a phone is never shown as free. */
export function agentStateOf(agent: Agent, calls: ReadonlyMap<string, Call>): AgentState {
  const own = agent.calls.filter((id) => !agent.ringing.includes(id));
  if (own.length > 0) {
    const known = own.map((id) => calls.get(id)).filter((call) => call !== undefined);
    return known.length > 0 && known.every(({ state, consult }) => consult === null && (state === "held" || state === "parked")) ? "held" : "inCall";
  }
  if (agent.ringing.length > 0) return "ringing";
  if (agent.status === "inCall") return "inCall";
  if (agent.status === "offline") return "offline";
  if (agent.wrapUp !== null || agent.reason === "wrapUp") return "wrapUp";
  if (agent.status === "away") return "away";
  return agent.registered ? "free" : "noPhone";
}

export type Page = "desk" | "wall" | "calls" | "queues" | "agents" | "log" | "reports" | "admin" | "setup";

const OF_ROLE: Readonly<Record<Me["role"], readonly Page[]>> = {
  agent: ["desk", "log"],
  supervisor: ["wall", "calls", "queues", "agents", "log", "reports"],
  admin: ["wall", "calls", "queues", "agents", "log", "reports", "admin"],
  service: [],
  root: ["wall", "calls", "agents", "log", "admin"],
};

/** The pages that a person sees links to, the first one first. Whoever has a phone of the own has a desk, too. */
export function pagesOf({ role, agent }: Me): readonly Page[] {
  const pages = OF_ROLE[role];
  return agent === null || pages.includes("desk") ? pages : [...pages, "desk"];
}
