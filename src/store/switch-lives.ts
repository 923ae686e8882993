import { and, eq, ne, sql } from "drizzle-orm";
import type { SwitchLife, SwitchLives } from "../call-logs/index.js";
import { Repository } from "./sqlite/repository.js";
import { switchLives } from "./schema.js";

export class SqliteSwitchLives extends Repository implements SwitchLives {
  async seen(life: SwitchLife): Promise<void> {
    const { node, seenAt } = life;
    await this.engine.write(async (tx) =>
      tx.insert(switchLives).values(life).onConflictDoUpdate({ target: switchLives.coreUuid, set: { node, seenAt }, setWhere: sql`excluded.seen_at > ${switchLives.seenAt}` }),
    );
  }

  async list(): Promise<readonly SwitchLife[]> {
    return this.engine.read(async (db) => db.select().from(switchLives));
  }

  async forget(node: string, living: string): Promise<void> {
    await this.engine.write(async (tx) => tx.delete(switchLives).where(and(eq(switchLives.node, node), ne(switchLives.coreUuid, living))));
  }
}
