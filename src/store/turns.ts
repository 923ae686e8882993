/** Reads one after the other run in microtasks, and a long list is many reads: before each the event loop gets its turn. */
import { setImmediate as turn } from "node:timers/promises";
import type { SqliteEngine } from "./sqlite/engine.js";

export const unhurried = (engine: Pick<SqliteEngine, "read">): Pick<SqliteEngine, "read"> => ({
  async read(work) {
    await turn();
    return engine.read(work);
  },
});
