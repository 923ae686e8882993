import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BanHook } from "../../src/security/ban-hook.js";
import type { BanOutcome } from "../../src/security/index.js";
import { eventually } from "../lab/wait.js";
import { temporaryDirectory } from "../support/temporary.js";

let directory: ReturnType<typeof temporaryDirectory>;
let outcomes: BanOutcome[];
beforeEach(() => {
  directory = temporaryDirectory();
  outcomes = [];
});
afterEach(() => directory.remove());

function hook(body: string, timeoutMs: number): BanHook {
  const command = join(directory.path, "ban");
  writeFileSync(command, `#!/bin/sh\n${body}\n`);
  chmodSync(command, 0o755);
  return new BanHook({ command, seconds: 60, logger: pino({ level: "silent" }), finished: (outcome) => void outcomes.push(outcome), timeoutMs });
}

describe("the ban hook", () => {
  it("ends a command that takes too long, and goes on with the next", async () => {
    const bans = hook('[ "$1" = 192.0.2.1 ] && exec sleep 60; exit 0', 200);
    bans.ban("192.0.2.1");
    bans.ban("192.0.2.2");
    await eventually("both to end", () => outcomes.length === 2);
    expect([...outcomes].sort()).toEqual(["done", "timeout"]);
    bans.close();
  });

  it("runs four at once and keeps the others waiting", async () => {
    const { path } = directory;
    // Each notes how many there are besides itself.
    const bans = hook(`mkdir -p ${path}/in; touch ${path}/in/$1; ls ${path}/in | wc -l >> ${path}/most; sleep 0.05; rm ${path}/in/$1`, 5000);
    for (let i = 1; i <= 12; i++) bans.ban(`192.0.2.${i}`);
    await eventually("all to end", () => outcomes.length === 12);
    expect(outcomes.every((outcome) => outcome === "done")).toBe(true);
    expect(Math.max(...readFileSync(join(path, "most"), "utf8").trim().split("\n").map(Number))).toBeLessThanOrEqual(4);
    bans.close();
  });

  it("ends what runs and forgets what waits when it is closed", async () => {
    const bans = hook("exec sleep 60", 60_000);
    for (let i = 1; i <= 6; i++) bans.ban(`192.0.2.${i}`);
    bans.close();
    await eventually("those that ran to end", () => outcomes.length === 4);
    expect(outcomes).toEqual(["failed", "failed", "failed", "failed"]);
    bans.ban("192.0.2.9");
    expect(outcomes.at(-1)).toBe("dropped");
  });
});
