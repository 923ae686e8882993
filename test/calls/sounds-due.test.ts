import { beforeEach, describe, expect, it } from "vitest";
import { Activities } from "../../src/calls/activities.js";
import type { Channel } from "../../src/calls/channel.js";
import type { ControlContext } from "../../src/calls/control/context.js";
import { playMusic } from "../../src/calls/control/legs.js";
import { ProgramLegs } from "../../src/calls/program-legs.js";
import { CommandRefused, type SwitchCommand, type SwitchNode } from "../../src/freeswitch/index.js";
import { eventually } from "../lab/wait.js";
import { directory, splitAt, world, type World } from "./world.js";

/** A switch that notes what it is told, and plays only when a test says so. */
class SlowNode implements SwitchNode {
  readonly name = "fs";
  readonly sent: string[] = [];
  refuses = false;

  status = () => ({ name: "fs", state: "ready", error: null, since: new Date(0), epoch: 1, version: "", coreUuid: "", stale: false, holdMusic: "" }) as const;
  api = async ({ kind }: SwitchCommand): Promise<string> => {
    this.sent.push(kind);
    if (this.refuses) throw new CommandRefused("-ERR no reply");
    return "+OK\n";
  };
  bgapi = this.api;
  send = this.api;
  reconcile = async (): Promise<void> => undefined;
  close = async (): Promise<void> => undefined;
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe("the sounds of who waits", () => {
  let w: World;
  let node: SlowNode;
  let context: ControlContext;
  let caller: Channel;
  let legs: ProgramLegs;

  beforeEach(() => {
    w = world();
    w.feed(splitAt("inbound-answer-hangup", "api show channels")[0]);
    node = new SlowNode();
    context = {
      registry: w.registry,
      nodes: { get: () => node, all: () => [node] },
      phones: { at: () => [], nodeFor: () => node, elsewhere: () => null, deny: () => undefined, nodesOf: () => [node.name], onChange: () => () => undefined },
      directory,
      policy: { endpointFor: () => expect.fail("dialled"), isEmergency: () => false, read: () => null, callbackTo: () => expect.fail("dialled") },
      audit: { append: () => undefined },
      logger: quiet,
      activities: new Activities(quiet),
      settings: { confirmMs: 1000, ringS: 3, parkReturnS: null, lostPhoneS: 1, lostPhoneReturnS: 1, againMs: 1000, recordingsDir: "/tmp" },
      announce: () => undefined,
      states: { writeNow: () => undefined, write: async () => undefined, whileParking: async (_legs, park) => park() },
      acted: async () => undefined,
    };
    const customer = [...w.registry.index.calls.values()][0]?.customer;
    if (customer === undefined) throw new Error("nobody called");
    caller = customer;
    legs = new ProgramLegs(context, () => null);
  });

  let sequence = 1_000_000;
  const tell = (name: string): void => w.feed([{ t: 0, dir: "event", event: { "Event-Name": name, "Unique-ID": caller.uuid, "Event-Sequence": String(sequence++), "Event-Date-Timestamp": "1795917335000000" } }]);
  const breaks = (): number => node.sent.filter((kind) => kind === "uuid_break").length;

  it("are stopped when they have begun: a stop before would be lost", async () => {
    playMusic(context, caller);
    const silent = legs.silence(caller);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(breaks()).toBe(0);
    tell("PLAYBACK_START");
    await eventually("the stop", () => breaks() === 1);
    tell("PLAYBACK_STOP");
    await silent;
    expect(breaks()).toBe(1);
  });

  it("are stopped at once where none is due", async () => {
    await legs.silence(caller);
    expect(breaks()).toBe(1);
  });

  it("are not waited for when FreeSWITCH refuses them", async () => {
    node.refuses = true;
    playMusic(context, caller);
    await legs.silence(caller);
    expect(node.sent).toEqual(["uuid_broadcast", "uuid_break"]);
  });

  it("are not due any more when the leg is parked no longer", async () => {
    playMusic(context, caller);
    tell("CHANNEL_UNPARK");
    await legs.silence(caller);
    expect(breaks()).toBe(1);
  });
});
