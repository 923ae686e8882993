/** While another process holds SQLite's write lock, or the disk takes no more, nothing of this process stands still. */
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CallRecord } from "../../src/call-logs/index.js";
import { openStore, type Store } from "../../src/store/index.js";
import { systemClock } from "../../src/clock.js";
import { SqliteAudit } from "../../src/store/audit.js";
import { SqliteIdempotency } from "../../src/store/idempotency.js";
import { openEngine } from "../../src/store/sqlite/connect.js";
import { temporaryDirectory } from "../support/temporary.js";

/** Far above what any write takes on a slow machine, far below the 5 s for which the lock used to be waited for. */
const MAX_STALL_MS = 1000;

/** The longest time for which the event loop did not turn while `work` went on, milliseconds. */
async function longestStall(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 5);
  await work();
  look();
  clearInterval(timer);
  return longest;
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe("a database whose lock another process holds", () => {
  let folder: ReturnType<typeof temporaryDirectory>;
  let path: string;
  let store: Store;
  let other: Sqlite.Database;
  const open = async (options: Parameters<typeof openStore>[1] = {}): Promise<void> => {
    store = await openStore(`file:${path}`, options);
    other = new Sqlite(path);
  };
  beforeEach(() => {
    folder = temporaryDirectory();
    path = join(folder.path, "a.db");
  });
  afterEach(async () => {
    other.close();
    await store.close();
    folder.remove();
  });

  it.each(["IMMEDIATE", "EXCLUSIVE"])("holds up neither the event loop nor reads (BEGIN %s), and takes the writes in their order once it is free", async (kind) => {
    await open();
    await store.organizations.create({ name: "acme", domain: "acme.example" });
    other.exec(`BEGIN ${kind}`);
    const written: string[] = [];
    const write = async (name: string): Promise<void> => {
      await store.organizations.create({ name, domain: `${name}.example` });
      written.push(name);
    };
    let waiting: Promise<unknown> = Promise.resolve();
    const stall = await longestStall(async () => {
      waiting = Promise.all([write("first"), write("second"), write("third")]);
      await turns(100);
      expect((await store.organizations.list()).map(({ name }) => name)).toEqual(["acme"]);
      await turns(100);
    });
    expect(stall).toBeLessThan(MAX_STALL_MS);
    expect(written).toEqual([]);
    other.exec("COMMIT");
    await waiting;
    expect(written).toEqual(["first", "second", "third"]);
    expect((await store.organizations.list()).map(({ name }) => name)).toEqual(["acme", "first", "second", "third"]);
  });

  it("refuses a write that waited for too long, with the time after which to try again, and takes the next one", async () => {
    await open({ lockWaitMs: 60 });
    other.exec("BEGIN IMMEDIATE");
    await expect(store.organizations.create({ name: "acme", domain: "acme.example" })).rejects.toMatchObject({ code: "DatabaseUnavailable", status: 503, details: { retryAfterS: 5 } });
    other.exec("ROLLBACK");
    expect(await store.organizations.create({ name: "acme", domain: "acme.example" })).toMatchObject({ name: "acme" });
  });

  it("takes writes again after several ran out of time at the same moment, in which the process stood still", async () => {
    await open({ lockWaitMs: 60 });
    other.exec("BEGIN IMMEDIATE");
    const waiting = ["a", "b", "c"].map((name) => store.organizations.create({ name, domain: `${name}.example` }));
    const outcomes = Promise.allSettled(waiting);
    await turns(1);
    // All timers are due at once: that of the unit that asks for the lock, and those of the units that wait for their turn.
    for (const until = performance.now() + 120; performance.now() < until; );
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: { code: "DatabaseUnavailable" } });
    other.exec("ROLLBACK");
    expect(await store.organizations.create({ name: "later", domain: "later.example" })).toMatchObject({ name: "later" });
  });

  it("counts no time in which the process stood still, for reads as for writes", async () => {
    await open({ lockWaitMs: 200 });
    const stand = (): void => {
      for (const until = performance.now() + 400; performance.now() < until; );
    };
    const { engine } = openEngine(`file:${path}`, { lockWaitMs: 200, maxWaiting: 100 });
    const read = await new Promise<Promise<unknown>>((resolve) => {
      // Begun where timers come before what is due next: that of the read that waits for its turn is over by then.
      setImmediate(() => {
        const first = engine.read(async () => stand());
        resolve(Promise.all([first, engine.read(async () => "read")]));
      });
    });
    expect(await read).toEqual([undefined, "read"]);
    await engine.close();
    other.exec("BEGIN IMMEDIATE");
    const written = Promise.all(["a", "b", "c"].map((name) => store.organizations.create({ name, domain: `${name}.example` })));
    await turns(1);
    other.exec("ROLLBACK");
    stand();
    expect((await written).map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });

  it("refuses writes at once when too many wait already, and rejects those that wait when it is closed", async () => {
    await open({ maxWaitingWrites: 3 });
    other.exec("BEGIN IMMEDIATE");
    const waiting = ["a", "b", "c", "d", "e", "f"].map((name) => store.organizations.create({ name, domain: `${name}.example` }));
    const outcomes = Promise.allSettled(waiting);
    await expect(waiting[5]).rejects.toMatchObject({ code: "DatabaseUnavailable" });
    await store.close();
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: { code: "DatabaseUnavailable" } });
  });

  it("is opened by another process meanwhile, when there is nothing to bring up to date", async () => {
    await open();
    await store.organizations.create({ name: "acme", domain: "acme.example" });
    other.exec("BEGIN IMMEDIATE");
    const stall = await longestStall(async () => {
      const second = await openStore(`file:${path}`);
      expect((await second.organizations.list()).map(({ name }) => name)).toEqual(["acme"]);
      await second.close();
    });
    expect(stall).toBeLessThan(MAX_STALL_MS);
  });
});

describe("a unit of work", () => {
  it.each([":memory:", "file"])("shows nobody what it has not committed, and leaves nothing when it fails (%s)", async (kind) => {
    const folder = temporaryDirectory();
    const store = await openStore(kind === "file" ? `file:${join(folder.path, "a.db")}` : kind);
    const acme = await store.organizations.create({ name: "acme", domain: "acme.example" });
    const seen: Promise<readonly unknown[]>[] = [];
    const unit = store.transaction(async (tx) => {
      await tx.agents.create({ organizationId: acme.id, agentId: "2001" });
      seen.push(store.agents.list());
      await Promise.resolve();
      expect((await tx.agents.list()).map(({ agentId }) => agentId)).toEqual(["2001"]);
      await tx.users.create({ username: "dora", organizationId: acme.id, role: "agent", agentId: "2001", passwordHash: "x" });
      await tx.agents.create({ organizationId: acme.id, agentId: "2001" });
    });
    await expect(unit).rejects.toMatchObject({ code: "Conflict" });
    expect(await Promise.all(seen)).toEqual([[]]);
    expect([await store.agents.list(), await store.users.list()]).toEqual([[], []]);
    await store.close();
    folder.remove();
  });

  it("of call records is all or nothing, though it waits between its rows", async () => {
    const store = await openStore(":memory:");
    const record: CallRecord = { id: "call", organizationId: null, direction: "inbound", from: "1", to: "2", department: null, agentId: null, status: "initiated", startedAt: new Date(), answeredAt: null, endedAt: null, waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "a", complete: false };
    const seen: Promise<unknown>[] = [];
    const unit = store.callRecords.transaction(async (tx) => {
      await tx.saveRecord(record);
      seen.push(store.callRecords.get("call"), store.callRecords.transaction((other) => other.record("call")));
      await Promise.resolve();
      expect(await tx.record("call")).toEqual(record);
      throw new Error("in the midst of it");
    });
    await expect(unit).rejects.toThrow("in the midst of it");
    expect(await Promise.all(seen)).toEqual([undefined, undefined]);
    await store.close();
  });

  it("is not committed when a part of it failed, even if whoever wrote it went on", async () => {
    const store = await openStore(":memory:");
    const acme = await store.organizations.create({ name: "acme", domain: "acme.example" });
    const unit = store.transaction(async (tx) => {
      await tx.agents.create({ organizationId: acme.id, agentId: "2001" });
      await tx.agents.create({ organizationId: acme.id, agentId: "2001" }).catch(() => undefined);
      return "done";
    });
    await expect(unit).rejects.toMatchObject({ code: "Conflict" });
    expect(await store.agents.list()).toEqual([]);
    await store.close();
  });
});

describe("a store in memory", () => {
  it("is closed while a unit of work goes on, which ends first", async () => {
    const store = await openStore(":memory:");
    let made: Promise<unknown> = Promise.resolve();
    await new Promise<void>((begun) => {
      made = store.transaction(async (tx) => {
        begun();
        for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
        return tx.organizations.create({ name: "acme", domain: "acme.example" });
      });
    });
    await store.close();
    expect(await made).toMatchObject({ name: "acme" });
  });
});

describe("a full disk", () => {
  it("is told as a database that takes no writes now; reads go on, and so do writes once there is room", async () => {
    const folder = temporaryDirectory();
    const { engine } = openEngine(`file:${join(folder.path, "a.db")}`, { lockWaitMs: 5000, maxWaiting: 10 });
    const [audit, idempotency] = [new SqliteAudit(engine, new Uint8Array(0)), new SqliteIdempotency(engine, systemClock)];
    engine.writer.sqlite.pragma("max_page_count = 100");
    const fill = async (): Promise<void> => {
      for (let n = 0; n < 1000; n += 1) await audit.append([{ at: new Date(), organizationId: null, actor: "x".repeat(3000), action: "fill", target: "disk", detail: {} }]);
    };
    await expect(fill()).rejects.toMatchObject({ code: "DatabaseUnavailable", status: 503 });
    const claim = () => idempotency.claim("token", "key".repeat(2000), "hash");
    await expect(claim()).rejects.toMatchObject({ code: "DatabaseUnavailable" });
    expect((await audit.list({ limit: 1 }))[0]?.action).toBe("fill");
    engine.writer.sqlite.pragma("max_page_count = 1000");
    expect(await claim()).toEqual({ outcome: "fresh" });
    idempotency.close();
    await engine.close();
    folder.remove();
  });
});
