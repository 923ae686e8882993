import { and, eq, ne, sql } from "drizzle-orm";
import type { SwitchLife, SwitchLives } from "../call-logs/index.js";
import type { Engine } from "./engine.js";
import { switchLives } from "./schema.js";

export class SqliteSwitchLives implements SwitchLives {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async seen(life: SwitchLife): Promise<void> {
    const { node, seenAt } = life;
    this.#engine.db
      .insert(switchLives)
      .values(life)
      .onConflictDoUpdate({ target: switchLives.coreUuid, set: { node, seenAt }, setWhere: sql`excluded.seen_at > ${switchLives.seenAt}` })
      .run();
  }

  async list(): Promise<readonly SwitchLife[]> {
    return this.#engine.db.select().from(switchLives).all();
  }

  async forget(node: string, living: string): Promise<void> {
    this.#engine.db.delete(switchLives).where(and(eq(switchLives.node, node), ne(switchLives.coreUuid, living))).run();
  }
}
