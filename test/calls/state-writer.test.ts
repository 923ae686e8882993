import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { encodeChannelState } from "../../src/calls/channel-state.js";
import type { Call } from "../../src/calls/call.js";
import type { Channel } from "../../src/calls/channel.js";
import type { Registry } from "../../src/calls/registry.js";
import { stateOf } from "../../src/calls/leg-state.js";
import { StateWriter } from "../../src/calls/state-writer.js";
import { switchUnavailable } from "../../src/errors.js";
import { CommandRefused, type NodeStatus, type SwitchCommand, type SwitchNode } from "../../src/freeswitch/index.js";
import { NO_OWNER_VARIABLES } from "../../src/calls/identity.js";
import { rowsOf, splitAt, world, type World } from "./world.js";

const status: NodeStatus = { name: "fs", state: "ready", error: null, since: new Date(0), epoch: 1, version: "", coreUuid: "", stale: false, holdMusic: "" };

/** A node that notes what it is sent and answers when it is told to. */
class NotingNode implements SwitchNode {
  readonly sent: string[] = [];
  #held: (() => void)[] | null = null;
  /** What it answers every command with, while it is not null. */
  failure: Error | null = null;

  constructor(readonly name: string) {}

  status = (): NodeStatus => status;
  api = (command: SwitchCommand): Promise<string> => this.#note(command);
  bgapi = (command: SwitchCommand): Promise<string> => this.#note(command);
  send = (command: SwitchCommand): Promise<string> => this.#note(command);
  reconcile = async (): Promise<void> => undefined;
  close = async (): Promise<void> => undefined;

  holdReplies(): void {
    this.#held = [];
  }

  releaseReplies(): void {
    for (const release of this.#held ?? []) release();
    this.#held = null;
  }

  /** The states that were written to this leg. */
  statesOf(leg: Channel): string[] {
    const prefix = `uuid_setvar ${leg.uuid} presence_data `;
    return this.sent.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  }

  #note(command: SwitchCommand): Promise<string> {
    this.sent.push(command.line);
    if (this.failure !== null) return Promise.reject(this.failure);
    const held = this.#held;
    return held === null ? Promise.resolve("+OK\n") : new Promise((resolve) => held.push(() => resolve("+OK\n")));
  }
}

/** More than sixteen legs, each recording with its own. */
const MORE = [["agent-dies-customer-parks", "api uuid_kill"], ["eavesdrop-barge", "bgapi originate"], ["eavesdrop-listen", "bgapi originate"], ["eavesdrop-whisper", "bgapi originate"], ["hold-resume-customer-leg", "api uuid_hold"], ["inbound-answer-hangup", "api show channels"], ["transfer-both", "api uuid_transfer"], ["transfer-bleg", "api uuid_transfer"], ["transfer-ring-first", "api uuid_hold"]] as const;

describe("the writer of call states", () => {
  const warnings: string[] = [];
  const quiet = { debug: () => undefined, info: () => undefined, warn: (_: object, message: string) => void warnings.push(message), error: () => undefined };
  const node = new NotingNode("fs");
  const other = new NotingNode("fs2");
  const nodes = { get: (name: string): SwitchNode => (name === "fs2" ? other : node) };
  let writer: StateWriter;
  /** Operations under way. */
  let acting = 0;

  /** A call on which two legs talk, whose state has been written. */
  async function talking(): Promise<{ readonly call: Call; readonly leg: Channel; readonly registry: Registry; readonly feed: World["feed"] }> {
    const made = world();
    const { registry } = made;
    writer = new StateWriter(registry, nodes, () => acting, quiet);
    made.feed(splitAt("hold-resume-agent-leg", "api uuid_hold")[0]);
    const [call] = registry.index.calls.values();
    const leg = call?.customer;
    if (call === undefined || leg === undefined) throw new Error("the recording has no call");
    await expect.poll(() => writer.pending).toBe(0);
    return { call, leg, registry, feed: made.feed };
  }

  afterEach(async () => {
    node.releaseReplies();
    await writer.close();
    node.sent.length = other.sent.length = warnings.length = 0;
    node.failure = null;
    acting = 0;
  });

  it("writes a call's state once for two steps of operations that last, and at last also while they go on", async () => {
    const { call, leg, registry } = await talking();
    const before = node.statesOf(leg).length;
    acting = 1;
    registry.annotate(call, { mode: "held" });
    // The second step comes after the first would have been written.
    await delay(75);
    registry.annotate(call, { mode: "held", queue: "support" });
    await expect.poll(() => node.statesOf(leg).length).toBe(before + 1);
    expect(node.statesOf(leg).at(-1)).toContain('"q":"support"');
    expect(acting).toBe(1);
  });

  it("writes once what changes several times in a short while", async () => {
    const { call, leg, registry } = await talking();
    const before = node.statesOf(leg).length;
    for (const queue of ["support", "sales", "support"]) registry.annotate(call, { queue });
    expect(node.statesOf(leg)).toHaveLength(before);
    await expect.poll(() => writer.pending).toBe(0);
    expect(node.statesOf(leg)).toHaveLength(before + 1);
    expect(node.statesOf(leg).at(-1)).toContain('"q":"support"');
  });

  it("sends a state ahead of the command that is given next, also while an older one is on its way", async () => {
    const { call, leg, registry } = await talking();
    node.holdReplies();
    registry.annotate(call, { queue: "sales" });
    writer.writeNow(leg);
    registry.annotate(call, { queue: "support" });
    writer.writeNow(leg);
    expect(node.statesOf(leg).slice(-2)).toEqual([expect.stringContaining('"q":"sales"'), expect.stringContaining('"q":"support"')]);
    node.releaseReplies();
    await expect.poll(() => writer.pending).toBe(0);
    expect(leg.presenceData).toContain('"q":"support"');
  });

  it("sends a state ahead of the command that is given next also when the attributes are new, and writes both again when they failed", async () => {
    const { call, leg, registry } = await talking();
    node.holdReplies();
    node.sent.length = 0;
    registry.annotate(call, { queue: "sales", attributes: { ticket: "4711" } });
    writer.writeNow(leg);
    expect(node.sent.map((line) => line.split(" ").slice(0, 3).join(" ")).slice(0, 2)).toEqual([`uuid_setvar ${leg.uuid} callplane_attributes`, `uuid_setvar ${leg.uuid} presence_data`]);
    node.releaseReplies();
    await expect.poll(() => writer.pending).toBe(0);
    expect(leg.attributesData).not.toBe("");
    node.sent.length = 0;
    node.failure = switchUnavailable("fs");
    registry.annotate(call, { attributes: { ticket: "4712" } });
    writer.writeNow(leg);
    await expect.poll(() => leg.presenceData).toBe("");
    node.failure = null;
    node.sent.length = 0;
    await expect.poll(() => writer.pending).toBe(0);
    expect(node.sent.some((line) => line.startsWith(`uuid_setvar ${leg.uuid} callplane_attributes`))).toBe(true);
    expect(node.statesOf(leg)).not.toEqual([]);
  });

  it("does not write again what is on its way or has arrived", async () => {
    const { call, leg, registry } = await talking();
    node.holdReplies();
    registry.annotate(call, { mode: "held" });
    writer.writeNow(leg);
    const sent = node.statesOf(leg).length;
    writer.writeNow(leg);
    node.releaseReplies();
    await expect.poll(() => writer.pending).toBe(0);
    writer.writeNow(leg);
    expect(node.statesOf(leg)).toHaveLength(sent);
  });

  it("sends ahead of a park what will be so then, and nothing more when it has come about", async () => {
    const { call, leg, registry } = await talking();
    node.sent.length = 0;
    registry.annotate(call, { mode: "held" });
    await writer.whileParking([leg], async () => {
      expect(node.statesOf(leg)).toEqual([expect.stringMatching(/"s":"held".*"p":1/)]);
      await delay(100);
      Object.assign(leg, { partner: null, parked: true });
      registry.markChanged(call);
    });
    await expect.poll(() => writer.pending).toBe(0);
    expect(node.statesOf(leg)).toHaveLength(1);
    expect(node.statesOf(leg)[0]).not.toContain('"b":');
    expect(node.sent.filter((line) => line.startsWith(`sendmsg ${leg.uuid}`))).toEqual([]);
  });

  it("writes what is so when a leg that was to be parked was not", async () => {
    const { call, leg, registry } = await talking();
    registry.annotate(call, { mode: "held" });
    const parked = writer.whileParking([leg], async () => {
      registry.annotate(call, { mode: null });
      throw new Error("not parked");
    });
    await expect(parked).rejects.toThrow("not parked");
    await expect.poll(() => writer.pending).toBe(0);
    expect(node.statesOf(leg).at(-1)).toMatch(/"b":/);
    expect(node.statesOf(leg).at(-1)).not.toMatch(/"p":|"s":/);
  });

  it("tries again what could not be written, until it can, and says so once", async () => {
    const { call, leg, registry } = await talking();
    node.failure = switchUnavailable("fs");
    const before = node.statesOf(leg).length;
    registry.annotate(call, { owner: "1002" });
    await expect.poll(() => node.statesOf(leg).length, { timeout: 10_000 }).toBeGreaterThan(before + 1);
    expect(writer.pending).toBeGreaterThan(0);
    node.failure = null;
    await expect.poll(() => writer.pending, { timeout: 10_000 }).toBe(0);
    expect(leg.presenceData).toContain('"a":"1002"');
    expect(warnings).toHaveLength(1);
  });

  it("writes again at once what a node that is back may not have", async () => {
    const { call, leg, registry } = await talking();
    node.failure = switchUnavailable("fs");
    registry.annotate(call, { owner: "1002" });
    await expect.poll(() => warnings).toHaveLength(1);
    node.failure = null;
    writer.nodeReady("fs");
    await expect.poll(() => leg.presenceData).toContain('"a":"1002"');
    // The same again, when FreeSWITCH has lost it.
    registry.annotateLeg(leg, { presenceData: "" });
    writer.nodeReady("fs");
    await expect.poll(() => leg.presenceData).toContain('"a":"1002"');
  });

  it("does not go on about a leg that FreeSWITCH does not know", async () => {
    const { call, registry } = await talking();
    node.failure = new CommandRefused("-ERR No such channel!\n");
    registry.annotate(call, { owner: "1002" });
    await expect.poll(() => writer.pending).toBe(0);
    expect(warnings).toEqual([]);
  });

  it("does not let a node that never answers delay the others", async () => {
    const { registry, feed } = await talking();
    node.holdReplies();
    for (const [name, command] of MORE) feed(splitAt(name, command)[0]);
    feed(splitAt("agent-hangs-up", "api uuid_kill")[0], "fs2");
    for (const each of registry.index.calls.values()) registry.annotate(each, { owner: "1003" });
    const waiting = registry.channelsOf("fs2").filter(({ answered }) => answered);
    expect(waiting.length).toBeGreaterThan(0);
    await expect.poll(() => waiting.map(({ presenceData }) => presenceData.includes('"a":"1003"'))).toEqual(waiting.map(() => true));
    expect(writer.pending).toBeGreaterThanOrEqual(16);
  });

  it("has two writes on their way while operations are under way, whose commands wait behind them", async () => {
    const { registry, feed } = await talking();
    for (const [name, command] of MORE) feed(splitAt(name, command)[0]);
    await expect.poll(() => writer.pending).toBe(0);
    node.holdReplies();
    const legsAsked = (): number => new Set(node.sent.filter((line) => line.includes(" presence_data ") && line.includes('"a":"1003"')).map((line) => line.split(" ")[1])).size;
    acting = 1;
    for (const each of registry.index.calls.values()) registry.annotate(each, { owner: "1003" });
    await expect.poll(legsAsked).toBe(2);
    const { pending } = writer;
    expect(pending).toBeGreaterThan(17);
    acting = 0;
    node.releaseReplies();
    await expect.poll(() => writer.pending).toBe(0);
    expect(legsAsked()).toBe(pending);
  });

  it("writes what it has gathered before it closes", async () => {
    const { call, leg, registry } = await talking();
    registry.annotate(call, { owner: "1002" });
    await writer.close();
    expect(node.statesOf(leg).at(-1)).toContain('"a":"1002"');
    expect(writer.pending).toBe(0);
  });

  it("has closed when FreeSWITCH's rows show what was written last, 0.2 s after it: whoever starts next reads them", async () => {
    const { call, registry } = await talking();
    const began = performance.now();
    registry.annotate(call, { owner: "1002" });
    await writer.close();
    expect(performance.now() - began).toBeGreaterThan(200);
  });
});

it("keeps no role of a leg while it is unknown whose phone called", () => {
  const w = world();
  const rows = rowsOf("inbound-answer-hangup").map((row) => (row.direction === "inbound" ? { ...row, presence_id: "1002@127.0.0.1", presence_data: "" } : row));
  w.registry.snapshot("fs", { coreUuid: "c", channels: rows, registrations: [], afterSequence: 0, reason: "connect" });
  const [call] = w.registry.index.calls.values();
  const first = call?.legs.find(({ columns }) => columns.direction === "inbound");
  if (call === undefined || first === undefined) throw new Error("no call");
  expect([first.role, stateOf(call, first).r]).toEqual(["customer", undefined]);
  w.registry.clarify(first, { variables: { ...NO_OWNER_VARIABLES, userVariable: "1002", domainVariable: "127.0.0.1" }, queue: "", partner: first.partner?.uuid ?? "", presenceData: "", fresh: true, answered: true, answeredUs: 0, application: "bridge", playing: false });
  expect([first.role, stateOf(call, first).r]).toEqual(["agent", "agent"]);
});

it("keeps which ringing made a leg, unless its own uuid says it", () => {
  for (const own of [true, false]) {
    const w = world();
    const rows = rowsOf("inbound-answer-hangup");
    const ring = own ? (rows.find(({ direction }) => direction === "outbound")?.uuid ?? "") : "11111111-1111-4111-8111-111111111111";
    const stated = rows.map((row) => (row.direction === "outbound" ? { ...row, presence_data: encodeChannelState({ v: 1, c: row.call_uuid || row.uuid, ring }) } : row));
    w.registry.snapshot("fs", { coreUuid: "c", channels: stated, registrations: [], afterSequence: 0, reason: "connect" });
    const leg = [...w.registry.index.channels.values()].find(({ columns }) => columns.direction === "outbound");
    if (leg?.call == null) throw new Error("no leg");
    expect([leg.ring, stateOf(leg.call, leg).ring]).toEqual([ring, own ? undefined : ring]);
  }
});
