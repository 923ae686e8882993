import { expect, it } from "vitest";
import { runChaos } from "./run.js";

// Each fault is short here; what takes its time is for `npm run chaos`.
it("a short run with some faults violates nothing", { timeout: 120_000 }, async () => {
  const lines: string[] = [];
  const { journal } = await runChaos({ minutes: 1, seed: 7, real: false, faults: ["restart", "cut wire", "repeating wire"], maxFaults: 1, write: (line) => lines.push(line) });
  expect(journal.violations, lines.join("\n")).toBe(0);
  expect([journal.fault, journal.requests > 20, journal.channels.size > 0]).toEqual([1, true, true]);
});
