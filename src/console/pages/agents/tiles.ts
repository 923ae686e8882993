/** The agents as the wall shows them: what each does, for how long, with whom. */
import type { Agent, Call } from "../../api/types.js";
import { agentStateOf, type AgentState } from "../../states.js";
import { passedByAway, passedByCall, type Limits, type Level } from "../calls/limits.js";
import { sinceOf } from "../calls/party.js";

/** A new object whenever something of it has changed, and the same otherwise. */
export interface Tile {
  readonly agent: Agent;
  /** The call that the agent is in now; the talking one of several. */
  readonly call: Call | null;
  readonly state: AgentState;
  readonly sinceMs: number;
  readonly level: Level;
  readonly limitMs: number | null;
}

const PRECEDENCE: readonly Call["state"][] = ["active", "scripted", "held", "parked", "ringing", "queued"];

/** Of several calls, the one that the agent talks in. */
export function callOf(agent: Agent, calls: ReadonlyMap<string, Call>): Call | null {
  let best: Call | null = null;
  for (const id of agent.calls) {
    const call = calls.get(id);
    if (call !== undefined && (best === null || PRECEDENCE.indexOf(call.state) < PRECEDENCE.indexOf(best.state))) best = call;
  }
  return best;
}

export interface TileContext {
  readonly calls: ReadonlyMap<string, Call>;
  readonly limitsOf: (department: string) => Limits | null | undefined;
  readonly now: number;
}

export function tileOf(agent: Agent, before: Tile | undefined, { calls, limitsOf, now }: TileContext): Tile {
  const call = callOf(agent, calls);
  const state = agentStateOf(agent, calls);
  const since = call !== null && (state === "inCall" || state === "held" || state === "ringing") ? sinceOf(call) : agent.since;
  const { level, limitMs } = state === "away" ? passedByAway(agent, limitsOf, now) : call === null ? { level: "calm" as const, limitMs: null } : passedByCall(call, call.department === null ? null : limitsOf(call.department), now);
  if (before !== undefined && before.agent === agent && before.call === call && before.state === state && before.level === level) return before;
  return { agent, call, state, sinceMs: Date.parse(since), level, limitMs };
}

export const GROUPINGS = ["department", "state", "name"] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface TileGroup {
  /** The department or the state; empty: no department, or all. */
  readonly key: string;
  readonly tiles: readonly Tile[];
}

/** What a supervisor looks for first stands first. */
export const STATE_ORDER: readonly AgentState[] = ["inCall", "held", "ringing", "free", "wrapUp", "noPhone", "away", "offline"];
const byName = (a: Tile, b: Tile): number => a.agent.name.localeCompare(b.agent.name);
const byState = (a: Tile, b: Tile): number => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || byName(a, b);

/** `*` is not a department: it is the right to see all. */
export const departmentsOf = ({ departments }: Agent): readonly string[] => departments.filter((name) => name !== "*");

export function groupTiles(tiles: readonly Tile[], grouping: Grouping): readonly TileGroup[] {
  if (grouping === "name") return tiles.length === 0 ? [] : [{ key: "", tiles: [...tiles].sort(byName) }];
  /** Bounded by the departments. */
  const groups = new Map<string, Tile[]>();
  const add = (key: string, tile: Tile): void => {
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [tile]);
    else known.push(tile);
  };
  for (const tile of tiles) {
    if (grouping === "state") add(tile.state, tile);
    else {
      const departments = departmentsOf(tile.agent);
      if (departments.length === 0) add("", tile);
      for (const name of departments) add(name, tile);
    }
  }
  const keys = [...groups.keys()].sort((a, b) => {
    if (grouping === "state") return STATE_ORDER.findIndex((state) => state === a) - STATE_ORDER.findIndex((state) => state === b);
    // Without a department comes last.
    return a === "" ? 1 : b === "" ? -1 : a.localeCompare(b);
  });
  return keys.map((key) => ({ key, tiles: (groups.get(key) ?? []).sort(grouping === "state" ? byName : byState) }));
}

export type Totals = Readonly<Record<"free" | "inCall" | "ringing" | "wrapUp" | "away" | "noPhone" | "offline", number>>;

export function totalsOf(tiles: readonly Tile[]): Totals {
  const totals = { free: 0, inCall: 0, ringing: 0, wrapUp: 0, away: 0, noPhone: 0, offline: 0 };
  for (const { state } of tiles) totals[state === "held" ? "inCall" : state]++;
  return totals;
}
