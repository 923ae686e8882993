import { desc } from "drizzle-orm";
import type { CdrQuarantine, QuarantinedCdr } from "../call-logs/index.js";
import { pageSize } from "./engine.js";
import type { Engine } from "./engine.js";
import { cdrQuarantine } from "./schema.js";

export class SqliteCdrQuarantine implements CdrQuarantine {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async add(cdr: QuarantinedCdr): Promise<void> {
    this.#engine.db.insert(cdrQuarantine).values(cdr).onConflictDoNothing().run();
  }

  async list(limit: number): Promise<readonly QuarantinedCdr[]> {
    return this.#engine.db.select().from(cdrQuarantine).orderBy(desc(cdrQuarantine.id)).limit(pageSize(limit)).all().map(({ id: _, ...cdr }) => cdr);
  }
}
