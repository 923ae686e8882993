import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openStore } from "../../src/store/index.js";
import { createAuditLog } from "../../src/audit/index.js";
import type { Store } from "../../src/store/index.js";
import { openSpool } from "../../src/spool.js";
import { silentLogger } from "../store/support.js";
import { temporaryDirectory } from "../support/temporary.js";

const locked = () => new Sqlite.SqliteError("database is locked", "SQLITE_BUSY");
const entry = (target: string) => ({ at: new Date(), organizationId: null, actor: "system", action: "test", target, detail: {} });

describe("the audit log's writer", () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore(":memory:");
  });
  afterEach(() => store.close());

  it("shows at once what was appended, and writes a burst in one go", async () => {
    const log = createAuditLog(store.audit, { logger: silentLogger() });
    const write = vi.spyOn(store.audit, "append");
    for (let index = 0; index < 100; index += 1) log.append(entry(String(index)));
    expect((await log.list({ limit: 2 })).map(({ target }) => target)).toEqual(["99", "98"]);
    expect(write).toHaveBeenCalledTimes(1);
    await log.close();
  });

  it("writes without being asked", async () => {
    const log = createAuditLog(store.audit, { logger: silentLogger() });
    log.append(entry("a"));
    await vi.waitFor(async () => expect(await store.audit.list()).toHaveLength(1), { timeout: 15_000 });
    await log.close();
  });

  it("writes what waits when it is closed, and counts what comes later as lost", async () => {
    const logger = silentLogger();
    const log = createAuditLog(store.audit, { logger });
    log.append(entry("a"));
    await log.close();
    await log.close();
    expect(await store.audit.list()).toHaveLength(1);
    log.append(entry("late"));
    expect(log.lost()).toBe(1);
    expect(logger.error.mock.calls).toMatchObject([[{ audit: { target: "late" } }, "the audit log is closed"]]);
  });

  it("tries again after a failed write, and never throws", async () => {
    const logger = silentLogger();
    const log = createAuditLog(store.audit, { logger, retryMs: 1 });
    vi.spyOn(store.audit, "append").mockRejectedValueOnce(locked());
    log.append(entry("a"));
    await vi.waitFor(async () => expect(await store.audit.list()).toHaveLength(1), { timeout: 15_000 });
    expect(logger.error).toHaveBeenCalledTimes(1);
    expect(log.lost()).toBe(0);
    await log.close();
  });

  it("does not let one entry that the database refuses hold back the others, and says what it was", async () => {
    const logger = silentLogger();
    const log = createAuditLog(store.audit, { logger, retryMs: 60_000 });
    const write = store.audit.append.bind(store.audit);
    vi.spyOn(store.audit, "append").mockImplementation(async (entries) => {
      if (entries.some(({ target }) => target === "poison")) throw new Error("cannot be written");
      await write(entries);
    });
    for (const target of ["a", "poison", "b"]) log.append(entry(target));
    expect((await log.list()).map(({ target }) => target)).toEqual(["b", "a"]);
    expect(log.lost()).toBe(1);
    expect(logger.error.mock.calls).toMatchObject([[{ audit: { target: "poison" } }, expect.stringMatching(/cannot be written/)]]);
    await log.close();
  });

  it("writes a flood in several transactions", async () => {
    const log = createAuditLog(store.audit, { logger: silentLogger() });
    const write = vi.spyOn(store.audit, "append");
    for (let index = 0; index < 1000; index++) log.append(entry(String(index)));
    await log.close();
    expect(write.mock.calls.length).toBeGreaterThanOrEqual(10);
    expect(await store.audit.list({ limit: 1000 })).toHaveLength(1000);
  });

  it.each([["refuses at once", () => Promise.reject(locked())], ["does not answer", () => new Promise<never>(() => undefined)]] as const)("while the database %s it keeps entries in the spool file, lists what there is, and the next process writes them once", async (how, otherwise) => {
    const folder = temporaryDirectory();
    const spool = () => openSpool(join(folder.path, "spool"), "audit", { logger: silentLogger() });
    try {
      await store.audit.append([entry("before")]);
      const append: Store["audit"]["append"] = otherwise;
      const stuck = { append, piggyback: () => () => undefined, list: store.audit.list.bind(store.audit), isRefusal: store.audit.isRefusal.bind(store.audit) };
      const log = createAuditLog(stuck, { logger: silentLogger(), spool: spool(), retryMs: 1 });
      log.append(entry("told"));
      expect((await log.list()).map(({ target }) => target)).toEqual(["before"]);
      const targets = async () => (await store.audit.list()).map(({ target }) => target).sort();
      const next = createAuditLog(store.audit, { logger: silentLogger(), spool: spool() });
      await vi.waitFor(async () => {
        await next.recover();
        expect(await targets()).toEqual(["before", "told"]);
      }, { timeout: 15_000 });
      stuck.append = store.audit.append.bind(store.audit);
      if (how === "refuses at once") await log.close();
      await next.close();
      expect(await targets()).toEqual(["before", "told"]);
    } finally {
      folder.remove();
    }
  });

  describe("an act's entry", () => {
    let folder: ReturnType<typeof temporaryDirectory>;
    const open = () => createAuditLog(store.audit, { logger: silentLogger(), spool: openSpool(join(folder.path, "spool"), "audit", { logger: silentLogger() }) });
    const files = (): readonly string[] => (existsSync(join(folder.path, "spool")) ? readdirSync(join(folder.path, "spool")) : []);
    const targets = async () => (await store.audit.list()).map(({ target }) => target);
    beforeEach(() => (folder = temporaryDirectory()));
    afterEach(() => folder.remove());

    it("is in the spool file when the act is confirmed, and for the next process after a kill, once", async () => {
      const log = open();
      const twin = entry("act");
      log.append(twin, { confirms: true });
      expect([await targets(), files().length]).toEqual([[], 1]);
      const next = open();
      await next.recover();
      expect([await targets(), files()]).toEqual([["act"], []]);
      // The first one was not killed after all, and goes on.
      log.append(entry("again"), { confirms: true });
      await log.close();
      await next.close();
      expect([(await targets()).sort(), files()]).toEqual([["act", "again"], []]);
    });

    it("is written by the next commit of anybody, with its twin, and leaves no file", async () => {
      const log = open();
      const twin = entry("act");
      log.append(twin, { confirms: true });
      log.append({ ...twin }, { confirms: true });
      await store.callRecords.transaction(async () => undefined);
      expect([await targets(), files()]).toEqual([["act", "act"], []]);
      await log.close();
    });
  });
});
