import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { fewAtATime } from "../../src/queues/rounds.js";

it.each([[0, []], [1, [1]], [2, [2]], [5, [2, 4, 5]]] as const)("work on %i things is done two at a time, with a turn of the event loop between: %j", async (count, afterEach) => {
  const done: string[] = [];
  fewAtATime(Array.from({ length: count }, (_, index) => String(index)), 2, (item) => void done.push(item), () => void done.push("done"));
  // Bounded by the turns.
  const seen: number[] = [];
  for (const expected of afterEach) {
    seen.push(done.filter((item) => item !== "done").length);
    if (expected < count) await turn();
  }
  expect(seen).toEqual(afterEach);
  expect(done).toEqual([...Array.from({ length: count }, (_, index) => String(index)), "done"]);
});
