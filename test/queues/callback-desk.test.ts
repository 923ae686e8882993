/** The callbacks that callers have asked for, as those see and change them who look after them. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CallbackRecord } from "../../src/queues/index.js";
import { openStage, type Client, type Stage } from "../contract/harness.js";
import { Follower } from "../contract/suites/follower.js";
import { newNumber, ok, refused } from "../contract/suites/steps.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import { asksForCallback } from "./stage.js";

type Shown = Pick<CallbackRecord, "id" | "number" | "fromName" | "state" | "priority"> & { readonly dueAt: string };
interface Listed {
  readonly items: readonly Shown[];
  readonly total: number;
  readonly next: string | null;
}

let lab: SimulatedLab;
let stage: Stage;
beforeAll(async () => {
  lab = await openSimulatedLab();
  stage = await openStage(lab);
  ok(await stage.as.admin.put("/voiceconfig/departments/support", { callbackKey: "5" }));
  ok(await stage.as.admin.put("/voiceconfig/voiceagents/1001", { departments: ["support"] }));
  ok(await stage.as.admin.put("/voiceconfig/voiceagents/1002", { departments: ["sales"] }));
});
afterAll(async () => {
  await stage.close();
  await lab.close();
});

const list = async (query = "", as: Client = stage.as.carol): Promise<Listed> => {
  const reply = await as.get(`/voiceconfig/callbacks${query}`);
  ok(reply);
  return reply.body as Listed;
};

/** Somebody waits, and asks to be called back. */
async function asks(name?: string): Promise<Shown> {
  const customer = newNumber();
  // A name that is the number is none.
  const id = await lab.callIn({ from: customer, to: "queue:support", name: name ?? customer });
  await stage.as.admin.sees(id, { state: "queued" });
  await asksForCallback(lab, { id, customer });
  return eventually("the callback to be listed", async () => (await list(`?number=${encodeURIComponent(customer)}`)).items[0]);
}

const path = (id: string): string => `/voiceconfig/callbacks/${id}`;

it("are listed, the newest first, in pages, by department, state and number; an agent sees the own departments'", async () => {
  const [first, second] = [await asks(), await asks("J\u00fcrgen M\u00fcller")];
  expect((await list()).items.map(({ id }) => id)).toEqual([second.id, first.id]);
  expect([first.fromName, second.fromName]).toEqual([null, "J\u00fcrgen M\u00fcller"]);
  const page = await list("?limit=1");
  expect([page.items.map(({ id }) => id), page.total]).toEqual([[second.id], 2]);
  expect((await list(`?limit=1&cursor=${page.next ?? ""}`)).items.map(({ id }) => id)).toEqual([first.id]);
  expect((await list("?sort=joinedAt&state=waiting&department=support")).items.map(({ id }) => id)).toEqual([first.id, second.id]);
  expect((await list(`?q=${first.number.slice(-6)}`)).items.map(({ id }) => id)).toEqual([first.id]);
  expect((await list("?q=j%C3%BCrgen")).items.map(({ id }) => id)).toEqual([second.id]);
  expect((await list("?state=done")).total).toBe(0);
  expect((await list("", stage.as.alice)).total).toBe(2);
  expect((await list("", stage.as.bob)).total).toBe(0);
  expect((await list("", stage.stranger)).total).toBe(0);
  refused(await stage.as.bob.get(path(first.id)), 403, "Forbidden");
  expect((await stage.stranger.get(path(first.id))).status).toBe(404);
});

it("is given another priority and time, and cancelled, by supervisors alone; all of it is told and in the audit log", async () => {
  const follower = await new Follower().open(stage.as.alice);
  const { id } = await asks();
  const etag = (await stage.as.carol.get(path(id))).headers.get("etag") ?? "";
  const dueAt = new Date(Date.now() + 3_600_000).toISOString();
  refused(await stage.as.alice.put(path(id), { state: "cancelled" }), 403, "Forbidden");
  expect((await stage.as.carol.put(path(id), { priority: 3, dueAt }, { "if-match": etag })).body).toMatchObject({ priority: 3, dueAt, state: "waiting" });
  refused(await stage.as.erin.put(path(id), { state: "cancelled" }, { "if-match": etag }), 412, "PreconditionFailed");
  expect((await stage.as.erin.put(path(id), { state: "cancelled" })).body).toMatchObject({ state: "cancelled" });
  refused(await stage.as.carol.put(path(id), { priority: 1 }), 409, "Conflict");
  expect((await list("?state=cancelled")).items.map((each) => each.id)).toEqual([id]);
  await follower.sees("its end", ({ type, data }) => type === "callback.done" && JSON.stringify(data).includes(id));
  follower.close();
  expect((await stage.audit()).filter(({ target }) => target === id).map(({ actor, action }) => `${actor} ${action}`)).toEqual(["carol callback.update", "erin callback.cancel"]);
});

it("that is cancelled is not called, though an agent is free", async () => {
  await lab.phone("1001", { kind: "answer", afterMs: 20 });
  const { id, number } = await asks();
  for (const { id: other, state } of (await list()).items) if (state === "waiting") ok(await stage.as.carol.put(path(other), { state: "cancelled" }));
  ok(await stage.as.alice.post("/voicechannel/agents/1001/status", { status: "online" }));
  const next = await asks();
  await eventually("the next one to be called", async () => Reflect.get(Object((await stage.as.carol.get(path(next.id))).body), "state") !== "waiting", { timeoutMs: 10_000 });
  expect((await stage.as.carol.get(path(id))).body).toMatchObject({ state: "cancelled", attempts: 0, number });
});
