import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ALL_DEPARTMENTS } from "../../src/people/index.js";
import { openDirectory, openStore } from "../../src/store/index.js";
import type { OrganizationRecord, Store, StoreDirectory, UserRecord } from "../../src/store/index.js";
import { ManualClock } from "../support/manual-clock.js";
import { temporaryDirectory } from "../support/temporary.js";
import { HASH, silentLogger, storeWithAcme } from "./support.js";

describe("the directory", () => {
  let folder: ReturnType<typeof temporaryDirectory>;
  let store: Store;
  let acme: OrganizationRecord;
  let dora: UserRecord;
  let clock: ManualClock;
  let directory: StoreDirectory;
  let url: string;
  beforeEach(async () => {
    folder = temporaryDirectory();
    url = `file:${join(folder.path, "a.db")}`;
    ({ store, acme, dora } = await storeWithAcme(url));
    clock = new ManualClock();
    directory = await openDirectory(store, { logger: silentLogger(), clock });
  });
  afterEach(async () => {
    directory.close();
    await store.close();
    folder.remove();
  });

  it("finds organizations by id, name and domain, whatever the case", () => {
    for (const found of [directory.organization(acme.id), directory.organizationByName("ACME"), directory.organizationByDomain("Acme.Example")]) expect(found).toEqual(acme);
    expect(directory.organization(999)).toBeUndefined();
    expect(directory.organizationByDomain("other.example")).toBeUndefined();
  });

  it("finds agents by id and by extension within their organization", async () => {
    const eve = await store.users.create({ username: "eve", organizationId: acme.id, role: "supervisor", agentId: "eve", extension: "2002", passwordHash: HASH });
    const identity = { agentId: "eve", organizationId: acme.id, extension: eve.extension };
    expect(directory.agent(acme.id, "eve")).toMatchObject(identity);
    expect(directory.agentByExtension(acme.id, "2002")).toMatchObject(identity);
    expect(directory.agentByExtension(acme.id, "eve")).toBeUndefined();
    expect(directory.agent(999, "eve")).toBeUndefined();
    expect(directory.agents(acme.id).map(({ agentId }) => agentId)).toEqual(["2001", "eve"]);
    expect(directory.agents(999)).toEqual([]);
  });

  it("finds who logs in, as the store does, through every change", async () => {
    const other = await store.organizations.create({ name: "other", domain: "other.example" });
    const found = (login: string) => directory.user(login)?.id;
    const agreed = async () => {
      for (const login of ["dora", "dora@acme.example", "dora@other.example", "Dora", "dora@nowhere", "@acme.example", ""]) expect([login, found(login)]).toEqual([login, (await store.users.findByUsername(login))?.id]);
    };
    await agreed();
    expect(found("dora")).toBe(dora.id);
    const namesake = await store.users.create({ username: "DORA", organizationId: other.id, role: "agent", agentId: "7", passwordHash: HASH });
    await agreed();
    expect([found("dora"), found("dora@other.example"), found("dora@acme.example")]).toEqual([undefined, namesake.id, dora.id]);
    expect([directory.userWithin(acme.id, "Dora")?.id, directory.userWithin(other.id, "dora")?.id, directory.userWithin(null, "dora")]).toEqual([dora.id, namesake.id, undefined]);
    await store.users.update(dora.id, { disabled: true });
    await agreed();
    expect([directory.isDisabledAgent(acme.id, "2001"), directory.isDisabledAgent(other.id, "7"), directory.isDisabledAgent(other.id, "2001")]).toEqual([true, false, false]);
    await store.users.update(dora.id, { disabled: false });
    expect(directory.isDisabledAgent(acme.id, "2001")).toBe(false);
    await store.users.remove(dora.id);
    await agreed();
    expect(found("dora")).toBe(namesake.id);
    await store.users.remove(namesake.id);
    await agreed();
    expect(found("dora")).toBeUndefined();
  });

  it("shows own writes as soon as they are done", async () => {
    await store.organizations.update(acme.id, { departments: ["support"] });
    expect(directory.hasDepartment(acme.id, "support")).toBe(true);
    expect(directory.hasDepartment(acme.id, "sales")).toBe(false);
    expect(directory.departments(acme.id)).toEqual(["support"]);
    await store.users.update(dora.id, { disabled: true });
    expect(directory.agent(acme.id, "2001")).toBeUndefined();
    expect(directory.user("DORA")?.disabled).toBe(true);
    await store.users.remove(dora.id);
    expect(directory.userById(dora.id)).toBeUndefined();
  });

  it("shows an agent the queues of the own departments, none without any, and all when that is said", async () => {
    await store.organizations.update(acme.id, { departments: ["sales", "support"] });
    const { id } = (await store.agents.find(acme.id, "2001")) ?? { id: 0 };
    const served = () => ["sales", "support", "a name that only a caller brought"].filter((name) => directory.servesDepartment(acme.id, "2001", name));
    expect(served()).toEqual([]);
    await store.agents.update(id, { departments: ["support"] });
    expect(served()).toEqual(["support"]);
    await store.agents.update(id, { departments: [ALL_DEPARTMENTS] });
    expect(served()).toEqual(["sales", "support", "a name that only a caller brought"]);
    await store.agents.update(id, { departments: [] });
    expect(served()).toEqual([]);
    expect(directory.servesDepartment(acme.id, "nobody", "support")).toBe(false);
  });

  it("shows another process's writes after the next poll, and reads nothing when there were none", async () => {
    const list = vi.spyOn(store.organizations, "list");
    clock.advance(1000);
    await directory.refresh();
    expect(list).not.toHaveBeenCalled();

    const other = await openStore(url);
    await other.organizations.create({ name: "late", domain: "late.example" });
    expect(directory.organizationByName("late")).toBeUndefined();
    clock.advance(1000);
    await vi.waitFor(() => expect(directory.organizationByName("late")).toBeDefined(), { timeout: 15_000 });
    await other.close();
  });

  it("reads of what another process, or a hand, has written that alone", async () => {
    const read = { all: vi.spyOn(store.organizations, "list"), agents: vi.spyOn(store.agents, "list"), agent: vi.spyOn(store.agents, "find"), token: vi.spyOn(store.tokens, "find") };
    const counts = () => Object.fromEntries(Object.entries(read).map(([name, spy]) => [name, spy.mock.calls.length]));
    const other = await openStore(url);
    await other.agentStatus.append([{ organizationId: acme.id, agentId: "2001", status: "online", reason: null, since: new Date(), cause: "request" }]);
    await other.audit.append([{ at: new Date(), organizationId: acme.id, actor: "carol", action: "x", target: "y", detail: {} }]);
    await other.cdrQuarantine.add({ at: new Date(), origin: "http", reason: "x", digest: "d", content: "c" });
    await directory.refresh();
    expect(counts()).toEqual({ all: 0, agents: 0, agent: 0, token: 0 });

    const [agent] = await other.agents.list(acme.id);
    await other.agents.update(agent?.id ?? 0, { name: "Dora D.", skills: { french: 3, german: 4 } });
    await directory.refresh();
    expect(directory.agentRecord(acme.id, "2001")).toMatchObject({ name: "Dora D.", skills: { french: 3, german: 4 } });
    expect(counts()).toEqual({ all: 0, agents: 0, agent: 1, token: 0 });

    await other.tokens.create({ jti: "t", userId: dora.id, name: "dora", organizationId: acme.id, role: "agent", permissions: null, createdAt: new Date(), expiresAt: new Date(Date.now() + 60_000) });
    await directory.refresh();
    expect(directory.token("t")?.revokedAt).toBeNull();
    expect(counts()).toEqual({ all: 0, agents: 0, agent: 1, token: 1 });

    const byHand = new Sqlite(join(folder.path, "a.db"));
    byHand.exec("UPDATE users SET disabled = 1 WHERE username = 'dora'; UPDATE tokens SET revoked_at = 1; DELETE FROM agent_skills");
    byHand.close();
    await directory.refresh();
    expect([directory.agentRecord(acme.id, "2001"), directory.user("dora")?.disabled]).toEqual([undefined, true]);
    expect(directory.token("t")?.revokedAt).not.toBeNull();
    expect(counts()).toEqual({ all: 0, agents: 0, agent: 2, token: 2 });
    await other.close();
  });

  it("reads all again when it has missed more than is kept of it", async () => {
    const byHand = new Sqlite(join(folder.path, "a.db"));
    byHand.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO agents (organization_id, agent_id, extension, name, created_at) SELECT 1, 5000 + i, 5000 + i, 'a', 1 FROM n; DELETE FROM changes WHERE id < (SELECT max(id) FROM changes)");
    byHand.close();
    await directory.refresh();
    expect(directory.agents(acme.id).length).toBe(301);
  });

  it("keeps what it knows when the database cannot be read, says so, and recovers", async () => {
    const logger = silentLogger();
    const ownClock = new ManualClock();
    const kept = await openDirectory(store, { logger, clock: ownClock });
    vi.spyOn(store, "writesSince").mockRejectedValueOnce(new Error("disk I/O error"));
    ownClock.advance(1000);
    await vi.waitFor(() => expect(logger.error).toHaveBeenCalledTimes(1), { timeout: 15_000 });
    expect(kept.organizationByName("acme")).toBeDefined();
    const other = await openStore(url);
    await other.organizations.create({ name: "late", domain: "late.example" });
    await other.close();
    ownClock.advance(1000);
    await vi.waitFor(() => expect(kept.organizationByName("late")).toBeDefined(), { timeout: 15_000 });
    kept.close();
  });

  it("is not opened on a database that cannot be read", async () => {
    vi.spyOn(store, "writesSince").mockRejectedValueOnce(new Error("disk I/O error"));
    const ownClock = new ManualClock();
    await expect(openDirectory(store, { logger: silentLogger(), clock: ownClock })).rejects.toThrow("disk I/O error");
    expect(ownClock.timers).toBe(0);
  });

  it("stops looking when closed", async () => {
    directory.close();
    directory.close();
    expect(clock.timers).toBe(0);
    const version = vi.spyOn(store, "writesSince");
    await directory.refresh();
    expect(version).not.toHaveBeenCalled();
  });
});
