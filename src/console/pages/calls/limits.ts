/** What a department finds too long, and whether it is. */
import type { Agent, Call, Queue } from "../../api/types.js";
import { sinceOf } from "./party.js";

export type Limits = NonNullable<Queue["alarms"]>;

/** Amber is to be watched, red to be acted on. */
export type Level = "calm" | "watch" | "act";

export const LEVEL_RANK: Readonly<Record<Level, number>> = { act: 0, watch: 1, calm: 2 };

export interface Passed {
  readonly level: Level;
  /** Milliseconds; null: nothing is passed. */
  readonly limitMs: number | null;
}

const CALM: Passed = { level: "calm", limitMs: null };

const passed = (level: Level, limitS: number | null | undefined, sinceMs: number, now: number): Passed => (limitS == null || now - sinceMs < limitS * 1000 ? CALM : { level, limitMs: limitS * 1000 });

/** A caller who waits too long can be helped now; a long conversation is to be watched. */
export function passedByCall(call: Call, limits: Limits | null | undefined, now: number, sinceMs = Date.parse(sinceOf(call))): Passed {
  if (call.state === "queued") return passed("act", limits?.longestWaitS, sinceMs, now);
  return call.state === "active" ? passed("watch", limits?.talkS, sinceMs, now) : CALM;
}

/** The strictest limit of the agent's departments counts. */
export function passedByAway(agent: Agent, limitsOf: (department: string) => Limits | null | undefined, now: number): Passed {
  if (agent.status !== "away" || agent.wrapUp !== null) return CALM;
  const limits = agent.departments.flatMap((name) => limitsOf(name)?.awayS ?? []);
  return limits.length === 0 ? CALM : passed("watch", Math.min(...limits), Date.parse(agent.since), now);
}
