/** Which errors are about what was to be written, and not about the state of the database. */
import Sqlite from "better-sqlite3";

/** Result codes (sqlite.org/rescode.html) that the same values bring again. */
const OF_THE_VALUE = /^SQLITE_(?:CONSTRAINT|MISMATCH|TOOBIG|RANGE)(?:_|$)/;

/** Of an open database; anything that is no error of SQLite's was thrown by the work itself, or at a value that cannot be bound. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof Sqlite.SqliteError) return OF_THE_VALUE.test(error.code);
  return !(error instanceof Error && error.cause instanceof Error) || isRefusal(error.cause);
}
