/** The rows of the live calls, in order. Thousands are put in order up to four times a second, so each time begins with the order of the time before, in which little has changed. */
import type { Call } from "../../../api/types.js";
import { LEVEL_RANK, passedByCall, type Limits, type Level } from "../limits.js";
import { agentOf, partyOf, partyText, sinceOf, type NameOf } from "../party.js";

export const SORTS = ["urgent", "time", "state", "caller", "agent", "queue"] as const;
export type Sort = (typeof SORTS)[number];

/** A new object whenever something of it has changed, and the same otherwise: a component sees by that whether it has to draw. */
export interface Row {
  readonly call: Call;
  readonly sinceMs: number;
  readonly level: Level;
  readonly limitMs: number | null;
  /** 0 is the most urgent. */
  readonly rank: number;
  /** Lower case: what it is found by. */
  readonly text: string;
  readonly caller: string;
  readonly agent: string;
}

export interface RowContext {
  readonly now: number;
  readonly limitsOf: (department: string) => Limits | null | undefined;
  readonly nameOf: NameOf;
}

export const RANK = { help: 0, act: 1, waiting: 2, watch: 3, other: 4 } as const;

function rankOf(call: Call, level: Level): number {
  if (call.help !== null) return RANK.help;
  // Nobody hears a caller whose agent's phone has vanished.
  if (level === "act" || call.heldBy === "lostPhone") return RANK.act;
  if (call.state === "queued") return RANK.waiting;
  return level === "watch" ? RANK.watch : RANK.other;
}

/** The row of a call that is in the list already, as the call is now: what is seen changes at once, whenever the list is put in order next. */
export function freshRow(row: Row, calls: ReadonlyMap<string, Call>, context: RowContext): Row {
  const call = calls.get(row.call.id);
  return call === undefined ? row : rowOf(call, row, context);
}

function rowOf(call: Call, before: Row | undefined, { now, limitsOf, nameOf }: RowContext): Row {
  const same = before?.call === call ? before : undefined;
  const sinceMs = same?.sinceMs ?? Date.parse(sinceOf(call));
  const { level, limitMs } = passedByCall(call, call.department === null ? null : limitsOf(call.department), now, sinceMs);
  const rank = rankOf(call, level);
  if (same !== undefined && same.level === level && same.rank === rank) return same;
  if (same !== undefined) return { ...same, level, limitMs, rank };
  const agentId = agentOf(call);
  const agent = agentId === null ? "" : nameOf(agentId);
  const party = partyOf(call, nameOf);
  const text = [party.name ?? "", party.number, call.from, call.to, call.toText, agent, agentId ?? "", call.department ?? ""].join("\n").toLowerCase();
  return { call, sinceMs, level, limitMs, rank, text, caller: partyText(party), agent };
}

export type Compare = (a: Row, b: Row) => number;

/** The longest first; the id decides at last, so that nothing changes places for no reason. */
const byTime: Compare = (a, b) => a.sinceMs - b.sinceMs || (a.call.id < b.call.id ? -1 : a.call.id > b.call.id ? 1 : 0);
const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const byWord = (of: (row: Row) => string): Compare => (a, b) => {
  const [left, right] = [of(a), of(b)];
  if (left === right) return byTime(a, b);
  // Who has none comes last.
  if (left === "" || right === "") return left === "" ? 1 : -1;
  return words.compare(left, right) || byTime(a, b);
};

export const COMPARE: Readonly<Record<Sort, Compare>> = {
  urgent: (a, b) => a.rank - b.rank || LEVEL_RANK[a.level] - LEVEL_RANK[b.level] || byTime(a, b),
  time: byTime,
  state: byWord(({ call }) => call.state),
  caller: byWord(({ caller }) => caller),
  agent: byWord(({ agent }) => agent),
  queue: byWord(({ call }) => call.department ?? ""),
};

/** The ids of these rows. Whoever orders them again and again keeps them, so that they are not gathered anew each time. */
export const idsOf = (rows: readonly Row[]): Set<string> => new Set(rows.map(({ call }) => call.id));

/** One pass over what there was, one over what there is, and a sort that is linear where little has moved. `known`: the ids of `before`; those of the result afterwards. */
export function orderRows(before: readonly Row[], calls: ReadonlyMap<string, Call>, context: RowContext, compare: Compare, known = idsOf(before)): Row[] {
  const rows: Row[] = [];
  for (const row of before) {
    const call = calls.get(row.call.id);
    if (call === undefined) known.delete(row.call.id);
    else rows.push(rowOf(call, row, context));
  }
  // What has newly come is sorted by itself and stands behind: two runs in order, which are merged.
  const fresh: Row[] = [];
  for (const [id, call] of calls) if (!known.has(id)) fresh.push(rowOf(call, undefined, context));
  fresh.sort(compare);
  for (const row of fresh) {
    known.add(row.call.id);
    rows.push(row);
  }
  return rows.sort(compare);
}
