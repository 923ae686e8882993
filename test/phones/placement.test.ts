/** Two FreeSWITCH servers, and phones that are registered at one of them: whoever is joined is on one node. */
import { afterEach, describe, expect, it } from "vitest";
import { ok, waitingIn } from "../contract/suites/steps.js";
import type { Reply } from "../contract/harness.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import { asksForCallback, useQueueStage } from "../queues/stage.js";

const EVERYBODY = ["1001", "1002", "1003", "1004", "1005"];
const NUMBER = "+12125550105";

describe("phones at one of two nodes", () => {
  let one: SimulatedLab;
  let two: SimulatedLab;
  const queues = useQueueStage(async () => {
    [one, two] = await Promise.all([openSimulatedLab(), openSimulatedLab()]);
    return { ...one, eslUrl: `${one.eslUrl},${two.eslUrl}`, close: async () => void (await Promise.all([one.close(), two.close()])) };
  });

  const nameOf = ({ eslUrl }: SimulatedLab): string => new URL(eslUrl).host;
  const nodesReady = async (): Promise<number> => ((await (await fetch(`${queues().stage.url()}/health/ready`)).json()) as { nodes: { state: string }[] }).nodes.filter(({ state }) => state === "ready").length;
  const seenAt = async (extension: string): Promise<number> => {
    const { body } = await queues().stage.as.admin.get("/voicechannel/agents?limit=100");
    return (body as { items: { id: string; phones: unknown[] }[] }).items.find(({ id }) => id === extension)?.phones.length ?? 0;
  };
  /** Registers the phone at these alone. */
  const registerAt = async (extension: string, ...labs: readonly SimulatedLab[]): Promise<void> => {
    for (const lab of [one, two]) await lab.register(extension, labs.includes(lab));
    await eventually(`the phone of ${extension} to be known at ${labs.length}`, async () => (await seenAt(extension)) === labs.length);
  };
  /** How often FreeSWITCH was told to ring somebody. */
  const originated = async (lab: SimulatedLab): Promise<number> => {
    const text = await (await fetch(`${queues().stage.url()}/metrics`)).text();
    const lines = text.split("\n").filter((line) => line.startsWith("callplane_command_duration_seconds_count") && line.includes('kind="originate"') && line.includes(`node="${nameOf(lab)}"`));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  };
  const elsewhere = (reply: Reply, extension: string): void => {
    expect(reply).toMatchObject({ status: 409, body: { error: "USER_NOT_REGISTERED" } });
    expect((reply.body as { message: string }).message).toContain(`${extension} is registered at ${nameOf(two)}`);
  };

  afterEach(async () => {
    for (const lab of [one, two]) lab.simulator.clearFaults();
    await eventually("both nodes to be ready", async () => (await nodesReady()) === 2, { timeoutMs: 20_000 });
    await queues().stage.clear();
    for (const extension of EVERYBODY) await registerAt(extension, one, two);
  });

  it("are called there, however often", async () => {
    const { stage } = queues();
    await registerAt("1001", two);
    const statuses: number[] = [];
    for (let turn = 0; turn < 10; turn++) {
      const reply = await stage.as.alice.post("/voicechannel/calls", { type: turn % 2 === 0 ? "phonenumber" : "client", to: turn % 2 === 0 ? NUMBER : "1002" });
      statuses.push(reply.status);
      if (reply.status !== 201) continue;
      const { id } = reply.body as { id: string };
      expect(two.simulator.channel(id)).toBeDefined();
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hangup`));
      await stage.as.alice.gone(id);
    }
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 201));
  });

  it("call each other where both are registered, and not at all where they never meet", async () => {
    const { stage } = queues();
    await registerAt("1002", two);
    const { id } = (await stage.as.alice.post("/voicechannel/calls", { type: "client", to: "1002" })).body as { id: string };
    expect(two.simulator.channel(id)).toBeDefined();
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hangup`));
    await stage.as.alice.gone(id);
    await registerAt("1001", one);
    elsewhere(await stage.as.alice.post("/voicechannel/calls", { type: "client", to: "1002" }), "1002");
  });

  it("are refused at once where they are registered nowhere, and with 503 while the one node that knows them is away", async () => {
    const { stage } = queues();
    await registerAt("1001");
    const before = [await originated(one), await originated(two)];
    expect(await stage.as.alice.post("/voicechannel/calls", { type: "phonenumber", to: NUMBER })).toMatchObject({ status: 409, body: { error: "USER_NOT_REGISTERED" } });
    await registerAt("1001", two);
    two.simulator.fault({ kind: "refuse-connections" });
    two.simulator.dropClients({ abrupt: true });
    await eventually("the node to be told down", async () => (await nodesReady()) === 1);
    expect(await stage.as.alice.post("/voicechannel/calls", { type: "phonenumber", to: NUMBER })).toMatchObject({ status: 503, body: { error: "SwitchUnavailable" } });
    // Another one's is not the worse for it.
    const { id } = (await stage.as.bob.post("/voicechannel/calls", { type: "phonenumber", to: NUMBER })).body as { id: string };
    expect(one.simulator.channel(id)).toBeDefined();
    expect([await originated(one), await originated(two)]).toEqual([(before[0] ?? 0) + 1, before[1]]);
  });

  it("are rung there for a callback", async () => {
    const { stage, free, store, department } = queues();
    await department("support", { callbackKey: "5" }, ["1001"]);
    await registerAt("1001", two);
    const customer = "+12125557777";
    const id = await one.callIn({ from: customer, to: "queue:support" });
    await stage.as.admin.sees(id, { state: "queued" });
    await asksForCallback(one, { id, customer });
    const before = await originated(one);
    free.set("1001", true);
    const made = await eventually("the caller to be called back", async () => (await stage.as.alice.calls()).find((call) => call.state === "active" && call.to.endsWith("12125557777")));
    expect(two.simulator.channel(made.id)).toBeDefined();
    expect(await originated(one)).toBe(before);
    await eventually("the callback to be done", async () => (await store.callbacks.open()).length === 0);
  });

  it("are offered the callers of their node, whoever waits before them elsewhere", async () => {
    const { stage, free, department } = queues();
    await department("support", {}, ["1001"]);
    await registerAt("1001", two);
    const first = await waitingIn(stage, "support");
    const second = await two.callIn({ from: "15551239001", to: "queue:support" });
    await stage.as.admin.sees(second, { state: "queued" });
    const before = await originated(one);
    free.set("1001", true);
    await stage.as.admin.sees(second, { state: "active", assignedTo: "1001" });
    ok(await stage.as.alice.post(`/voicechannel/calls/${second}:hangup`));
    await stage.as.admin.gone(second);
    expect(await stage.as.admin.call(first.id)).toMatchObject({ state: "queued", ringing: [] });
    expect(await originated(one)).toBe(before);
    // Until the phone is registered where the caller is.
    await registerAt("1001", one, two);
    await stage.as.admin.sees(first.id, { state: "active", assignedTo: "1001" });
  });

  it("are offered nobody while their node is away, and go on when it is back", async () => {
    const { stage, free, department } = queues();
    await department("support", {}, ["1001", "1002"]);
    await registerAt("1001", one);
    await registerAt("1002", two);
    const stays = await two.callIn({ from: "15551239002", to: "queue:support" });
    await stage.as.admin.sees(stays, { state: "queued" });
    two.simulator.fault({ kind: "refuse-connections" });
    two.simulator.dropClients({ abrupt: true });
    await eventually("the node to be told down", async () => (await nodesReady()) === 1);
    free.set("1001", true);
    free.set("1002", true);
    const { id } = await waitingIn(stage, "support");
    await stage.as.admin.sees(id, { state: "active", assignedTo: "1001" });
    expect(await stage.as.admin.call(stays)).toMatchObject({ state: "queued", ringing: [] });
    two.simulator.clearFaults();
    await stage.as.admin.sees(stays, { state: "active", assignedTo: "1002" });
  });

  it("are not asked to join a call of another node: nobody is put on hold for it", async () => {
    const { stage } = queues();
    await registerAt("1002", two);
    await registerAt("1003", two);
    const id = await one.callIn({ from: "15551239003", to: "1001" });
    await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
    const legs = (): string => one.simulator.channels().map(({ uuid, bridgedTo }) => `${uuid}-${bridgedTo ?? ""}`).sort().join();
    // The call is active as soon as Callplane is told of the bridge; the switch writes its variable to the second leg a moment later.
    await eventually("both legs to be joined", () => one.simulator.channels().every(({ bridgedTo }) => (bridgedTo ?? "") !== ""));
    const before = legs();
    const calls = await originated(one);
    const colleague = { type: "client", to: "1002" };
    for (const [act, body] of [["transfer", colleague], ["consult", colleague], ["conference", { add: colleague }]] as const) elsewhere(await stage.as.alice.post(`/voicechannel/calls/${id}:${act}`, body), "1002");
    elsewhere(await stage.as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }), "1003");
    expect(await stage.as.alice.call(id)).toMatchObject({ state: "active", assignedTo: "1001" });
    expect(legs()).toBe(before);
    expect(await originated(one)).toBe(calls);
  });

  it("pick up whoever waits longest at their own node, and are told why they cannot pick up another's", async () => {
    const { stage, department } = queues();
    await department("support", {}, ["1002"]);
    await registerAt("1002", two);
    const first = await waitingIn(stage, "support");
    elsewhere(await stage.as.bob.post(`/voicechannel/calls/${first.id}:pickup`), "1002");
    expect(await stage.as.admin.call(first.id)).toMatchObject({ state: "queued" });
    const second = await two.callIn({ from: "15551239004", to: "queue:support" });
    await stage.as.admin.sees(second, { state: "queued" });
    ok(await stage.as.bob.post("/call/pickup"));
    await stage.as.admin.sees(second, { state: "active", assignedTo: "1002" });
  });
});
