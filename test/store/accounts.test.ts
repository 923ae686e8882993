import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALL_DEPARTMENTS } from "../../src/people/index.js";
import type { OrganizationRecord, Store, UserRecord } from "../../src/store/index.js";
import { HASH, storeWithAcme } from "./support.js";

let store: Store;
let acme: OrganizationRecord;
let dora: UserRecord;
beforeEach(async () => {
  ({ store, acme, dora } = await storeWithAcme());
});
afterEach(() => store.close());

describe("organizations", () => {
  it("begin with the trunk's dial string, and may dial nothing", () => {
    expect(acme).toMatchObject({ dialString: "sofia/gateway/trunk/{number}", callerId: null, allowedPrefixes: [], supervisionVisible: false, departments: [] });
  });

  it("have names and domains of their own, whatever their case", async () => {
    await expect(store.organizations.create({ name: "ACME", domain: "other.example" })).rejects.toMatchObject({ code: "Conflict" });
    await expect(store.organizations.create({ name: "other", domain: "Acme.Example" })).rejects.toMatchObject({ code: "Conflict" });
    expect((await store.organizations.findByName("AcMe"))?.id).toBe(acme.id);
  });

  it("keep what is not named in a change, and replace departments whole", async () => {
    await store.organizations.update(acme.id, { callerId: "+15550100", departments: ["support", "sales"], allowedPrefixes: ["+1", "+44"] });
    await store.organizations.update(acme.id, { supervisionVisible: true, departments: ["sales", "billing"] });
    expect(await store.organizations.findByName("acme")).toMatchObject({
      callerId: "+15550100",
      allowedPrefixes: ["+1", "+44"],
      supervisionVisible: true,
      departments: ["billing", "sales"],
    });
    await store.organizations.update(acme.id, { callerId: null, departments: [], allowedPrefixes: [] });
    expect(await store.organizations.findByName("acme")).toMatchObject({ callerId: null, departments: [], allowedPrefixes: [] });
  });

  it.each([
    ["dialString", { dialString: "sofia/gateway/trunk/" }],
    ["dialString", { dialString: "sofia/gateway/trunk/{number}{number}" }],
    ["dialString", { dialString: "sofia/gateway/trunk/{number},user/1001" }],
    ["dialString", { dialString: "sofia/gateway/trunk/{number} &system(x)" }],
    ["dialString", { dialString: "[a=b]sofia/gateway/trunk/{number}" }],
    ["callerId", { callerId: "1'2" }],
    ["callerId", { callerId: "" }],
    ["allowedPrefixes", { allowedPrefixes: ["+1", "x"] }],
    ["allowedPrefixes", { allowedPrefixes: [""] }],
    ["departments", { departments: ["a b"] }],
    ["departments", { departments: [""] }],
  ])("refuse a bad %s and change nothing: %j", async (parameter, change) => {
    await expect(store.organizations.update(acme.id, { supervisionVisible: true, ...change })).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter } });
    expect(await store.organizations.findByName("acme")).toEqual(acme);
  });

  it.each([
    { name: "", domain: "a.example" },
    { name: "a\nb", domain: "a.example" },
    { name: "ok", domain: "no_such domain" },
    { name: "ok", domain: "" },
  ])("are not made from %j", async (input) => {
    await expect(store.organizations.create(input)).rejects.toMatchObject({ code: "InvalidParameter" });
  });

  it("that do not exist are NotFound", async () => {
    await expect(store.organizations.update(999, { callerId: "1" })).rejects.toMatchObject({ code: "NotFound" });
    expect(await store.organizations.findByName("nobody")).toBeNull();
  });
});

describe("users", () => {
  it("have their agent id as extension unless another is given", async () => {
    expect(dora).toMatchObject({ agentId: "2001", extension: "2001", disabled: false, permissions: null });
    const other = await store.users.create({ username: "eve", organizationId: acme.id, role: "agent", agentId: "eve", extension: "2002", passwordHash: HASH });
    expect(other.extension).toBe("2002");
  });

  it("have names, agent ids and extensions that are unique within their organization, and root's among root's", async () => {
    const other = await store.organizations.create({ name: "other", domain: "other.example" });
    await expect(store.users.create({ username: "Dora", organizationId: acme.id, role: "admin", passwordHash: HASH })).rejects.toMatchObject({ code: "Conflict" });
    await store.users.create({ username: "Dora", organizationId: other.id, role: "admin", passwordHash: HASH });
    await store.users.create({ username: "dora", organizationId: null, role: "root", passwordHash: HASH });
    await expect(store.users.create({ username: "DORA", organizationId: null, role: "root", passwordHash: HASH })).rejects.toMatchObject({ code: "Conflict" });
    await expect(store.users.create({ username: "e", organizationId: acme.id, role: "agent", agentId: "2001", extension: "9", passwordHash: HASH })).rejects.toMatchObject({ code: "Conflict" });
    // An agent is found by either word, so one's extension may not be the other's agent id.
    await expect(store.users.create({ username: "e", organizationId: acme.id, role: "agent", agentId: "e", extension: "2001", passwordHash: HASH })).rejects.toMatchObject({ code: "Conflict" });
    await store.users.create({ username: "e", organizationId: other.id, role: "agent", agentId: "2001", passwordHash: HASH });
  });

  it("are found by a login name that means one of them alone", async () => {
    const other = await store.organizations.create({ name: "other", domain: "other.example" });
    const namesake = await store.users.create({ username: "dora", organizationId: other.id, role: "admin", passwordHash: HASH });
    const found = async (login: string) => (await store.users.findByUsername(login))?.id ?? null;
    expect([await found("dora"), await found("DORA@acme.example"), await found("dora@Other.Example"), await found("dora@nowhere.example")]).toEqual([null, dora.id, namesake.id, null]);
    expect((await store.users.named("dora")).map(({ id }) => id)).toEqual([dora.id, namesake.id]);
    expect((await store.users.named("dora", other.id)).map(({ id }) => id)).toEqual([namesake.id]);
    expect(await store.users.named("dora@acme.example", other.id)).toEqual([]);
    // Whoever is called as somebody else's login name is still not that person.
    const impostor = await store.users.create({ username: "dora@acme.example", organizationId: other.id, role: "admin", passwordHash: HASH });
    expect(await found("dora@acme.example")).toBe(dora.id);
    expect(await found("dora@acme.example@other.example")).toBe(impostor.id);
    const root = await store.users.create({ username: "dora", organizationId: null, role: "root", passwordHash: HASH });
    expect(await found("dora")).toBe(root.id);
  });

  it.each([
    ["organization", { role: "agent" as const, organizationId: null, agentId: "1" }],
    ["organization", { role: "root" as const, organizationId: 1 }],
    ["agent", { role: "agent" as const, organizationId: 1 }],
    ["agent", { role: "root" as const, organizationId: null, agentId: "1" }],
    ["agent", { role: "agent" as const, organizationId: 1, agentId: "a b" }],
    ["extension", { role: "admin" as const, organizationId: 1, extension: "1" }],
    ["extension", { role: "agent" as const, organizationId: 1, agentId: "1", extension: "a@b" }],
    ["permissions", { role: "agent" as const, organizationId: 1, agentId: "1", permissions: ["listen"] }],
    ["permissions", { role: "supervisor" as const, organizationId: 1, permissions: ["listen", "shout"] }],
    ["username", { role: "admin" as const, organizationId: 1, username: "a b" }],
  ])("need a sound %s: %j", async (parameter, input) => {
    await expect(store.users.create({ username: "eve", passwordHash: HASH, ...input })).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter } });
  });

  it("of an organization that does not exist are not made", async () => {
    await expect(store.users.create({ username: "eve", organizationId: 999, role: "admin", passwordHash: HASH })).rejects.toMatchObject({ code: "NotFound" });
  });

  it("lose a supervisor's permissions with the role, and never become root", async () => {
    const carol = await store.users.create({ username: "carol", organizationId: acme.id, role: "supervisor", agentId: "3", permissions: ["barge", "listen"], passwordHash: HASH });
    expect(carol.permissions).toEqual(["listen", "barge"]);
    expect((await store.users.update(carol.id, { role: "agent" })).permissions).toBeNull();
    expect((await store.users.update(carol.id, { role: "supervisor" })).permissions).toBeNull();
    await expect(store.users.update(carol.id, { role: "root" })).rejects.toMatchObject({ code: "InvalidParameter" });
  });

  it("are gone, with their tokens, when removed", async () => {
    await store.tokens.create({ jti: "t", userId: dora.id, name: "dora", organizationId: acme.id, role: "agent", permissions: null, createdAt: new Date(), expiresAt: new Date(Date.now() + 1000) });
    await store.users.remove(dora.id);
    expect(await store.users.findByUsername("dora")).toBeNull();
    expect(await store.tokens.find("t")).toBeNull();
    await expect(store.users.remove(dora.id)).rejects.toMatchObject({ code: "NotFound" });
  });

  it.each([
    ["a new password", { passwordHash: "other" }, true],
    ["being disabled", { disabled: true }, true],
    ["another role", { role: "supervisor" as const }, false],
  ])("lose their tokens by %s: %j %s", async (_, change, lost) => {
    await store.tokens.create({ jti: "t", userId: dora.id, name: "dora", organizationId: acme.id, role: "agent", permissions: null, createdAt: new Date(), expiresAt: new Date(Date.now() + 1000) });
    await store.users.update(dora.id, change);
    expect((await store.tokens.find("t"))?.revokedAt !== null).toBe(lost);
  });
});

describe("one-time passwords of a phone", () => {
  it.each([
    ["another password", () => store.users.update(dora.id, { passwordHash: "other" }), 0],
    ["being disabled", () => store.users.update(dora.id, { disabled: true }), 0],
    ["another role", () => store.users.update(dora.id, { role: "supervisor" }), 0],
    ["the end of the login", () => store.users.remove(dora.id), 0],
    ["a new password of the phone", () => store.agents.find(acme.id, "2001").then((agent) => store.agents.setSipPassword(agent?.id ?? -1, "1".repeat(32))), 0],
    ["nothing: the same role", () => store.users.update(dora.id, { role: "agent", permissions: null }), 1],
    ["nothing: another name", () => store.agents.find(acme.id, "2001").then((agent) => store.agents.update(agent?.id ?? -1, { name: "Dora D." })), 1],
  ] as const)("end with %s", async (_what, change, left) => {
    const id = (await store.agents.find(acme.id, "2001"))?.id ?? -1;
    const eve = await store.agents.create({ organizationId: acme.id, agentId: "eve" });
    for (const agentRow of [id, eve.id]) await store.agents.addSipCredential({ id: `c${agentRow}`, agentRow, a1: "0".repeat(32), expiresAt: new Date(Date.now() + 60_000) });
    await change();
    const oneTime = async (row: number): Promise<number | undefined> => (await store.agents.sipHashesOf(row, new Date()))?.oneTime.length;
    expect([await oneTime(id), await oneTime(eve.id)]).toEqual([left, 1]);
  });
});

describe("tokens", () => {
  const token = (jti: string, expiresAt: Date) => ({ jti, userId: null, name: "crm", organizationId: acme.id, role: "service" as const, permissions: null, createdAt: new Date(), expiresAt });

  it("are revoked once and for all, and forgotten when they have expired", async () => {
    await store.tokens.create(token("live", new Date(Date.now() + 60_000)));
    await store.tokens.create(token("old", new Date(Date.now() - 1)));
    expect((await store.tokens.list()).map(({ jti }) => jti)).toEqual(["live"]);
    expect(await store.tokens.revoke("live")).toBe(true);
    const first = (await store.tokens.find("live"))?.revokedAt;
    expect(await store.tokens.revoke("live")).toBe(true);
    expect((await store.tokens.find("live"))?.revokedAt).toEqual(first);
    expect(await store.tokens.revoke("nobody's")).toBe(false);
    expect(await store.tokens.purge(new Date())).toBe(1);
    expect(await store.tokens.find("old")).toBeNull();
  });

  it("belong to an organization, except root's", async () => {
    await expect(store.tokens.create({ ...token("a", new Date()), organizationId: null })).rejects.toMatchObject({ code: "InvalidParameter" });
    await expect(store.tokens.create({ ...token("a", new Date()), role: "root" })).rejects.toMatchObject({ code: "InvalidParameter" });
  });
});

describe("agents", () => {
  it("have a record of their own, which a user who is made for her finds", async () => {
    await store.departments.create(acme.id, "support", { wrapUpS: 5 });
    const made = await store.agents.create({ organizationId: acme.id, agentId: "eve", extension: "2002", name: "Eve Müller", ringTimeoutS: 10, departments: ["support"], skills: { french: 7 } });
    expect(made).toMatchObject({ agentId: "eve", extension: "2002", departments: ["support"], skills: { french: 7 }, wrapUpS: null, hasPassword: false });
    const user = await store.users.create({ username: "eve", organizationId: acme.id, role: "agent", agentId: "eve", passwordHash: HASH });
    expect(user).toMatchObject({ agentId: "eve", extension: "2002" });
    expect((await store.agents.list(acme.id)).map(({ agentId }) => agentId)).toEqual(["2001", "eve"]);
    expect(await store.agents.find(acme.id, "2001")).toMatchObject({ extension: "2001", name: "dora" });
    await store.agents.remove(made.id);
    expect(await store.users.findByUsername("eve")).toBeNull();
  });

  it.each([
    ["extension", "Conflict", { extension: "2001" }],
    ["id", "Conflict", { agentId: "2001", extension: "9" }],
    ["departments", "InvalidParameter", { departments: ["nowhere"] }],
    ["skills", "InvalidParameter", { skills: { french: 11 } }],
    ["ringTimeoutS", "InvalidParameter", { ringTimeoutS: 1 }],
    ["wrapUpS", "InvalidParameter", { wrapUpS: -2 }],
    ["name", "InvalidParameter", { name: "a\nb" }],
    ["allowedPrefixes", "InvalidParameter", { allowedPrefixes: ["x"] }],
  ])("with a bad %s are refused with %s naming it: %j", async (parameter, code, change) => {
    const input = { organizationId: acme.id, agentId: "eve", ...change };
    await expect(store.agents.create(input)).rejects.toMatchObject({ code, details: { parameter } });
    expect(await store.agents.find(acme.id, "eve")).toBeNull();
  });

  it("are in no department unless it is said, and in all of them only when that is said", async () => {
    await store.organizations.update(acme.id, { departments: ["sales", "support"] });
    const made = await store.agents.create({ organizationId: acme.id, agentId: "eve" });
    expect(made.departments).toEqual([]);
    expect((await store.agents.update(made.id, { departments: ["support", ALL_DEPARTMENTS] })).departments).toEqual([ALL_DEPARTMENTS, "support"]);
    expect((await store.agents.update(made.id, { name: "Eve" })).departments).toEqual([ALL_DEPARTMENTS, "support"]);
    expect((await store.agents.list(acme.id)).map(({ departments }) => departments)).toEqual([[], [ALL_DEPARTMENTS, "support"]]);
    expect((await store.agents.update(made.id, { departments: ["sales"] })).departments).toEqual(["sales"]);
    await store.users.create({ username: "eve", organizationId: acme.id, role: "agent", agentId: "eve", departments: [ALL_DEPARTMENTS], passwordHash: HASH });
    expect(await store.agents.find(acme.id, "eve")).toMatchObject({ departments: [ALL_DEPARTMENTS] });
    await store.users.create({ username: "zoe", organizationId: acme.id, role: "agent", agentId: "zoe", departments: ["sales"], passwordHash: HASH });
    expect(await store.agents.find(acme.id, "zoe")).toMatchObject({ departments: ["sales"] });
    await expect(store.users.create({ username: "chief", organizationId: acme.id, role: "admin", departments: ["sales"], passwordHash: HASH })).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "departments" } });
  });

  it("stay while a phone line rings them", async () => {
    const { id } = (await store.agents.find(acme.id, "2001")) ?? { id: 0 };
    await store.phoneLines.create({ organizationId: acme.id, number: "+12125550101", targetType: "client", target: "2001" });
    await expect(store.agents.remove(id)).rejects.toMatchObject({ code: "InUse", message: expect.stringContaining("+12125550101") as unknown });
    expect(await store.users.findByUsername("dora")).not.toBeNull();
    await store.phoneLines.remove(acme.id, "+12125550101");
    await store.agents.remove(id);
  });

  it("keep the hashes of their phone's passwords apart, and lose them with the extension", async () => {
    const agent = await store.agents.find(acme.id, "2001");
    const id = agent?.id ?? 0;
    await store.agents.setSipPassword(id, "0".repeat(32));
    const soon = new Date(Date.now() + 60_000);
    await store.agents.addSipCredential({ id: "c1", agentRow: id, a1: "1".repeat(32), expiresAt: soon });
    await store.agents.addSipCredential({ id: "c2", agentRow: id, a1: "2".repeat(32), expiresAt: new Date(Date.now() - 1) });
    expect((await store.agents.sipHashes(new Date())).get(id)).toEqual({ own: "0".repeat(32), oneTime: [{ id: "c1", a1: "1".repeat(32), expiresAt: soon }] });
    expect(await store.agents.purgeSipCredentials(new Date())).toBe(1);
    await expect(store.agents.setSipPassword(id, "secret")).rejects.toMatchObject({ code: "InvalidParameter" });
    await store.agents.update(id, { name: "Dora" });
    expect((await store.agents.sipHashes(new Date())).get(id)?.own).toBe("0".repeat(32));
    await store.agents.update(id, { extension: "2009" });
    expect((await store.agents.sipHashes(new Date())).get(id)).toEqual({ own: null, oneTime: [] });
  });
});

describe("departments", () => {
  it("have settings, of which those that nobody set are the defaults", async () => {
    const made = await store.departments.create(acme.id, "support", { strategy: "skill", maxWaitS: 60 });
    expect(made.settings).toMatchObject({ strategy: "skill", maxWaitS: 60, ringTimeoutS: 20, overflow: { type: "hangup" } });
    expect((await store.departments.update(acme.id, "support", { maxWaitS: null })).settings).toMatchObject({ strategy: "skill", maxWaitS: null });
    // The whole set of names is replaced; those that stay keep what they have.
    await store.organizations.update(acme.id, { departments: ["support", "sales"] });
    expect((await store.departments.list(acme.id)).map(({ name, settings }) => [name, settings.strategy])).toEqual([["sales", "longest-idle"], ["support", "skill"]]);
    await store.departments.remove(acme.id, "sales");
    await expect(store.departments.remove(acme.id, "sales")).rejects.toMatchObject({ code: "NotFound" });
  });

  describe("that something points to", () => {
    const refusedIn = async (removal: Promise<unknown>, ...words: readonly string[]): Promise<void> => {
      await expect(removal).rejects.toMatchObject({ code: "InUse", status: 409 });
      for (const word of words) await expect(removal).rejects.toThrow(word);
    };
    const both = (): readonly Promise<unknown>[] => [store.departments.remove(acme.id, "support"), store.organizations.update(acme.id, { departments: ["sales"] })];
    beforeEach(async () => {
      await store.organizations.update(acme.id, { departments: ["sales", "support"] });
    });

    it("stay while a phone line does", async () => {
      await store.phoneLines.create({ organizationId: acme.id, number: "+12125550101", targetType: "department", target: "support" });
      for (const removal of both()) await refusedIn(removal, "department support", "phone line +12125550101");
      await store.phoneLines.remove(acme.id, "+12125550101");
      await store.departments.remove(acme.id, "support");
    });

    it("stay while another department's overflow does, and go together with it", async () => {
      await store.departments.update(acme.id, "sales", { overflow: { type: "department", to: "support" } });
      for (const removal of both()) await refusedIn(removal, "overflow of sales");
      await store.organizations.update(acme.id, { departments: [] });
      expect(await store.departments.list(acme.id)).toEqual([]);
    });

    it("stay while an agent is a member, who loses no membership by a deletion", async () => {
      const { id } = (await store.agents.find(acme.id, "2001")) ?? { id: 0 };
      await store.agents.update(id, { departments: ["support"] });
      for (const removal of both()) await refusedIn(removal, "agent 2001");
      expect(await store.agents.find(acme.id, "2001")).toMatchObject({ departments: ["support"] });
      await store.agents.update(id, { departments: [] });
      await store.organizations.update(acme.id, { departments: ["sales"] });
    });

    it("stay while a caller waits to be called back from there", async () => {
      const callback = await store.callbacks.add({ id: "c1", organizationId: acme.id, department: "support", number: "+12125550123", fromName: null, priority: 0, joinedAt: new Date(), dueAt: new Date() }, { since: new Date(0), all: 10, each: 10 });
      for (const removal of both()) await refusedIn(removal, "callback to +12125550123");
      if (typeof callback === "string") throw new Error(callback);
      await store.callbacks.change(callback, { state: "done" });
      await store.departments.remove(acme.id, "support");
    });

    it("stay as they are also otherwise: a refused change changes nothing", async () => {
      await store.phoneLines.create({ organizationId: acme.id, number: "+12125550101", targetType: "department", target: "support" });
      await refusedIn(store.organizations.update(acme.id, { callerId: "+12125550199", departments: ["other"] }));
      expect(await store.organizations.findByName("acme")).toMatchObject({ callerId: null, departments: ["sales", "support"] });
    });

    it("are no matter of another organization's line, overflow or agent", async () => {
      const other = await store.organizations.create({ name: "other", domain: "other.example" });
      await store.organizations.update(other.id, { departments: ["support"] });
      await store.phoneLines.create({ organizationId: other.id, number: "+12125550101", targetType: "department", target: "support" });
      await store.agents.create({ organizationId: other.id, agentId: "7", departments: ["support"] });
      await store.departments.remove(acme.id, "support");
    });
  });

  it("may send callers on to a department that is there, and to no other", async () => {
    await store.departments.create(acme.id, "support", {});
    await expect(store.departments.create(acme.id, "sales", { overflow: { type: "department", to: "nowhere" } })).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "overflow" } });
    await store.departments.create(acme.id, "sales", { overflow: { type: "department", to: "support" } });
    await expect(store.departments.update(acme.id, "support", { overflow: { type: "department", to: "nowhere" } })).rejects.toMatchObject({ code: "InvalidParameter" });
  });

  it("are refused twice, and with a setting that makes no sense", async () => {
    await store.departments.create(acme.id, "support", {});
    await expect(store.departments.create(acme.id, "support", {})).rejects.toMatchObject({ code: "Conflict", details: { parameter: "name" } });
    await expect(store.departments.update(acme.id, "support", { maxMissed: -1 })).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "maxMissed" } });
    await expect(store.departments.create(999, "support", {})).rejects.toMatchObject({ code: "NotFound" });
  });
});

describe("trunks", () => {
  it("stay while an organization dials by them, and keep their own from being removed while another one does", async () => {
    const other = await store.organizations.create({ name: "other", domain: "other.example" });
    await store.trunks.create({ organizationId: acme.id, name: "acme-out", proxy: "sip.example" });
    for (const { id } of [acme, other]) await store.organizations.update(id, { dialString: "sofia/gateway/acme-out/{number}" });
    await expect(store.trunks.remove(acme.id, "acme-out", null)).rejects.toMatchObject({ code: "InUse", message: expect.stringContaining("acme, other") as unknown });
    // Its own administrator learns nothing of the other organization but that there is one.
    await expect(store.trunks.remove(acme.id, "acme-out", acme.id)).rejects.toMatchObject({ code: "InUse", message: "The trunk acme-out is in use: the dial string of acme; other organizations.", details: { usedBy: [{ type: "organization", id: String(acme.id) }] } });
    expect(await store.pointers.usedBy({ type: "trunk", organizationId: acme.id, id: "acme-out", seenBy: acme.id })).toEqual([{ type: "organization", id: String(acme.id) }]);
    expect(await store.pointers.usedBy({ type: "trunk", organizationId: acme.id, id: "acme-out", seenBy: null })).toHaveLength(2);
    await expect(store.trunks.remove(other.id, "acme-out", null)).rejects.toMatchObject({ code: "NotFound" });
    await expect(store.organizations.remove(acme.id)).rejects.toMatchObject({ code: "InUse", message: expect.stringContaining("dial string of other") as unknown });
    await store.organizations.update(other.id, { dialString: "sofia/gateway/trunk/{number}" });
    await store.organizations.remove(acme.id);
    expect(await store.trunks.list()).toEqual([]);
    await expect(store.organizations.remove(acme.id)).rejects.toMatchObject({ code: "NotFound" });
  });
});
