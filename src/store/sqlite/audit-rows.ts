/** The stored rows of the audit log, for its chain. */
import type Sqlite from "better-sqlite3";
import type { StoredRow } from "../audit-chain.js";

const COLUMNS = "id, at, organization_id AS organizationId, actor, action, target, detail, hash";

/** The rows after `after`; without `limit` one at a time, so that a long log fits into memory. */
export function rowsAfter(sqlite: Sqlite.Database, after: number, limit?: number): Iterable<StoredRow> {
  const query = sqlite.prepare<[number, number], StoredRow>(`SELECT ${COLUMNS} FROM audit_log WHERE id > ? ORDER BY id LIMIT ?`);
  return limit === undefined ? query.iterate(after, -1) : query.all(after, limit);
}
