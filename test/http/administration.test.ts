import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Client, PASSWORD, type Stage } from "../contract/harness.js";
import { inWorld, PATIENT } from "../faults/world.js";

const NEW_PASSWORD = "a much better sentence";
const Made = z.looseObject({ id: z.string().optional(), key: z.string().optional(), token: z.string().optional() });
const Listed = z.looseObject({ items: z.array(z.looseObject({ username: z.string().optional(), name: z.string().optional() })), total: z.number(), next: z.string().nullable() });

const login = async (stage: Stage, username: string, password: string): Promise<Client | null> => {
  const reply = await new Client(stage.url, "").post("/login", { username, password });
  return reply.status === 200 ? new Client(stage.url, Made.parse(reply.body).token ?? "") : null;
};
const idOf = async (stage: Stage, username: string): Promise<string> => {
  const { body } = await stage.root.get(`/voiceconfig/users?q=${username}`);
  const found = z.object({ items: z.array(z.object({ id: z.string(), username: z.string() })) }).parse(body).items.find((user) => user.username === username);
  if (found === undefined) throw new Error(username);
  return found.id;
};
const put = (client: Client, stage: Stage, path: string, body: object, headers: Record<string, string>): Promise<Response> =>
  fetch(`${stage.url()}${path}`, { method: "PUT", body: JSON.stringify(body), headers: { authorization: `Bearer ${client.token}`, "content-type": "application/json", ...headers } });
const actions = async (stage: Stage): Promise<readonly string[]> => (await stage.audit()).map(({ action, actor, target }) => `${action} ${actor} ${target}`);

describe.concurrent("administration", PATIENT, () => {
  it("of users: made, found, changed, given another password and removed, each in the audit log", async () =>
    inWorld(async ({ stage }) => {
      const { admin } = stage.as;
      const made = await admin.post("/voiceconfig/users", { username: "dora", password: NEW_PASSWORD, role: "agent", agent: "1010", departments: ["support"] });
      expect({ status: made.status, body: made.body }).toMatchObject({ status: 201, body: { username: "dora", role: "agent", agent: "1010", extension: "1010", organization: "lab", permissions: [], disabled: false } });
      expect(JSON.stringify(made.body)).not.toContain("scrypt");
      const path = `/voiceconfig/users/${Made.parse(made.body).id ?? ""}`;
      const dora = await login(stage, "dora", NEW_PASSWORD);
      expect((await dora?.get("/me"))?.status).toBe(200);
      const page = Listed.parse((await admin.get("/voiceconfig/users?sort=-username&limit=2")).body);
      expect([page.items.map(({ username }) => username), page.total]).toEqual([["erin", "dora"], 7]);
      expect(Listed.parse((await admin.get(`/voiceconfig/users?sort=-username&limit=2&cursor=${page.next ?? ""}`)).body).items.map(({ username }) => username)).toEqual(["dave", "carol"]);
      const tag = made.headers.get("etag") ?? "";
      const promoted = await put(admin, stage, path, { role: "supervisor", permissions: ["listen"] }, { "if-match": tag });
      expect([promoted.status, await promoted.json()]).toEqual([200, expect.objectContaining({ role: "supervisor", permissions: ["listen"] })]);
      expect((await put(admin, stage, path, { disabled: true }, { "if-match": tag })).status).toBe(412);
      expect((await put(admin, stage, `${path}/password`, { password: "short" }, {})).status).toBe(400);
      expect((await put(admin, stage, `${path}/password`, { password: "the second sentence" }, {})).status).toBe(204);
      expect((await dora?.get("/me"))?.status).toBe(401);
      expect(await login(stage, "dora", NEW_PASSWORD)).toBeNull();
      const again = await login(stage, "dora", "the second sentence");
      expect((await admin.put(path, { disabled: true })).status).toBe(200);
      expect((await again?.get("/me"))?.status).toBe(401);
      expect((await admin.delete(`${path}?withAgent=true`)).status).toBe(204);
      expect((await admin.get(path)).status).toBe(404);
      expect((await admin.get("/voiceconfig/voiceagents/1010")).status).toBe(404);
      expect((await actions(stage)).filter((action) => /^(?:user|agent)\./.test(action))).toEqual(["user.create admin dora", "user.update admin dora", "user.passwd admin dora", "user.disable admin dora", "user.delete admin dora", "agent.delete admin 1010"]);
    }));

  it("of users keeps to what the administrator may give, and to the own organization", async () =>
    inWorld(async ({ stage }) => {
      const { admin, carol } = stage.as;
      const made = Made.parse((await admin.post("/voiceconfig/tokens", { name: "crm", lifetimeS: 3600 })).body);
      const service = new Client(stage.url, made.token ?? "");
      const create = (client: Client, role: string): Promise<number> => client.post("/voiceconfig/users", { username: `new-${role}`, password: NEW_PASSWORD, role, agent: "1020" }).then(({ status }) => status);
      expect(await create(service, "supervisor")).toBe(403);
      expect(await create(service, "admin")).toBe(403);
      expect(await create(service, "agent")).toBe(201);
      expect(await create(carol, "agent")).toBe(403);
      const adminId = await idOf(stage, "admin");
      expect((await put(service, stage, `/voiceconfig/users/${adminId}/password`, { password: NEW_PASSWORD }, {})).status).toBe(403);
      for (const reply of [await stage.stranger.get(`/voiceconfig/users/${adminId}`), await stage.stranger.put(`/voiceconfig/users/${adminId}`, { disabled: true }), await stage.stranger.delete(`/voiceconfig/users/${adminId}`)]) expect(reply.status).toBe(404);
      expect((await admin.get(`/voiceconfig/users/${await idOf(stage, "root")}`)).status).toBe(404);
      expect((await stage.root.put(`/voiceconfig/users/${await idOf(stage, "root")}`, { disabled: true })).status).toBe(403);
      // Nobody is left to let the others in again.
      for (const attempt of [() => admin.put(`/voiceconfig/users/${adminId}`, { disabled: true }), () => stage.root.put(`/voiceconfig/users/${adminId}`, { role: "supervisor" }), () => admin.delete(`/voiceconfig/users/${adminId}`)]) {
        const { status, body } = await attempt();
        expect({ status, body }).toEqual({ status: 409, body: { error: "Conflict", message: "admin is the last admin of the organization: make another one first." } });
      }
      await admin.post("/voiceconfig/users", { username: "boss", password: NEW_PASSWORD, role: "admin" });
      expect((await admin.delete(`/voiceconfig/users/${adminId}`)).status).toBe(204);
      expect((await admin.get("/me")).status).toBe(401);
      expect(await login(stage, "admin", PASSWORD)).toBeNull();
    }));

  it("of tokens: no more powerful than their maker, shown once, and refused when revoked", async () =>
    inWorld(async ({ stage }) => {
      const { admin } = stage.as;
      const made = await admin.post("/voiceconfig/tokens", { name: "crm", permissions: ["listen"], lifetimeS: 3600 });
      const { key = "", token = "" } = Made.parse(made.body);
      expect([made.status, made.headers.get("location")]).toEqual([201, `/voiceconfig/tokens/${key}`]);
      const service = new Client(stage.url, token);
      expect((await service.get("/me")).body).toMatchObject({ username: "crm", role: "service", permissions: ["listen"] });
      expect((await service.post("/voiceconfig/tokens", { name: "more", lifetimeS: 3600 })).status).toBe(403);
      expect((await admin.post("/voiceconfig/tokens", { name: "more", role: "root", lifetimeS: 3600 })).status).toBe(400);
      const list = await admin.get("/voiceconfig/tokens");
      expect(Listed.parse(list.body).items).toMatchObject([{ key, name: "crm", role: "service", revoked: false }]);
      expect(JSON.stringify(list.body)).not.toContain(token);
      expect((await stage.stranger.delete(`/voiceconfig/tokens/${key}`)).status).toBe(404);
      expect((await admin.delete(`/voiceconfig/tokens/${key}`)).status).toBe(204);
      expect((await service.get("/me")).status).toBe(401);
      expect((await admin.get(`/voiceconfig/tokens/${key}`)).body).toMatchObject({ revoked: true });
      expect((await actions(stage)).filter((action) => action.startsWith("token."))).toEqual(["token.create admin crm", "token.revoke admin crm"]);
    }));

  it("of trunks: with their state, never with their password, and not removed while used", async () =>
    inWorld(async ({ stage }) => {
      const { admin } = stage.as;
      const made = await admin.post("/voiceconfig/trunks", { name: "lab-out", proxy: "sip.example.com", username: "u", password: "s3cr3t", register: true, networks: ["192.0.2.0/24"] });
      expect(made.status).toBe(201);
      const found = await admin.get("/voiceconfig/trunks/lab-out");
      expect(found.body).toMatchObject({ name: "lab-out", organization: "lab", proxy: "sip.example.com", username: "u", register: true, gateways: [{ node: expect.any(String) as string, state: expect.stringMatching(/^(?:up|down|unknown)$/) as string }] });
      expect((await admin.get("/voiceconfig/trunks?q=lab-out")).body).toEqual({ items: [found.body], total: 1, next: null });
      expect((await admin.put("/voiceconfig/trunks/lab-out", { proxy: "sip2.example.com", password: "s3cr3t" })).body).toMatchObject({ proxy: "sip2.example.com", username: "u" });
      expect((await admin.put("/voiceconfig/trunks/lab-out", { username: null })).status).toBe(400);
      for (const wrong of [{ proxy: "a host" }, { networks: ["192.0.2.0"] }, { password: "${secret}" }]) expect((await admin.put("/voiceconfig/trunks/nobodys", wrong)).status, JSON.stringify(wrong)).toBe(400);
      expect((await admin.put("/voiceconfig/trunks/nobodys", { proxy: "sip.example.com" })).status).toBe(404);
      for (const { body } of [made, found, await admin.get("/voiceconfig/trunks")]) expect(JSON.stringify(body)).not.toContain("s3cr3t");
      expect((await stage.stranger.get("/voiceconfig/trunks/lab-out")).status).toBe(404);
      expect((await stage.stranger.post("/voiceconfig/trunks", { name: "lab-out", proxy: "x.example" })).status).toBe(409);
      const { id = "" } = Made.parse(z.object({ items: z.array(z.unknown()) }).parse((await admin.get("/voiceconfig/organizations")).body).items[0]);
      expect((await admin.put(`/voiceconfig/organizations/${id}`, { dialString: "sofia/gateway/lab-out/{number}" })).status).toBe(200);
      const refused = await admin.delete("/voiceconfig/trunks/lab-out");
      expect({ status: refused.status, body: refused.body }).toEqual({ status: 409, body: { error: "InUse", message: "The trunk lab-out is in use: the dial string of lab.", usedBy: [{ type: "organization", id }] } });
      // Whoever would remove it can ask before.
      expect((await admin.get("/voiceconfig/used-by?type=trunk&id=lab-out")).body).toEqual({ items: [{ type: "organization", id }], total: 1 });
      expect((await stage.stranger.get("/voiceconfig/used-by?type=trunk&id=lab-out")).status).toBe(404);
      expect((await stage.root.put(`/voiceconfig/organizations/${id}`, { dialString: "sofia/gateway/trunk/{number}" })).status).toBe(200);
      expect((await admin.delete("/voiceconfig/trunks/lab-out")).status).toBe(204);
    }));

  it("of organizations: root's, but for an admin's own settings, and not those that bound costs", async () =>
    inWorld(async ({ stage }) => {
      const { admin, carol } = stage.as;
      const own = Listed.parse((await admin.get("/voiceconfig/organizations")).body);
      expect(own.items.map(({ name }) => name)).toEqual(["lab"]);
      const path = `/voiceconfig/organizations/${Made.parse(own.items[0]).id ?? ""}`;
      const changed = await admin.put(path, { awayReasons: ["lunch", "training"], supervisionVisible: true, departments: ["support", "sales", "billing"] });
      expect({ status: changed.status, body: changed.body }).toMatchObject({ status: 200, body: { awayReasons: ["lunch", "training"], supervisionVisible: true, departments: ["billing", "sales", "support"] } });
      expect((await stage.as.alice.get("/me")).body).toMatchObject({ name: "alice", settings: { supervisionVisible: true, awayReasons: ["lunch", "training"] } });
      for (const change of [{ premiumAllowed: true }, { maxOutboundCalls: 10 }, { dialString: "sofia/gateway/another/{number}" }, { dialString: "loopback/{number}/default" }]) expect((await admin.put(path, change)).status).toBe(403);
      expect((await stage.root.put(path, { premiumAllowed: true, maxOutboundCalls: 10 })).body).toMatchObject({ premiumAllowed: true, maxOutboundCalls: 10 });
      // What stays as it is may be sent along.
      expect((await admin.put(path, { premiumAllowed: true, callerId: "+12125550100" })).status).toBe(200);
      expect((await carol.get(path)).status).toBe(403);
      expect((await stage.stranger.put(path, { awayReasons: [] })).status).toBe(404);
      expect((await admin.post("/voiceconfig/organizations", { name: "acme", domain: "acme.example" })).status).toBe(403);
      const acme = await stage.root.post("/voiceconfig/organizations", { name: "acme", domain: "acme.example", departments: ["support"], awayReasons: ["lunch"] });
      expect({ status: acme.status, body: acme.body }).toMatchObject({ status: 201, body: { name: "acme", domain: "acme.example", departments: ["support"], awayReasons: ["lunch"] } });
      const acmePath = `/voiceconfig/organizations/${Made.parse(acme.body).id ?? ""}`;
      expect((await stage.root.delete(acmePath)).body).toMatchObject({ error: "Conflict", message: expect.stringContaining("1 departments") as string });
      expect((await stage.root.delete(`${acmePath}?withAll=true`)).status).toBe(204);
      expect((await stage.root.get(acmePath)).status).toBe(404);
    }));
});

describe("what keeps something from being removed", () => {
  it("is told before as the refusal tells it, to those who may remove it", async () =>
    inWorld(async ({ stage }) => {
      const { admin } = stage.as;
      const menu = Made.parse((await admin.post("/voiceconfig/configs", { name: "Asks", target: { type: "department", to: "support" } })).body).id;
      const line = Made.parse((await admin.post("/voiceconfig/phonelines", { phoneNumber: "+12125550188", name: "Asked", target: { type: "config", to: menu } })).body).id;
      for (const [query, path] of [["type=department&id=support", "/voiceconfig/departments/support"], [`type=config&id=${menu}`, `/voiceconfig/configs/${menu}`]]) {
        const told = (await admin.get(`/voiceconfig/used-by?${query}`)).body as { readonly items: readonly unknown[]; readonly total: number };
        expect(told.total).toBeGreaterThan(0);
        expect(await admin.delete(path ?? "")).toMatchObject({ status: 409, body: { error: "InUse", usedBy: told.items } });
      }
      expect((await admin.get(`/voiceconfig/used-by?type=config&id=${menu}`)).body).toEqual({ items: [{ type: "line", id: line }], total: 1 });
      expect((await admin.get("/voiceconfig/used-by?type=agent&id=1001")).body).toEqual({ items: [], total: 0 });
      for (const query of ["type=department&id=nothing", "type=agent&id=9999", "type=config&id=999999", "type=config&id=support", "type=trunk&id=nothing"]) expect([query, (await admin.get(`/voiceconfig/used-by?${query}`)).status]).toEqual([query, 404]);
      expect((await stage.as.alice.get("/voiceconfig/used-by?type=department&id=support")).status).toBe(403);
      expect((await stage.stranger.get(`/voiceconfig/used-by?type=config&id=${menu}`)).status).toBe(404);
    }));
});
