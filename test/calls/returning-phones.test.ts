/** When the phone that was lost in a call is rung again, by a clock that is moved by hand. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Activities } from "../../src/calls/activities.js";
import type { Call } from "../../src/calls/call.js";
import { ReturningPhones } from "../../src/calls/returning-phones.js";
import { CommandRefused, type SwitchCommand, type SwitchNode } from "../../src/freeswitch/index.js";
import type { Phone } from "../../src/phones/index.js";
import { silentLogger } from "../store/support.js";
import { directory, splitAt, world, type World } from "./world.js";

const AGAIN_MS = 5000;
const LIMIT_S = 60;

/** FreeSWITCH and the agent's phones, which ring until `ends`. */
class Ringing implements SwitchNode {
  readonly name = "fs";
  phones: readonly Phone[] = [];
  rings = 0;
  #fail: (error: Error) => void = () => undefined;

  status = () => ({ name: "fs", state: "ready" as const, error: null, since: new Date(0), epoch: 1, version: "", coreUuid: "", stale: false, holdMusic: "" });
  api = async ({ line }: SwitchCommand): Promise<string> => (line.startsWith("user_exists") ? "true" : line.startsWith("sofia_contact") ? "sofia/internal/sip:1001@h" : "+OK\n");
  bgapi = (): Promise<string> => {
    this.rings += 1;
    return new Promise((_resolve, reject) => (this.#fail = reject));
  };
  send = this.api;
  reconcile = async (): Promise<void> => undefined;
  close = async (): Promise<void> => undefined;

  /** Nobody has answered. */
  async ends(cause = "NO_ANSWER"): Promise<void> {
    this.#fail(new CommandRefused(`-ERR ${cause}\n`));
    await vi.advanceTimersByTimeAsync(0);
  }
}

const phone = (callId: string, contact = `sip:${callId}@h`): Phone => ({ node: "fs", contact, callId, networkIp: "", networkPort: "", userAgent: "", since: 0, expiresAt: Infinity, denied: false });

let w: World;
let node: Ringing;
let call: Call;
let returning: ReturningPhones;
let outcomes: string[];

/** These are the agent's phones from now on, and it is told. */
async function have(...phones: readonly Phone[]): Promise<void> {
  node.phones = phones;
  returning.gone(1, "1001");
  returning.back(1, "1001");
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  w = world();
  w.feed(splitAt("inbound-answer-hangup", "api show channels")[0]);
  const [first] = w.registry.index.calls.values();
  const agent = first?.legs.find(({ agentId }) => agentId !== null);
  if (first === undefined || agent === undefined) throw new Error("nobody talks");
  call = first;
  node = new Ringing();
  outcomes = [];
  const logger = silentLogger();
  returning = new ReturningPhones({
    registry: w.registry,
    nodes: { get: () => node, all: () => [node] },
    phones: { at: () => node.phones, nodeFor: () => node, elsewhere: () => null, deny: () => undefined, nodesOf: () => (node.phones.length > 0 ? ["fs"] : []), onChange: () => () => undefined },
    directory,
    policy: { endpointFor: () => { throw new Error("not asked"); }, isEmergency: () => false, read: () => null, callbackTo: () => { throw new Error("not asked"); } },
    audit: { append: () => undefined },
    logger,
    activities: new Activities(logger, { onIdle: () => returning.look(call) }),
    settings: { confirmMs: 1000, ringS: 20, parkReturnS: null, lostPhoneS: 4, lostPhoneReturnS: LIMIT_S, againMs: AGAIN_MS, recordingsDir: "/tmp" },
    announce: (change) => void (change.type === "call.phone.lost" && outcomes.push(change.outcome)),
    acted: () => Promise.resolve(),
    states: { writeNow: () => undefined, write: async () => undefined, whileParking: (_legs, work) => work() },
  });
  w.registry.annotate(call, { mode: "held", lost: "1001" });
  w.registry.gone(agent);
  returning.look(call);
});
afterEach(() => {
  returning.close();
  vi.useRealTimers();
});

describe("a lost phone that is back", () => {
  it("is left alone for a while when nobody has answered, whenever it came", async () => {
    // The next look is due while it rings.
    await vi.advanceTimersByTimeAsync(AGAIN_MS - 1000);
    await have(phone("desk"));
    expect(node.rings).toBe(1);
    await vi.advanceTimersByTimeAsync(2 * AGAIN_MS);
    await node.ends();
    returning.look(call);
    await vi.advanceTimersByTimeAsync(AGAIN_MS - 1);
    expect(node.rings).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(node.rings).toBe(2);
    // And again.
    await vi.advanceTimersByTimeAsync(2 * AGAIN_MS);
    await node.ends();
    await vi.advanceTimersByTimeAsync(AGAIN_MS - 1);
    expect(node.rings).toBe(2);
  });

  it("is left alone as well when its return is told once more, or it moves to another address", async () => {
    await have(phone("desk"));
    await have(phone("desk"));
    await have(phone("desk", "sip:desk@elsewhere"));
    await node.ends();
    await have(phone("desk"));
    returning.look(call);
    await vi.advanceTimersByTimeAsync(0);
    expect(node.rings).toBe(1);
  });

  it("is rung at once when it goes and comes back, and so is another that comes while it rings", async () => {
    await have(phone("desk"));
    await node.ends();
    await have();
    await have(phone("desk"));
    expect(node.rings).toBe(2);
    await have(phone("desk"), phone("browser"));
    expect(node.rings).toBe(2);
    await node.ends();
    expect(node.rings).toBe(3);
    await node.ends();
    expect(node.rings).toBe(3);
  });

  it("is not rung after the limit, until another comes", async () => {
    await vi.advanceTimersByTimeAsync(LIMIT_S * 1000 - AGAIN_MS);
    await have(phone("desk"));
    await vi.advanceTimersByTimeAsync(AGAIN_MS);
    await node.ends();
    expect(outcomes).toEqual(["kept"]);
    await vi.advanceTimersByTimeAsync(10 * AGAIN_MS);
    returning.look(call);
    expect(node.rings).toBe(1);
    await have(phone("desk"), phone("browser"));
    expect(node.rings).toBe(2);
  });

  it("is not rung again when the agent does not want the call", async () => {
    await have(phone("desk"));
    await node.ends("CALL_REJECTED");
    expect(outcomes).toEqual(["kept"]);
    await vi.advanceTimersByTimeAsync(2 * AGAIN_MS);
    expect(node.rings).toBe(1);
  });
});
