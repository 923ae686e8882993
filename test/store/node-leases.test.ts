import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore, type Store } from "../../src/store/index.js";
import { temporaryDirectory } from "../support/temporary.js";

const NODES = ["fs1:8021", "fs2:8021"];
const owner = (id: string) => ({ id, name: `${id}:1`, mark: `mark of ${id}` });

describe("the leases of nodes", () => {
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
  const owners = async () => (await store.nodeLeases.list(NODES)).map(({ node, owner: who }) => [node, who?.id ?? null]);

  it("are taken all or none, and told with their owner", async () => {
    expect(await store.nodeLeases.take(["fs2:8021"], owner("a"), 60_000, [])).toEqual([]);
    const obstacles = await store.nodeLeases.take(NODES, owner("b"), 60_000, []);
    expect(obstacles).toEqual([{ node: "fs2:8021", owner: owner("a"), epoch: 1, renewals: 0, expired: false }]);
    expect(await owners()).toEqual([["fs2:8021", "a"]]);
  });

  it("expire by the database's clock, and are no one else's by that alone", async () => {
    await store.nodeLeases.take(NODES, owner("a"), 0, []);
    const obstacles = await store.nodeLeases.take(NODES, owner("b"), 60_000, []);
    expect(obstacles.map(({ expired }) => expired)).toEqual([true, true]);
    expect(await owners()).toEqual(NODES.map((node) => [node, "a"]));
    expect(await store.nodeLeases.renew(NODES, "a", 60_000)).toBe(true);
    expect((await store.nodeLeases.list(NODES)).map(({ expired, renewals }) => [expired, renewals])).toEqual([[false, 1], [false, 1]]);
  });

  it("are taken from one who is judged dead, unless it has renewed them since", async () => {
    await store.nodeLeases.take(NODES, owner("a"), 0, []);
    const dead = await store.nodeLeases.list(NODES);
    await store.nodeLeases.renew(NODES, "a", 60_000);
    expect(await store.nodeLeases.take(NODES, owner("b"), 60_000, dead)).toHaveLength(2);
    expect(await store.nodeLeases.take(NODES, owner("b"), 60_000, await store.nodeLeases.list(NODES))).toEqual([]);
    expect((await store.nodeLeases.list(NODES)).map(({ owner: who, epoch }) => [who?.id, epoch])).toEqual([["b", 2], ["b", 2]]);
    expect(await store.nodeLeases.renew(NODES, "a", 60_000)).toBe(false);
    // One who lost them gives back nothing.
    await store.nodeLeases.release("a");
    expect(await owners()).toEqual(NODES.map((node) => [node, "b"]));
  });

  it("are free when they were given back", async () => {
    await store.nodeLeases.take(NODES, owner("a"), 60_000, []);
    await store.nodeLeases.release("a");
    expect(await owners()).toEqual(NODES.map((node) => [node, null]));
    expect(await store.nodeLeases.renew(NODES, "a", 60_000)).toBe(false);
    expect(await store.nodeLeases.take(NODES, owner("b"), 60_000, [])).toEqual([]);
  });

  it("go on when nothing else may be written", async () => {
    await store.nodeLeases.take(NODES, owner("a"), 60_000, []);
    store.fence(() => Promise.reject(new Error("not yours")));
    await expect(store.organizations.create({ name: "acme", domain: "acme.example" })).rejects.toThrow("not yours");
    await expect(store.transaction((tx) => tx.organizations.create({ name: "acme", domain: "acme.example" }))).rejects.toThrow("not yours");
    expect(await store.organizations.list()).toEqual([]);
    expect(await store.nodeLeases.renew(NODES, "a", 60_000)).toBe(true);
    store.fence(() => null);
    await store.organizations.create({ name: "acme", domain: "acme.example" });
    expect(await store.organizations.list()).toHaveLength(1);
  });

  it("are read also while somebody locks the database", async () => {
    await store.nodeLeases.take(NODES, owner("a"), 60_000, []);
    const other = new Sqlite(join(folder.path, "callplane.db"));
    try {
      other.exec("BEGIN EXCLUSIVE");
      expect(await owners()).toEqual(NODES.map((node) => [node, "a"]));
      other.exec("ROLLBACK");
    } finally {
      other.close();
    }
  });
});
