/** Sums what the store holds into tables: in short spans of time, so that the event loop waits for none of them. */
import { WRAP_UP_REASON } from "../agents/index.js";
import { PIECE_MS } from "../call-logs/index.js";
import type { AgentCell, DepartmentCell } from "./cells.js";
import type { CountedRow, FigureStore, StatusRow } from "./ports.js";
import type { Table } from "./table.js";

/** What is read at once. */
const SPAN_MS = 3 * PIECE_MS;

/** The rows from one moment to before another, in the order of time. */
export async function eachCounted(store: FigureStore, organizationId: number, from: number, to: number, take: (row: CountedRow) => void): Promise<void> {
  for (let at = from; at < to; at += SPAN_MS) for (const row of await store.counted(organizationId, at, Math.min(at + SPAN_MS, to))) take(row);
}

async function eachRow(store: FigureStore, organizationId: number, { from, to }: Pick<Table<unknown>, "from" | "to">, now: number, take: (row: CountedRow) => void): Promise<void> {
  // The longest piece of a conversation may reach into the first interval.
  await eachCounted(store, organizationId, from - PIECE_MS, Math.min(to, now + SPAN_MS), take);
}

export async function fillDepartments(table: Table<DepartmentCell>, store: FigureStore, { organizationId, now, serviceLevelMs }: { readonly organizationId: number; readonly now: number; readonly serviceLevelMs: (department: string) => number }): Promise<void> {
  await eachRow(store, organizationId, table, now, ({ kind, department, at, ms }) => {
    if (kind === "talk" || kind === "hold") {
      const lasted = kind === "talk" ? "talkMs" : "holdMs";
      table.spread(department, at, at + ms, (cell, part) => void (cell[lasted] += part));
      return;
    }
    const cell = table.at(department, at);
    if (cell === undefined || department === null) return;
    cell[kind]++;
    if (kind === "missed") return;
    cell.longestWaitMs = Math.max(cell.longestWaitMs, ms);
    if (kind !== "answered") return;
    cell.waitMs += ms;
    if (ms <= serviceLevelMs(department)) cell.inTime++;
  });
}

export async function fillAgents(table: Table<AgentCell>, store: FigureStore, { organizationId, now }: { readonly organizationId: number; readonly now: number }): Promise<void> {
  await eachRow(store, organizationId, table, now, ({ kind, agentId, at, ms, begins }) => {
    if (kind === "talk" || kind === "hold") {
      const lasted = kind === "talk" ? "talkMs" : "holdMs";
      table.spread(agentId, at, at + ms, (cell, part) => void (cell[lasted] += part));
    }
    const cell = table.at(agentId, at);
    if (cell === undefined) return;
    if (kind === "answered" || kind === "missed") cell[kind]++;
    else if (kind === "talk" && begins) cell.calls++;
  });
}

/** A status from one moment to another. */
export interface StatusSpan {
  readonly status: StatusRow["status"] | "wrapUp";
  /** Whose call it is, or whose wrap-up. */
  readonly department: string | null;
  readonly from: number;
  readonly to: number;
}

/** The agent's statuses within the table, until now. */
export async function eachStatus(store: FigureStore, organizationId: number, agentId: string, { from, to }: Pick<Table<unknown>, "from" | "to">, now: number, take: (span: StatusSpan) => void): Promise<void> {
  const rows = await store.statuses(organizationId, agentId, from, to);
  let department: string | null = null;
  for (const [index, row] of rows.entries()) {
    const isWrapUp = row.status === "away" && row.reason === WRAP_UP_REASON;
    // A wrap-up follows the call of the row before it.
    if (!isWrapUp) department = row.department;
    take({ status: isWrapUp ? "wrapUp" : row.status, department, from: Math.max(row.since, from), to: Math.min(rows[index + 1]?.since ?? now, to, now) });
  }
}
