import { describe, expect, it } from "vitest";
import { find, MOST_FOUND } from "../../../src/console/shell/find.js";
import { createPageKeys } from "../../../src/console/shell/page-keys.js";
import { agent, call, queue } from "../wall/samples.js";

const by = <Item>(items: readonly Item[], key: (item: Item) => string): ReadonlyMap<string, Item> => new Map(items.map((item) => [key(item), item]));

const live = {
  agents: by([agent({ id: "1001", extension: "1001", name: "Priya Nair" }), agent({ id: "1002", extension: "1002", name: "Tom Ashworth" })], ({ id }) => id),
  queues: by([queue({ name: "private-clients" }), queue({ name: "sales" })], ({ name }) => name),
  calls: by([call({ id: "a", direction: "inbound", from: "+15550104471", fromText: "(555) 010-4471", fromName: "Priya Raman" }), call({ id: "b", direction: "inbound", from: "+15550100009", fromText: "(555) 010-0009", fromName: null })], ({ id }) => id),
};
const names = (query: string): readonly string[] => find(live, query).map(({ name }) => name);

describe("the one field of every page", () => {
  it("finds agents, queues and callers by their names, agents first", () => {
    expect(names("pri")).toEqual(["Priya Nair", "private-clients", "Priya Raman"]);
    expect(names("ashw")).toEqual(["Tom Ashworth"]);
    expect(names("clients")).toEqual(["private-clients"]);
  });
  it("finds by numbers however they are written, and by an extension", () => {
    expect(names("010 4471")).toEqual(["Priya Raman"]);
    expect(names("+1 (555) 010-0009")).toEqual(["(555) 010-0009"]);
    expect(names("1002")).toEqual(["Tom Ashworth"]);
  });
  it("leads to the page of what it has found", () => {
    expect(find(live, "priya").map(({ path }) => path)).toEqual(["/agents/1001", "/calls/a"]);
    expect(find({ ...live, queues: by([queue({ name: "a/b c" })], ({ name }) => name) }, "a/b").map(({ path }) => path)).toEqual(["/queues/a%2Fb%20c"]);
  });
  it("shows a few, and nothing for nothing", () => {
    const many = by(Array.from({ length: 50 }, (_, index) => agent({ id: String(2000 + index), name: `Agent ${index}` })), ({ id }) => id);
    expect(find({ ...live, agents: many }, "agent")).toHaveLength(MOST_FOUND);
    expect(names(" ")).toEqual([]);
    expect(names("zzz")).toEqual([]);
  });
});

describe("the keys of every page", () => {
  const pressed = (key: string, timeStamp = 0, more = {}) => ({ key, timeStamp, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });

  it("go to a page by G and its letter, soon after each other", () => {
    const deedOf = createPageKeys(() => ["wall", "queues"]);
    expect([deedOf(pressed("g")), deedOf(pressed("q", 900))]).toEqual([null, { to: "queues" }]);
    expect([deedOf(pressed("g", 2000)), deedOf(pressed("q", 9000))]).toEqual([null, null]);
    expect([deedOf(pressed("G", 10_000)), deedOf(pressed("W", 10_100))]).toEqual([null, { to: "wall" }]);
  });
  it("do not go to pages that are not the person's, and leave the browser its own keys", () => {
    const deedOf = createPageKeys(() => ["wall"]);
    expect([deedOf(pressed("g")), deedOf(pressed("d", 100))]).toEqual([null, null]);
    expect([deedOf(pressed("g", 200, { ctrlKey: true })), deedOf(pressed("w", 300))]).toEqual([null, null]);
  });
  it("take a key that is held down for one press", () => {
    const deedOf = createPageKeys(() => ["log"]);
    expect([deedOf(pressed("g")), deedOf(pressed("g", 500, { repeat: true })), deedOf(pressed("l", 900)), deedOf(pressed("l", 950, { repeat: true }))]).toEqual([null, null, { to: "log" }, null]);
  });
  it("show themselves", () => expect(createPageKeys(() => [])(pressed("?"))).toEqual({ show: "keys" }));
});
