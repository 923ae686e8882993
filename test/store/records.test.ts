import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../support/manual-clock.js";
import type { AgentStatusRecord } from "../../src/agents/index.js";
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
  const MINUTE_MS = 60_000;
  let folder: ReturnType<typeof temporaryDirectory>;
  let url: string;
  let clock: ManualClock;
  let store: Store;
  beforeEach(async () => {
    folder = temporaryDirectory();
    url = `file:${join(folder.path, "a.db")}`;
    clock = new ManualClock();
    store = await openStore(url, { clock, lockWaitMs: 20 });
  });
  afterEach(async () => {
    await store.close();
    folder.remove();
  });
  /** Minutes pass, and what falls due in them is written. */
  const pass = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 1) {
      clock.advance(MINUTE_MS);
      // Behind the renewal, which is a write as well.
      await store.transaction(async () => undefined);
    }
  };

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

  it("are free when released, and forgotten after 24 hours", async () => {
    await store.idempotency.claim("t", "k", "h");
    await store.idempotency.release("t", "k");
    expect(await store.idempotency.claim("t", "k", "h")).toEqual({ outcome: "fresh" });
    await store.idempotency.complete("t", "k", 200, "");
    clock.advance(24 * 60 * MINUTE_MS);
    expect(await store.idempotency.claim("t", "k", "h")).toMatchObject({ outcome: "replay" });
    clock.advance(1);
    expect(await store.idempotency.claim("t", "k", "other")).toEqual({ outcome: "fresh" });
  });

  it("are given to nobody while the request is under way, however long a phone rings, and to the next who asks once its process has died", async () => {
    const other = await openStore(url, { clock });
    expect(await store.idempotency.claim("t", "k", "h")).toEqual({ outcome: "fresh" });
    await pass(20);
    for (const each of [store, other]) expect(await each.idempotency.claim("t", "k", "h")).toEqual({ outcome: "pending" });
    await store.close();
    clock.advance(4 * MINUTE_MS);
    expect(await other.idempotency.claim("t", "k", "h")).toEqual({ outcome: "pending" });
    clock.advance(2 * MINUTE_MS);
    expect(await other.idempotency.claim("t", "k", "h")).toEqual({ outcome: "fresh" });
    await other.close();
  });

  it("replay a reply that the database did not take, and have it there once it does", async () => {
    const other = await openStore(url, { clock });
    const lock = new Sqlite(join(folder.path, "a.db"));
    await store.idempotency.claim("t", "k", "h");
    lock.exec("BEGIN IMMEDIATE");
    await expect(store.idempotency.complete("t", "k", 201, "done")).rejects.toMatchObject({ code: "DatabaseUnavailable" });
    expect(await store.idempotency.claim("t", "k", "h")).toEqual({ outcome: "replay", status: 201, reply: "done" });
    await expect(store.idempotency.claim("t", "new", "h")).rejects.toMatchObject({ code: "DatabaseUnavailable" });
    lock.exec("COMMIT");
    lock.close();
    await pass(1);
    expect(await other.idempotency.claim("t", "k", "h")).toEqual({ outcome: "replay", status: 201, reply: "done" });
    expect(await store.idempotency.claim("t", "new", "h")).toEqual({ outcome: "fresh" });
    await other.close();
  });
});

describe("agent status", () => {
  it("keeps every change, and knows each agent's newest", async () => {
    const { store, acme } = await storeWithAcme();
    const at = (agentId: string, status: "online" | "away" | "inCall", minute: number): AgentStatusRecord => ({ organizationId: acme.id, agentId, status, reason: null, since: new Date(minute * 60_000), cause: "request" });
    await store.agentStatus.append([at("2001", "online", 1)]);
    await store.agentStatus.append([at("2002", "online", 2)]);
    const inCall = { ...at("2001", "inCall", 3), after: "online", afterReason: null, next: "away", nextReason: "lunch", nextAfter: "wrapUp", asked: "request:carol", registered: true, until: null, idleSince: new Date(30_000), department: "sales", callId: "c1" } as const;
    await store.agentStatus.append([inCall]);
    const latest = await store.agentStatus.latest();
    expect(latest.find(({ agentId }) => agentId === "2001")).toEqual(inCall);
    expect(latest.find(({ agentId }) => agentId === "2002")).toMatchObject({ status: "online", after: null, registered: null });
    expect((await store.agentStatus.history(acme.id, "2001")).map(({ status }) => status)).toEqual(["inCall", "online"]);
    expect(await store.agentStatus.history(acme.id, "2001", { since: new Date(2 * 60_000) })).toHaveLength(1);
    expect(await store.agentStatus.history(acme.id, "2001", { limit: 1 })).toHaveLength(1);
    await store.close();
  });
});
