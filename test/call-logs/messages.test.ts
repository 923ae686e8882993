/** What callers say to a department that takes messages, and what becomes of it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { messageTo } from "../../src/queues/index.js";
import { openStore } from "../../src/store/index.js";
import { openStage, type Client, type Stage } from "../contract/harness.js";
import { newCustomer, ok, refused, shownAs, talkingWith } from "../contract/suites/steps.js";
import { Follower } from "../contract/suites/follower.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";

interface Shown {
  readonly id: string;
  readonly callId: string;
  readonly department: string;
  readonly from: string;
  readonly state: string;
  readonly heardBy: string | null;
  readonly closedBy: string | null;
  readonly note: string | null;
}
interface Listed {
  readonly items: readonly Shown[];
  readonly total: number;
  readonly next: string | null;
}

let folder: string;
let lab: SimulatedLab;
let stage: Stage;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "callplane-messages-"));
  lab = await openSimulatedLab({ cdrDir: folder });
  stage = await openStage(lab, { CDR_DIR: folder });
  for (const department of ["support", "sales"]) ok(await stage.as.admin.put(`/voiceconfig/departments/${department}`, { maxLength: 0, overflow: { type: "message", greeting: "tone_stream://%(200,0,440)" } }));
  // Sales has nobody but bob, who has nothing else.
  ok(await stage.as.admin.put("/voiceconfig/voiceagents/1002", { departments: ["sales"] }));
  ok(await stage.as.admin.put("/voiceconfig/voiceagents/1001", { departments: ["support"] }));
});
afterAll(async () => {
  await stage.close();
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

const list = async (query = "", as: Client = stage.as.carol): Promise<Listed> => {
  const reply = await as.get(`/voiceconfig/messages${query}`);
  ok(reply);
  return reply.body as Listed;
};

/** Somebody calls the department and speaks. */
async function speaks(department: string): Promise<{ readonly id: string; readonly customer: string }> {
  const customer = newCustomer();
  const id = await lab.callIn({ from: customer, to: `queue:${department}` });
  await stage.as.admin.sees(id, { state: "parked", recording: true });
  return { id, customer };
}

/** And hangs up. */
async function leaves(department: string): Promise<Shown> {
  const { id, customer } = await speaks(department);
  await lab.hangUp(customer);
  return eventually("the message to be listed", async () => (await list()).items.find(({ callId }) => callId === id));
}

const path = (id: string): string => `/voiceconfig/messages/${id}`;
const soundOf = (id: string): string => join(stage.recordingsDir, `${id}.wav`);

describe("a message", () => {
  it("is listed, the newest first, in pages, and found by department, state, number and text", async () => {
    const [first, second] = [await leaves("support"), await leaves("sales")];
    expect(first).toMatchObject({ department: "support", state: "open", heardBy: null, closedBy: null, note: null });
    const { items, total } = await list();
    expect(items.map(({ id }) => id).slice(0, 2)).toEqual([second.id, first.id]);
    const page = await list("?limit=1");
    expect([page.items.map(({ id }) => id), page.total]).toEqual([[second.id], total]);
    expect((await list(`?limit=1&cursor=${page.next ?? ""}`)).items.map(({ id }) => id)).toEqual([first.id]);
    expect((await list("?sort=leftAt")).items.map(({ id }) => id).slice(-2)).toEqual([first.id, second.id]);
    const onlyThese = async (query: string): Promise<readonly string[]> => (await list(query)).items.map(({ id }) => id);
    expect(await onlyThese("?department=sales")).toEqual([second.id]);
    expect(await onlyThese(`?number=${encodeURIComponent(first.from)}`)).toEqual([first.id]);
    expect(await onlyThese(`?q=${first.from.slice(-5)}`)).toEqual([first.id]);
    expect(await onlyThese("?state=closed")).toEqual([]);
    expect(await onlyThese("?heard=true")).toEqual([]);
    expect(await onlyThese(`?from=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
    refused(await stage.as.carol.get("/voiceconfig/messages?cursor=x"), 400, "InvalidParameter");
  });

  it("is told from a caller who gave up by the record, in the list, its detail and the CSV, also by one of before; its length is no hold", async () => {
    const follower = await new Follower().open(stage.as.carol);
    const { callId } = await leaves("sales");
    const of = async (): Promise<readonly unknown[]> => {
      const { body } = await stage.as.carol.get("/voiceconfig/calllogs?pageSize=1000");
      const row: unknown = (Reflect.get(Object(body), "items") as readonly object[]).find((each) => Reflect.get(each, "id") === callId);
      const detail: unknown = (await stage.as.carol.get(`/voiceconfig/calllogs/${callId}`)).body;
      const csv = String((await stage.as.carol.get("/voiceconfig/calllogs.csv")).body).split("\r\n");
      const column = (csv[0] ?? "").split(",").indexOf("queueOutcome");
      const told = (each: unknown): readonly unknown[] => [Reflect.get(Object(each), "queueOutcome"), Reflect.get(Object(each), "holdMs")];
      return [...told(row), ...told(detail), (csv.find((line) => line.startsWith(callId)) ?? "").split(",")[column]];
    };
    await eventually("the record to have its end", async () => Reflect.get(Object((await stage.as.carol.get(`/voiceconfig/calllogs/${callId}`)).body), "endedAt") !== null);
    expect(await of()).toEqual(["message", 0, "message", 0, "message"]);
    await follower.sees("its end", ({ type, data }) => type === "call.ended" && Reflect.get(Object(Reflect.get(data, "call")), "id") === callId && Reflect.get(Object(Reflect.get(data, "ended")), "holdMs") === 0);
    follower.close();
    // As a version before has left it.
    const store = await openStore(stage.databaseUrl);
    await store.callRecords.transaction(async (tx) => {
      const record = await tx.record(callId);
      expect(record?.queueOutcome).toBe("message");
      if (record !== undefined) await tx.saveRecord({ ...record, queueOutcome: null });
    });
    await store.close();
    expect(await of()).toEqual(["message", 0, "message", 0, "message"]);
  });

  it("is heard by whoever plays it first, closed once, and opened again; each is told and in the audit log", async () => {
    const follower = await new Follower().open(stage.as.bob);
    const { id } = await leaves("sales");
    await follower.sees("the message", ({ type, data }) => type === "message.left" && Reflect.get(Object(Reflect.get(data, "message")), "id") === id);
    refused(await stage.as.bob.get(`${path(id)}/content`), 404, "NotFound");
    writeFileSync(soundOf(id), "RIFFsound");
    const sound = await stage.as.bob.get(`${path(id)}/content`, { range: "bytes=4-" });
    expect([sound.status, sound.body, sound.headers.get("content-range")]).toEqual([206, "sound", "bytes 4-8/9"]);
    ok(await stage.as.carol.get(`${path(id)}/content`));
    expect((await stage.as.carol.get(path(id))).body).toMatchObject({ heardBy: "bob", state: "open" });
    expect((await stage.as.bob.put(path(id), { state: "closed", note: "Called back." })).body).toMatchObject({ state: "closed", closedBy: "bob", note: "Called back." });
    expect((await stage.as.carol.put(path(id), { state: "closed" })).body).toMatchObject({ closedBy: "bob" });
    expect((await list("?state=closed&q=called")).items.map((each) => each.id)).toEqual([id]);
    expect((await stage.as.carol.put(path(id), { state: "open", heard: false, note: null })).body).toMatchObject({ state: "open", heardBy: null, closedBy: null, note: null });
    for (const note of ["First line\nsecond line", ""]) expect((await stage.as.carol.put(path(id), { note })).body).toMatchObject({ note: note === "" ? null : note });
    await eventually("all that to be told", () => follower.types.filter((type) => type === "message.updated").length === 5);
    follower.close();
    const audited = (await stage.audit()).filter(({ target }) => target === id);
    expect(audited.map(({ actor, action }) => `${actor} ${action}`)).toEqual(["bob recording.read", "bob message.update", "carol recording.read", "bob message.update", "carol message.update", "carol message.update", "carol message.update"]);
  });

  it("can be played once by who sends no token", async () => {
    const { id } = await leaves("sales");
    writeFileSync(soundOf(id), "RIFFsound");
    const granted = await stage.as.bob.post(`${path(id)}:grant`);
    ok(granted, 201);
    const played = await fetch(`${stage.url()}${String(Reflect.get(Object(granted.body), "url"))}`);
    expect([played.status, await played.text()]).toEqual([200, "RIFFsound"]);
  });

  it("is not changed or removed by who knows an older state of it", async () => {
    const { id } = await leaves("support");
    const etag = (await stage.as.carol.get(path(id))).headers.get("etag") ?? "";
    expect((await stage.as.carol.get(path(id), { "if-none-match": etag })).status).toBe(304);
    ok(await stage.as.carol.put(path(id), { note: "First." }, { "if-match": etag }));
    refused(await stage.as.erin.put(path(id), { note: "Second." }, { "if-match": etag }), 412, "PreconditionFailed");
    refused(await stage.as.erin.delete(path(id), { "if-match": etag }), 412, "PreconditionFailed");
    expect((await stage.as.carol.get(path(id))).body).toMatchObject({ note: "First." });
  });

  it("is seen by the agents of its department, and removed by supervisors, with its sound", async () => {
    const { id } = await leaves("sales");
    writeFileSync(soundOf(id), "RIFFsound");
    expect((await list("", stage.as.bob)).items.map((each) => each.department).every((department) => department === "sales")).toBe(true);
    expect((await list("?department=sales", stage.as.alice)).total).toBe(0);
    refused(await stage.as.alice.get(path(id)), 403, "Forbidden");
    refused(await stage.as.alice.put(path(id), { state: "closed" }), 403, "Forbidden");
    expect((await stage.stranger.get(path(id))).status).toBe(404);
    expect((await list("", stage.stranger)).total).toBe(0);
    refused(await stage.as.bob.delete(path(id)), 403, "Forbidden");
    expect((await stage.as.carol.delete(path(id))).status).toBe(204);
    expect((await stage.as.carol.get(path(id))).status).toBe(404);
    expect(existsSync(soundOf(id))).toBe(false);
  });

  it("that is left while Callplane is away is listed afterwards", async () => {
    const { id, customer } = await speaks("support");
    await stage.stopCallplane();
    await lab.hangUp(customer);
    await stage.startAgain();
    const found = await eventually("the message to be listed", async () => (await list()).items.find(({ callId }) => callId === id), { timeoutMs: 10_000 });
    expect(found).toMatchObject({ department: "support", from: shownAs(customer), state: "open" });
  });

  it("is nothing that a user can make of a recording", async () => {
    const { id, customer } = await talkingWith(stage, "1001");
    const { body } = await stage.as.alice.post(`/voicechannel/calls/${id}:record`, { action: "start" });
    await lab.hangUp(customer);
    await stage.as.admin.gone(id);
    const recording = String(Reflect.get(Object(body), "id"));
    await eventually("the recording to have ended", async () => Reflect.get(Object((await stage.as.admin.get(`/voiceconfig/recordings/${recording}`)).body), "endedAt") !== null);
    expect((await stage.as.carol.get(path(recording))).status).toBe(404);
    await expect((async () => {
      const store = await openStore(":memory:");
      try {
        await store.users.create({ username: messageTo("sales"), organizationId: null, role: "root", agentId: null, passwordHash: "x" });
      } finally {
        await store.close();
      }
    })()).rejects.toMatchObject({ code: "InvalidParameter" });
  });
});
