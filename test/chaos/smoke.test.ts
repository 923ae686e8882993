import { expect, it } from "vitest";
import { runChaos } from "./run.js";

// Short faults and everyday acts; the rest is for `npm run chaos`, which takes its time.
const FAULTS = ["restart", "cut wire", "repeating wire"];
const ACTS = ["customer", "hold", "resume", "park", "pickup", "mute", "unmute", "record", "hangup", "status", "another's call"];

it("a short run with some faults violates nothing", { timeout: 120_000 }, async () => {
  const lines: string[] = [];
  const { journal } = await runChaos({ minutes: 1, seed: 7, real: false, faults: FAULTS, acts: ACTS, maxFaults: 1, write: (line) => lines.push(line) });
  expect(journal.violations, lines.join("\n")).toBe(0);
  expect([journal.fault, journal.requests > 20, journal.channels.size > 0]).toEqual([1, true, true]);
});
