import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore, type Store } from "../../src/store/index.js";
import { withOpenStore } from "../support/process.js";
import { temporaryDirectory } from "../support/temporary.js";

const KEY = new TextEncoder().encode("the key of the tests, of 32 bytes and more");
const DAY_MS = 86_400_000;
const entry = (target: string, ageDays = 0) => ({ at: new Date(Date.now() - ageDays * DAY_MS), organizationId: 1, actor: "alice", action: "test", target, detail: { a: 1, b: "x", c: null, d: true } });

let directory: ReturnType<typeof temporaryDirectory>;
let url: string;
let opened: Store[];
beforeEach(() => {
  directory = temporaryDirectory();
  url = `file:${join(directory.path, "callplane.db")}`;
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()));
  directory.remove();
});

async function open({ key = KEY, made = false } = {}): Promise<Store> {
  const store = await openStore(url, { auditKey: { key, made } });
  opened.push(store);
  return store;
}

/** Writes as somebody does who has the database and no key: the triggers stop nobody who can drop them. */
function byHand(...statements: readonly string[]): void {
  const sqlite = new Sqlite(join(directory.path, "callplane.db"));
  try {
    for (const name of ["no_update", "no_delete", "no_replace"]) sqlite.exec(`DROP TRIGGER IF EXISTS audit_log_${name}`);
    for (const statement of statements) sqlite.exec(statement);
  } finally {
    sqlite.close();
  }
}

async function five(): Promise<Store> {
  const store = await open();
  for (const target of ["a", "b", "c", "d", "e"]) await store.audit.append([entry(target)]);
  expect(await store.audit.verify()).toMatchObject({ entries: 5, newest: { id: 5 }, pruned: null, fault: null });
  return store;
}

describe("the chain of the audit log", () => {
  it("holds for whatever text there is, one by one or many at once, and for a log that is empty", async () => {
    const store = await open();
    expect(await store.audit.verify()).toMatchObject({ entries: 0, newest: null, fault: null });
    const odd = ["\ud800 alone", "nul \0 in it", "\u2028 and \"quotes\" \\", "", "\u{1f600}", "1", "null"];
    await store.audit.append(odd.map((text) => ({ ...entry(text), actor: text, detail: { [text]: text } })));
    for (const text of odd) await store.audit.append([entry(text)]);
    expect(await store.audit.verify()).toMatchObject({ entries: 14, fault: null });
  });

  it.each([
    ["at", "at + 1"],
    ["organization_id", "2"],
    ["organization_id", "NULL"],
    ["organization_id", "9e999"],
    ["actor", "'bob'"],
    ["actor", "CAST(actor AS BLOB)"],
    ["action", "'login'"],
    ["target", "'z'"],
    ["detail", "'{\"a\":2}'"],
    ["detail", "'{\"a\":1,\"b\":\"x\",\"c\":null, \"d\":true}'"],
    ["hash", "(SELECT hash FROM audit_log WHERE id = 2)"],
    ["hash", "NULL"],
    ["id", "30"],
  ])("names an entry whose %s was set to %s", async (column, value) => {
    const store = await five();
    byHand(`UPDATE audit_log SET ${column} = ${value} WHERE id = 3`);
    expect((await store.audit.verify()).fault?.id).toBe(column === "id" ? 4 : 3);
  });

  it.each<[string, number, readonly string[]]>([
    ["an entry was removed", 4, ["DELETE FROM audit_log WHERE id = 3"]],
    ["the first one was removed", 2, ["DELETE FROM audit_log WHERE id = 1"]],
    ["the newest ones were removed", 5, ["DELETE FROM audit_log WHERE id > 3"]],
    ["the newest ones were removed, and the head set back", 3, ["DELETE FROM audit_log WHERE id > 3", "UPDATE audit_head SET last_id = 3, last_hash = (SELECT hash FROM audit_log WHERE id = 3)"]],
    ["all were removed", 5, ["DELETE FROM audit_log"]],
    ["the oldest were removed as if they had been pruned", 2, ["UPDATE audit_head SET pruned_id = 2, pruned_hash = (SELECT hash FROM audit_log WHERE id = 2)", "DELETE FROM audit_log WHERE id <= 2"]],
    ["one was put behind the newest", 6, ["INSERT INTO audit_log (at, actor, action, target, detail) VALUES (1, 'm', 'login', 'm', '{}')"]],
    ["one was put there with the hash of another", 6, ["INSERT INTO audit_log (at, actor, action, target, detail, hash) SELECT at, actor, action, target, detail, hash FROM audit_log WHERE id = 5"]],
    ["two were exchanged", 3, ["UPDATE audit_log SET id = 99 WHERE id = 3", "UPDATE audit_log SET id = 3 WHERE id = 4", "UPDATE audit_log SET id = 4 WHERE id = 99"]],
    ["the head was removed", 5, ["DELETE FROM audit_head"]],
    ["the retention was changed", 5, ["UPDATE audit_head SET retention_days = 1"]],
    ["the whole chain was taken off", 1, ["DELETE FROM audit_head", "UPDATE audit_log SET hash = NULL"]],
  ])("finds that %s, and goes on saying so when Callplane writes on", async (_, id, statements) => {
    await five();
    byHand(...statements);
    const store = await open();
    const { fault } = await store.audit.verify();
    if (id === 2 && statements[0]?.startsWith("UPDATE audit_head")) expect(fault).not.toBeNull();
    else expect(fault?.id).toBe(id);
    await store.audit.append([entry("later")]);
    await store.audit.append([entry("and later")]);
    expect((await store.audit.verify()).fault).not.toBeNull();
    expect((await store.audit.list()).map(({ target }) => target).slice(0, 2)).toEqual(["and later", "later"]);
  });

  it("after a break is whole again among what was written since, which can be verified by itself", async () => {
    const store = await five();
    byHand("DELETE FROM audit_log WHERE id > 3");
    await store.audit.append([entry("f"), entry("g")]);
    const [, , broken] = await store.audit.list();
    expect(broken).toMatchObject({ id: 6, actor: "system", action: "audit.chain_broken", detail: { expected: 5, found: 3 } });
    expect((await store.audit.verify()).fault?.id).toBe(6);
    expect(await store.audit.verify({ after: 6 })).toMatchObject({ entries: 2, fault: null });
    byHand("UPDATE audit_log SET target = 'z' WHERE id = 7");
    expect((await store.audit.verify({ after: 6 })).fault?.id).toBe(7);
  });

  it("fits only the key that it was written with", async () => {
    await five();
    const store = await open({ key: new TextEncoder().encode("another key of the tests, of 32 bytes and more"), made: true });
    expect((await store.audit.verify()).fault?.id).toBe(1);
  });

  it("is one chain when several processes write", async () => {
    const script = `
      const store = await openStore(${JSON.stringify(url)}, { auditKey: { key: new Uint8Array(${JSON.stringify([...KEY])}), made: false } });
      for (let n = 0; n < 200; n += 1) await store.audit.append([{ at: new Date(), organizationId: null, actor: "p", action: "test", target: String(n), detail: {} }]);
      await store.close();`;
    const store = await open();
    const processes = [withOpenStore(script), withOpenStore(script)];
    for (let n = 0; n < 200; n += 1) {
      await store.audit.append([entry(String(n))]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await Promise.all(processes)).toEqual([0, 0]);
    expect(await store.audit.verify()).toMatchObject({ entries: 600, fault: null });
  });
});

describe("a log from before the chain", () => {
  async function older(rows: number): Promise<void> {
    await (await openStore(url)).close();
    byHand(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO audit_log (at, actor, action, target, detail) SELECT i, 'old', 'test', i, '{}' FROM n`,
    );
  }

  it("is taken into it when the key is made, in batches, and an entry says so", async () => {
    await older(4000);
    const store = await open({ made: true });
    expect(await store.audit.verify()).toMatchObject({ entries: 4001, fault: null });
    expect(await store.audit.list({ limit: 1 })).toMatchObject([{ actor: "system", action: "audit.chain", detail: { entries: 4000, last: 4000 } }]);
  });

  it("is not taken into it by itself with a key of before, since that would take in what somebody put there", async () => {
    await older(3);
    const store = await open();
    await store.audit.append([entry("new")]);
    expect(await store.audit.unchained()).toBe(4);
    expect((await store.audit.verify()).fault).toMatchObject({ id: 1 });
    expect(await store.audit.chain("cli:root")).toBe(4);
    expect(await store.audit.verify()).toMatchObject({ entries: 5, fault: null });
    expect(await store.audit.list({ limit: 1 })).toMatchObject([{ actor: "cli:root", action: "audit.chain", detail: { entries: 4 } }]);
  });

  it("is not what an entry is that somebody put into a chain", async () => {
    await five();
    byHand("INSERT INTO audit_log (at, actor, action, target, detail) VALUES (1, 'm', 'login', 'm', '{}')");
    const store = await open({ made: true });
    await expect(store.audit.chain("cli:root")).rejects.toThrow("chained already");
    expect((await store.audit.verify()).fault?.id).toBe(6);
  });
});

describe("pruning the audit log", () => {
  async function aged(): Promise<Store> {
    const store = await open();
    for (const [target, age] of [["a", 40], ["b", 35], ["c", 20], ["d", 0]] as const) await store.audit.append([entry(target, age)]);
    return store;
  }
  const before = (days: number): Date => new Date(Date.now() - days * DAY_MS);

  it("is refused unless the retention allows it", async () => {
    const store = await aged();
    await expect(store.audit.prune(before(30), "cli:root")).rejects.toThrow("for ever");
    await store.audit.setRetention({ days: 30, daily: false }, "cli:root");
    await expect(store.audit.prune(before(29), "cli:root")).rejects.toThrow("30 days at least");
    expect(await store.audit.list({ action: "test" })).toHaveLength(4);
    expect(await store.audit.list({ action: "audit.retention" })).toMatchObject([{ actor: "cli:root", detail: { days: 30, daily: false } }]);
    await expect(store.audit.setRetention({ days: 0, daily: false }, "cli:root")).rejects.toMatchObject({ details: { parameter: "days" } });
    expect(await store.audit.retention()).toEqual({ days: 30, daily: false });
  });

  it("is an entry, after which the rest still fits, and so it does after the next one", async () => {
    const store = await aged();
    await store.audit.setRetention({ days: 10, daily: true }, "cli:root");
    expect(await store.audit.prune(before(30), "cli:root")).toBe(2);
    expect((await store.audit.list()).map(({ action, target }) => [action, target])).toEqual([["audit.prune", "audit log"], ["audit.retention", "audit log"], ["test", "d"], ["test", "c"]]);
    expect(await store.audit.list({ action: "audit.prune" })).toMatchObject([{ actor: "cli:root", detail: { entries: 2, last: 2 } }]);
    expect(await store.audit.verify()).toMatchObject({ entries: 4, pruned: { id: 2 }, fault: null });
    expect(await store.audit.prune(before(10), "system")).toBe(1);
    expect(await store.audit.prune(before(10), "system")).toBe(0);
    await store.audit.append([entry("e")]);
    expect(await store.audit.verify()).toMatchObject({ entries: 5, pruned: { id: 3 }, fault: null });
    expect(await store.audit.retention()).toEqual({ days: 10, daily: true });
  });

  it("leaves nothing more to be removed by hand, and removes no evidence", async () => {
    const store = await aged();
    await store.audit.setRetention({ days: 10, daily: false }, "cli:root");
    await store.audit.prune(before(37), "cli:root");
    const sqlite = new Sqlite(join(directory.path, "callplane.db"));
    try {
      expect(() => sqlite.exec("DELETE FROM audit_log WHERE id = 2")).toThrow("append only");
      expect(() => sqlite.exec("UPDATE audit_log SET actor = 'bob' WHERE id = 2")).toThrow("append only");
      expect(() => sqlite.exec("UPDATE audit_log SET hash = 'x' WHERE id = 2")).toThrow("append only");
    } finally {
      sqlite.close();
    }
    byHand("UPDATE audit_log SET actor = 'bob' WHERE id = 2");
    await expect(store.audit.prune(before(10), "cli:root")).rejects.toThrow("The entry 2 is not as it was written");
    expect((await store.audit.verify()).fault?.id).toBe(2);
  });

  it("goes in batches, each an entry", async () => {
    const store = await open();
    await store.audit.append(Array.from({ length: 4500 }, (_, n) => entry(String(n), 40)));
    await store.audit.setRetention({ days: 30, daily: false }, "cli:root");
    expect(await store.audit.prune(before(30), "cli:root")).toBe(4500);
    expect((await store.audit.list({ action: "audit.prune" })).map(({ detail }) => detail["entries"])).toEqual(Array(9).fill(500));
    expect(await store.audit.verify()).toMatchObject({ entries: 10, fault: null });
  });
});
