/** Control of live calls while another process holds the database's lock, and what is known afterwards of that, and after a kill. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Client, openStage, type Stage } from "../contract/harness.js";
import { ok, talkingWith } from "../contract/suites/steps.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import { startProcess } from "../support/process.js";
import { temporaryDirectory } from "../support/temporary.js";
import { finishedRecord } from "./shown.js";

let folder: ReturnType<typeof temporaryDirectory>;
let lab: SimulatedLab;
let stage: Stage;
let cdrDir: string;
let other: Sqlite.Database;

beforeEach(async () => {
  folder = temporaryDirectory();
  cdrDir = join(folder.path, "cdr");
  mkdirSync(cdrDir);
  lab = await openSimulatedLab({ cdrDir });
  stage = await openStage(lab, { CDR_DIR: cdrDir });
  for (const extension of ["1001", "1002"]) await lab.phone(extension, { kind: "answer", afterMs: 20 });
  other = new Sqlite(stage.databaseUrl.startsWith("file://") ? fileURLToPath(stage.databaseUrl) : stage.databaseUrl.slice("file:".length));
});
afterEach(async () => {
  other.close();
  await stage.close();
  await lab.close();
  folder.remove();
});

const HELD = 20;

it("hold, resume, record, transfer and hangup are done and told while it is held, for however long, and are all in the record afterwards", async () => {
  const { id } = await talkingWith(stage, "1001");
  const second = await talkingWith(stage, "1002");
  // What is told before is written before.
  await eventually("the records", async () => (await stage.as.admin.get(`/voiceconfig/calllogs/${second.id}`)).status === 200);
  other.exec("BEGIN EXCLUSIVE");
  for (let times = 0; times < HELD; times++) {
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:resume`));
  }
  const recording = await stage.as.alice.post(`/voicechannel/calls/${id}:record`, { action: "start" });
  ok(recording, 201);
  ok(await stage.as.admin.post(`/voicechannel/calls/${second.id}:hangup`));
  ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
  expect(await stage.as.admin.get(`/voiceconfig/calllogs/${second.id}`)).toMatchObject({ status: 200, body: { endedAt: null } });
  expect((await stage.as.admin.get("/voiceconfig/calllogs")).status).toBe(200);
  expect((await stage.as.admin.get("/audit")).status).toBe(200);
  ok(await stage.as.bob.post(`/voicechannel/calls/${id}:hangup`));
  other.exec("COMMIT");
  const log = await finishedRecord(id, stage.as.admin);
  const count = (type: string): number => log.timeline.filter((entry) => entry.type === type).length;
  // The transfer has held the caller, too.
  expect([count("held"), count("resumed"), count("transferred"), count("hung-up"), count("ended")]).toEqual([HELD + 1, HELD, 1, 1, 1]);
  expect(log.recordings).toMatchObject([{ id: (recording.body as { id: string }).id, startedBy: "alice" }]);
  expect(await finishedRecord(second.id, stage.as.admin)).toMatchObject({ hungUpBy: "agent" });
  await eventually("the audit log", async () => (await stage.audit()).some(({ action, target }) => action === "call.hangup" && target === second.id));
  await eventually("the spool files to be removed", () => readdirSync(`${other.name}-spool`).length === 0);
});

/** A process of its own on the stage's database and switch. */
const begin = () => startProcess({ FREESWITCH_NODES: lab.eslUrl, PROVISIONING_LISTEN: "off", DATABASE_URL: stage.databaseUrl, JWT_SECRET: "0123456789abcdef0123456789abcdef", RING_TIMEOUT_S: "5", CDR_DIR: cdrDir }, folder.path);

it("what was told as done is known after a kill that follows at once", async () => {
  await stage.stopCallplane();
  const killed = begin();
  try {
    const url = await killed.url();
    const admin = new Client(() => url, stage.as.admin.token);
    const customer = "15551239876";
    const id = await lab.callIn({ from: customer, to: "1001" });
    await admin.sees(id, { state: "active", assignedTo: "1001" });
    await eventually("the record", async () => (await admin.get(`/voiceconfig/calllogs/${id}`)).status === 200);
    ok(await admin.post(`/voicechannel/calls/${id}:hold`));
    ok(await admin.post(`/voicechannel/calls/${id}:resume`));
    ok(await admin.post(`/voicechannel/calls/${id}:hold`));
    await killed.kill();
    await lab.hangUp(customer);
    await stage.startAgain();
    const { timeline } = await finishedRecord(id, stage.as.admin);
    expect(timeline.map(({ type }) => type).filter((type) => type === "held" || type === "resumed")).toEqual(["held", "resumed", "held"]);
    expect((await stage.audit()).filter(({ target }) => target === id).map(({ action }) => action).sort()).toEqual(["call.hold", "call.hold", "call.resume"]);
    expect(readdirSync(`${other.name}-spool`)).toEqual([]);
  } finally {
    await killed.kill();
  }
});

it("what was told as done while it was held is known after a kill", async () => {
  await stage.stopCallplane();
  const killed = begin();
  try {
    const url = await killed.url();
    const alice = new Client(() => url, stage.as.alice.token);
    const admin = new Client(() => url, stage.as.admin.token);
    const customer = "15551239876";
    const id = await lab.callIn({ from: customer, to: "1001" });
    await alice.sees(id, { state: "active", assignedTo: "1001" });
    other.exec("BEGIN EXCLUSIVE");
    ok(await alice.post(`/voicechannel/calls/${id}:hold`));
    ok(await alice.post(`/voicechannel/calls/${id}:resume`));
    ok(await admin.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
    await killed.kill();
    other.exec("COMMIT");
    await lab.hangUp(customer);
    await stage.startAgain();
    const log = await finishedRecord(id, stage.as.admin);
    const types = log.timeline.map(({ type }) => type);
    for (const type of ["held", "resumed", "transferred", "ended"]) expect(types, type).toContain(type);
    const acts = (await stage.audit()).filter(({ action, target }) => action === "call.transfer" && target === id);
    expect(acts).toHaveLength(1);
  } finally {
    await killed.kill();
  }
});
