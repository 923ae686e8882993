/** The departments' figures as they are served: in the list of queues, in the live events, and to Prometheus. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DepartmentFigures } from "../../src/queues/index.js";
import { Follower, type Told } from "../contract/suites/follower.js";
import { waitingIn } from "../contract/suites/steps.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import { useQueueStage } from "./stage.js";

let lab: SimulatedLab;
const stageOf = useQueueStage(async () => (lab = await openSimulatedLab()));
const following: Follower[] = [];

beforeAll(async () => {
  await stageOf().department("support", { ringTimeoutS: 3, serviceLevelS: 60 }, ["1001", "1002"]);
  await stageOf().department("sales", {}, ["1004"]);
});
afterEach(async () => {
  for (const follower of following.splice(0)) follower.close();
  for (const extension of ["1001", "1002"]) await lab.phone(extension, { kind: "answer" });
});

/** A sample of the department `support`; null when there is none. */
async function sample(name: string): Promise<number | null> {
  const text = await (await fetch(`${stageOf().stage.url()}/metrics`)).text();
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
    const { stage, free, figures } = stageOf();
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
  });

  it("are told to no other organization and to no other department's agents, and to its own in the same words", async () => {
    const { stage, figures } = stageOf();
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
