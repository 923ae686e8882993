/** What remains of calls on the simulated switch: one record each, with what happened on it. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/index.js";
import { openStage, type Client, type Stage } from "../contract/harness.js";
import { newCustomer, ok, talkingWith, waitingIn, shownAs } from "../contract/suites/steps.js";
import { EslClient } from "../lab/esl-client.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import { finishedRecord, type ShownLog } from "./shown.js";

let folder: string;
let lab: SimulatedLab;
let stage: Stage;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "callplane-cdr-"));
  lab = await openSimulatedLab({ cdrDir: folder });
  stage = await openStage(lab, { CDR_DIR: folder });
  for (const extension of ["1001", "1002", "1003", "1004"]) await lab.phone(extension, { kind: "answer", afterMs: 20 });
});
afterAll(async () => {
  await stage.close();
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

const finished = (id: string, as: Client = stage.as.admin): Promise<ShownLog> => finishedRecord(id, as);

const typesOf = (log: ShownLog): string[] => log.timeline.map(({ type }) => type);
const list = async (query: string, as: Client = stage.as.admin) => (await as.get(`/voiceconfig/calllogs${query}`)).body as { items: ShownLog[]; total: number; pageIndex: number; pageSize: number };

describe("a call leaves one record", () => {
  it("with its legs, its timeline, who hung up, and FreeSWITCH's own records read and removed", async () => {
    const { id, customer } = await talkingWith(stage, "1001");
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:resume`));
    await lab.hangUp(customer);
    const log = await finished(id);
    expect(log).toMatchObject({ direction: "inbound", from: shownAs(customer), to: "1001", agent: "1001", status: "completed", hungUpBy: "customer", hangupCause: "NORMAL_CLEARING" });
    expect(typesOf(log)).toEqual(["ringing", "answered", "held", "resumed", "ended"]);
    expect(log.legs.map(({ role, agent, source }) => ({ role, agent, source }))).toEqual([{ role: "customer", agent: null, source: "cdr" }, { role: "agent", agent: "1001", source: "cdr" }]);
    expect(log.talkMs).toBeGreaterThan(0);
    expect(log.holdMs).toBeGreaterThan(0);
    await eventually("the files to be removed", () => readdirSync(folder).length === 0);
    expect((await list(`?number=${customer}`)).total).toBe(1);
  });

  it("that says who waited, who transferred it to whom, who consulted, and who supervised", async () => {
    const { id } = await waitingIn(stage, "support");
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:pickup`));
    ok(await stage.as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "whisper" }));
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
    ok(await stage.as.bob.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1004" }), 201);
    ok(await stage.as.bob.post(`/voicechannel/calls/${id}:complete`), 204);
    ok(await stage.as.dave.post(`/voicechannel/calls/${id}:hangup`));
    const log = await finished(id);
    expect(log).toMatchObject({ department: "support", agent: "1004", status: "completed", hungUpBy: "agent" });
    const timeline = log.timeline.map(({ type, agent, detail }) => [type, agent, detail["to"] ?? detail["mode"] ?? null]);
    expect(timeline).toContainEqual(["transferred", "1001", "1002"]);
    expect(timeline).toContainEqual(["consulted", "1002", "1004"]);
    expect(timeline).toContainEqual(["supervised", "1003", "whisper"]);
    expect(typesOf(log)[0]).toBe("queued");
    expect(log.legs.filter(({ role }) => role === "supervisor")).toHaveLength(1);
    // An agent is not told that she was listened to.
    const seen = await finished(id, stage.as.dave);
    expect(typesOf(seen)).not.toContain("supervised");
    expect(seen.legs.some(({ role }) => role === "supervisor")).toBe(false);
  });

  it("that says when a supervision began, changed and ended", async () => {
    const { id } = await talkingWith(stage, "1001");
    const times: number[] = [];
    for (const mode of ["listen", "whisper", "off"]) {
      // Nothing else happens on the call meanwhile, and each falls into a millisecond of its own.
      await eventually("the clock to go on", () => Date.now() > (times.at(-1) ?? 0) + 20);
      ok(await stage.as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode }));
      times.push(Date.now());
    }
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hangup`));
    const entries = (await finished(id)).timeline.filter(({ type }) => type === "supervised");
    expect(entries.map(({ detail }) => detail["what"])).toEqual(["started", "switched", "ended"]);
    const at = entries.map((entry) => new Date(entry.at).getTime());
    for (const [index, time] of at.slice(1).entries()) expect(time - (at[index] ?? Infinity)).toBeGreaterThan(10);
  });

  it("in the seed's words: canceled from the queue, busy, no-answer", async () => {
    const waiting = await waitingIn(stage, "support");
    await lab.hangUp(waiting.customer);
    expect(await finished(waiting.id)).toMatchObject({ status: "canceled", hungUpBy: "customer", department: "support", agent: null });
    await lab.phone("1005", { kind: "busy" });
    const busy = await lab.callIn({ from: newCustomer(), to: "1005" });
    expect(await finished(busy)).toMatchObject({ status: "busy" });
    await lab.phone("1005", { kind: "no-answer" });
    const customer = newCustomer();
    const ringing = await lab.callIn({ from: customer, to: "1005" });
    await stage.as.admin.sees(ringing, { state: "ringing" });
    await lab.hangUp(customer);
    expect(await finished(ringing)).toMatchObject({ status: "canceled", agent: "1005" });
    await lab.phone("1005", { kind: "answer", afterMs: 20 });
  });

  it("when it was joined with another: one for both", async () => {
    const one = await talkingWith(stage, "1001");
    const other = await talkingWith(stage, "1002");
    const joined = (await stage.as.admin.post(`/voicechannel/calls/${one.id}:bridge`, { with: other.id })).body as { id: string } | null;
    await lab.hangUp(one.customer);
    const kept = joined?.id ?? one.id;
    const log = await finished(kept);
    expect(typesOf(log)).toContain("joined");
    expect(log.legs.length).toBe(4);
    const gone = kept === one.id ? other.id : one.id;
    expect((await stage.as.admin.get(`/voiceconfig/calllogs/${gone}`)).body).toMatchObject({ id: kept, legs: log.legs });
  });
});

it("what is told as done is written by then", async () => {
  const { id, customer } = await talkingWith(stage, "1001");
  const store = await openStore(stage.databaseUrl);
  try {
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
    expect((await store.callRecords.read((view) => view.timeline(id))).map(({ type }) => type)).toContain("transferred");
  } finally {
    await store.close();
    await lab.hangUp(customer);
  }
});

describe("records are found", () => {
  it("by filter, in pages, by those who may", async () => {
    const mine = await talkingWith(stage, "1001");
    await lab.hangUp(mine.customer);
    await finished(mine.id);
    expect((await list(`?number=${mine.customer}`, stage.as.alice)).items.map(({ id }) => id)).toEqual([mine.id]);
    expect((await list(`?number=${mine.customer}`, stage.as.bob)).total).toBe(0);
    expect((await list(`?number=${mine.customer}`, stage.stranger)).total).toBe(0);
    expect((await list(`?number=${mine.customer}`, stage.root)).total).toBe(1);
    expect((await list(`?number=${mine.customer}&status=busy`)).total).toBe(0);
    expect((await list(`?number=${mine.customer}&agent=1001&direction=inbound&from=2020-01-01T00:00:00Z`)).total).toBe(1);
    const first = await list("?pageSize=1");
    const second = await list("?pageSize=1&pageIndex=1");
    expect(first.total).toBeGreaterThan(1);
    expect(second.items[0]?.id).not.toBe(first.items[0]?.id);
    expect(await stage.as.bob.get(`/voiceconfig/calllogs/${mine.id}`)).toMatchObject({ status: 403, body: { status: "forbidden", description: `Call|${mine.id} belongs to 1001` } });
    expect((await stage.stranger.get(`/voiceconfig/calllogs/${mine.id}`)).status).toBe(404);
  });

  it("by their agent from the moment that the call is the agent's", async () => {
    for (let calls = 0; calls < 5; calls++) {
      const { id, customer } = await talkingWith(stage, "1001");
      expect(await stage.as.alice.get(`/voiceconfig/calllogs/${id}`)).toMatchObject({ status: 200, body: { id } });
      await lab.hangUp(customer);
      await finished(id);
    }
    await eventually("their files to be removed", () => readdirSync(folder).length === 0);
  });

  it("made, closed and removed by hand, with all of it in the audit log", async () => {
    const made = await stage.as.carol.post("/voiceconfig/calllogs", { direction: "inbound", from: "+15550001", to: "1001", agent: "1001", startedAt: "2026-01-01T10:00:00Z", endedAt: "2026-01-01T10:01:00Z", note: "=1+1" });
    expect(made.status).toBe(201);
    const { id } = made.body as { id: string };
    const put = await stage.as.alice.put(`/voiceconfig/calllogs/${id}`, { disposition: "sold" });
    expect(put).toMatchObject({ status: 200, body: { disposition: "sold", note: "=1+1", talkMs: 60_000 } });
    const csv = (await stage.as.admin.get("/voiceconfig/calllogs.csv?to=2026-01-02T00:00:00Z")).body as string;
    expect(csv.split("\r\n")[0]).toMatch(/^id,direction,from/);
    expect(csv).toContain("'=1+1");
    expect(csv).toContain(",+15550001,");
    for (const note of ["Asked twice.\nCall back on Monday.", "one\r\ntwo"]) expect(await stage.as.alice.put(`/voiceconfig/calllogs/${id}`, { note })).toMatchObject({ status: 200, body: { note } });
    for (const note of ["a\tb", "a\0b", "a\rb", "\u001b[1m"]) expect((await stage.as.alice.put(`/voiceconfig/calllogs/${id}`, { note })).status).toBe(400);
    for (const nothing of ["", null]) {
      expect((await stage.as.alice.put(`/voiceconfig/calllogs/${id}`, { note: "again" })).body).toMatchObject({ note: "again" });
      expect(await stage.as.alice.put(`/voiceconfig/calllogs/${id}`, { note: nothing })).toMatchObject({ status: 200, body: { note: null, disposition: "sold" } });
    }
    expect((await stage.as.carol.delete(`/voiceconfig/calllogs/${id}`)).status).toBe(403);
    expect((await stage.as.admin.delete(`/voiceconfig/calllogs/${id}`)).status).toBe(200);
    expect((await stage.as.admin.get(`/voiceconfig/calllogs/${id}`)).status).toBe(404);
    await eventually("the audit log", async () => {
      const told = (await stage.audit()).filter(({ target }) => target === id).map(({ action }) => action);
      return ["calllog.create", "calllog.update", "calllog.delete"].every((action) => told.includes(action));
    });
  });
});

describe("FreeSWITCH's own record", () => {
  it("of a call that nobody knows makes one, and twice is once", async () => {
    const { id, customer } = await talkingWith(stage, "1001");
    await stage.stopCallplane();
    const second = newCustomer();
    const unseen = await lab.callIn({ from: second, to: "1002" });
    await eventually("the unseen conversation", () => lab.simulator.channel(unseen)?.bridgedTo !== undefined);
    await lab.hangUp(second);
    await lab.hangUp(customer);
    await eventually("four records", () => readdirSync(folder).length === 4);
    await stage.startAgain();
    expect(await finished(unseen)).toMatchObject({ from: shownAs(second), to: "1002", agent: "1002", status: "completed", direction: "inbound", hungUpBy: "customer", legs: [{ role: "customer" }, { role: "agent" }] });
    const log = await finished(id);
    expect(log).toMatchObject({ from: shownAs(customer), agent: "1001", status: "completed", hungUpBy: "customer" });
    expect(typesOf(log)).toEqual(["ringing", "answered", "ended"]);
    expect((await list(`?number=${second}`)).total).toBe(1);
  });

  it("that ends with its FreeSWITCH is node_lost", async () => {
    const { id } = await talkingWith(stage, "1001");
    await lab.restart();
    const log = await finished(id);
    expect(log).toMatchObject({ status: "completed", hungUpBy: "system" });
    expect(log.legs.map(({ source }) => source)).toEqual(["node_lost", "node_lost"]);
  });
});

describe("a recording", () => {
  it("on demand is listed with who asked, and downloaded in part by those who may", async () => {
    const { id, customer } = await talkingWith(stage, "1001");
    const started = (await stage.as.alice.post(`/voicechannel/calls/${id}:record`, { action: "start" })).body as { id: string };
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:record`, { action: "pause" }));
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:record`, { action: "resume" }));
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:record`, { action: "stop" }));
    await lab.hangUp(customer);
    const log = await finished(id);
    expect(log.recordings).toEqual([expect.objectContaining({ id: started.id, startedBy: "alice" })]);
    expect(log.timeline.filter(({ type }) => type === "recorded").map(({ detail }) => detail["action"])).toEqual(["started", "pause", "resume", "stopped"]);
    expect((await stage.as.alice.get(`/voiceconfig/recordings/${started.id}`)).status).toBe(200);
    expect((await stage.as.bob.get(`/voiceconfig/recordings/${started.id}`)).status).toBe(403);
    expect((await stage.stranger.get(`/voiceconfig/recordings/${started.id}/content`)).status).toBe(404);
    writeFileSync(join(stage.recordingsDir, `${started.id}.wav`), "0123456789");
    const part = await fetch(`${stage.url()}/voiceconfig/recordings/${started.id}/content`, { headers: { authorization: `Bearer ${stage.as.alice.token}`, range: "bytes=2-4" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 2-4/10", "234"]);
    const beyond = await fetch(`${stage.url()}/voiceconfig/recordings/${started.id}/content`, { headers: { authorization: `Bearer ${stage.as.alice.token}`, range: "bytes=10-" } });
    expect(beyond.status).toBe(416);
    await eventually("the audit log", async () => (await stage.audit()).some(({ action, actor }) => action === "recording.read" && actor === "alice"));
  });
});

describe("a conversation is recorded without anybody's asking", () => {
  const recordingsOf = async (id: string): Promise<ShownLog["recordings"]> => ((await stage.as.admin.get(`/voiceconfig/calllogs/${id}`)).body as ShownLog).recordings;
  const recordedAtSwitch = (id: string): boolean => lab.simulator.channels().some(({ uuid, bridgedTo, recordings }) => (uuid === id || bridgedTo === id) && recordings.length > 0);

  it("when its department wants it, and not another department's", async () => {
    const store = await openStore(stage.databaseUrl);
    const organization = (await store.organizations.list()).find(({ name }) => name === "lab");
    await store.departments.update(organization?.id ?? 0, "sales", { recorded: true });
    await store.close();
    await stage.restartCallplane();
    const { id, customer } = await waitingIn(stage, "sales");
    // Who waits is not recorded.
    expect(recordedAtSwitch(id)).toBe(false);
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:pickup`));
    await eventually("the recording", () => recordedAtSwitch(id));
    await lab.hangUp(customer);
    await finished(id);
    expect(await recordingsOf(id)).toEqual([expect.objectContaining({ startedBy: "policy" })]);
    const other = await waitingIn(stage, "support");
    ok(await stage.as.alice.post(`/voicechannel/calls/${other.id}:pickup`));
    await stage.as.alice.sees(other.id, { state: "active" });
    await lab.hangUp(other.customer);
    await finished(other.id);
    expect(await recordingsOf(other.id)).toEqual([]);
  });

  it("when the line's dialplan says so (`callplane_recorded`)", async () => {
    const { id, customer } = await waitingIn(stage, "support");
    const { port, password } = new URL(lab.eslUrl);
    const esl = await EslClient.connect(Number(port), decodeURIComponent(password));
    await esl.must(`uuid_setvar ${id} callplane_recorded true`);
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:pickup`));
    await eventually("the recording", () => recordedAtSwitch(id));
    esl.close();
    await lab.hangUp(customer);
    await finished(id);
    expect(await recordingsOf(id)).toEqual([expect.objectContaining({ startedBy: "policy" })]);
  });
});
