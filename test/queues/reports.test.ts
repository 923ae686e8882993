/** What reports say of callers whom this Callplane and the one before it served. */
import { expect, it } from "vitest";
import { waitingIn } from "../contract/suites/steps.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import { asksForCallback, useQueueStage } from "./stage.js";

let lab: SimulatedLab;
const queues = useQueueStage(async () => (lab = await openSimulatedLab()));

interface Row {
  readonly department?: string;
  readonly agent?: string;
  readonly [figure: string]: unknown;
}
/** The rows of today, or of the day that has begun meanwhile. */
async function today(subjects: "departments" | "agents", as = queues().stage.as.carol): Promise<readonly Row[]> {
  const { status, body } = await as.get(`/voicechannel/reports/${subjects}?interval=day&from=${new Date(Date.now() - 3_600_000).toISOString()}`);
  expect(status).toBe(200);
  return (body as { items: Row[] }).items;
}
const sum = (rows: readonly Row[], figure: string): number => rows.reduce((all, { [figure]: value }) => all + Number(value ?? 0), 0);
const supports = async (): Promise<readonly number[]> => {
  const rows = (await today("departments")).filter(({ department }) => department === "support");
  return ["offered", "answered", "answeredInTime", "abandoned", "overflowed", "moved", "missed"].map((figure) => sum(rows, figure));
};
const counted = (what: readonly number[]) => eventually(`the report to say ${what.join()}`, async () => JSON.stringify(await supports()) === JSON.stringify(what), { details: () => supports().then((found) => found.join()) });

it("each caller counts once, as soon as the caller has left, and through a restart in the middle", async () => {
  const { stage, free, department } = queues();
  await department("support", { ringTimeoutS: 3, serviceLevelS: 60 }, ["1001", "1002"]);
  await lab.phone("1001", { kind: "no-answer" });
  const first = await waitingIn(stage, "support");
  await lab.hangUp(first.customer);
  await counted([1, 0, 0, 1, 0, 0, 0]);

  const second = await waitingIn(stage, "support");
  free.set("1001", true);
  await stage.as.alice.sees(second.id, { ringing: ["1001"] });
  await counted([1, 0, 0, 1, 0, 0, 1]);
  free.set("1001", false);
  free.set("1002", true);
  await stage.as.admin.sees(second.id, { state: "active", assignedTo: "1002" });
  await counted([2, 1, 1, 1, 0, 0, 1]);
  const talksSince = Date.now();

  free.set("1002", false);
  const third = await waitingIn(stage, "support");
  await stage.restartCallplane();
  await stage.as.admin.sees(second.id, { state: "active", assignedTo: "1002" });
  await stage.as.admin.sees(third.id, { state: "queued" });
  expect(await supports()).toEqual([2, 1, 1, 1, 0, 0, 1]);
  await eventually("a second of talk", () => lab.simulator.channels().length > 0 && Date.now() - talksSince > 1100);
  expect((await stage.as.admin.post(`/voicechannel/calls/${second.id}:hangup`)).status).toBe(200);
  // A full queue sends the caller away.
  await department("support", { maxWaitS: 1, overflow: { type: "hangup" } }, ["1001", "1002"]);
  await stage.as.admin.gone(third.id);
  await counted([3, 1, 1, 1, 1, 0, 1]);

  await eventually("the talk to be counted", async () => sum((await today("agents")).filter(({ agent }) => agent === "1002"), "talkS") >= 1);
  const agents = await today("agents");
  expect(["1001", "1002"].map((id) => agents.filter(({ agent }) => agent === id)).map((rows) => [sum(rows, "offered"), sum(rows, "answered"), sum(rows, "missed"), sum(rows, "calls")])).toEqual([[1, 0, 1, 0], [1, 1, 0, 1]]);
  expect((await today("agents", stage.as.alice)).every(({ agent }) => agent === "1001")).toBe(true);
  expect(sum(await today("departments", stage.stranger), "offered")).toBe(0);
  const history = await stage.as.carol.get("/voicechannel/queues/support/history?stepS=86400");
  expect(sum((history.body as { items: Row[] }).items, "abandoned")).toBe(1);
});

it("a caller whom an administrator hangs up on has not given up", async () => {
  const { stage, department, figures } = queues();
  await department("support", {}, ["1001"]);
  const [offered = 0, answered = 0, inTime = 0, abandoned = 0, overflowed = 0, moved = 0, missed = 0] = await supports();
  const before = await figures("support");
  const { id } = await waitingIn(stage, "support");
  expect((await stage.as.admin.post(`/voicechannel/calls/${id}:hangup`)).status).toBe(200);
  await counted([offered + 1, answered, inTime, abandoned, overflowed, moved + 1, missed]);
  expect(await figures("support")).toMatchObject({ waiting: 0, abandoned: before.abandoned, serviceLevel: before.serviceLevel });
  expect(await stage.as.admin.get(`/voiceconfig/calllogs/${id}`)).toMatchObject({ body: { queueOutcome: "moved", hungUpBy: "agent" } });
});

it("who asks to be called back has not given up, and an agent whose phone rings in vain for that has missed an offer", async () => {
  const { stage, free, department } = queues();
  await department("support", { callbackKey: "5", ringTimeoutS: 3 }, ["1001"]);
  await lab.phone("1001", { kind: "no-answer" });
  const [offered = 0, answered = 0, inTime = 0, abandoned = 0, overflowed = 0, moved = 0, missed = 0] = await supports();
  const customer = "+12125557779";
  const id = await lab.callIn({ from: customer, to: "queue:support" });
  await stage.as.admin.sees(id, { state: "queued" });
  await asksForCallback(lab, { id, customer });
  free.set("1001", true);
  await eventually("the agent's phone to ring", () => lab.simulator.channels().some(({ party }) => party === "1001"));
  free.set("1001", false);
  await counted([offered + 1, answered, inTime, abandoned, overflowed + 1, moved, missed + 1]);
});
