/** What phones dial to the outside: by whom, how many at once, and which FreeSWITCH asks. */
import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { SelfDialled } from "../../src/calls/index.js";
import type { DialPlace } from "../../src/dialling/index.js";
import { channelUuid, type NodeState, type SwitchNode } from "../../src/freeswitch/index.js";
import type { OrganizationChange } from "../../src/store/index.js";
import { dial, openWorld, type World } from "./world.js";

const CORES = { fs1: randomUUID(), fs2: randomUUID() } as const;
type Name = keyof typeof CORES;
const node = (name: Name, state: () => NodeState): SwitchNode => ({
  name,
  status: () => ({ name, state: state(), error: null, since: new Date(), epoch: 0, version: "", coreUuid: CORES[name], stale: true, holdMusic: "" }),
  api: () => Promise.resolve(""), bgapi: () => Promise.resolve(""), send: () => Promise.resolve(""), reconcile: () => Promise.resolve(), close: () => Promise.resolve(),
});

class Stage {
  readonly tracked: { readonly place: DialPlace; readonly legs: SelfDialled }[] = [];
  /** Legs that the registry knows, which it counts. */
  readonly known = new Set<string>();
  readonly states = new Map<Name, NodeState>();
  world: World | null = null;

  async open(change: OrganizationChange = {}, nodes: readonly Name[] = ["fs1"]): Promise<void> {
    this.world = await openWorld({
      live: { outside: () => this.known.size, knows: (_id, leg) => this.known.has(leg) },
      trackPlace: (place, legs) => void this.tracked.push({ place, legs }),
      nodes: { all: () => nodes.map((name) => node(name, () => this.states.get(name) ?? "connecting")) },
    });
    const { acme, store } = this.world;
    await this.world.agent(acme, "1001");
    await store.organizations.update(acme.id, { country: "US", allowedPrefixes: ["+1212", "911"], ...change });
    for (const name of nodes) this.becomes(name, "ready");
  }

  becomes(name: Name, state: NodeState): void {
    this.states.set(name, state);
    this.world?.room.sink.status(name, node(name, () => state).status());
  }

  /** What the phone of 1001 is answered: the endpoint that FreeSWITCH bridges to, or why it hangs up. */
  async dials(number: string, more: Readonly<Record<string, string>> = {}, phone: Readonly<Record<string, string>> = { variable_sip_auth_username: "1001" }): Promise<string> {
    const document = await this.world?.ask(dial("internal", number, { "Unique-ID": randomUUID(), "Core-UUID": CORES.fs1, variable_callplane_org: "acme", variable_domain_name: "acme.example", ...phone, ...more }));
    return /application="(?:bridge|hangup)" data="([^"]*)"/.exec(document ?? "")?.[1] ?? "";
  }
}

let stage: Stage;
const open = async (...options: Parameters<Stage["open"]>): Promise<Stage> => {
  stage = new Stage();
  await stage.open(...options);
  return stage;
};
afterEach(() => stage.world?.close());

const BARRED = "OUTGOING_CALL_BARRED";
const TRUNK = "sofia/gateway/trunk/";

describe("what a phone dials", () => {
  it.each(["+12125550100", "2125550100", "(212)555-0100", "12125550100", "0012125550100", "01112125550100"])("is bridged to the one canonical number, not to what was dialled: %s", async (dialled) => {
    expect(await (await open()).dials(dialled)).toBe(`${TRUNK}+12125550100`);
  });

  it.each(["+19005551234", "+1900#5551234", "1-900-555-1234", "*19005551234", "+1212*5550100", "+15557654321", "+44118118", "118118", "112"])("is barred: %s", async (dialled) => {
    expect(await (await open({ allowedPrefixes: ["+", "911"] })).dials(dialled)).toBe(BARRED);
  });

  it("is dialled for an agent's phone alone: a channel with no proven agent is refused, and not judged by nobody's rules", async () => {
    const { dials } = bound(await open());
    expect(await dials("+12125550100")).toBe(`${TRUNK}+12125550100`);
    for (const phone of [{}, { variable_sip_auth_username: "2001" }, { "variable_sip_h_Referred-By": "<sip:1001@acme.example>", "Caller-Username": "1001" }]) expect(await dials("+12125550100", {}, phone)).toBe(BARRED);
  });

  it("is judged by the agent's own prefixes", async () => {
    const { world } = await open();
    const agent = await world?.store.agents.find(world.acme.id, "1001");
    await world?.store.agents.update(agent?.id ?? 0, { allowedPrefixes: ["+12127"] });
    expect([await stage.dials("+12125550100"), await stage.dials("+12127360100")]).toEqual([BARRED, `${TRUNK}+12127360100`]);
  });

  it("is an emergency number before it is somebody's extension", async () => {
    const { world } = await open({ emergencyNumbers: [] });
    await world?.store.agents.create({ organizationId: world.acme.id, agentId: "999" });
    expect(await stage.dials("999")).toBe("user/999@acme.example");
    await world?.store.organizations.update(world.acme.id, { emergencyNumbers: ["999"], allowedPrefixes: ["999"] });
    expect(await stage.dials("999")).toBe(`${TRUNK}999`);
  });
});

describe("the simultaneous calls of phones", () => {
  it("keep their place until the registry knows the leg, however late its events are", async () => {
    await open({ maxOutboundCalls: 1 });
    const first = randomUUID();
    const bridged = await stage.dials("+12125550100", { "Unique-ID": first });
    const second = /^\{origination_uuid=([0-9a-f-]{36}),outbound_redirect_fatal=true,sip_copy_custom_headers=false\}sofia\/gateway\/trunk\/\+12125550100$/.exec(bridged)?.[1] ?? "";
    expect(stage.tracked.map(({ legs }) => legs)).toEqual([{ first, second: channelUuid(second), node: "fs1", timeoutMs: 60_000 }]);
    for (let i = 0; i < 5; i++) expect(await stage.dials("+12125550100")).toBe(BARRED);
    // Its event has come: the registry counts it from now on.
    stage.known.add(second);
    expect(await stage.dials("+12125550100")).toBe(BARRED);
    stage.known.delete(second);
    expect(await stage.dials("+12125550100")).toContain(TRUNK);
  });

  it("have the place back when the phone hangs up before its call was dialled", async () => {
    await open({ maxOutboundCalls: 1 });
    await stage.dials("+12125550100");
    stage.tracked[0]?.place.giveBack();
    expect(await stage.dials("+12125550100")).toContain(TRUNK);
  });
});

describe("a FreeSWITCH that Callplane does not follow", () => {
  it.each<NodeState>(["connecting", "reconciling", "down"])("dials emergency numbers alone while it is %s", async (state) => {
    await open();
    stage.becomes("fs1", state);
    expect([await stage.dials("+12125550100"), await stage.dials("911")]).toEqual(["NORMAL_TEMPORARY_FAILURE", `${TRUNK}911`]);
    stage.becomes("fs1", "ready");
    expect(await stage.dials("+12125550100")).toContain(TRUNK);
  });

  it("does not keep another one from dialling; who asks is told by the process's uuid, and without one all must be followed", async () => {
    await open({}, ["fs1", "fs2"]);
    stage.becomes("fs2", "connecting");
    expect(await stage.dials("+12125550100")).toContain(TRUNK);
    for (const core of [CORES.fs2, "", randomUUID()]) expect(await stage.dials("+12125550100", { "Core-UUID": core })).toBe("NORMAL_TEMPORARY_FAILURE");
    stage.becomes("fs2", "ready");
    for (const core of [CORES.fs2, "", randomUUID()]) expect(await stage.dials("+12125550100", { "Core-UUID": core })).toContain(TRUNK);
  });
});

const bound = (world: Stage): { readonly dials: Stage["dials"] } => ({ dials: (...request) => world.dials(...request) });
