import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/index.js";
import type { Store } from "../../src/store/index.js";
import { temporaryDirectory } from "../support/temporary.js";
import { storeWithAcme } from "./support.js";

const entry = (action: string, organizationId: number | null = 1) => ({ at: new Date(), organizationId, actor: "carol", action, target: "call-1", detail: { mode: "listen", live: true, count: 1, none: null } });

describe("the audit log", () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let path: string;
  let store: Store;
  beforeEach(async () => {
    directory = temporaryDirectory();
    path = join(directory.path, "a.db");
    store = await openStore(`file:${path}`);
  });
  afterEach(async () => {
    await store.close();
    directory.remove();
  });

  it("gives back what was written, the newest first, filtered and paged", async () => {
    await store.audit.append([entry("a"), entry("b", 2), entry("a", null)]);
    const all = await store.audit.list();
    expect(all.map(({ action, organizationId }) => [action, organizationId])).toEqual([["a", null], ["b", 2], ["a", 1]]);
    expect(all[0]?.detail).toEqual({ mode: "listen", live: true, count: 1, none: null });
    expect((await store.audit.list({ organizationId: 2 })).map(({ action }) => action)).toEqual(["b"]);
    expect(await store.audit.list({ action: "a", actor: "carol" })).toHaveLength(2);
    expect(await store.audit.list({ actor: "nobody" })).toHaveLength(0);
    expect(await store.audit.list({ since: new Date(Date.now() + 1000) })).toHaveLength(0);
    const [newest] = await store.audit.list({ limit: 1 });
    expect((await store.audit.list({ before: newest?.id ?? 0, limit: 1 })).map(({ action }) => action)).toEqual(["b"]);
  });

  it.each([
    "UPDATE audit_log SET actor = 'somebody else'",
    "DELETE FROM audit_log",
    "INSERT OR REPLACE INTO audit_log (id, at, actor, action, target, detail) VALUES (1, 0, 'x', 'x', 'x', '{}')",
  ])("cannot be changed, by whatever program: %s", async (statement) => {
    await store.audit.append([entry("a")]);
    const sqlite = new Sqlite(path);
    expect(() => sqlite.exec(statement)).toThrow(/append only/);
    sqlite.close();
    expect((await store.audit.list()).map(({ actor }) => actor)).toEqual(["carol"]);
  });
});

describe("idempotency keys", () => {
  const DAY_MS = 24 * 3_600_000;
  let now = 1_000_000;
  let store: Store;
  beforeEach(async () => {
    now = 1_000_000;
    store = await openStore(":memory:", { now: () => now });
  });
  afterEach(() => store.close());

  it("are fresh once, pending while at work, and then replay the reply", async () => {
    expect(await store.idempotency.claim("t", "k", "h")).toEqual({ outcome: "fresh" });
    expect(await store.idempotency.claim("t", "k", "h")).toEqual({ outcome: "pending" });
    await store.idempotency.complete("t", "k", 201, '{"id":"1"}');
    expect(await store.idempotency.claim("t", "k", "h")).toEqual({ outcome: "replay", status: 201, reply: '{"id":"1"}' });
  });

  it("refuse another body, and are each token's own", async () => {
    await store.idempotency.claim("t", "k", "h");
    expect(await store.idempotency.claim("t", "k", "other")).toEqual({ outcome: "mismatch" });
    expect(await store.idempotency.claim("another", "k", "other")).toEqual({ outcome: "fresh" });
  });

  it("are forgotten after 24 hours, when released, and when whoever claimed them has died", async () => {
    await store.idempotency.claim("t", "k", "h");
    await store.idempotency.release("t", "k");
    expect(await store.idempotency.claim("t", "k", "h")).toEqual({ outcome: "fresh" });
    now += 4 * 60_000;
    expect(await store.idempotency.claim("t", "k", "h")).toEqual({ outcome: "pending" });
    now += 60_000;
    expect(await store.idempotency.claim("t", "k", "h")).toEqual({ outcome: "fresh" });
    await store.idempotency.complete("t", "k", 200, "");
    now += DAY_MS;
    expect(await store.idempotency.claim("t", "k", "h")).toMatchObject({ outcome: "replay" });
    now += 1;
    expect(await store.idempotency.claim("t", "k", "other")).toEqual({ outcome: "fresh" });
  });
});

describe("agent status", () => {
  it("keeps every change, and knows each agent's newest", async () => {
    const { store, acme } = await storeWithAcme();
    const at = (agentId: string, status: "online" | "away" | "inCall", minute: number) => ({ organizationId: acme.id, agentId, status, reason: null, since: new Date(minute * 60_000), cause: "request" });
    await store.agentStatus.append(at("2001", "online", 1));
    await store.agentStatus.append(at("2002", "online", 2));
    const inCall = { ...at("2001", "inCall", 3), after: "away", registered: true, until: null, idleSince: new Date(30_000), department: "sales" } as const;
    await store.agentStatus.append(inCall);
    const latest = await store.agentStatus.latest();
    expect(latest.find(({ agentId }) => agentId === "2001")).toEqual(inCall);
    expect(latest.find(({ agentId }) => agentId === "2002")).toMatchObject({ status: "online", after: null, registered: null });
    expect((await store.agentStatus.history(acme.id, "2001")).map(({ status }) => status)).toEqual(["inCall", "online"]);
    expect(await store.agentStatus.history(acme.id, "2001", { since: new Date(2 * 60_000) })).toHaveLength(1);
    expect(await store.agentStatus.history(acme.id, "2001", { limit: 1 })).toHaveLength(1);
    await store.close();
  });
});
