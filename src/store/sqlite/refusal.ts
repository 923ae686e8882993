/** Tells errors of the written values from errors of the database's state. */
import Sqlite from "better-sqlite3";
import { CallplaneError } from "../../errors.js";

/** Result codes (sqlite.org/rescode.html) that the same values cause again. */
const OF_THE_VALUE = /^SQLITE_(?:CONSTRAINT|MISMATCH|TOOBIG|RANGE)(?:_|$)/;
const LOCKED = /^SQLITE_(?:BUSY|LOCKED)(?:_|$)/;
/** A disk that is full, broken, read-only or gone. */
const OF_THE_DISK = /^SQLITE_(?:FULL|IOERR|READONLY|CANTOPEN|PROTOCOL)(?:_|$)/;
const RETRY_AFTER_S = 5;

/** drizzle wraps what the driver throws. */
function codeOf(error: unknown): string | null {
  if (error instanceof Sqlite.SqliteError) return error.code;
  return error instanceof Error && error.cause instanceof Error ? codeOf(error.cause) : null;
}

/** For an open database: an error that is not SQLite's was thrown by the work itself, or by a value that cannot be bound. */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error);
  return code === null ? !(error instanceof CallplaneError && error.code === "DatabaseUnavailable") : OF_THE_VALUE.test(code);
}

/** Another connection holds the lock. */
export const isLocked = (error: unknown): boolean => LOCKED.test(codeOf(error) ?? "");

export const unavailable = (message?: string, cause?: unknown): CallplaneError => new CallplaneError("DatabaseUnavailable", message, { retryAfterS: RETRY_AFTER_S }, { cause });

/** A trouble of the database as DatabaseUnavailable; any other error stays as it is. */
export function translated(error: unknown): unknown {
  const code = codeOf(error);
  return code !== null && (LOCKED.test(code) || OF_THE_DISK.test(code)) && !(error instanceof CallplaneError) ? unavailable(undefined, error) : error;
}
