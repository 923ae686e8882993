import { describe, expect, it } from "vitest";
import type { Agent, Call } from "../../../src/console/api/types.js";
import { en } from "../../../src/console/messages/en.js";
import { spansOf, withStatus } from "../../../src/console/pages/agents/history.js";
import { nextWords, tileWords } from "../../../src/console/pages/agents/tile-words.js";
import { groupTiles, tileOf, totalsOf, type Tile, type TileContext } from "../../../src/console/pages/agents/tiles.js";
import { AT, agent, ago, call, queue } from "../wall/samples.js";

const context = (calls: Call[] = [], now = AT): TileContext => ({ calls: new Map(calls.map((each) => [each.id, each])), limitsOf: (name) => (name === "billing" ? queue().alarms : null), now });
const tile = (of: Agent, calls: Call[] = [], now = AT): Tile => tileOf(of, undefined, context(calls, now));
const words = (of: Tile): string => tileWords(of, en, (id) => (id === "1002" ? "Bob Stein" : id));

describe("what an agent does", () => {
  it("is with whom, and how long the call has been so", () => {
    const talking = tile(agent({ status: "inCall", calls: ["call-1"] }), [call()]);
    expect(talking).toMatchObject({ state: "inCall", sinceMs: AT - 90_000, level: "calm" });
    expect(words(talking)).toBe("Priya Raman");
  });

  it("is the talking one of several calls", () => {
    const both = tile(agent({ status: "inCall", calls: ["held", "call-1"] }), [call({ id: "held", state: "held" }), call()]);
    expect(both.call?.id).toBe("call-1");
  });

  it("says hold, ringing, consulting and away with the reason", () => {
    expect(words(tile(agent({ status: "inCall", calls: ["call-1"] }), [call({ state: "held" })]))).toBe("On hold · Priya Raman");
    expect(words(tile(agent({ calls: ["call-1"], ringing: ["call-1"] }), [call({ state: "ringing" })]))).toBe("Ringing · Priya Raman");
    expect(words(tile(agent({ status: "inCall", calls: ["call-1"] }), [call({ consult: { to: "1002", agent: "1002", leg: "l", state: "active", since: ago(1) } })]))).toBe("Consulting Bob Stein");
    expect(words(tile(agent({ status: "away", reason: "lunch" })))).toBe("Away, lunch");
    expect(words(tile(agent({ registered: false })))).toBe("Phone not registered");
  });

  it("passes the limits of talk and away", () => {
    expect(tile(agent({ status: "inCall", calls: ["call-1"] }), [call({ stateSince: ago(900) })])).toMatchObject({ level: "watch", limitMs: 900_000 });
    expect(tile(agent({ status: "away", since: ago(1800) }))).toMatchObject({ level: "watch", limitMs: 1_800_000 });
    expect(tile(agent({ status: "away", since: ago(1799) })).level).toBe("calm");
    expect(tile(agent({ status: "away", since: ago(9000), reason: "wrapUp", wrapUp: { callId: null, until: null } })).level).toBe("calm");
  });

  it("says which status follows, and who asked for it", () => {
    expect(nextWords(agent(), en)).toBe("");
    expect(nextWords(agent({ next: { status: "away", reason: "lunch", after: "wrapUp", by: null, byName: null } }), en)).toBe("then away, lunch");
    expect(nextWords(agent({ next: { status: "offline", reason: null, after: "call", by: "carol", byName: "Carol Weiss" } }), en)).toBe("then offline (by Carol Weiss)");
    expect(nextWords(agent({ next: { status: "offline", reason: null, after: "call", by: "admin", byName: null } }), en)).toBe("then offline (by admin)");
  });

  it("is the same object while nothing changes", () => {
    const alice = agent();
    const before = tileOf(alice, undefined, context());
    expect(tileOf(alice, before, context([], AT + 1000))).toBe(before);
    expect(tileOf({ ...alice, status: "away" }, before, context())).not.toBe(before);
  });
});

describe("groups", () => {
  const tiles = [tile(agent({ id: "1", name: "Zoe", departments: ["sales", "billing"] })), tile(agent({ id: "2", name: "Ann", departments: ["*"] })), tile(agent({ id: "3", name: "Ben", status: "offline" }))];
  const shown = (grouping: "department" | "state" | "name") => groupTiles(tiles, grouping).map(({ key, tiles: of }) => `${key}: ${of.map(({ agent: { name } }) => name).join(" ")}`);
  it("are by department (those of none last), by state, or one by name", () => {
    expect(shown("department")).toEqual(["billing: Zoe Ben", "sales: Zoe", ": Ann"]);
    expect(shown("state")).toEqual(["free: Ann Zoe", "offline: Ben"]);
    expect(shown("name")).toEqual([": Ann Ben Zoe"]);
    expect(groupTiles([], "name")).toEqual([]);
  });

  it("are summed up", () => {
    expect(totalsOf(tiles)).toEqual({ free: 2, inCall: 0, ringing: 0, wrapUp: 0, away: 0, noPhone: 0, offline: 1 });
    const rings = call({ id: "c1", state: "ringing", assignedTo: null, ringing: ["1001"] });
    expect(totalsOf([tile(agent({ calls: ["c1"], ringing: ["c1"] }), [rings])])).toMatchObject({ inCall: 0, ringing: 1 });
  });
});

describe("the history of statuses", () => {
  const history = [{ status: "online" as const, reason: null, since: ago(10), cause: "request" }, { status: "offline" as const, reason: null, since: ago(100), cause: "request" }];
  it("goes on with the stream's events, once each", () => {
    const next = withStatus(history, { agent: agent({ status: "away", reason: "lunch", since: ago(1) }), cause: "request:carol" });
    expect(next.map(({ status }) => status)).toEqual(["away", "online", "offline"]);
    expect(withStatus(next, { agent: agent({ status: "away", reason: "lunch", since: ago(1) }), cause: "request:carol" })).toBe(next);
  });

  it("has lengths, and nothing of no length", () => {
    const [now, ...before] = spansOf([...history, { status: "away", reason: null, since: ago(100), cause: "registration" }]);
    expect(now?.lengthMs).toBeNull();
    expect(before.map(({ status, lengthMs }) => [status, lengthMs])).toEqual([["offline", 90_000]]);
  });
});
