/** Reads one after the other run in microtasks, and a month is many reads: between them the event loop gets its turns. */
import { setImmediate as turn } from "node:timers/promises";
import type { FigureStore } from "./ports.js";

/** With the read that follows it stays well within a frame of 20 ms. */
const TURN_MS = 8;

export function unhurried(store: FigureStore): FigureStore {
  let turnedAt = 0;
  const then = async <T>(read: () => Promise<T>): Promise<T> => {
    if (performance.now() - turnedAt >= TURN_MS) {
      await turn();
      turnedAt = performance.now();
    }
    return read();
  };
  return {
    counted: (...asked) => then(() => store.counted(...asked)),
    statuses: (...asked) => then(() => store.statuses(...asked)),
    departments: (...asked) => then(() => store.departments(...asked)),
    agents: (...asked) => then(() => store.agents(...asked)),
  };
}
