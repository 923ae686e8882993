/** Reads the replies of `show channels as json` and `show registrations as json`. */
import { percentDecode } from "./event-scanner.js";
import { CHANNEL_COLUMNS } from "./types.js";
import type { ChannelRow, RegistrationRow } from "./types.js";

const REGISTRATION_COLUMNS = [
  "reg_user", "realm", "token", "url", "expires", "network_ip", "network_port", "network_proto", "hostname", "metadata",
] as const satisfies readonly (keyof RegistrationRow)[];

/** The reply is not what FreeSWITCH 1.10 answers. */
export class SnapshotError extends Error {
  override readonly name = "SnapshotError";
}

type Table = Record<string, unknown>;

const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null && !Array.isArray(value);
const isChannelRow = (row: Table): row is ChannelRow => CHANNEL_COLUMNS.every((column) => typeof row[column] === "string");
const isRegistrationRow = (row: Table): row is Table & RegistrationRow => REGISTRATION_COLUMNS.every((column) => typeof row[column] === "string");

/** With no rows FreeSWITCH leaves `rows` out. */
function rowsOf(reply: string, what: string): readonly Table[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(reply);
  } catch (cause) {
    throw new SnapshotError(`FreeSWITCH's list of ${what} is not JSON: ${reply.slice(0, 80)}`, { cause });
  }
  const rows = isTable(parsed) ? (parsed["rows"] ?? []) : null;
  if (!Array.isArray(rows) || !rows.every(isTable)) throw new SnapshotError(`FreeSWITCH's list of ${what} has no rows.`);
  return rows;
}

function completed(row: Table, columns: readonly string[]): Table {
  for (const column of columns) {
    if (typeof row[column] !== "string") row[column] = "";
  }
  return row;
}

/** Throws SnapshotError. */
export function parseChannels(reply: string): ChannelRow[] {
  return rowsOf(reply, "channels")
    .map((row) => decoded(completed(row, CHANNEL_COLUMNS)))
    .filter(isChannelRow);
}

/** Whether the reply to `show tasks as json` has the task; null: it is no such list. */
export function hasTask(reply: string, id: number): boolean | null {
  try {
    return rowsOf(reply, "tasks").some((row) => row["task_id"] === String(id));
  } catch (error) {
    if (error instanceof SnapshotError) return null;
    throw error;
  }
}

/** Throws SnapshotError. */
export function parseRegistrations(reply: string): RegistrationRow[] {
  return rowsOf(reply, "registrations")
    .map((row) => completed(row, REGISTRATION_COLUMNS))
    .filter(isRegistrationRow);
}

/**
 * Events cannot tell `gw%2B1001` from `gw+1001` (event-scanner.ts), rows can. A column must not change with where it came from,
 * so rows are decoded as events are; `presence_data` alone is our own text and comes back to the letter.
 */
function decoded(row: Table): Table {
  for (const column of CHANNEL_COLUMNS) {
    const value = row[column];
    if (column !== "presence_data" && typeof value === "string" && value.includes("%")) row[column] = percentDecode(Buffer.from(value));
  }
  return row;
}
