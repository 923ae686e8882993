import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../src/audit/index.js";
import type { RegistrationFailureEvent } from "../../src/freeswitch/types.js";
import { RegistrationGuard, type GuardSettings, type RegistrationAttempt } from "../../src/security/index.js";
import { eventually } from "../lab/wait.js";
import { temporaryDirectory } from "../support/temporary.js";
import { organizationRecord } from "../support/records.js";

const failure = (changes: Partial<RegistrationFailureEvent> = {}): RegistrationFailureEvent => ({
  kind: "registration-failure", method: "REGISTER", user: "1001", domain: "acme.example", networkIp: "203.0.113.9", networkPort: "5060", userAgent: "scanner", timestampUs: 0, ...changes,
});

let directory: ReturnType<typeof temporaryDirectory>;
let guard: RegistrationGuard | null;
beforeEach(() => {
  directory = temporaryDirectory();
  guard = null;
});
afterEach(() => {
  guard?.close();
  directory.remove();
});

function watch(settings: Partial<GuardSettings> = {}) {
  const audit: AuditEntry[] = [];
  const told: RegistrationAttempt[] = [];
  const bans: string[] = [];
  const world = { audit, told, bans, counted: 0, now: 1_000_000 };
  const made = new RegistrationGuard({
    directory: { organizationByDomain: (domain) => (domain === "acme.example" ? organizationRecord({ id: 7 }) : undefined) },
    audit: { append: (entry) => void audit.push(entry) },
    metrics: { registrationFailed: () => void world.counted++, banFinished: (outcome) => void bans.push(outcome) },
    logger: pino({ level: "silent" }),
    settings: { banCommand: null, banAfter: 4, banWindowS: 60, banS: 3600, banExempt: [], ...settings },
    now: () => world.now,
  });
  guard = made;
  made.onAttempt((attempt) => void told.push(attempt));
  const fails = (times: number, changes: Partial<RegistrationFailureEvent> = {}): void => {
    for (let i = 0; i < times; i++) made.sink.event("fs1", failure(changes));
  };
  return Object.assign(world, { fails });
}

/** A ban command that writes down what it is given. */
function banCommand(body: string): { readonly command: string; readonly calls: () => string[] } {
  const command = join(directory.path, "ban");
  const log = join(directory.path, "log");
  writeFileSync(command, `#!/bin/sh\n${body.replaceAll("LOG", log)}\n`);
  chmodSync(command, 0o755);
  return { command, calls: () => (existsSync(log) ? readFileSync(log, "utf8").split("\n").filter((line) => line !== "") : []) };
}

describe("phones that cannot prove who they are", () => {
  it("are counted, told as their number doubles, and noted once a burst", () => {
    const world = watch();
    world.fails(9);
    expect(world.counted).toBe(9);
    expect(world.told.map(({ failures }) => failures)).toEqual([1, 2, 4, 8]);
    expect(world.told[0]).toEqual({ node: "fs1", organizationId: 7, user: "1001", domain: "acme.example", address: "203.0.113.9", userAgent: "scanner", method: "REGISTER", failures: 1, banned: false });
    expect(world.audit.map(({ organizationId, actor, action, target }) => ({ organizationId, actor, action, target }))).toEqual([
      { organizationId: 7, actor: "system", action: "security.registration_attack", target: "203.0.113.9" },
      { organizationId: 7, actor: "system", action: "security.registration_attack", target: "1001@acme.example" },
    ]);
    world.now += 60_001;
    world.fails(4);
    expect(world.audit).toHaveLength(4);
  });

  it("are no attack when their failures are far apart", () => {
    const world = watch();
    for (let i = 0; i < 10; i++) {
      world.fails(1);
      world.now += 30_000;
    }
    expect(world.audit).toEqual([]);
  });

  it("are an attack on a user when every guess comes from another address", () => {
    const world = watch();
    for (let i = 1; i <= 4; i++) world.fails(1, { networkIp: `203.0.113.${i}` });
    expect(world.audit.map(({ target }) => target)).toEqual(["1001@acme.example"]);
    expect(world.told.map(({ address, failures }) => [address, failures])).toEqual([1, 2, 3, 4].map((i) => [`203.0.113.${i}`, 1]));
  });

  it("are nobody's when the domain is nobody's, and never bring their own line breaks", () => {
    const world = watch();
    world.fails(4, { user: "a\r\nb".repeat(50), domain: "elsewhere.example", userAgent: "x".repeat(500) });
    expect(world.told[0]).toMatchObject({ organizationId: null, user: "a??b".repeat(16), userAgent: "x".repeat(64) });
    expect(world.audit.every(({ organizationId }) => organizationId === null)).toBe(true);
  });

  it("use bounded memory, however many they are", () => {
    const world = watch();
    for (let i = 0; i < 60_000; i++) world.fails(1, { networkIp: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, user: `u${i}` });
    expect(world.counted).toBe(60_000);
    expect(world.audit).toEqual([]);
  });
});

describe("the ban command", () => {
  it("is run once with the address and the seconds, without a shell", async () => {
    const { command, calls } = banCommand('echo "$# $1 $2 ${JWT_SECRET-none}" >> LOG');
    const world = watch({ banCommand: command });
    world.fails(10);
    await eventually("the command to have run", () => world.bans.length === 1);
    expect(world.bans).toEqual(["done"]);
    expect(calls()).toEqual(["2 203.0.113.9 3600 none"]);
    expect(world.told.filter(({ banned }) => banned)).toHaveLength(1);
  });

  it.each(["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3", "198.51.100.7", "2001:db8::5", "not an address", "1.2.3.4; reboot", "fe80::1%eth0", ""])("is never run for %s", async (networkIp) => {
    const { command } = banCommand('echo "$1" >> LOG');
    const world = watch({ banCommand: command, banExempt: ["10.0.0.0/8", "198.51.100.7", "2001:db8::/32"] });
    world.fails(10, { networkIp });
    expect(world.told.some(({ banned }) => banned)).toBe(false);
    expect(world.counted).toBe(10);
  });

  it("is run for IPv6 too, and its failure is told", async () => {
    const { command, calls } = banCommand('echo "$1" >> LOG; exit 3');
    const world = watch({ banCommand: command });
    world.fails(4, { networkIp: "2001:DB8::9" });
    await eventually("the command to have run", () => world.bans.length === 1);
    expect(world.bans).toEqual(["failed"]);
    expect(calls()).toEqual(["2001:db8::9"]);
  });

  it("that is not there is a failure and no crash", async () => {
    const world = watch({ banCommand: "/nonexistent/ban" });
    world.fails(4);
    await eventually("the failure", () => world.bans.length === 1);
    expect(world.bans).toEqual(["failed"]);
  });
});
