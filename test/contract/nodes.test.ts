import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../lab/wait.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { openStage, type Stage } from "./harness.js";
import { ok, refused } from "./suites/steps.js";

interface Readiness {
  readonly status: string;
  readonly nodes: readonly { readonly name: string; readonly state: string; readonly error: string | null; readonly stale: boolean }[];
}

describe("two FreeSWITCH nodes (DESIGN decision 7)", () => {
  let one: SimulatedLab;
  let two: SimulatedLab;
  let stage: Stage;
  beforeAll(async () => {
    [one, two] = await Promise.all([openSimulatedLab(), openSimulatedLab()]);
    stage = await openStage({ ...one, eslUrl: `${one.eslUrl},${two.eslUrl}` });
    await eventually("both nodes to be ready", async () => (await readiness()).body.nodes.every(({ state }) => state === "ready"));
  });
  afterEach(async () => {
    two.simulator.clearFaults();
    await eventually("both nodes to be ready again", async () => (await readiness()).body.nodes.every(({ state }) => state === "ready"), { timeoutMs: 20_000 });
    await stage.clear();
  });
  afterAll(async () => {
    await stage.close();
    await Promise.all([one.close(), two.close()]);
  });

  const readiness = async (): Promise<{ readonly status: number; readonly body: Readiness }> => {
    const response = await fetch(`${stage.url()}/health/ready`);
    return { status: response.status, body: (await response.json()) as Readiness };
  };
  const talking = async (lab: SimulatedLab, from: string, to: string): Promise<string> => {
    const id = await lab.callIn({ from, to });
    await stage.as.admin.sees(id, { state: "active", assignedTo: to });
    return id;
  };
  const takeAway = async (lab: SimulatedLab): Promise<void> => {
    lab.simulator.fault({ kind: "refuse-connections" });
    lab.simulator.dropClients({ abrupt: true });
    await eventually("the node to be told down", async () => (await readiness()).body.nodes.some(({ state }) => state !== "ready"));
  };

  it("are one picture: calls of both are listed, each with its node", async () => {
    const first = await talking(one, "15551110001", "1001");
    const second = await talking(two, "15551110002", "1002");
    const nodes = (await stage.as.carol.calls()).map(({ id, node }) => [id, node]);
    expect(nodes.map(([id]) => id)).toEqual([first, second]);
    expect(new Set(nodes.map(([, node]) => node)).size).toBe(2);
    for (const [id, who] of [[first, stage.as.alice], [second, stage.as.bob]] as const) ok(await who.post(`/voicechannel/calls/${id}:hold`));
    refused(await stage.as.carol.post(`/voicechannel/calls/${first}:bridge`, { with: second }), 409, "Conflict");
  });

  it("fail one by one: a node that is down refuses its own calls' commands alone, its calls stay listed, and originate goes elsewhere", async () => {
    const first = await talking(one, "15551110003", "1001");
    const second = await talking(two, "15551110004", "1002");
    await takeAway(two);
    const reply = await stage.as.bob.post(`/voicechannel/calls/${second}:hold`);
    refused(reply, 503, "SwitchUnavailable");
    expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
    for (const [method, path, body] of [["put", `/api/v2/channels/${second}`, { status: "error", info: "-ERR SwitchUnavailable" }], ["post", `/v1/call/${second}/hangup`, { status: "fail", error: "SwitchUnavailable" }]] as const) {
      expect(await stage.as.bob[method](path, method === "put" ? { state: "hold" } : undefined)).toMatchObject({ status: 503, body });
    }
    expect(await stage.as.bob.post("/call/park")).toMatchObject({ status: 503, body: { status: "service unavailable" } });
    ok(await stage.as.alice.post(`/voicechannel/calls/${first}:hold`));
    expect((await stage.as.carol.calls()).map(({ id }) => id)).toEqual([first, second]);
    const { status, body } = await readiness();
    expect([status, body.status]).toEqual([200, "ready"]);
    expect(body.nodes.map(({ state, stale, error }) => [state === "ready", stale, error === null])).toEqual([[true, false, true], [false, true, false]]);
    for (const number of ["+12125550105", "+12125550106", "+12125550107"]) {
      const { id } = (await stage.as.dave.post("/voicechannel/calls", { type: "phonenumber", to: number })).body as { id: string };
      await stage.as.dave.sees(id, { state: "active" });
      expect(one.simulator.channel(id)).toBeDefined();
    }
  });

  it("are both gone only when both are: then nobody is ready, and originate says so", async () => {
    await takeAway(two);
    one.simulator.fault({ kind: "refuse-connections" });
    one.simulator.dropClients({ abrupt: true });
    try {
      await eventually("no node to be ready", async () => (await readiness()).status === 503);
      refused(await stage.as.alice.post("/voicechannel/calls", { type: "client", to: "1002" }), 503, "SwitchUnavailable");
      expect((await stage.as.carol.get("/voicechannel/calls")).status).toBe(200);
    } finally {
      one.simulator.clearFaults();
    }
  });
});
