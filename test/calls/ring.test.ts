import { beforeEach, describe, expect, it } from "vitest";
import { Activities } from "../../src/calls/activities.js";
import type { Channel } from "../../src/calls/channel.js";
import type { ControlContext } from "../../src/calls/control/context.js";
import { end, ring } from "../../src/calls/control/legs.js";
import { whyEnded } from "../../src/calls/control/rung.js";
import { conflict } from "../../src/errors.js";
import { channelUuid, CommandRefused, endpoints, extension, domainName, type ChannelEvent, type NodeState, type SwitchCommand, type SwitchNode } from "../../src/freeswitch/index.js";
import { EventParser } from "../../src/freeswitch/event-parser.js";
import { asEventPlain, recording } from "../support/recordings.js";
import { eventually } from "../lab/wait.js";
import { directory, splitAt, world, type World } from "./world.js";

/** A switch that notes what it is told and does nothing by itself; its jobs never end. */
class StubbornNode implements SwitchNode {
  readonly name = "fs";
  readonly sent: string[] = [];
  state: NodeState = "ready";

  status = () => ({ name: "fs", state: this.state, error: null, since: new Date(0), epoch: 1, version: "", coreUuid: "", stale: false, holdMusic: "" });
  api = async ({ line }: SwitchCommand): Promise<string> => {
    this.sent.push(line);
    return "+OK\n";
  };
  bgapi = ({ line }: SwitchCommand): Promise<string> => {
    this.sent.push(line);
    return new Promise(() => undefined);
  };
  send = this.api;
  reconcile = async (): Promise<void> => undefined;
  close = async (): Promise<void> => undefined;
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The CREATE of a leg that an originate makes. */
function createdAs(uuid: string): ChannelEvent {
  const parser = new EventParser();
  for (const entry of recording("transfer-ring-first")) {
    const event = entry.dir === "event" ? parser.parse(asEventPlain(entry.event)) : null;
    if (event?.kind !== "channel" || event.name !== "CHANNEL_CREATE" || event.row.direction !== "outbound" || !event.uuid.startsWith("e1000000")) continue;
    return { ...event, uuid: channelUuid(uuid), row: { ...event.row, uuid, call_uuid: uuid } };
  }
  throw new Error("no such event");
}

let w: World;
let node: StubbornNode;
let context: ControlContext;
let customer: Channel;

beforeEach(() => {
  w = world();
  w.feed(splitAt("inbound-answer-hangup", "api show channels")[0]);
  node = new StubbornNode();
  context = {
    registry: w.registry,
    nodes: { get: () => node, all: () => [node] },
    phones: { at: () => [], nodeFor: () => node, elsewhere: () => null, deny: () => undefined, nodesOf: () => [node.name], onChange: () => () => undefined },
    directory,
    policy: { endpointFor: () => { throw new Error("not asked"); }, isEmergency: () => false, read: () => null, callbackTo: () => { throw new Error("not asked"); } },
    audit: { append: () => undefined },
    logger: quiet,
    activities: new Activities(quiet),
    settings: { confirmMs: 300, ringS: 1, parkReturnS: null, lostPhoneS: 4, lostPhoneReturnS: 60, againMs: 5000, recordingsDir: "/tmp" },
    announce: () => undefined,
    acted: () => Promise.resolve(),
    states: { writeNow: () => undefined, write: async () => undefined, whileParking: (_legs, work) => work() },
  };
  const [call] = w.registry.index.calls.values();
  if (call?.customer === undefined) throw new Error("no customer");
  customer = call.customer;
});

function ringing(signal: AbortSignal, callerId: string | null = null): Promise<Channel> {
  const { call } = customer;
  if (call === null) throw new Error("no call");
  const endpoint = endpoints.user(extension("1002", "to"), domainName("127.0.0.1", "domain"));
  return ring(context, { call, endpoint, user: null, role: "agent", agentId: "1002", callerId, guard: customer }, signal);
}

const uuidOf = (line: string | undefined): string => /origination_uuid=([0-9a-f-]{36})/.exec(line ?? "")?.[1] ?? "";

describe("a phone that is to ring", () => {
  it("is stopped also when its channel comes to be only after the ringing was called off", async () => {
    const calledOff = new AbortController();
    const rings = ringing(calledOff.signal);
    await eventually("the originate", () => node.sent.length === 1);
    const uuid = uuidOf(node.sent[0]);
    calledOff.abort(conflict("The call was hung up."));
    await expect(rings).rejects.toMatchObject({ code: "Conflict" });
    // There is nothing to kill yet.
    expect(node.sent).toHaveLength(1);
    w.registry.channelEvent("fs", createdAs(uuid));
    await eventually("the late channel to be ended", () => node.sent.includes(`uuid_kill ${uuid} ORIGINATOR_CANCEL`));
  });

  it("is stopped when the caller leaves, and when nobody answers in time", async () => {
    const rings = ringing(new AbortController().signal);
    await eventually("the originate", () => node.sent.length === 1);
    const uuid = uuidOf(node.sent[0]);
    w.registry.channelEvent("fs", createdAs(uuid));
    await expect(rings).rejects.toMatchObject({ code: "Timeout" });
    expect(node.sent).toContain(`uuid_kill ${uuid} ORIGINATOR_CANCEL`);

    const again = ringing(new AbortController().signal);
    await eventually("the originate", () => node.sent.length === 3);
    w.registry.channelEvent("fs", createdAs(uuidOf(node.sent[2])));
    w.registry.gone(customer);
    await expect(again).rejects.toMatchObject({ code: "Conflict" });
    expect(node.sent.at(-1)).toBe(`uuid_kill ${uuidOf(node.sent[2])} ORIGINATOR_CANCEL`);
  });

  it("is not even asked for when the operation has been called off, nor when FreeSWITCH is away", async () => {
    await expect(ringing(AbortSignal.abort(conflict("too late")))).rejects.toMatchObject({ message: "too late" });
    node.state = "down";
    await expect(ringing(new AbortController().signal)).rejects.toMatchObject({ code: "SwitchUnavailable" });
    await expect(end(context, customer)).rejects.toMatchObject({ code: "SwitchUnavailable" });
    expect(node.sent).toEqual([]);
  });

  it.each([
    ["O'Brien", "OBrien"],
    ["${system(x)}", "systemx"],
    ["a}{b", "ab"],
    [":_:&park()", "_park"],
    ["'\\$", null],
    ["x".repeat(500), "x".repeat(64)],
    ["+15551230001", "+15551230001"],
  ])("shows no more of the caller's number %j than may be shown", async (given, shown) => {
    const calledOff = new AbortController();
    const rings = ringing(calledOff.signal, given);
    await eventually("the originate", () => node.sent.length === 1);
    const told = /origination_caller_id_number=([^,}]*)/.exec(node.sent[0] ?? "")?.[1] ?? null;
    expect(told).toBe(shown);
    calledOff.abort(conflict("enough"));
    await expect(rings).rejects.toMatchObject({ message: "enough" });
  });
});

describe("the end of a leg that FreeSWITCH does not know any more", () => {
  beforeEach(() => {
    node.api = async ({ line }): Promise<string> => {
      node.sent.push(line);
      throw new CommandRefused("-ERR No such channel!\n");
    };
  });

  it("is a success when its event comes, behind the refusal", async () => {
    const ended = end(context, customer);
    await eventually("the command", () => node.sent.length === 1);
    w.feed(splitAt("inbound-answer-hangup", "api show channels")[1]);
    await ended;
    expect(customer.hungUp).toBe(true);
  });

  it("is no success without it, and FreeSWITCH is asked", async () => {
    const asked: Channel[] = [];
    w.registry.onUnclear = (channels) => asked.push(...channels);
    await expect(end(context, customer)).rejects.toMatchObject({ code: "Timeout" });
    expect(asked).toEqual([customer]);
  });
});

describe("the phones of one ringing, all of which have ended", () => {
  it.each([
    [["DESTINATION_OUT_OF_ORDER", "NO_ANSWER"], "NO_ANSWER"],
    [["NORMAL_TEMPORARY_FAILURE", "LOSE_RACE", "CALL_REJECTED"], "CALL_REJECTED"],
    [["USER_BUSY", "NORMAL_TEMPORARY_FAILURE"], "USER_BUSY"],
    [["NORMAL_TEMPORARY_FAILURE", "DESTINATION_OUT_OF_ORDER"], "CALL_FAILED"],
    [["LOSE_RACE", "LOSE_RACE"], "Conflict"],
  ])("%j: %s", (causes, code) => expect(whyEnded(causes.map((hangupCause) => ({ hangupCause }))).code).toBe(code));
});
