import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isGone, LEASE_TIMING, LeaseHolder, LeaseTaker, ownMark } from "../../src/lease/index.js";
import { eventually } from "../lab/wait.js";
import { ManualClock } from "../support/manual-clock.js";
import { MemoryLeases, owner, pass, turns } from "./support.js";

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const NODES = ["fs1:8021", "fs2:8021"];

function world() {
  const clock = new ManualClock();
  const leases = new MemoryLeases(clock);
  const gone = new Set<string>();
  const taker = (id: string, nodes = NODES): LeaseTaker => new LeaseTaker({ leases, nodes, owner: owner(id), timing: LEASE_TIMING, clock, logger: SILENT, isGone: (mark) => mark !== null && gone.has(mark) });
  const lost: string[] = [];
  const holder = (id: string): LeaseHolder => new LeaseHolder({ leases, nodes: NODES, owner: owner(id), timing: LEASE_TIMING, clock, logger: SILENT, lost: () => lost.push(id) });
  /** One who waits; tells when he has taken the nodes. */
  const waiting = (id: string) => {
    const wait = { taken: null as boolean | null, stop: new AbortController() };
    void taker(id).untilTaken(wait.stop.signal).then((taken) => (wait.taken = taken));
    return wait;
  };
  return { clock, leases, gone, taker, holder, lost, waiting };
}

describe("who waits", () => {
  it("takes nodes that nobody has, all at once", async () => {
    const { leases, taker } = world();
    expect(await taker("a").look()).toBe(true);
    expect(NODES.map(leases.owner)).toEqual(["a", "a"]);
  });

  it("takes none while one of them is another's, and names whose it is", async () => {
    const { leases, taker } = world();
    await taker("a", ["fs2:8021"]).look();
    const second = taker("b");
    expect(await second.look()).toBe(false);
    expect(second.obstacles).toMatchObject([{ node: "fs2:8021", owner: { id: "a" } }]);
    expect(NODES.map(leases.owner)).toEqual([undefined, "a"]);
  });

  it("never takes from one who renews", async () => {
    const { clock, leases, taker, holder, waiting } = world();
    await taker("a").look();
    const held = holder("a");
    waiting("b");
    await pass(clock, 60_000);
    expect(NODES.map(leases.owner)).toEqual(["a", "a"]);
    await held.close();
  });

  it("follows within 250 ms one who gave them back", async () => {
    const { clock, leases, taker, holder, waiting } = world();
    await taker("a").look();
    const held = holder("a");
    const second = waiting("b");
    await pass(clock, 5000);
    await held.close();
    await expect(held.fence()).rejects.toMatchObject({ code: "SwitchUnavailable" });
    expect(held.writeFence()).toBeNull();
    await pass(clock, LEASE_TIMING.lookMs);
    expect(second.taken).toBe(true);
    expect(NODES.map(leases.owner)).toEqual(["b", "b"]);
  });

  it("follows within 7 s one who is heard of no more", async () => {
    const { clock, taker, waiting } = world();
    await taker("a").look();
    const second = waiting("b");
    await pass(clock, 5900);
    expect(second.taken).toBeNull();
    await pass(clock, 1100);
    expect(second.taken).toBe(true);
  });

  it("follows at once one whose process is certainly no more", async () => {
    const { leases, gone, taker } = world();
    await leases.take(NODES, owner("a", "mark"), 6000, []);
    const second = taker("b");
    expect(await second.look()).toBe(false);
    gone.add("mark");
    expect(await second.look()).toBe(true);
    expect(NODES.map(leases.owner)).toEqual(["b", "b"]);
  });

  it("takes nothing that was renewed between the judgement and the taking", async () => {
    const { clock, leases, taker } = world();
    await leases.take(NODES, owner("a"), 6000, []);
    const second = taker("b");
    for (let ms = 0; ms < 6000; ms += 250) {
      await second.look();
      clock.advance(250);
    }
    await leases.renew(NODES, "a", 6000);
    expect(await second.look()).toBe(false);
    expect(NODES.map(leases.owner)).toEqual(["a", "a"]);
  });

  it("leaves an owner in peace whom somebody kept from writing for 20 s", async () => {
    const { clock, leases, taker, holder, lost, waiting } = world();
    await taker("a").look();
    const held = holder("a");
    const second = waiting("b");
    await pass(clock, 3000);
    leases.trouble = new Error("database is locked");
    await pass(clock, 20_000);
    expect(held.fence()).toBeNull();
    leases.trouble = null;
    await pass(clock, 20_000);
    expect({ taken: second.taken, lost, fence: held.fence(), trouble: held.trouble() }).toEqual({ taken: null, lost: [], fence: null, trouble: null });
    await held.close();
  });

  it("that stood still itself looks anew, before it judges", async () => {
    const { clock, leases, taker } = world();
    await leases.take(NODES, owner("a"), 6000, []);
    const second = taker("b");
    await second.look();
    // Both stood still: the machine was suspended.
    clock.standStill(30_000);
    expect(await second.look()).toBe(false);
    await leases.renew(NODES, "a", 6000);
    expect(await second.look()).toBe(false);
  });

  it("follows one who is heard of no more also when the database's clock was set back or forth", async () => {
    for (const skewMs of [-3_600_000, 3_600_000]) {
      const { clock, leases, taker, waiting } = world();
      await taker("a").look();
      leases.skewMs = skewMs;
      const second = waiting("b");
      await pass(clock, 2900);
      expect(second.taken).toBeNull();
      await pass(clock, 7100);
      expect({ skewMs, taken: second.taken }).toEqual({ skewMs, taken: true });
    }
  });

  it("gives up when it is told to", async () => {
    const { clock, taker, waiting } = world();
    await taker("a").look();
    const second = waiting("b");
    await pass(clock, 1000);
    second.stop.abort();
    await turns();
    expect(second.taken).toBe(false);
    await pass(clock, 20_000);
    expect(clock.timers).toBe(0);
  });
});

describe("the owner", () => {
  async function owning() {
    const it = world();
    await it.taker("a").look();
    return { ...it, held: it.holder("a") };
  }

  it("commands without asking, as long as it runs", async () => {
    const { clock, held } = await owning();
    for (let second = 0; second < 30; second++) {
      await pass(clock, 1000);
      expect(held.fence()).toBeNull();
    }
  });

  it("that stood still asks first, and goes on when the nodes are still its own", async () => {
    const { clock, held, lost } = await owning();
    await pass(clock, 3000);
    clock.standStill(LEASE_TIMING.stallMs + 1000);
    const fence = held.fence();
    expect(fence).not.toBeNull();
    await expect(fence).resolves.toBeUndefined();
    await turns();
    expect(held.fence()).toBeNull();
    expect(lost).toEqual([]);
  });

  it("that stood still while another took its nodes commands nothing any more", async () => {
    const { clock, leases, held, lost } = await owning();
    await pass(clock, 3000);
    await leases.take(NODES, owner("b"), 6000, await leases.list(NODES));
    clock.standStill(30_000);
    await expect(held.fence()).rejects.toMatchObject({ code: "SwitchUnavailable" });
    await expect(held.fence()).rejects.toMatchObject({ code: "SwitchUnavailable" });
    expect(lost).toEqual(["a"]);
    await expect(held.writeFence()).rejects.toMatchObject({ code: "SwitchUnavailable" });
    // It has nothing to give back.
    await held.close();
    expect(NODES.map(leases.owner)).toEqual(["b", "b"]);
  });

  it("notices by itself that its nodes are another's", async () => {
    const { clock, leases, lost } = await owning();
    await leases.take(NODES, owner("b"), 6000, await leases.list(NODES));
    await pass(clock, LEASE_TIMING.renewMs);
    expect(lost).toEqual(["a"]);
  });

  it("notices it by reading, when it cannot write", async () => {
    const { clock, leases, lost } = await owning();
    await leases.take(NODES, owner("b"), 6000, await leases.list(NODES));
    leases.trouble = new Error("database or disk is full");
    await pass(clock, LEASE_TIMING.renewMs);
    expect(lost).toEqual(["a"]);
  });

  it("says why the database cannot be written, after a while and until it can", async () => {
    const { clock, leases, held } = await owning();
    await pass(clock, 3000);
    leases.trouble = new Error("database or disk is full");
    await pass(clock, 2000);
    expect(held.trouble()).toBeNull();
    await pass(clock, 2000);
    expect(held.trouble()).toBe("database or disk is full");
    leases.trouble = null;
    await pass(clock, LEASE_TIMING.renewMs);
    expect(held.trouble()).toBeNull();
  });
});

describe.skipIf(process.platform !== "linux")("the mark of a process", () => {
  it("shows that it lives, and then that it lives no more", async () => {
    expect(isGone(ownMark(process.pid))).toBe(false);
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    try {
      await once(child, "spawn");
      const mark = ownMark(child.pid ?? 0);
      expect(mark).not.toBeNull();
      expect(isGone(mark)).toBe(false);
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      await eventually("the process to be gone", () => isGone(mark));
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("tells a process from another that has its number now", () => {
    expect(isGone((ownMark(process.pid) ?? "").replace(/\d+$/, "1"))).toBe(true);
  });

  it("says nothing of other machines and containers", () => {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const mark = ownMark(process.pid) ?? "";
    expect(isGone(mark.replace(boot, "another-boot").replace(/\d+$/, "1"))).toBe(false);
    expect(isGone(mark.replace(/pid:\[\d+\]/, "pid:[1]").replace(/\d+$/, "1"))).toBe(false);
    expect(isGone(null)).toBe(false);
    expect(isGone("nonsense")).toBe(false);
  });
});
