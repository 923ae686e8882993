import { and, eq, isNull } from "drizzle-orm";
import type { LegWatch, LegWatches } from "../twiml/index.js";
import { Repository } from "./sqlite/repository.js";
import { legWatches } from "./schema.js";

export class SqliteLegWatches extends Repository implements LegWatches {
  async open(): Promise<readonly LegWatch[]> {
    return this.engine.read(async (db) => db.select().from(legWatches));
  }

  async put(watch: LegWatch): Promise<void> {
    const { callSid, ...rest } = watch;
    await this.engine.write(async (tx) => tx.insert(legWatches).values({ callSid, ...rest }).onConflictDoUpdate({ target: legWatches.callSid, set: rest }));
  }

  async remove(callSid: string): Promise<void> {
    await this.engine.write(async (tx) => tx.delete(legWatches).where(eq(legWatches.callSid, callSid)));
  }
  async claim(callSid: string, node: string): Promise<boolean> {
    const claimed = await this.engine.write(async (tx) => tx.update(legWatches).set({ node }).where(and(eq(legWatches.callSid, callSid), isNull(legWatches.node))).returning({ callSid: legWatches.callSid }));
    return claimed.length > 0;
  }
}
