/** The list of recordings, and the removal of one. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Client, type Stage } from "../contract/harness.js";
import { Follower } from "../contract/suites/follower.js";
import { newCustomer, ok, refused, shownAs, talkingWith } from "../contract/suites/steps.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";

interface Listed {
  readonly items: readonly { readonly id: string; readonly callId: string; readonly startedBy: string; readonly endedAt: string | null }[];
  readonly total: number;
  readonly next: string | null;
}

const follow = async (client: Client): Promise<Follower> => {
  const follower = await new Follower().open(client);
  await follower.sees("the snapshot", ({ type }) => type === "snapshot");
  return follower;
};

let lab: SimulatedLab;
let stage: Stage;
beforeAll(async () => {
  lab = await openSimulatedLab();
  stage = await openStage(lab);
  for (const extension of ["1001", "1002"]) await lab.phone(extension, { kind: "answer", afterMs: 20 });
});
afterAll(async () => {
  await stage.close();
  await lab.close();
});

const list = async (query = "", as: Client = stage.as.carol): Promise<Listed> => {
  const reply = await as.get(`/voiceconfig/recordings${query}`);
  ok(reply);
  return reply.body as Listed;
};

/** A call of the agent that is recorded, and has ended. */
async function recorded(agent: "alice" | "bob"): Promise<{ readonly id: string; readonly callId: string }> {
  const { id: callId, customer } = await talkingWith(stage, agent === "alice" ? "1001" : "1002");
  const { body } = await stage.as[agent].post(`/voicechannel/calls/${callId}:record`, { action: "start" });
  const id = String(Reflect.get(Object(body), "id"));
  await lab.hangUp(customer);
  await stage.as.admin.gone(callId);
  await eventually("its end to be known", async () => (await list(`?callId=${callId}`)).items.some((each) => each.id === id && each.endedAt !== null));
  writeFileSync(join(stage.recordingsDir, `${id}.wav`), "RIFFsound");
  return { id, callId };
}

it("has the newest first, in pages, by call, agent and time; agents see those of their own calls", async () => {
  const [first, second] = [await recorded("alice"), await recorded("bob")];
  expect((await list()).items.map(({ id }) => id)).toEqual([second.id, first.id]);
  const page = await list("?limit=1");
  expect([page.items.map(({ id }) => id), page.total]).toEqual([[second.id], 2]);
  expect((await list(`?limit=1&cursor=${page.next ?? ""}`)).items).toMatchObject([{ id: first.id, callId: first.callId, startedBy: "alice" }]);
  expect((await list("?sort=startedAt")).items.map(({ id }) => id)).toEqual([first.id, second.id]);
  expect((await list("?agent=1002")).items.map(({ id }) => id)).toEqual([second.id]);
  expect((await list(`?to=${new Date(0).toISOString()}`)).total).toBe(0);
  expect((await list("", stage.as.alice)).items.map(({ id }) => id)).toEqual([first.id]);
  expect((await list("?agent=1002", stage.as.alice)).total).toBe(0);
  expect((await list("", stage.stranger)).total).toBe(0);
  expect((await list("", stage.root)).total).toBe(2);
  const { headers } = await stage.as.carol.get("/voiceconfig/recordings");
  expect((await stage.as.carol.get("/voiceconfig/recordings", { "if-none-match": headers.get("etag") ?? "" })).status).toBe(304);
});

it.each([[1e300, "x", "-startedAt"], [8.64e15 + 1, "x", "-startedAt"], [0.5, "x", "-startedAt"], ["1", "x", "-startedAt"], [null, "x", "-startedAt"], [1, "x", "startedAt"], [1, "x"], [1], "x"])("refuses the cursor %j, which it has not given", async (...cursor) => {
  const text = Buffer.from(JSON.stringify(cursor.length === 1 ? cursor[0] : cursor)).toString("base64url");
  refused(await stage.as.carol.get(`/voiceconfig/recordings?cursor=${text}`), 400, "InvalidParameter");
});

it("shows whose each is, how long it lasts, and is found by number and by text", async () => {
  await lab.phone("1001", { kind: "answer", afterMs: 20 });
  const from = newCustomer();
  const callId = await lab.callIn({ from, to: "1001", name: "J\u00fcrgen M\u00fcller" });
  await stage.as.admin.sees(callId, { state: "active", assignedTo: "1001" });
  const { body } = await stage.as.alice.post(`/voicechannel/calls/${callId}:record`, { action: "start" });
  const id = String(Reflect.get(Object(body), "id"));
  expect((await eventually("it to be known", async () => (await list(`?callId=${callId}`)).items[0]))).toMatchObject({ id, endedAt: null, durationMs: null });
  await lab.hangUp(from);
  await stage.as.admin.gone(callId);
  const shown = await eventually("its end to be known", async () => (await list(`?callId=${callId}`)).items.find(({ endedAt }) => endedAt !== null));
  const row = { id, direction: "inbound", from: shownAs(from), fromName: "J\u00fcrgen M\u00fcller", to: "1001", agent: "1001", department: null };
  expect(shown).toMatchObject(row);
  const { startedAt, endedAt, durationMs } = shown as unknown as { readonly startedAt: string; readonly endedAt: string; readonly durationMs: number };
  expect(durationMs).toBe(Date.parse(endedAt) - Date.parse(startedAt));
  expect((await stage.as.carol.get(`/voiceconfig/recordings/${id}`)).body).toEqual(shown);
  expect((await stage.as.carol.get(`/voiceconfig/calllogs/${callId}`)).body).toMatchObject({ fromName: row.fromName, recordings: [row] });
  for (const query of [`number=${encodeURIComponent(shownAs(from))}`, `q=${from.slice(-8)}`, "q=alice&limit=1&sort=-startedAt"]) expect((await list(`?${query}`)).items.map((each) => each.id)).toEqual([id]);
  expect(await list("?q=nobody")).toEqual({ items: [], total: 0, next: null });
  expect((await list(`?number=${encodeURIComponent(shownAs(newCustomer()))}`)).total).toBe(0);
});

it("has one no more whose sound an administrator has removed, unless it is asked for", async () => {
  const { id } = await recorded("alice");
  const path = `/voiceconfig/recordings/${id}`;
  refused(await stage.as.alice.delete(path), 403, "Forbidden");
  refused(await stage.as.carol.delete(path), 403, "Forbidden");
  expect((await stage.stranger.delete(path)).status).toBe(404);
  refused(await stage.as.admin.delete(path, { "if-match": '"older"' }), 412, "PreconditionFailed");
  expect((await stage.as.admin.delete(path)).status).toBe(204);
  expect(existsSync(join(stage.recordingsDir, `${id}.wav`))).toBe(false);
  expect((await list()).items.map((each) => each.id)).not.toContain(id);
  expect((await list("?removed=true")).items.map((each) => each.id)).toEqual([id]);
  expect((await stage.audit()).at(-1)).toMatchObject({ actor: "admin", action: "recording.remove", target: id });
});

it("is told of by events that carry each recording as it reads in that moment", async () => {
  const [carol, alice, bob] = [await follow(stage.as.carol), await follow(stage.as.alice), await follow(stage.as.bob)];
  // Bounded by the test.
  const read: { readonly type: string; readonly told: unknown; readonly shown: unknown }[] = [];
  let asked = 0;
  const ask = async (): Promise<void> => {
    const events = carol.told.filter(({ type }) => type.startsWith("recording."));
    for (; asked < events.length; asked++) {
      const { type, data } = events[asked] ?? { type: "", data: {} };
      const told: unknown = Reflect.get(data, "recording");
      read.push({ type, told, shown: (await stage.as.carol.get(`/voiceconfig/recordings/${String(Reflect.get(Object(told), "id"))}`)).body });
    }
  };
  const { id: callId, customer } = await talkingWith(stage, "1001");
  const { body } = await stage.as.alice.post(`/voicechannel/calls/${callId}:record`, { action: "start" });
  const id = String(Reflect.get(Object(body), "id"));
  await eventually("its beginning", async () => (await ask(), read.some(({ type }) => type === "recording.started")));
  await lab.hangUp(customer);
  await eventually("its end", async () => (await ask(), read.some(({ type }) => type === "recording.stopped")));
  await carol.sees("the end of the record", ({ type, data }) => type === "calllog.completed" && data.id === callId);
  writeFileSync(join(stage.recordingsDir, `${id}.wav`), "RIFFsound");
  expect((await stage.as.admin.delete(`/voiceconfig/recordings/${id}`)).status).toBe(204);
  await eventually("its removal", async () => (await ask(), read.some(({ type }) => type === "recording.removed")));
  const own = read.filter(({ told }) => Reflect.get(Object(told), "id") === id);
  for (const { told, shown } of own) expect(told).toEqual(shown);
  const row = { id, callId, startedBy: "alice", agent: "1001", direction: "inbound", to: "1001" };
  expect(own.at(-1)?.told).toMatchObject({ ...row, removedAt: expect.any(String) as string });
  expect(own.map(({ type }) => type).filter((type) => type !== "recording.updated")).toEqual(["recording.started", "recording.stopped", "recording.removed"]);
  await alice.sees("its removal, by the agent of the call", ({ type }) => type === "recording.removed");
  const ofBob = await talkingWith(stage, "1002");
  await bob.sees("the next call", ({ data }) => data.call?.id === ofBob.id);
  expect(bob.types.filter((type) => type.startsWith("recording."))).toEqual([]);
  await lab.hangUp(ofBob.customer);
  for (const each of [carol, alice, bob]) each.close();
});
