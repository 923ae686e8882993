import { Writable } from "node:stream";
import Database from "better-sqlite3";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { REDACTED_PATHS } from "../../src/http/index.js";
import { openStore } from "../../src/store/index.js";
import { Client, PASSWORD, type Stage } from "../contract/harness.js";
import { ok, refused, talkingWith } from "../contract/suites/steps.js";
import { eventually } from "../lab/wait.js";
import { basic } from "../support/basic-auth.js";
import { a1, authentication, lookUp } from "../provisioning/world.js";
import { dialectFault } from "./api.js";
import { inWorld, PATIENT } from "./world.js";

const login = (stage: Stage, username: string, password: string): Promise<Response> =>
  fetch(`${stage.url()}/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username, password }) });

describe.concurrent("limits", PATIENT, () => {
  it("of requests a minute hold for one token, in every face's words, and say when to come back", async () =>
    inWorld(
      async ({ stage }) => {
        const { as } = stage;
        // Counted on from what opening the stage took.
        const paths = ["/voicechannel/calls", "/call/list", "/api/v2/channels", "/v1/call"];
        await eventually("the limit", async () => (await as.alice.get("/me")).status === 429, { everyMs: 0, timeoutMs: 20_000 });
        for (const path of paths) {
          const { status, headers, body } = await as.alice.get(path);
          expect({ path, status, fault: dialectFault(path, body) }).toEqual({ path, status: 429, fault: null });
          expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
          expect(Number(headers.get("retry-after"))).toBeLessThanOrEqual(60);
        }
        expect((await as.bob.get("/me")).status).toBe(200);
        expect((await as.alice.get("/health/live")).status).toBe(200);
        // A token that is none is no way around it, and uses up nobody's.
        expect((await new Client(stage.url, "x").get("/me")).status).toBe(401);
        // Neither are other credentials' headers for the same token.
        const key = JSON.parse(Buffer.from(as.alice.token.split(".")[1] ?? "", "base64url").toString()) as { jti: string };
        const response = await fetch(`${stage.url()}/me`, { headers: { "x-access-token": as.alice.token, "x-key": key.jti } });
        expect(response.status).toBe(429);
      },
      { RATE_LIMIT_PER_MINUTE: "40" },
    ));

  it("of failed logins: the sixth is refused even with the right password, and the reason tells nothing about the user", async () =>
    inWorld(async ({ stage }) => {
      for (const username of ["alice", "nobody", "alice", "alice@other.example", "Alice", `alice@${stage.lab.domain}`, "alice"]) {
        const reply = await login(stage, username, "wrong");
        expect({ status: reply.status, body: await reply.json() }).toEqual({ status: 401, body: { error: "Unauthorized", message: "The user name or the password is wrong." } });
      }
      const reply = await login(stage, "alice", PASSWORD);
      expect(reply.status).toBe(429);
      expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
      expect((await login(stage, "bob", PASSWORD)).status).toBe(200);
      // Who is in stays in.
      expect((await stage.as.alice.get("/me")).status).toBe(200);
    }));

  it("of failed logins hold for a burst too", async () =>
    inWorld(async ({ stage }) => {
      const replies = await Promise.all(Array.from({ length: 30 }, (_, index) => login(stage, "alice", `wrong ${index}`)));
      const count = (status: number): number => replies.filter((reply) => reply.status === status).length;
      expect({ refused: count(401), limited: count(429) }).toEqual({ refused: 5, limited: 25 });
    }));
});

describe.concurrent("credentials that are no longer good", PATIENT, () => {
  it("a token that was logged out opens nothing any more, and its streams end", async () =>
    inWorld(async ({ stage }) => {
      const { alice } = stage.as;
      const { id } = await talkingWith(stage, "1001");
      const stream = await fetch(`${stage.url()}/events`, { headers: { authorization: `Bearer ${alice.token}` } });
      const streamed = stream.text();
      const { ticket } = (await alice.post("/events/tickets")).body as { ticket: string };
      ok(await alice.post("/logout"));
      for (const path of ["/me", "/voicechannel/calls", "/api/v2/channels", "/call/list", "/v1/call", "/events", `/voicechannel/calls/${id}`]) expect({ path, status: (await alice.get(path)).status }).toEqual({ path, status: 401 });
      expect((await alice.post(`/voicechannel/calls/${id}:hangup`)).status).toBe(401);
      expect((await fetch(`${stage.url()}/events?ticket=${ticket}`)).status).toBe(401);
      expect(await streamed).toContain("unauthorized");
      expect(await stage.as.admin.call(id)).toMatchObject({ state: "active" });
    }));

  it("a user who is disabled, or whose rights change, during her session", async () =>
    inWorld(async ({ stage }) => {
      const { id } = await talkingWith(stage, "1001");
      // As the operators' command line does it, from another process on the same file.
      const store = await openStore(stage.databaseUrl);
      try {
        const idOf = async (username: string): Promise<number> => (await store.users.findByUsername(username))?.id ?? -1;
        ok(await stage.as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }));
        await store.users.update(await idOf("alice"), { disabled: true });
        await store.users.update(await idOf("carol"), { permissions: ["listen"] });
        await store.users.update(await idOf("erin"), { role: "agent" });
      } finally {
        await store.close();
      }
      await eventually("alice to be out", async () => (await stage.as.alice.get("/me")).status === 401);
      expect((await stage.as.alice.post(`/voicechannel/calls/${id}:hangup`)).status).toBe(401);
      expect((await login(stage, "alice", PASSWORD)).status).toBe(401);
      await eventually("carol's right to be gone", async () => (await stage.as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "barge" })).status === 403);
      ok(await stage.as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }));
      expect((await stage.as.erin.get(`/voicechannel/calls/${id}`)).status).toBe(403);
      // Her call is not touched by it.
      expect(await stage.as.admin.call(id)).toMatchObject({ state: "active", assignedTo: "1001" });
    }));

  it("tokens that somebody made up", async () =>
    inWorld(async ({ stage }) => {
      const [header = "", payload = "", signature = ""] = stage.as.alice.token.split(".");
      const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
      const forged = [
        "", "x", "a.b.c", `${header}.${payload}.`, `${header}.${payload}`, `${header}.${encode({ ...claims, role: "root", org: null })}.${signature}`,
        `${encode({ alg: "none", typ: "JWT" })}.${encode({ ...claims, role: "root" })}.`, `${encode({ alg: "HS512", typ: "JWT" })}.${payload}.${signature}`, `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`, "x".repeat(10_000),
      ];
      for (const token of forged) expect({ token: token.slice(0, 60), status: (await new Client(stage.url, token).get("/voicechannel/calls")).status }).toEqual({ token: token.slice(0, 60), status: 401 });
      const headers: readonly Record<string, string>[] = [
        {}, { authorization: stage.as.alice.token }, { authorization: `Basic ${stage.as.alice.token}` }, { authorization: `Bearer ${stage.as.alice.token}, Bearer x` }, { "x-access-token": stage.as.alice.token },
        { "x-access-token": stage.as.alice.token, "x-key": "00000000-0000-4000-8000-000000000000" }, { cookie: `token=${stage.as.alice.token}` },
      ];
      for (const each of headers) expect({ each: Object.keys(each), status: (await fetch(`${stage.url()}/me`, { headers: each })).status }).toEqual({ each: Object.keys(each), status: 401 });
    }));

  it("a token in the query opens /call/* alone, and only where that is switched on", async () =>
    inWorld(
      async ({ stage }) => {
        const withToken = (path: string): Promise<Response> => fetch(`${stage.url()}${path}${path.includes("?") ? "&" : "?"}token=${stage.as.alice.token}`);
        expect((await withToken("/call/list")).status).toBe(200);
        expect((await withToken("/call/state?call_id=00000000-0000-4000-8000-000000000000")).status).toBe(404);
        for (const path of ["/me", "/voicechannel/calls", "/api/v2/channels", "/v1/call", "/events", "/call", "/callx/list", "//call/list", "/CALL/list"]) expect([401, 404]).toContain((await withToken(path)).status);
        expect((await fetch(`${stage.url()}/call/list?token=x`)).status).toBe(401);
        expect((await fetch(`${stage.url()}/call/list?token=x&token=${stage.as.alice.token}`)).status).toBe(401);
      },
      { ALLOW_QUERY_TOKEN: "1" },
    ));

  it("a token in the query opens nothing by default", async () =>
    inWorld(async ({ stage }) => {
      expect((await fetch(`${stage.url()}/call/list?token=${stage.as.alice.token}`)).status).toBe(401);
    }));
});

describe("the log", PATIENT, () => {
  it("holds no token, password, key or ticket, whatever is sent and whatever fails", async () => {
    const lines: string[] = [];
    const sink = new Writable({ write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()) });
    const logger = pino({ level: "trace", redact: [...REDACTED_PATHS] }, sink);
    await inWorld(
      async ({ lab, stage }) => {
        const { as } = stage;
        const { id } = await talkingWith(stage, "1001");
        const { body } = await as.alice.post("/events/tickets");
        const { ticket } = body as { ticket: string };
        const claims = JSON.parse(Buffer.from(as.alice.token.split(".")[1] ?? "", "base64url").toString()) as { jti: string };
        const [, , signature = ""] = as.alice.token.split(".");
        ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
        await login(stage, "alice", "my-wrong-password");
        await fetch(`${stage.url()}/login`, { method: "POST", headers: { "content-type": "application/json" }, body: '{"username":"alice","password":"my-broken-password"' });
        await fetch(`${stage.url()}/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username: "my-secret-by-mistake\u0000", password: "my-control-password\n" }) });
        await fetch(`${stage.url()}/call/list?token=${as.alice.token}`);
        await fetch(`${stage.url()}/voicechannel/calls?token=${as.alice.token}`);
        await fetch(`${stage.url()}/nowhere?token=${as.alice.token}&password=my-query-password`);
        await fetch(`${stage.url()}/%zz?token=${as.alice.token}`);
        await fetch(`${stage.url()}/me`, { headers: { authorization: `Bearer ${as.alice.token}x` } });
        await fetch(`${stage.url()}/me`, { headers: { "x-access-token": as.alice.token, "x-key": claims.jti, "x-request-id": "fine-id" } });
        const stream = await fetch(`${stage.url()}/events?ticket=${ticket}`);
        await stream.body?.cancel();
        lab.simulator.dropClients({ abrupt: true });
        ok(await as.bob.post("/logout"));
        await eventually("the requests to be logged", () => lines.some((line) => line.includes("fine-id")));
        const log = lines.join("");
        expect(lines.length).toBeGreaterThan(20);
        for (const secret of [as.alice.token, signature, as.bob.token, PASSWORD, ticket, "my-wrong-password", "my-broken-password", "my-control-password", "my-query-password", "lab secret", encodeURIComponent("lab secret%@:"), "0123456789abcdef0123456789abcdef"]) {
          expect({ secret: secret.slice(0, 12), where: log.split("\n").filter((line) => line.includes(secret)) }).toEqual({ secret: secret.slice(0, 12), where: [] });
        }
        for (const line of lines.filter((each) => each.includes('"request"'))) expect(() => JSON.parse(line) as unknown).not.toThrow();
        const request = lines.find((line) => line.includes("holdCall"));
        expect(request).toContain(id);
        expect(request).toContain('"organization"');
        expect(request).toContain('"requestId"');
      },
      { ALLOW_QUERY_TOKEN: "1" },
      { logger },
    );
  });

  it("holds none of what phones, softphones and FreeSWITCH itself are let in with, also when the database refuses to keep it", async () => {
    const lines: string[] = [];
    const sink = new Writable({ write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()) });
    const logger = pino({ level: "trace", redact: [...REDACTED_PATHS] }, sink);
    const secrets = new Set<string>(["0123456789abcdef0123456789abcdef", "the-secret-of-the-switch-0123456789", "a-guess-at-the-secret", "ice-credential-1", "trunk-password-1", "her-own-password-1", "another-password-2"]);
    const environment = {
      PROVISIONING_LISTEN: "127.0.0.1:0", PROVISIONING_SECRET: "the-secret-of-the-switch-0123456789",
      ICE_SERVERS: JSON.stringify([{ urls: "turn:turn.example", username: "ice-user", credential: "ice-credential-1" }]),
    };
    await inWorld(
      async ({ stage }) => {
        const { admin, alice } = stage.as;
        const ask = async (fields: Readonly<Record<string, string>>, secret = "the-secret-of-the-switch-0123456789"): Promise<string> =>
          (await fetch(`${stage.provisioningUrl() ?? ""}/freeswitch`, { method: "POST", headers: { authorization: basic("freeswitch", secret) }, body: new URLSearchParams({ hostname: "fs", ...fields }) })).text();
        const sipOf = ({ body }: { readonly body: unknown }): { readonly user: string; readonly domain: string; readonly password: string } => {
          const { sip } = z.object({ sip: z.object({ user: z.string(), domain: z.string(), password: z.string() }) }).parse(body);
          secrets.add(sip.password).add(a1(sip.user, sip.domain, sip.password));
          return sip;
        };
        const store = await openStore(stage.databaseUrl);
        try {
          const organizationId = (await store.organizations.list()).find(({ name }) => name === "lab")?.id ?? 0;
          await store.trunks.create({ organizationId, name: "lab-out", proxy: "sip.provider.example", username: "acme", password: "trunk-password-1", register: true });
        } finally {
          await store.close();
        }
        const eve = { extension: "1009", name: "Eve", departments: ["support"], username: "eve", password: "her-own-password-1" };
        const made = sipOf(await admin.post("/voiceconfig/voiceagents", eve));
        const fresh = sipOf(await admin.post("/voiceconfig/voiceagents/1009/credentials"));
        refused(await admin.post("/voiceconfig/voiceagents", { ...eve, extension: "1010", password: "another-password-2" }), 409, "Conflict");
        const tokens = [];
        for (const path of ["/voicetwilio/token", "/voicetwilio/tokens"]) for (const reply of [await alice.get(`${path}?ttlS=60`), await alice.post(path), await admin.post(path, { agent: "1009" })]) tokens.push({ sip: sipOf(reply), jwt: z.object({ token: z.string() }).parse(reply.body).token });
        for (const { jwt } of tokens) secrets.add(jwt).add(jwt.split(".")[2] ?? "");
        await eventually("FreeSWITCH to be told of her", async () => (await ask(authentication(fresh.user, fresh.domain, fresh.password))).includes(a1(fresh.user, fresh.domain, fresh.password)));
        const [{ sip: once } = { sip: fresh }] = tokens;
        for (const [user, domain, password] of [[fresh.user, fresh.domain, fresh.password], [once.user, once.domain, once.password], [made.user, made.domain, made.password], [made.user, made.domain, "guessed"]] as const) {
          const asked = authentication(user, domain, password);
          secrets.add(asked["sip_auth_response"] ?? "");
          await ask(asked);
        }
        await eventually("FreeSWITCH to be told of the trunk", async () => (await ask({ section: "directory", purpose: "gateways", profile: "external" })).includes("trunk-password-1"));
        await ask(lookUp("1001", stage.lab.domain), "a-guess-at-the-secret");
        secrets.add(basic("freeswitch", "a-guess-at-the-secret").slice(6)).add(basic("freeswitch", "the-secret-of-the-switch-0123456789").slice(6));

        // What a database says of what it refuses may hold all that it was given.
        const database = new Database(stage.databaseUrl.replace(/^file:/, ""));
        for (const [table, act] of [["agents", "INSERT"], ["agents", "UPDATE"], ["sip_credentials", "INSERT"], ["users", "INSERT"], ["users", "UPDATE"]] as const) database.exec(`CREATE TRIGGER "no ${table} ${act}" BEFORE ${act} ON ${table} BEGIN SELECT RAISE(ABORT, 'refused on purpose'); END`);
        const before = database.prepare("SELECT password_hash FROM users").pluck().all().map(String);
        database.close();
        for (const hash of before) secrets.add(hash);
        for (const reply of [await admin.post("/voiceconfig/voiceagents/1009/credentials"), await alice.post("/voicetwilio/token"), await admin.post("/voiceconfig/voiceagents", { ...eve, extension: "1011", username: "eve2" })]) expect(reply.status).toBe(500);
        await eventually("the failures to be logged", () => lines.filter((line) => line.includes("refused on purpose")).length >= 3);
        const log = lines.join("") + JSON.stringify(await stage.audit());
        for (const secret of secrets) expect({ secret: secret.slice(0, 12), where: log.split("\n").filter((line) => line.includes(secret)) }).toEqual({ secret: secret.slice(0, 12), where: [] });
        // Nor what was refused, which nobody was told: hashes, of passwords and of phones.
        expect(log).not.toMatch(/\$scrypt\$|\b[0-9a-f]{32}\b/);
      },
      environment,
      { logger },
    );
  });
});
