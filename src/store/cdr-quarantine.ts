import { desc } from "drizzle-orm";
import type { CdrQuarantine, QuarantinedCdr } from "../call-logs/index.js";
import { pageSize } from "./rows.js";
import { Repository } from "./sqlite/repository.js";
import { cdrQuarantine } from "./schema.js";

export class SqliteCdrQuarantine extends Repository implements CdrQuarantine {
  async add(cdr: QuarantinedCdr): Promise<void> {
    await this.engine.write(async (tx) => tx.insert(cdrQuarantine).values(cdr).onConflictDoNothing());
  }

  async list(limit: number): Promise<readonly QuarantinedCdr[]> {
    const rows = await this.engine.read(async (db) => db.select().from(cdrQuarantine).orderBy(desc(cdrQuarantine.id)).limit(pageSize(limit)));
    return rows.map(({ id: _, ...cdr }) => cdr);
  }
}
