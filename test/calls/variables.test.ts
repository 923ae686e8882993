/** Channel variables that the operator asks for, through the simulated switch. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCalls, Registry, type CallsDependencies, type LiveLeg } from "../../src/calls/index.js";
import { createNodes, type SwitchNodes } from "../../src/freeswitch/index.js";
import { createSimulator, type Simulator } from "../../src/simulator/index.js";
import { EslClient } from "../simulator/esl-client.js";
import { NO_OWNER_VARIABLES } from "../../src/calls/identity.js";
import { directory, splitAt, world } from "./world.js";

/** Of something large, the part that is used here. */
const fake = <T>(part: object): T => part as T;
const nothing = (): void => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const NODE = "fs";
const PASSWORD = "secret";

/** What Callplane knows of calls, from its start to its end. */
interface Running {
  readonly nodes: SwitchNodes;
  /** By the door that other rooms have. */
  readonly leg: (uuid: string) => LiveLeg | undefined;
  readonly close: () => Promise<void>;
}

function run(port: number, variables: readonly string[] | undefined): Running {
  const registry = new Registry({ directory, logger, metrics: { incident: nothing }, ...(variables === undefined ? {} : { variables }) });
  const nodes = createNodes({
    nodes: [{ name: NODE, host: "127.0.0.1", port, password: PASSWORD }],
    sink: { event: (...told) => calls.feed.event(...told), snapshot: (...told) => calls.feed.snapshot(...told), status: (...told) => calls.feed.status(...told), removed: nothing },
    logger,
    metrics: { eventReceived: nothing, commandFinished: nothing, reconnected: nothing, nodeRemoved: nothing },
    ...(variables === undefined ? {} : { variables }),
    timing: { backoffMinMs: 5, backoffMaxMs: 20 },
  });
  const calls = createCalls(registry, fake<CallsDependencies>({ nodes, phones: { onChange: () => nothing }, directory, logger, audit: { append: nothing }, settings: { parkReturnS: null } }));
  return {
    nodes,
    leg: (uuid) => [...calls.legs.all()].flatMap(({ legs }) => legs).find((leg) => leg.uuid === uuid),
    close: async () => {
      await calls.close();
      await nodes.close();
    },
  };
}

describe("channel variables that are asked for", () => {
  let simulator: Simulator;
  let dialplan: EslClient;
  let running: Running | null = null;

  const start = async (variables?: readonly string[]): Promise<Running> => {
    await running?.close();
    running = run(simulator.port, variables);
    const { nodes } = running;
    await expect.poll(() => nodes.isReady(NODE)).toBe(true);
    return running;
  };
  const shown = (uuid: string): Record<string, string> | undefined => {
    const leg = running?.leg(uuid);
    return leg && Object.fromEntries(leg.variables);
  };
  /** As a dialplan does: FreeSWITCH tells of it. */
  const set = (uuid: string, assignment: string): Promise<string> => dialplan.send(`sendmsg ${uuid}\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: ${assignment}`);
  const caller = (): string => simulator.callIn({ from: "15551230001", to: "anybody" });

  beforeEach(async () => {
    simulator = await createSimulator({ password: PASSWORD, domain: "127.0.0.1", dialplan: () => [{ app: "answer", data: "" }, { app: "park", data: "" }] });
    dialplan = await EslClient.authenticated(simulator.port, PASSWORD);
  });
  afterEach(async () => {
    await running?.close();
    running = null;
    dialplan.close();
    await simulator.close();
  });

  it("stand on the leg as the newest event that carries variables tells them", async () => {
    await start(["customer_tier", "language"]);
    const uuid = caller();
    await expect.poll(() => running?.leg(uuid)?.parked).toBe(true);
    expect(shown(uuid)).toEqual({});
    await set(uuid, "customer_tier=gold");
    await set(uuid, "language=de, perhaps");
    await set(uuid, "another=1");
    await expect.poll(() => shown(uuid)).toEqual({ customer_tier: "gold", language: "de, perhaps" });
    // DTMF and the call state come without variables, which are set all the same.
    simulator.press("15551230001", "1");
    await set(uuid, "customer_tier=silver");
    await expect.poll(() => shown(uuid)).toEqual({ customer_tier: "silver", language: "de, perhaps" });
    // This alone sends no event; the next one shows it.
    await dialplan.send(`api uuid_setvar ${uuid} language _undef_`);
    await set(uuid, "another=2");
    await expect.poll(() => shown(uuid)).toEqual({ customer_tier: "silver" });
  });

  it("are there after a restart of Callplane, and again after a lost connection, without an event", async () => {
    await start(["customer_tier"]);
    const uuid = caller();
    await expect.poll(() => running?.leg(uuid)?.parked).toBe(true);
    await set(uuid, "customer_tier=gold");
    await expect.poll(() => shown(uuid)).toEqual({ customer_tier: "gold" });
    const { nodes } = await start(["customer_tier"]);
    await expect.poll(() => shown(uuid)).toEqual({ customer_tier: "gold" });

    const { epoch } = nodes.get(NODE).status();
    await dialplan.send(`api uuid_setvar ${uuid} customer_tier silver`);
    expect(shown(uuid)).toEqual({ customer_tier: "gold" });
    simulator.dropClients();
    await expect.poll(() => nodes.get(NODE).status().epoch).toBeGreaterThan(epoch);
    await expect.poll(() => shown(uuid)).toEqual({ customer_tier: "silver" });
  });

  it("are there for a call that began without Callplane", async () => {
    const uuid = caller();
    await expect.poll(() => simulator.channel(uuid)?.parked).toBe(true);
    await set(uuid, "customer_tier=gold");
    await start(["customer_tier"]);
    await expect.poll(() => shown(uuid)).toEqual({ customer_tier: "gold" });
  });

  it("are taken from FreeSWITCH's answer about a leg whose state was unclear, too", () => {
    const { registry, feed } = world();
    feed(splitAt("inbound-answer-hangup", "api show channels")[0]);
    const [leg] = registry.channelsOf(NODE);
    if (leg === undefined) throw new Error("no leg");
    registry.clarify(leg, { variables: NO_OWNER_VARIABLES, queue: "", partner: leg.partner?.uuid ?? "", presenceData: "", fresh: true, answered: true, answeredUs: 0, application: "bridge", playing: false, asked: new Map([["customer_tier", "gold"]]) });
    expect([...leg.variables]).toEqual([["customer_tier", "gold"]]);
  });

  it("are none unless the operator names them", async () => {
    await start();
    const uuid = caller();
    await expect.poll(() => running?.leg(uuid)?.parked).toBe(true);
    await set(uuid, "customer_tier=gold");
    await start();
    await expect.poll(() => running?.leg(uuid)?.parked).toBe(true);
    expect(shown(uuid)).toEqual({});
  });
});
