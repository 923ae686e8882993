/** The departments' figures as they are served: in the list of queues, in the live events, and to Prometheus. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DepartmentFigures } from "../../src/queues/index.js";
import { Follower, type Told } from "../contract/suites/follower.js";
import { waitingIn } from "../contract/suites/steps.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import { useQueueStage } from "./stage.js";

let lab: SimulatedLab;
const queues = useQueueStage(async () => (lab = await openSimulatedLab()));
const following: Follower[] = [];

beforeAll(async () => {
  await queues().department("support", { ringTimeoutS: 3, serviceLevelS: 60 }, ["1001", "1002"]);
  await queues().department("sales", {}, ["1004"]);
});
afterEach(async () => {
  for (const follower of following.splice(0)) follower.close();
  for (const extension of ["1001", "1002"]) await lab.phone(extension, { kind: "answer" });
});

/** A sample of the department `support`; null when there is none. */
async function sample(name: string): Promise<number | null> {
  const text = await (await fetch(`${queues().stage.url()}/metrics`)).text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`callplane_queue_${name}{organization="lab",department="support"} `));
  return line === undefined ? null : Number(line.slice(line.lastIndexOf(" ") + 1));
}

const samples = async (...names: readonly string[]): Promise<(number | null)[]> => Promise.all(names.map(sample));

const told = (follower: Follower): Told[] => follower.told.filter(({ type }) => type === "queue.figures");

/** Waits for figures of `support` that are as described, after the `after`th event. */
const sees = async (follower: Follower, what: Partial<DepartmentFigures>, after = 0): Promise<number> =>
  eventually(
    `figures to be told as ${JSON.stringify(what)}`,
    () => {
      const index = told(follower).findIndex(
        ({ data }, at) => at >= after && data.department === "support" && Object.entries(what).every(([name, value]) => JSON.stringify(Object.entries(data.figures ?? {}).find(([key]) => key === name)?.[1]) === JSON.stringify(value)),
      );
      return index < 0 ? null : index + 1;
    },
    { details: () => JSON.stringify(told(follower).map(({ data }) => data)) },
  );

describe("a department's figures", () => {
  it("tell of callers who wait, leave and are answered, and of offers that were missed, alike everywhere and in the order of what happened", async () => {
    const { stage, free, figures } = queues();
    await lab.phone("1001", { kind: "no-answer" });
    const admin = await new Follower().open(stage.as.admin);
    const carol = await new Follower().openSocket(stage.as.carol);
    following.push(admin, carol);
    const all = [admin, carol];
    for (const follower of all) await follower.sees("the snapshot", ({ type }) => type === "snapshot");
    expect(await figures("support")).toEqual({ waiting: 0, longestWaitS: 0, callbacks: 0, serviceLevel: null, answered: 0, abandoned: 0, overflowed: 0, averageWaitS: null, agents: { free: 0, busy: 0 } });
    expect(await samples("waiting", "longest_wait_seconds", "service_level", "abandoned_total", "missed_offers_total", "answered_total")).toEqual([0, 0, null, 0, 0, 0]);

    const first = await waitingIn(stage, "support");
    const after = await Promise.all(all.map((follower) => sees(follower, { waiting: 1, abandoned: 0, agents: { free: 0, busy: 0 } })));
    expect(await samples("waiting", "agents_free", "agents_busy")).toEqual([1, 0, 0]);
    await eventually("her wait to be told", async () => ((await sample("longest_wait_seconds")) ?? 0) >= 1);

    await lab.hangUp(first.customer);
    for (const [index, follower] of all.entries()) after[index] = await sees(follower, { waiting: 0, abandoned: 1, serviceLevel: 0, averageWaitS: null }, after[index]);
    expect(await samples("waiting", "longest_wait_seconds", "abandoned_total", "service_level")).toEqual([0, 0, 1, 0]);

    const second = await waitingIn(stage, "support");
    free.set("1001", true);
    await stage.as.alice.sees(second.id, { ringing: ["1001"] });
    expect(await samples("agents_busy", "missed_offers_total")).toEqual([1, 0]);
    await eventually("her offer to be counted as missed", async () => (await sample("missed_offers_total")) === 1);
    free.set("1001", false);
    free.set("1002", true);
    await stage.as.admin.sees(second.id, { state: "active", assignedTo: "1002" });
    for (const [index, follower] of all.entries()) after[index] = await sees(follower, { waiting: 0, answered: 1, abandoned: 1, serviceLevel: 0.5, agents: { free: 0, busy: 1 } }, after[index]);
    expect(await samples("waiting", "answered_total", "answered_in_time_total", "abandoned_total", "overflowed_total", "service_level")).toEqual([0, 1, 1, 1, 0, 0.5]);
    const { averageWaitS } = await figures("support");
    expect(averageWaitS).toBeGreaterThan(0);
    expect(await sample("answered_wait_seconds_total")).toBeCloseTo(averageWaitS ?? 0, 0);
    for (const follower of all) expect(told(follower).at(-1)?.data.figures).toEqual(await figures("support"));
    const left = admin.told.filter(({ type }) => type === "queue.left").map(({ data }) => [data.callId, data.reason, data.agent]);
    expect(left).toEqual([[first.id, "abandoned", null], [second.id, "answered", "1002"]]);
    const offers = admin.told.filter(({ type }) => type.startsWith("offer.")).map(({ type, data }) => [type, data.callId, data.agent]);
    expect(offers).toEqual([["offer.made", second.id, "1001"], ["offer.missed", second.id, "1001"], ["offer.made", second.id, "1002"], ["offer.accepted", second.id, "1002"]]);
    for (const { id } of [first, second]) await stage.as.admin.post(`/voicechannel/calls/${id}:hangup`);
    for (const { id } of [first, second]) await admin.sees("its record", ({ type, data }) => type === "calllog.completed" && data.id === id);
  });

  it("have the department's settings beside them, and tell each change of these, whichever process made it", async () => {
    const { stage, store } = queues();
    const admin = await new Follower().open(stage.as.admin);
    const dave = await new Follower().openSocket(stage.as.dave);
    following.push(admin, dave);
    for (const follower of following) await follower.sees("the snapshot", ({ type }) => type === "snapshot");
    const alarms = { longestWaitS: 60, waiting: 5, talkS: null, awayS: 900 };
    expect((await stage.as.admin.put("/voiceconfig/departments/support", { serviceLevelTarget: 0.9, alarms })).status).toBe(200);
    const { data } = await admin.sees("the change", ({ type, data: { department, queue } }) => type === "department.updated" && department !== undefined && queue !== null);
    expect(data).toMatchObject({ department: { name: "support", serviceLevelTarget: 0.9, alarms }, queue: { name: "support", serviceLevelS: 60, serviceLevelTarget: 0.9, alarms, entries: [] } });
    expect((await dave.sees("the change", ({ type }) => type === "department.updated")).data).toMatchObject({ department: { name: "support" }, queue: null });
    const [organization] = (await store.organizations.list()).filter(({ name }) => name === "lab");
    await store.departments.create(organization?.id ?? 0, "returns", { serviceLevelS: 5 });
    await admin.sees("the new one", ({ type, data: told }) => type === "department.created" && JSON.stringify(told).includes("returns"));
    await store.departments.remove(organization?.id ?? 0, "returns");
    await admin.sees("its end", ({ type, data: told }) => type === "department.removed" && JSON.stringify(told).includes("returns"));
    const { body } = await stage.as.admin.get("/voicechannel/queues");
    expect(body).toMatchObject({ items: [{ name: "sales", serviceLevelTarget: 0.8, alarms: { waiting: null } }, { name: "support", serviceLevelS: 60, serviceLevelTarget: 0.9, alarms, entries: [] }] });
    expect((await stage.as.admin.put("/voiceconfig/departments/support", { alarms: { waiting: 0 } })).status).toBe(400);
    expect((await stage.as.admin.put("/voiceconfig/departments/support", { serviceLevelTarget: 80 })).status).toBe(400);
  });

  it("are told to no other organization and to no other department's agents, and to its own in the same words", async () => {
    const { stage, figures } = queues();
    const before = { support: (await figures("support")).abandoned, sales: (await figures("sales")).abandoned };
    const stranger = await new Follower().open(stage.stranger);
    const dave = await new Follower().openSocket(stage.as.dave);
    const alice = await new Follower().openSocket(stage.as.alice);
    const root = await new Follower().open(stage.root);
    following.push(stranger, dave, alice, root);
    for (const follower of following) await follower.sees("the snapshot", ({ type }) => type === "snapshot");
    const sales = await waitingIn(stage, "sales");
    const support = await waitingIn(stage, "support");
    for (const follower of [alice, root]) await sees(follower, { waiting: 1 });
    await eventually("sales' figures", () => told(dave).some(({ data }) => data.figures?.waiting === 1));
    await lab.hangUp(sales.customer);
    await lab.hangUp(support.customer);
    // What the strangers could have been told came before.
    for (const follower of [alice, root]) await sees(follower, { waiting: 0, abandoned: before.support + 1 });
    await eventually("sales' figures", () => told(dave).some(({ data }) => data.figures?.abandoned === before.sales + 1));
    expect([told(stranger).map(({ data }) => data.department), new Set(told(dave).map(({ data }) => data.department)), new Set(told(alice).map(({ data }) => data.department))]).toEqual([[], new Set(["sales"]), new Set(["support"])]);
    expect(told(root).map(({ data }) => data.department)).toContain("sales");
    const theirs = (await stage.stranger.get("/voicechannel/queues")).body;
    expect(JSON.stringify(theirs)).not.toContain("support");
  });
});
