import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Reply } from "../contract/harness.js";
import { openStage, type Stage } from "../contract/harness.js";
import { ok, talkingWith } from "../contract/suites/steps.js";
import { openStore, type OrganizationChange } from "../../src/store/index.js";
import { eventually } from "../lab/wait.js";
import { openTappedLab, type TappedLab } from "./tap.js";

let lab: TappedLab;
let stage: Stage;
let numbers = 0;
const newNumber = (): string => `+1212777${String(1000 + numbers++)}`;

beforeAll(async () => {
  lab = await openTappedLab();
  stage = await openStage(lab);
});
afterEach(async () => {
  await set({ maxOutboundCalls: null, maxOutboundCallsPerMinute: null, maxOutboundCallS: null });
  for (const extension of ["1001", "1002", "1004"]) await lab.phone(extension, { kind: "answer", afterMs: 20 });
  await stage.clear();
});
afterAll(async () => {
  await stage.close();
  await lab.close();
});

/** As the command line does it, in a process of its own; waits until the running one has seen it. */
async function set(change: OrganizationChange): Promise<void> {
  const store = await openStore(stage.databaseUrl);
  try {
    const organization = await store.organizations.findByName("lab");
    await store.organizations.update(organization?.id ?? 0, change);
  } finally {
    await store.close();
  }
  await stage.restartCallplane();
}

const dial = (agent: string, to = newNumber()): Promise<Reply> => stage.as.admin.post("/voicechannel/calls", { type: "phonenumber", to, agent });
const statuses = (replies: readonly Reply[]): number[] => replies.map(({ status }) => status).sort();
const outside = (): number => lab.simulator.channels().filter(({ party }) => party.startsWith("+1212777")).length;
const outsideLegs = (count: number): Promise<boolean> => eventually(`${count} legs to the outside`, () => outside() === count, { details: () => `there are ${outside()}` });

describe("calls to the outside", () => {
  it("are never more at once than allowed, however many are asked for at the same moment", async () => {
    await set({ maxOutboundCalls: 3 });
    const replies = await Promise.all(Array.from({ length: 12 }, (_, index) => dial(["1001", "1002", "1004"][index % 3] ?? "")));
    expect(statuses(replies)).toEqual([...Array.from({ length: 3 }, () => 201), ...Array.from({ length: 9 }, () => 429)]);
    expect(replies.find(({ status }) => status === 429)).toMatchObject({ body: { error: "DIAL_LIMIT" } });
    await outsideLegs(3);
    expect((await dial("1001")).status).toBe(429);
    // One ends: there is room for one.
    const [call] = await stage.as.admin.calls();
    ok(await stage.as.admin.post(`/voicechannel/calls/${call?.id ?? ""}:hangup`));
    await outsideLegs(2);
    const again = await eventually("the place to be free", async () => {
      const more = await Promise.all([dial("1001"), dial("1002")]);
      return more.some(({ status }) => status === 201) ? more : null;
    });
    expect(statuses(again)).toEqual([201, 429]);
    await outsideLegs(3);
  });

  it("give back the place of a call that did not come to be", async () => {
    await set({ maxOutboundCalls: 1, maxOutboundCallsPerMinute: 1 });
    await lab.phone("1001", { kind: "reject" });
    for (let i = 0; i < 3; i++) expect(await dial("1001")).toMatchObject({ status: 409, body: { error: "CALL_REJECTED" } });
    ok(await dial("1002"), 201);
    await outsideLegs(1);
    expect((await dial("1004")).status).toBe(429);
  });

  it("count for transfers and consultations alike, and the caller stays where she is when there is no room", async () => {
    await set({ maxOutboundCalls: 1 });
    const one = await talkingWith(stage, "1001");
    const two = await talkingWith(stage, "1002");
    const replies = await Promise.all([
      stage.as.alice.post(`/voicechannel/calls/${one.id}:transfer`, { type: "phonenumber", to: newNumber() }),
      stage.as.bob.post(`/voicechannel/calls/${two.id}:consult`, { type: "phonenumber", to: newNumber() }),
    ]);
    const [transferred, consulted] = replies.map(({ status }) => status);
    expect([transferred, consulted]).toSatisfy((pair: (number | undefined)[]) => JSON.stringify(pair) === "[200,429]" || JSON.stringify(pair) === "[429,201]");
    await outsideLegs(1);
    const refused = transferred === 429 ? one : two;
    await stage.as.admin.sees(refused.id, { state: "active" });
  });

  it("count those that phones dial themselves", async () => {
    await set({ maxOutboundCalls: 1 });
    await lab.dialFrom("1004", newNumber());
    await outsideLegs(1);
    await eventually("Callplane to know of it", async () => (await stage.as.admin.calls()).length === 1);
    expect(await dial("1001")).toMatchObject({ status: 429, body: { error: "DIAL_LIMIT" } });
  });

  it("are no more in a minute than allowed, in every face, and the refusals are noted with the rule and counted", async () => {
    await set({ maxOutboundCallsPerMinute: 2 });
    ok(await dial("1001"), 201);
    ok(await stage.as.bob.post("/api/v2/channels", { calledId: newNumber(), callerId: "1002" }), 200);
    await outsideLegs(2);
    const last = newNumber();
    const refused = await stage.as.dave.post("/call/originate", { extension: last });
    expect(refused).toMatchObject({ status: 429, body: { status: "too many requests" } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await eventually("the refusal in the audit log", async () => (await stage.audit()).find(({ action, actor, target, detail }) => action === "refused" && actor === "dave" && target === last && detail.rule === "rate" && detail.agent === "1004"));
    const metrics = await (await fetch(`${stage.url()}/metrics`)).text();
    expect(metrics).toContain('callplane_dial_refusals_total{rule="rate"} 1');
  });

  it("end when their time is up, and nobody is left on the phone", async () => {
    await set({ maxOutboundCallS: 1 });
    ok(await dial("1001"), 201);
    await outsideLegs(1);
    await eventually("every leg to end", () => lab.simulator.channels().length === 0);
  });

  it("have their longest duration on the leg to the outside and on no other", async () => {
    await set({ maxOutboundCallS: 600 });
    ok(await dial("1001"), 201);
    await outsideLegs(1);
    const { id } = await talkingWith(stage, "1002");
    ok(await stage.as.bob.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: newNumber() }));
    await outsideLegs(2);
    const marked = lab.simulator.channels().map(({ party, variables }) => [party.startsWith("+1212777"), variables["execute_on_answer"] ?? null]);
    expect(marked.filter(([isOutside]) => isOutside)).toEqual([[true, "sched_hangup +600 ALLOTTED_TIMEOUT"], [true, "sched_hangup +600 ALLOTTED_TIMEOUT"]]);
    expect(marked.filter(([isOutside]) => !isOutside).every(([, value]) => value === null)).toBe(true);
  });

  // The last one: her prefixes stay.
  it("are those of the agent's own prefixes, when she dials and when somebody has her phone dial", async () => {
    const store = await openStore(stage.databaseUrl);
    const organization = await store.organizations.findByName("lab");
    const alice = await store.agents.find(organization?.id ?? 0, "1001");
    await store.agents.update(alice?.id ?? 0, { allowedPrefixes: ["+12125"] });
    await store.close();
    await stage.restartCallplane();
    const { id } = await talkingWith(stage, "1001");
    for (const reply of [
      await stage.as.alice.post("/voicechannel/calls", { type: "phonenumber", to: newNumber() }),
      await dial("1001"),
      await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: newNumber() }),
    ]) expect(reply).toMatchObject({ status: 403, body: { error: "NUMBER_NOT_ALLOWED", message: expect.stringContaining("agent's own") as unknown } });
    ok(await dial("1002"), 201);
    ok(await stage.as.alice.post("/voicechannel/calls", { type: "phonenumber", to: "+12125551234" }), 201);
  });
});
