/** What a restart of Callplane keeps of the agents: a service that is closed, and another one over the same database. */
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { AgentPolicy, LiveAgentService } from "../../src/agents/index.js";
import { openStore } from "../../src/store/index.js";
import { ManualClock } from "../support/manual-clock.js";
import { temporaryDirectory } from "../support/temporary.js";
import { actor, CallFeed, leg, MemoryDirectory, openAgents, organizationOf, registration, registrationRow, silentLogger, snapshotOf, type Opened } from "./support.js";

const DAY_MS = 86_400_000;
const carol = actor("supervisor", 1);
const policy = (seconds: number): AgentPolicy => ({ awayReasons: () => [], wrapUpS: (_organizationId, _agentId, department) => (department === "sales" ? seconds : 0) });

/** One Callplane after the other, on one clock. */
class House {
  readonly clock = new ManualClock();
  readonly calls = new CallFeed();
  readonly #folder = temporaryDirectory();
  readonly #directory = new MemoryDirectory([organizationOf(1, "one.example")], [{ org: 1, id: "1001" }, { org: 1, id: "1002" }]);
  readonly #policy: AgentPolicy;
  #close = async (): Promise<void> => undefined;
  #feed: Opened["feed"] | null = null;

  constructor(wrapUpS: number) {
    this.#policy = policy(wrapUpS);
  }

  /** Ends the one that runs, as SIGTERM does, and starts the next. */
  async start(): Promise<LiveAgentService> {
    await this.stop();
    const store = await openStore(`file:${join(this.#folder.path, "callplane.db")}`);
    if ((await store.organizations.list()).length === 0) await store.organizations.create({ name: "one", domain: "one.example" });
    const opened = await openAgents({ directory: this.#directory, store: store.agentStatus, calls: this.calls, nodes: ["fs1"], logger: silentLogger, clock: this.clock, heartbeatMs: 1000 * DAY_MS, policy: this.#policy });
    const { service } = opened;
    this.#feed = opened.feed;
    this.#close = async () => {
      await service.close();
      await store.close();
    };
    return service;
  }

  /** With the phones of both, who go online one after the other. */
  async open(): Promise<LiveAgentService> {
    const service = await this.start();
    this.#feed?.snapshot("fs1", snapshotOf([]));
    for (const id of ["1001", "1002"]) {
      this.#feed?.event("fs1", registration("register", id));
      await service.setStatus(carol, id, { status: "online" });
      this.clock.advance(1000);
    }
    return service;
  }

  seen(): void {
    this.#feed?.snapshot("fs1", snapshotOf([registrationRow("1001"), registrationRow("1002")]));
  }

  talk(id: string, department: string | null): void {
    this.calls.tell("call.created", `c-${id}`, 1, [leg(id, "active")], department);
    this.clock.advance(1000);
    this.calls.tell("call.ended", `c-${id}`, 1, [], department);
  }

  stop(): Promise<void> {
    const close = this.#close;
    this.#close = async () => undefined;
    return close();
  }

  async remove(): Promise<void> {
    await this.stop();
    this.#folder.remove();
  }
}

describe("a restart of Callplane", () => {
  it("goes on with a wrap-up, to the end that it had", async () => {
    const house = new House(60);
    await house.open();
    house.talk("1001", "sales");
    const until = new Date(house.clock.now() + 60_000).toISOString();
    house.clock.advance(20_000);
    const service = await house.start();
    house.seen();
    expect(service.get(carol, "1001")).toMatchObject({ status: "away", reason: "wrapUp", until, wrapUp: { callId: "c-1001", until } });
    house.clock.advance(39_000);
    expect(service.get(carol, "1001").status).toBe("away");
    house.clock.advance(2_000);
    expect(service.get(carol, "1001")).toMatchObject({ status: "online", reason: null, until: null });
    await house.remove();
  });

  it("ends one whose time has passed meanwhile", async () => {
    const house = new House(60);
    await house.open();
    house.talk("1001", "sales");
    await house.stop();
    house.clock.advance(61_000);
    const service = await house.start();
    house.seen();
    expect(service.get(carol, "1001")).toMatchObject({ status: "online", reason: null, until: null });
    expect((await service.history(carol, "1001"))[0]).toMatchObject({ status: "online", cause: "system" });
    await house.remove();
  });

  it("leaves one that she ends herself to her", async () => {
    const house = new House(-1);
    await house.open();
    house.talk("1001", "sales");
    house.clock.advance(3_600_000);
    const service = await house.start();
    house.seen();
    house.clock.advance(3_600_000);
    expect(service.get(carol, "1001")).toMatchObject({ status: "away", reason: "wrapUp", until: null });
    await service.setStatus(carol, "1001", { status: "online" });
    expect(service.get(carol, "1001")).toMatchObject({ status: "online", reason: null });
    await house.remove();
  });

  it("knows who has rested longest, whatever her status was since", async () => {
    const house = new House(0);
    const before = await house.open();
    house.talk("1001", "sales");
    const rests = { 1001: before.idleSince(1, "1001"), 1002: before.idleSince(1, "1002") };
    // Later than the other's last status, and yet 1002 has rested longer.
    await before.setStatus(carol, "1002", { status: "away" });
    house.clock.advance(5_000);
    await before.setStatus(carol, "1002", { status: "online" });
    const service = await house.start();
    house.seen();
    expect({ 1001: service.idleSince(1, "1001"), 1002: service.idleSince(1, "1002") }).toEqual(rests);
    expect(rests[1002]?.getTime()).toBeLessThan(rests[1001]?.getTime() ?? 0);
    await house.remove();
  });

  it("gives her the wrap-up of a department's call that ended unseen, from when that is noticed", async () => {
    const house = new House(60);
    await house.open();
    house.calls.tell("call.created", "c", 1, [leg("1001", "active")], "sales");
    house.calls.tell("call.created", "d", 1, [leg("1002", "active")], null);
    await house.stop();
    house.clock.advance(10_000);
    const service = await house.start();
    expect(service.get(carol, "1001").status).toBe("inCall");
    house.seen();
    const noticed = house.clock.now();
    const until = new Date(noticed + 60_000).toISOString();
    expect(service.get(carol, "1001")).toMatchObject({ status: "away", reason: "wrapUp", until, wrapUp: { callId: "c", until } });
    expect(service.get(carol, "1002")).toMatchObject({ status: "online", reason: null });
    house.clock.advance(61_000);
    expect(service.idleSince(1, "1001")).toEqual(new Date(noticed));
    await house.remove();
  });

  it("gives the wrap-up of the department that her call was transferred to, and none while the call lives", async () => {
    const house = new House(60);
    await house.open();
    house.calls.tell("call.created", "c", 1, [leg("1001", "active")], "support");
    house.calls.tell("call.updated", "c", 1, [leg("1001", "active")], "sales");
    let service = await house.start();
    house.calls.tell("call.created", "c", 1, [leg("1001", "active")], "sales");
    house.seen();
    expect(service.get(carol, "1001")).toMatchObject({ status: "inCall", calls: ["c"] });
    service = await house.start();
    house.seen();
    expect(service.get(carol, "1001")).toMatchObject({ status: "away", reason: "wrapUp" });
    await house.remove();
  });

  it("knows who asked for the status that follows the call that goes on", async () => {
    const house = new House(0);
    const before = await house.open();
    house.calls.tell("call.created", "c", 1, [leg("1001", "active")], "sales");
    await before.setStatus(carol, "1001", { status: "away", reason: "lunch" });
    const service = await house.start();
    house.calls.tell("call.created", "c", 1, [leg("1001", "active")], "sales");
    house.seen();
    expect(service.get(carol, "1001")).toMatchObject({ status: "inCall", next: { status: "away", reason: "lunch", by: "supervisor" } });
    await house.remove();
  });

  it("keeps the status that follows a wrap-up, the one before it, and the time that was added", async () => {
    const house = new House(60);
    const before = await house.open();
    house.talk("1001", "sales");
    const until = new Date(house.clock.now() + 90_000).toISOString();
    await before.extendWrapUp(carol, "1001", 30);
    await before.setStatus(carol, "1001", { status: "away", reason: "lunch", after: "wrapUp" });
    house.talk("1002", "sales");
    await before.setStatus(carol, "1002", { status: "away", reason: "lunch", after: "wrapUp" });
    const service = await house.start();
    house.seen();
    const next = { status: "away", reason: "lunch", after: "wrapUp", by: "supervisor" };
    expect(service.get(carol, "1001")).toMatchObject({ status: "away", reason: "wrapUp", until, next });
    expect(await service.withdrawNext(carol, "1002")).toMatchObject({ reason: "wrapUp", next: null });
    house.clock.advance(91_000);
    expect(service.get(carol, "1001")).toMatchObject({ status: "away", reason: "lunch", next: null });
    expect(service.get(carol, "1002")).toMatchObject({ status: "online", reason: null });
    await house.remove();
  });

  it("keeps over a call what was asked for during it, and the status that comes without it", async () => {
    const house = new House(0);
    const before = await house.open();
    await before.setStatus(carol, "1001", { status: "away", reason: "tea" });
    house.calls.tell("call.created", "c", 1, [leg("1001", "active")], "sales");
    await before.setStatus(carol, "1001", { status: "online", after: "call" });
    const service = await house.start();
    house.calls.tell("call.created", "c", 1, [leg("1001", "active")], "sales");
    house.seen();
    expect(await service.withdrawNext(carol, "1001")).toMatchObject({ status: "inCall", next: null });
    house.calls.tell("call.ended", "c", 1, [], "sales");
    expect(service.get(carol, "1001")).toMatchObject({ status: "away", reason: "tea" });
    await house.remove();
  });

  it("keeps the newest status however old it is, when the history before it is forgotten", async () => {
    const house = new House(0);
    const before = await house.open();
    house.talk("1001", "sales");
    before.setAway(1, "1001", "missed");
    await house.stop();
    house.clock.advance(91 * DAY_MS);
    const service = await house.start();
    house.seen();
    house.clock.advance(DAY_MS);
    await vi.waitFor(async () => expect(await service.history(carol, "1001")).toMatchObject([{ status: "away", reason: "missed", cause: "system" }]), { timeout: 15_000 });
    expect(service.get(carol, "1001")).toMatchObject({ status: "away", reason: "missed" });
    await house.remove();
  });
});
