/** Call records on a database that refuses a row, takes nothing for a while, or never again. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallRecordStore } from "../../src/call-logs/index.js";
import { inSlices } from "../../src/call-logs/slices.js";
import { openSpool } from "../../src/spool.js";
import { openStore, type Store } from "../../src/store/index.js";
import { eventually } from "../lab/wait.js";
import { silentLogger } from "../store/support.js";
import { temporaryDirectory } from "../support/temporary.js";
import { act, leg, openRecorder, toEnd, traced } from "./traced.js";

let folder: ReturnType<typeof temporaryDirectory>;
let store: Store;

beforeEach(async () => {
  folder = temporaryDirectory();
  store = await openStore(`file:${join(folder.path, "callplane.db")}`);
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

/** As of a constraint that no other row meets. */
function refuse(table: string, when: string): void {
  const sqlite = new Sqlite(join(folder.path, "callplane.db"));
  for (const event of ["INSERT", "UPDATE"]) sqlite.exec(`CREATE TRIGGER refuse_${table}_${event} BEFORE ${event} ON ${table} WHEN ${when} BEGIN SELECT RAISE(ABORT, 'never'); END`);
  sqlite.close();
}
const spoolIn = () => openSpool(join(folder.path, "spool"), "call-records", { logger: silentLogger() });
const spooled = (): string[] => (existsSync(join(folder.path, "spool")) ? readdirSync(join(folder.path, "spool")) : []);
const types = async (id: string) => (await store.callRecords.read((view) => view.timeline(id))).map(({ type }) => type).sort();
const all = () => store.callRecords.list({ organizationId: null, agentId: null }, {}, { offset: 0, limit: 1000 });

type Records = Pick<CallRecordStore, "transaction" | "isRefusal">;
/** The store's records while `can` says so; then what `otherwise` does. */
const whileItCan = (can: () => boolean, otherwise: () => Promise<never>): Records => ({
  isRefusal: (error) => store.callRecords.isRefusal(error),
  transaction: (work) => (can() ? store.callRecords.transaction(work) : otherwise()),
});
const locked = () => Promise.reject(new Sqlite.SqliteError("database is locked", "SQLITE_BUSY"));
const never = () => new Promise<never>(() => undefined);

describe("a row that the database refuses", () => {
  const refusals: readonly [what: string, table: string, when: string, kept: readonly string[]][] = [
    ["a call's", "call_records", "new.id = 'bad'", ["answered", "transferred"]],
    ["a leg's", "call_legs", "new.channel_uuid = 'bad two'", ["answered", "transferred"]],
    ["of a timeline", "call_timeline", "new.call_id = 'bad' AND new.type = 'answered'", ["transferred"]],
  ];
  it.each(refusals)("%s is set aside, and the others are written", async (_what, table, when, kept) => {
    refuse(table, when);
    const told = openRecorder(store);
    told.trace(traced("before"));
    told.trace(traced("bad"));
    told.trace(traced("after"));
    await told.act(act("bad"));
    await told.recorder.flush();
    expect((await all()).map(({ id }) => id)).toEqual(expect.arrayContaining(["before", "after"]));
    expect((await types("bad")).filter((type) => type !== "ended")).toEqual(kept);
    expect((await store.cdrQuarantine.list(10)).map(({ origin, reason }) => [origin, reason.includes("never")])).toEqual([["call bad", true]]);
    // On a slow machine an act is to be spooled meanwhile, and there is no spool here.
    const incidents = (): readonly string[] => told.incidents.filter((kind) => kind !== "call_records_unspooled");
    expect(incidents()).toEqual(["call_record_refused"]);
    // It goes on, and its end is told once more at most.
    toEnd(told, "bad");
    toEnd(told, "after");
    await told.recorder.close();
    expect((await store.callRecords.get("after"))?.endedAt).not.toBeNull();
    expect(incidents().length).toBeLessThanOrEqual(3);
    expect(told.recorder.isLive("bad")).toBe(false);
  });

  it("by a fault of our own, in one call, keeps no other", async () => {
    const told = openRecorder(store);
    const bad = traced("bad", { legs: [leg("bad one", { createdAt: new Date(Number.NaN) })] });
    told.trace(bad);
    told.trace(traced("good"));
    await told.recorder.flush();
    expect((await store.callRecords.get("good"))?.status).toBe("in-progress");
    await told.recorder.close();
  });
});

describe("while the database takes nothing", () => {
  it("nothing is told as written, and all of it is written later, once", async () => {
    let can = false;
    const told = openRecorder(store, { store: whileItCan(() => can, locked) });
    told.trace(traced("call"));
    await expect(told.recorder.flush()).rejects.toThrow("locked");
    toEnd(told, "call");
    toEnd(told, "short");
    await expect(told.recorder.flush()).rejects.toThrow("locked");
    can = true;
    await eventually("the records, without anybody's asking", async () => (await all()).length === 2);
    expect(await types("call")).toEqual(["answered", "ended"]);
    expect((await all()).every(({ endedAt }) => endedAt !== null)).toBe(true);
    await told.recorder.close();
  });

  it.each([["refuses at once", locked], ["does not answer", never]] as const)("(it %s) an act is told as done when the spool file has it, and the next process writes it", async (_how, otherwise) => {
    const told = openRecorder(store, { store: whileItCan(() => false, otherwise), spool: spoolIn() });
    told.trace(traced("call"));
    await told.act(act("call"));
    expect(spooled()).toHaveLength(1);
    // This one is killed.
    const next = openRecorder(store, { spool: spoolIn() });
    await next.recorder.recover();
    expect(await types("call")).toEqual(["answered", "transferred"]);
    expect(spooled()).toEqual([]);
    await next.recorder.recover();
    next.trace(traced("call"));
    await next.recorder.close();
    expect(await types("call")).toEqual(["answered", "transferred"]);
  });

  it("what the spool file has is written once, also when two processes have it", async () => {
    let can = false;
    const told = openRecorder(store, { store: whileItCan(() => can, locked), spool: spoolIn() });
    told.trace(traced("gone", { owner: "1002" }));
    told.trace(traced("call", { aliases: ["gone"] }));
    await told.act(act("call"));
    const next = openRecorder(store, { spool: spoolIn() });
    await next.recorder.recover();
    can = true;
    await told.recorder.close();
    expect(await types("call")).toEqual(["answered", "answered", "joined", "transferred"]);
    expect(spooled()).toEqual([]);
    await next.recorder.close();
  });

  it("when the process begins, what another one has left is written as soon as it takes something", async () => {
    const killed = openRecorder(store, { store: whileItCan(() => false, locked), spool: spoolIn() });
    killed.trace(traced("call"));
    await killed.act(act("call"));
    let can = false;
    const next = openRecorder(store, { store: whileItCan(() => can, locked), spool: spoolIn() });
    await next.recorder.recover();
    expect(spooled()).toHaveLength(1);
    can = true;
    next.trace(traced("other"));
    await eventually("the rows", async () => (await types("call")).includes("transferred") && spooled().length === 0);
    await next.recorder.close();
  });

  it("and neither does the spool file, an act is told as done and what it was stands in the log", async () => {
    const told = openRecorder(store, { store: whileItCan(() => false, locked) });
    told.trace(traced("call"));
    await told.act(act("call"));
    expect(told.incidents).toContain("call_records_unspooled");
    expect(JSON.stringify(told.logger.error.mock.calls)).toContain('"type":"transferred"');
    await told.recorder.close();
  });
});

describe("many rows", () => {
  it("are written in transactions that end when their time is over, with turns of the event loop in between", async () => {
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
    try {
      const slices: number[] = [];
      let turns = 0;
      const turning = (): void => {
        turns++;
        next = setImmediate(turning);
      };
      let next = setImmediate(turning);
      const work = async (): Promise<void> => void (now += 3);
      await inSlices(store.callRecords, Array.from({ length: 10 }, (_, index) => index), work, (slice) => void slices.push(slice.length));
      clearImmediate(next);
      expect([slices, turns]).toEqual([[3, 3, 3, 1], 3]);
    } finally {
      clock.mockRestore();
    }
  });
});
