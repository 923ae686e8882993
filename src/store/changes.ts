/** Reads the changes that triggers have recorded. */
import { asc, desc, gt, sql } from "drizzle-orm";
import { first } from "./rows.js";
import { changes } from "./schema.js";
import type { Reader } from "./sqlite/engine.js";
import { Prepared } from "./sqlite/prepared.js";
import { Repository } from "./sqlite/repository.js";
import type { StoreWrite, WritesSince } from "./types.js";

/** Reading more single changes costs more than reading all. */
const MAX_SINGLE = 500;

type Row = typeof changes.$inferSelect;

/** Null: everything must be read. */
function toWrite({ kind, organizationId, agentId, agentRow, jti }: Row): StoreWrite | null {
  if (kind === "token" && jti !== null) return { kind, jti };
  if (kind === "session" && jti !== null) return { kind, sessionId: jti };
  if (kind === "credentials" && agentRow !== null) return { kind, agentRow };
  if (kind === "agent" && organizationId !== null && agentId !== null && agentRow !== null) return { kind, organizationId, agentId, agentRow };
  return null;
}

const newest = async (db: Reader): Promise<number> => (await first(db.select({ id: changes.id }).from(changes).orderBy(desc(changes.id)).limit(1)))?.id ?? 0;

export class SqliteChanges extends Repository {
  readonly #after = new Prepared((db) => db.select().from(changes).where(gt(changes.id, sql.placeholder("last"))).orderBy(asc(changes.id)).limit(MAX_SINGLE + 1));

  async since(last: number | null): Promise<WritesSince> {
    return this.engine.read(async (db): Promise<WritesSince> => {
      if (last === null) return { last: await newest(db), writes: null };
      const rows = await this.#after.rows(db, { last });
      const [oldest] = rows;
      if (oldest === undefined) return { last, writes: [] };
      const writes = new Map<string, StoreWrite>();
      for (const row of rows) {
        const write = toWrite(row);
        if (write === null || rows.length > MAX_SINGLE || oldest.id !== last + 1) return { last: await newest(db), writes: null };
        writes.set(JSON.stringify(write), write);
      }
      return { last: rows.at(-1)?.id ?? last, writes: [...writes.values()] };
    });
  }
}
