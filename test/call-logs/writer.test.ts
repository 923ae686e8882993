/** What an act waits for before it is confirmed. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CallRecordStore } from "../../src/call-logs/index.js";
import type { Item } from "../../src/call-logs/unwritten.js";
import { RecordWriter } from "../../src/call-logs/writer.js";
import { noSpool, openSpool } from "../../src/spool.js";
import { openStore, type Store } from "../../src/store/index.js";
import { silentLogger } from "../store/support.js";
import { until } from "../freeswitch/until.js";
import { eventually } from "../lab/wait.js";
import { temporaryDirectory } from "../support/temporary.js";
import { act, agentLeg, leg, openRecorder, traced, type Told } from "./traced.js";

const muted = (callId: string): Item => ({ kind: "entry", entry: { callId, at: new Date(), type: "muted", agentId: null, detail: {} } });

let store: Store;
let writer: RecordWriter;
/** Transactions wait for it. */
let gate: Promise<void>;
let transactions = 0;
beforeEach(async () => {
  store = await openStore(":memory:");
  gate = Promise.resolve();
  transactions = 0;
  const gated: Pick<CallRecordStore, "transaction" | "isRefusal"> = {
    transaction: async (work) => {
      transactions++;
      await gate;
      return store.callRecords.transaction(work);
    },
    isRefusal: (error) => store.callRecords.isRefusal(error),
  };
  writer = new RecordWriter({ store: gated, quarantine: store.cdrQuarantine, spool: noSpool, logger: silentLogger(), metrics: { incident: () => undefined }, done: () => undefined });
});
/** Each transaction of the store, as it begins. */
const counting = (began: () => void): Pick<CallRecordStore, "transaction" | "isRefusal"> => ({
  transaction: (work) => {
    began();
    return store.callRecords.transaction(work);
  },
  isRefusal: (error) => store.callRecords.isRefusal(error),
});
afterEach(async () => {
  await writer.close();
  await store.close();
});

const entries = async (callId: string): Promise<number> => (await store.callRecords.read((view) => view.timeline(callId))).length;

it("is there when the act is confirmed, with all that was seen before it", async () => {
  writer.unwritten.add("other", muted("other"));
  writer.unwritten.add("own", muted("own"));
  await writer.kept("own");
  expect([await entries("own"), await entries("other")]).toEqual([1, 1]);
});

it("is there also when the call was joined to another one meanwhile", async () => {
  let open = (): void => undefined;
  gate = new Promise((resolve) => (open = resolve));
  writer.unwritten.add("first", muted("first"));
  const first = writer.kept("first");
  await until("the first to be written", () => transactions === 1);
  writer.unwritten.add("own", muted("own"));
  const own = writer.kept("own");
  writer.unwritten.merged("own", "into");
  open();
  await own;
  expect(await entries("into")).toBe(1);
  await first;
});

it("is shared by acts that are proven together, also when each waits for a few other things first", async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `call ${index}`);
  await Promise.all(ids.map(async (id, index) => {
    for (let step = 0; step < index; step++) await Promise.resolve();
    writer.unwritten.add(id, muted(id));
    await writer.kept(id);
  }));
  await eventually("every act to be in the database", async () => (await Promise.all(ids.map(entries))).every((count) => count === 1));
  // A transaction ends after a few milliseconds, so that a busy machine needs more than one.
  expect(transactions).toBeLessThan(ids.length / 2);
});

it("knows the beginning of a recording as due until it is committed", async () => {
  let open = (): void => undefined;
  gate = new Promise((resolve) => (open = resolve));
  const recording = { id: "rec", callId: "call", organizationId: null, node: "fs", path: "/rec.wav", startedAt: new Date(), endedAt: null, startedBy: "alice", removedAt: null };
  const isDue = (id = "rec"): boolean => writer.unwritten.isStartDue("call", id);
  expect(isDue()).toBe(false);
  writer.unwritten.add("call", { kind: "recording", recording });
  expect([isDue(), isDue("other")]).toEqual([true, false]);
  const flushed = writer.flush();
  await until("the write", () => transactions === 1);
  expect(isDue()).toBe(true);
  open();
  await flushed;
  expect(isDue()).toBe(false);
  writer.unwritten.add("call", { kind: "recording", recording: { ...recording, endedAt: new Date() } });
  expect(isDue()).toBe(false);
});

describe("with a spool file", () => {
  let folder: ReturnType<typeof temporaryDirectory>;
  const files = (): readonly string[] => (existsSync(join(folder.path, "spool")) ? readdirSync(join(folder.path, "spool")) : []);
  const kept = (): string => files().map((name) => readFileSync(join(folder.path, "spool", name), "utf8")).join("");
  let told: Told;
  let commits = 0;
  const typesOf = async (id: string) => (await store.callRecords.read((view) => view.timeline(id))).map(({ type }) => type);
  const open = (): Told => openRecorder(store, { store: counting(() => commits++), spool: openSpool(join(folder.path, "spool"), "call-records", { logger: silentLogger() }) });
  beforeEach(async () => {
    folder = temporaryDirectory();
    told = open();
    told.trace(traced("call"));
    await told.recorder.flush();
    commits = 0;
  });
  afterEach(async () => {
    await told.recorder.close();
    folder.remove();
  });

  it("an act is confirmed before the commit, which follows by itself, and leaves no file", async () => {
    told.trace(traced("call", { state: "held" }));
    await told.act(act("call", { action: "hold", detail: {} }));
    expect([commits, kept().includes('"held"')]).toEqual([0, true]);
    await eventually("the commit", () => commits > 0 && files().length === 0);
    expect(await typesOf("call")).toEqual(["answered", "held"]);
  });

  it("what was confirmed is there for the next process, once", async () => {
    told.trace(traced("call", { state: "held" }));
    await told.act(act("call", { action: "mute", detail: {} }));
    const next = open();
    await next.recorder.recover();
    expect(await typesOf("call")).toEqual(["answered", "held", "muted"]);
    // The first one was not killed, but stopped for a while.
    await told.recorder.flush();
    next.trace(traced("call", { state: "held" }));
    await next.recorder.close();
    expect([await typesOf("call"), files()]).toEqual([["answered", "held", "muted"], []]);
  });

  it("a file that is found late opens no recording that has ended", async () => {
    const recorded = (recordings: readonly string[]) => traced("call", { legs: [leg("call one", { recordings: [...recordings] }), agentLeg("call two")] });
    told.trace(recorded(["/a.wav"]));
    await told.act(act("call", { action: "mute", detail: {} }));
    const [file = ""] = files();
    const path = join(folder.path, "spool", file);
    const line = readFileSync(path, "utf8");
    told.trace(recorded([]));
    await told.recorder.flush();
    writeFileSync(path.replace("call-records-", "call-records-late"), line);
    const before = await store.callRecords.read((view) => view.recordings("call"));
    const next = open();
    await next.recorder.recover();
    expect([await store.callRecords.read((view) => view.recordings("call")), files()]).toEqual([before, []]);
    expect(before.every(({ endedAt }) => endedAt !== null)).toBe(true);
    await next.recorder.close();
  });

  it("a file that outlives the commit gives a call no second row of one that was joined to it", async () => {
    told.trace(traced("gone"));
    await told.recorder.flush();
    await told.act(act("gone", { action: "mute", detail: {} }));
    told.trace(traced("call", { aliases: ["gone"] }));
    const acted = told.act(act("call", { action: "unmute", detail: {} }));
    const [file = ""] = files();
    const path = join(folder.path, "spool", file);
    const lines = readFileSync(path, "utf8");
    await acted;
    await told.recorder.flush();
    writeFileSync(path.replace("call-records-", "call-records-late"), lines);
    const next = open();
    await next.recorder.recover();
    await told.recorder.flush();
    expect((await typesOf("call")).sort()).toEqual(["answered", "answered", "joined", "muted", "unmuted"]);
    expect([await typesOf("gone"), files()]).toEqual([[], []]);
    await next.recorder.close();
  });

  it("who asks for records is shown what was confirmed", async () => {
    await told.act(act("call", { action: "mute", detail: {} }));
    expect(commits).toBe(0);
    await told.recorder.settled();
    expect(await typesOf("call")).toEqual(["answered", "muted"]);
    commits = 0;
    await told.recorder.settled();
    expect(commits).toBe(0);
  });

  it.each([
    ["another owner", traced("call", { owner: "1002" })],
    ["another leg", traced("call", { legs: [leg("call one"), agentLeg("call two"), agentLeg("call three")] })],
    ["its end", traced("call", { ended: true, state: "ended", legs: [] })],
  ])("an act that gives the call %s is confirmed with the commit", async (_what, changed) => {
    told.trace(changed);
    await told.act(act("call"));
    expect(commits).toBeGreaterThan(0);
    expect(await typesOf("call")).toContain("transferred");
  });

  it("also while other acts are committed, and the file takes them again afterwards", async () => {
    for (let round = 0; round < 5; round++) {
      told.trace(traced("call", { state: round % 2 === 0 ? "held" : "active" }));
      const acted = told.act(act("call", { action: "mute", detail: {} }));
      const flushed = told.recorder.flush();
      await Promise.all([acted, flushed]);
    }
    await told.recorder.flush();
    expect((await typesOf("call")).filter((type) => type === "muted")).toHaveLength(5);
    expect(files()).toEqual([]);
  });
});
