import { expect, inject, it } from "vitest";
import { runKills } from "./run.js";

// `npm run program-kills` takes its time; here nothing depends on the machine's speed.
it("a few kills leave no channel, no callback untold, and no caller in silence", { timeout: 300_000 }, async () => {
  const lines: string[] = [];
  const { journal, legs, callbacks } = await runKills({ kills: 5, seed: 5, real: false, at: 10, silenceS: 60, built: inject("product"), betweenMs: [300, 900], stayMs: [800, 3000], write: (line) => lines.push(line) });
  expect(journal.violations, lines.join("\n")).toBe(0);
  expect([journal.fault, legs > 5, callbacks > 5]).toEqual([5, true, true]);
});
