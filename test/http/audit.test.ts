import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore, type Store } from "../../src/store/index.js";
import { createAuditLog, type StoreAuditLog } from "../../src/audit/index.js";
import { bearer, createWorld, ORG, OTHER_ORG, type World } from "./fakes.js";

let store: Store;
let trail: StoreAuditLog;
let world: World;
beforeEach(async () => {
  store = await openStore(":memory:");
  trail = createAuditLog(store.audit, { logger: pino({ level: "silent" }) });
  world = createWorld({ services: { trail, audit: trail } });
  await world.app.ready();
});
afterEach(async () => {
  await world.close();
  await trail.close();
  await store.close();
});

interface Page {
  readonly items: readonly { readonly id: number; readonly at: string; readonly actor: string; readonly action: string; readonly target: string; readonly organization: string | null }[];
  readonly next: string | null;
}

const read = async (who: string, query = ""): Promise<Page> => {
  const reply = await world.app.inject({ url: `/audit${query}`, headers: bearer(who) });
  expect(reply.statusCode).toBe(200);
  return reply.json<Page>();
};
const note = (index: number, changes: { readonly organizationId?: number | null; readonly actor?: string; readonly action?: string; readonly target?: string } = {}): void =>
  trail.append({ at: new Date(Date.UTC(2026, 0, 1, 0, index)), organizationId: ORG, actor: "carol", action: "call.hold", target: `call-${index}`, detail: { index }, ...changes });

describe("the audit log over HTTP", () => {
  it.each(["alice", "carol", "service"])("is not for %s, and that is noted in it", async (who) => {
    expect((await world.app.inject({ url: "/audit", headers: bearer(who) })).statusCode).toBe(403);
    expect((await read("admin")).items).toMatchObject([{ actor: who, action: "refused", target: "/audit" }]);
  });

  it("shows an admin her own organization, and root all of them", async () => {
    note(1);
    note(2, { organizationId: OTHER_ORG });
    note(3, { organizationId: null });
    expect((await read("admin")).items.map(({ target }) => target)).toEqual(["call-1"]);
    expect((await read("mallory")).items.map(({ target }) => target)).toEqual(["call-2"]);
    expect((await read("root")).items.map(({ target, organization }) => [target, organization])).toEqual([["call-3", null], ["call-2", "other"], ["call-1", "demo"]]);
  });

  it("goes backwards page by page, and misses and doubles nothing while more is appended", async () => {
    for (let index = 1; index <= 7; index++) note(index);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Page = await read("admin", `?limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ target }) => target));
      cursor = page.next;
      note(100 + seen.length);
    }
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1].map((index) => `call-${index}`));
  });

  it("is filtered by actor, action, target and time", async () => {
    note(1);
    note(2, { actor: "admin" });
    note(3, { action: "login" });
    note(4, { target: "call-1" });
    const targets = async (query: string): Promise<string[]> => (await read("admin", query)).items.map(({ at }) => at.slice(14, 16));
    expect(await targets("?actor=admin")).toEqual(["02"]);
    expect(await targets("?action=login")).toEqual(["03"]);
    expect(await targets("?target=call-1")).toEqual(["04", "01"]);
    expect(await targets("?since=2026-01-01T00:03:00Z")).toEqual(["04", "03"]);
    expect(await targets("?until=2026-01-01T00:03:00Z")).toEqual(["02", "01"]);
    expect(await targets("?since=2026-01-01T00:02:00Z&until=2026-01-01T00:03:00Z")).toEqual(["02"]);
  });

  it.each(["?limit=0", "?limit=1001", "?cursor=x", "?cursor=-1", "?cursor=1%20or%201", "?since=yesterday", "?organization=2", "?actor="])("refuses %s", async (query) => {
    expect((await world.app.inject({ url: `/audit${query}`, headers: bearer("admin") })).statusCode).toBe(400);
  });

  it("has what a supervisor does to an agent's status, not what the agent does herself", async () => {
    const set = (who: string, agent: string) => world.app.inject({ method: "POST", url: `/voicechannel/agents/${agent}/status`, headers: bearer(who), payload: { status: "away" } });
    await set("alice", "1001");
    await set("carol", "1003");
    await set("carol", "1001");
    expect((await read("admin")).items).toMatchObject([{ actor: "carol", action: "agent.status", target: "1001", detail: { status: "away" } }]);
    expect((await read("admin")).items).toHaveLength(1);
  });
});
