import { describe, expect, it } from "vitest";
import { CallIndex } from "../../src/calls/call-index.js";
import type { Call } from "../../src/calls/call.js";
import { channelRows, pageOfCalls } from "../../src/calls/listing.js";
import type { CallFilter, Page } from "../../src/calls/types.js";
import type { Actor } from "../../src/people/index.js";
import { recording } from "../support/recordings.js";
import { agentActor, splitAt, supervisor, world, type World } from "./world.js";

const root: Actor = { name: "root", role: "root", organizationId: null, agentId: null, permissions: new Set(), tokenId: "root" };
const FROM = "15551230001";

/** The customer and the agent 1001 talk. */
function talking(): World & { readonly call: Call } {
  const made = world();
  made.feed(splitAt("inbound-answer-hangup", "api show channels")[0]);
  const [call] = made.registry.index.calls.values();
  if (call === undefined) throw new Error("no call");
  return { ...made, call };
}

describe("a list of channels", () => {
  it("has another ETag whenever an agent's rows are others, also when no row has changed", () => {
    const { registry, call } = talking();
    const list = (agentId: string) => channelRows(registry, agentActor(agentId), {});
    const before = { first: list("1001"), second: list("1002") };
    expect([before.first.rowCount, before.second.rowCount]).toEqual([2, 0]);
    registry.annotate(call, { owner: "1002" });
    expect(list("1002").rows).toEqual(before.first.rows);
    expect(list("1002").etag).not.toBe(before.second.etag);
    registry.annotate(call, { owner: null });
    expect(list("1002").etag).toBe(before.second.etag);
    expect(list("1001").etag).toBe(before.first.etag);
  });

  it("has another ETag with each channel that comes, changes or goes", () => {
    const { registry, feed } = world();
    const lists = (): string => JSON.stringify([supervisor, root].map((actor) => channelRows(registry, actor, {}).rows));
    const tags = (): string => JSON.stringify([supervisor, root].map((actor) => channelRows(registry, actor, {}).etag));
    const seen = new Map<string, string>();
    for (const entry of splitAt("inbound-answer-hangup", "api show channels").flat()) {
      feed([entry]);
      const known = seen.get(tags());
      if (known !== undefined) expect(lists()).toBe(known);
      seen.set(tags(), lists());
    }
    expect(seen.size).toBeGreaterThan(10);
  });
});

describe("an agent's lists", () => {
  /** A caller waits in `support`, and nobody's phone rings. */
  function waiting(serves: boolean): World & { readonly call: Call } {
    const made = world({ servesDepartment: () => serves });
    const entries = recording("park-customer");
    for (const entry of entries) {
      made.feed([entry]);
      const [call] = made.registry.index.calls.values();
      if (call?.state !== "parked") continue;
      made.registry.annotate(call, { queue: "support", owner: null });
      return { ...made, call };
    }
    throw new Error("nobody was parked");
  }

  it("hold who waits in the agent's departments, whatever is asked for: no filter lengthens a list", () => {
    const { registry, call } = waiting(true);
    expect(call).toMatchObject({ state: "queued", indexedAgents: [] });
    const ids = (filter: CallFilter, page: Page = {}): readonly string[] => pageOfCalls(registry, agentActor("1002"), filter, page).calls.map(({ id }) => id);
    expect(ids({})).toEqual([call.id]);
    for (const filter of [{ state: "queued" }, { department: "support" }, { number: call.from }, { direction: call.direction }, { domain: "127.0.0.1" }, { q: "support" }] satisfies CallFilter[]) expect(ids(filter), JSON.stringify(filter)).toEqual([call.id]);
    for (const filter of [{ agent: "1002" }, { state: "active" }, { department: "sales" }, { number: "1999" }] satisfies CallFilter[]) expect(ids(filter), JSON.stringify(filter)).toEqual([]);
    for (const page of [{ limit: 1 }, { sort: "createdAt" }, { sort: "stateSince" }, { sort: "-stateSince" }] satisfies Page[]) expect(ids({}, page), JSON.stringify(page)).toEqual([call.id]);
    expect(channelRows(registry, agentActor("1002"), {}).rowCount).toBe(call.legs.length);
  });

  it("do not hold who waits in another department", () => {
    const { registry, call } = waiting(false);
    for (const filter of [{}, { state: "queued" }, { department: "support" }, { number: call.from }] satisfies CallFilter[]) expect(pageOfCalls(registry, agentActor("1002"), filter, {}).total, JSON.stringify(filter)).toBe(0);
    expect(channelRows(registry, agentActor("1002"), {}).rowCount).toBe(0);
  });
});

describe("a list of calls", () => {
  const found = ({ registry }: World, actor: Actor, filter: CallFilter): number => pageOfCalls(registry, actor, filter, {}).total;

  it("heeds every filter beside every other", () => {
    const w = talking();
    w.registry.annotate(w.call, { queue: "support" });
    w.registry.annotate(w.call, { queue: null });
    const right: CallFilter = { domain: "127.0.0.1", number: FROM, agent: "1001", department: "support", direction: "inbound", state: "active" };
    const wrong: CallFilter = { number: "1999", agent: "1002", department: "sales", direction: "outbound", state: "held" };
    const keys = Object.keys(right) as (keyof CallFilter)[];
    for (const actor of [root, supervisor, agentActor("1001")]) {
      expect(found(w, actor, right)).toBe(1);
      for (const one of keys) {
        for (const other of keys) {
          expect(found(w, actor, { [one]: right[one], [other]: right[other] })).toBe(1);
          if (other !== "domain") expect(found(w, actor, { [one]: right[one], [other]: wrong[other] })).toBe(0);
        }
      }
    }
    // Of another organization: of no domain of this one, whatever else is asked for.
    const { index } = w.registry;
    if (!(index instanceof CallIndex)) throw new Error("the index is another class");
    const call = index.find(w.call.id);
    if (call !== undefined) index.setOrganization(call, 2);
    for (const one of keys) expect(found(w, root, { domain: "127.0.0.1", [one]: right[one] })).toBe(0);
    expect(found(w, root, { number: FROM })).toBe(1);
  });
});
