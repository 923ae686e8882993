import { existsSync, readdirSync, statSync, writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/index.js";
import { withOpenStore } from "../support/process.js";
import { temporaryDirectory } from "../support/temporary.js";

const MIGRATIONS = readdirSync(new URL("../../src/store/migrations", import.meta.url)).filter((name) => name.endsWith(".sql")).length;

describe("openStore", () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  beforeEach(() => {
    directory = temporaryDirectory();
  });
  afterEach(() => directory.remove());

  it.each([
    ["file:<path>", (path: string) => `file:${path}`],
    ["file:///<path>", (path: string) => pathToFileURL(path).href],
  ])("makes the directory and the database of a %s URL, for its owner alone", async (_, url) => {
    const path = join(directory.path, "new", "callplane.db");
    const store = await openStore(url(path));
    await store.organizations.create({ name: "acme", domain: "acme.example" });
    await store.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = await openStore(url(path));
    expect((await again.organizations.list()).map(({ name }) => name)).toEqual(["acme"]);
    await again.close();
  });

  it("keeps a database in memory off the disk", async () => {
    const before = existsSync(":memory:");
    const store = await openStore(":memory:");
    expect(await store.check()).toEqual({ migrations: MIGRATIONS, integrity: "ok" });
    await store.close();
    expect(existsSync(":memory:")).toBe(before);
  });

  it("opens each database in memory as one of its own", async () => {
    const [one, other] = [await openStore(":memory:"), await openStore(":memory:")];
    await one.organizations.create({ name: "acme", domain: "acme.example" });
    expect(await other.organizations.list()).toEqual([]);
    await one.close();
    const third = await openStore(":memory:");
    expect(await third.organizations.list()).toEqual([]);
    await Promise.all([other.close(), third.close()]);
  });

  it("works in WAL mode, so that the command line may write while the server reads", async () => {
    const path = join(directory.path, "a.db");
    const store = await openStore(`file:${path}`);
    const other = new Sqlite(path);
    expect(other.pragma("journal_mode", { simple: true })).toBe("wal");
    other.close();
    await store.close();
  });

  it("may be closed twice", async () => {
    const store = await openStore(":memory:");
    await store.close();
    await store.close();
  });

  it("refuses a file that is no database, and one of a newer version", async () => {
    const path = join(directory.path, "a.db");
    writeFileSync(path, "this is not a database, and long enough not to be taken for an empty one".repeat(20));
    await expect(openStore(`file:${path}`)).rejects.toThrow(/not a database/);

    const newer = join(directory.path, "b.db");
    await (await openStore(`file:${newer}`)).close();
    const sqlite = new Sqlite(newer);
    sqlite.prepare("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('future', 99999999999999)").run();
    sqlite.close();
    await expect(openStore(`file:${newer}`)).rejects.toThrow(/newer version/);
  });

  it("lets the agents of no department, who saw who waits in all of them, go on seeing it", async () => {
    const path = join(directory.path, "old.db");
    const folder = new URL("../../src/store/migrations/", import.meta.url);
    const sqlite = new Sqlite(path);
    sqlite.exec("CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, hash text NOT NULL, created_at numeric)");
    const journal = JSON.parse(readFileSync(new URL("meta/_journal.json", folder), "utf8")) as { entries: { tag: string; when: number }[] };
    for (const { tag, when } of journal.entries.slice(0, 6)) {
      sqlite.exec(readFileSync(new URL(`${tag}.sql`, folder), "utf8"));
      sqlite.prepare("INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)").run(tag, when);
    }
    sqlite.exec(`INSERT INTO organizations (id, name, domain, dial_string, allowed_prefixes, supervision_visible, created_at) VALUES (1, 'acme', 'acme.example', 'sofia/gateway/trunk/{number}', '[]', 0, 1);
      INSERT INTO departments (id, organization_id, name) VALUES (1, 1, 'support');
      INSERT INTO agents (id, organization_id, agent_id, extension, name, created_at) VALUES (1, 1, 'dora', '2001', 'Dora', 1), (2, 1, 'eve', '2002', 'Eve', 1);
      INSERT INTO agent_departments VALUES (2, 1)`);
    sqlite.close();
    const store = await openStore(`file:${path}`);
    expect((await store.agents.list()).map(({ agentId, departments }) => [agentId, departments])).toEqual([["dora", ["*"]], ["eve", ["support"]]]);
    expect((await store.agents.create({ organizationId: 1, agentId: "new" })).departments).toEqual([]);
    await store.close();
  });

  it("makes agents of the users of a database that is from before agents had records", async () => {
    const old = join(directory.path, "old.db");
    const folder = new URL("../../src/store/migrations/", import.meta.url);
    const sqlite = new Sqlite(old);
    sqlite.exec("CREATE TABLE __drizzle_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, hash text NOT NULL, created_at numeric)");
    const journal = JSON.parse(readFileSync(new URL("meta/_journal.json", folder), "utf8")) as { entries: { tag: string; when: number }[] };
    for (const { tag, when } of journal.entries.slice(0, 2)) {
      sqlite.exec(readFileSync(new URL(`${tag}.sql`, folder), "utf8"));
      sqlite.prepare("INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)").run(tag, when);
    }
    sqlite.exec(`INSERT INTO organizations VALUES (1, 'acme', 'acme.example', 'sofia/gateway/trunk/{number}', NULL, '[]', 0, 1);
      INSERT INTO users VALUES (1, 'dora', 1, 'agent', 'dora', '2001', NULL, 'hash', 0, 1), (2, 'boss', 1, 'admin', NULL, NULL, NULL, 'hash', 0, 1)`);
    sqlite.close();
    const store = await openStore(`file:${old}`);
    expect((await store.agents.list()).map(({ agentId, extension, name }) => [agentId, extension, name])).toEqual([["dora", "2001", "dora"]]);
    expect(await store.users.findByUsername("dora")).toMatchObject({ agentId: "dora", extension: "2001" });
    await store.close();
  });

  it("brings a new database up to date once, when several processes open it at the same time", async () => {
    const url = `file:${join(directory.path, "race.db")}`;
    const openInProcess = (): Promise<number | null> =>
      withOpenStore(`const store = await openStore(${JSON.stringify(url)}); const { migrations } = await store.check(); await store.close(); if (migrations !== ${MIGRATIONS}) process.exitCode = 3;`);
    expect(await Promise.all([openInProcess(), openInProcess(), openInProcess()])).toEqual([0, 0, 0]);
  });
});
