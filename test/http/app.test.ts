import { connect, type AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { AuthService } from "../../src/auth/types.js";
import type { Actor } from "../../src/people/index.js";
import { CallplaneError, ERROR_CATALOGUE, type ErrorCode } from "../../src/errors.js";
import { CALLS, bearer, createWorld, node, type World, type WorldOptions } from "./fakes.js";

const worlds: World[] = [];
function open(options?: WorldOptions): World {
  const world = createWorld(options);
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const HOLD = `/voicechannel/calls/${CALLS.alice}:hold`;

describe("errors in each face's dialect", () => {
  const WORDS: Readonly<Record<number, string>> = {
    400: "bad request", 401: "unauthorized", 403: "forbidden", 404: "not found", 405: "method not allowed", 409: "conflict", 412: "precondition failed", 413: "payload too large",
    415: "unsupported media type", 429: "too many requests", 500: "internal server error", 502: "bad gateway", 503: "service unavailable", 504: "gateway timeout",
  };
  type Body = (code: ErrorCode, message: string) => unknown;
  const voicechannel: Body = (error, message) => ({ error, message });
  const call: Body = (code, message) => ({ status: WORDS[ERROR_CATALOGUE[code].status], description: /^[A-Z_]+$/.test(code) ? `${code}: ${message}` : message });
  const webitel: Body = (code) => ({ status: "error", info: `-ERR ${code}` });
  const tel4vn: Body = (error) => ({ status: "fail", error });
  const ROUTES = [
    { face: "/voicechannel", method: "POST", url: HOLD, payload: {}, body: voicechannel },
    { face: "/call", method: "POST", url: "/call/park", payload: {}, body: call },
    { face: "/api/v2", method: "PUT", url: `/api/v2/channels/${CALLS.alice}`, payload: { state: "hold" }, body: webitel },
    { face: "/v1", method: "POST", url: `/v1/call/${CALLS.alice}/hangup`, payload: {}, body: tel4vn },
  ] as const;
  const CODES = Object.keys(ERROR_CATALOGUE).filter((code): code is ErrorCode => code in ERROR_CATALOGUE);

  test.each(ROUTES)("$face renders every code of the catalogue", async ({ face, method, url, payload, body }) => {
    const world = open();
    for (const code of CODES.filter((name) => name !== "NotYourCall")) {
      world.failWith(new CallplaneError(code));
      const reply = await world.app.inject({ method, url, payload, headers: bearer("alice") });
      const status = code === "Timeout" && face === "/voicechannel" ? 400 : ERROR_CATALOGUE[code].status;
      expect([reply.statusCode, reply.json()]).toEqual([status, body(code, ERROR_CATALOGUE[code].message)]);
      expect(reply.headers["retry-after"] !== undefined).toBe(status === 503 || status === 429);
      expect(reply.headers["cache-control"]).toBe("no-store");
    }
  });

  test("an unexpected error is 500 without its text, which is logged", async () => {
    const world = open();
    world.failWith(new Error("secret detail"));
    const reply = await world.app.inject({ method: "POST", url: HOLD, headers: bearer("alice") });
    expect([reply.statusCode, reply.body]).toEqual([500, '{"error":"Internal","message":"An unexpected error."}']);
    expect(world.log.join("")).toContain("secret detail");
  });

  test.each([
    ["/nowhere", { error: "NotFound", message: "There is no such route." }],
    [`/voicechannel/calls/${CALLS.alice}:explode`, { error: "NotFound", message: "There is no such route." }],
    ["/call/nowhere", { status: "not found", description: "There is no such route." }],
    ["/api/v2/nowhere", { status: "error", info: "-ERR NotFound" }],
    ["/v1/nowhere", { status: "fail", error: "NotFound" }],
    ["/callers", { error: "NotFound", message: "There is no such route." }],
  ])("an unknown route %s is 404", async (url, body) => {
    const reply = await open().app.inject({ method: "POST", url, headers: bearer("alice") });
    expect([reply.statusCode, reply.json()]).toEqual([404, body]);
  });

  test.each([
    ["GET", HOLD, "POST", { error: "MethodNotAllowed", message: "The path does not take this method." }],
    ["DELETE", "/voicechannel/calls", "GET, HEAD, POST", { error: "MethodNotAllowed", message: "The path does not take this method." }],
    ["POST", "/call/state", "GET, HEAD", { status: "method not allowed", description: "The path does not take this method." }],
    ["PATCH", `/api/v2/channels/${CALLS.alice}`, "PUT, DELETE", { status: "error", info: "-ERR MethodNotAllowed" }],
    ["PUT", "/v1/call", "GET, HEAD", { status: "fail", error: "MethodNotAllowed" }],
  ] as const)("%s %s is 405 with Allow: %s", async (method, url, allow, body) => {
    const reply = await open().app.inject({ method, url, headers: { ...bearer("alice"), "content-type": "text/xml" }, payload: "<a/>" });
    expect([reply.statusCode, reply.headers.allow, reply.json()]).toEqual([405, allow, body]);
  });

  test("a path that is not well encoded is 400 in the face's dialect", async () => {
    const world = open();
    const reply = await world.app.inject({ url: "/v1/call/%E0%A4%A", headers: bearer("alice") });
    expect([reply.statusCode, reply.json()]).toEqual([400, { status: "fail", error: "InvalidParameter", message: "path: is not well encoded." }]);
    expect((await world.app.inject({ url: "/me", headers: bearer("alice") })).statusCode).toBe(200);
  });

  test("401 comes before a body is looked at, and says how to authenticate", async () => {
    const reply = await open().app.inject({ method: "POST", url: HOLD, payload: "x".repeat(300 * 1024), headers: { "content-type": "text/xml" } });
    expect([reply.statusCode, reply.headers["www-authenticate"], reply.json<{ error: string }>().error]).toEqual([401, "Bearer", "Unauthorized"]);
  });
});

describe("the limit of requests", () => {
  test("is for each token, answers 429 with Retry-After, and spares the probes", async () => {
    const { app } = open({ config: { rateLimitPerMinute: 3 } });
    const me = (who: string) => app.inject({ url: "/me", headers: bearer(who) });
    for (let count = 0; count < 3; count++) expect((await me("alice")).statusCode).toBe(200);
    const refused = await me("alice");
    expect([refused.statusCode, refused.json<{ error: string }>().error]).toEqual([429, "RateLimited"]);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    const elsewhere = await app.inject({ url: "/v1/call", headers: bearer("alice") });
    expect([elsewhere.statusCode, elsewhere.json()]).toEqual([429, { status: "fail", error: "RateLimited" }]);
    expect((await me("bob")).statusCode).toBe(200);
    for (let count = 0; count < 5; count++) expect((await app.inject({ url: "/health/live" })).statusCode).toBe(200);
  });

  test("is for each user, whatever the token", async () => {
    const actors = ["one", "two", "three"].map((tokenId): Actor => ({ name: "alice", role: "agent", organizationId: 1, agentId: "1001", permissions: new Set(), tokenId, ...(tokenId === "three" ? {} : { holder: "user 1" }) }));
    const auth: AuthService = {
      login: async () => Promise.reject(new CallplaneError("Unauthorized")),
      logout: async () => undefined,
      authenticate: async ({ token }) => actors.find(({ tokenId }) => tokenId === token) ?? Promise.reject(new CallplaneError("Unauthorized")),
      recheck: async (actor) => actor,
    };
    const { app } = open({ config: { rateLimitPerMinute: 3 }, services: { auth } });
    const status = async (token: string): Promise<number> => (await app.inject({ url: "/me", headers: bearer(token) })).statusCode;
    expect([await status("one"), await status("two"), await status("one"), await status("two"), await status("one")]).toEqual([200, 200, 200, 429, 429]);
    expect(await status("three")).toBe(200);
  });

  test("is by address for requests without a good token, and leaves those who have one alone", async () => {
    const { app } = open({ config: { rateLimitPerMinute: 3, trustProxy: true } });
    const from = async (address: string, url: string, headers: Record<string, string> = {}): Promise<number> => (await app.inject({ url, headers: { "x-forwarded-for": address, ...headers } })).statusCode;
    expect([await from("192.0.2.1", "/me"), await from("192.0.2.1", "/docs/json"), await from("192.0.2.1", "/nowhere"), await from("192.0.2.1", "/me"), await from("192.0.2.1", "/me", bearer("mallory's guess")), await from("192.0.2.1", "/docs/json"), await from("192.0.2.1", "/nowhere")]).toEqual([401, 200, 404, 429, 429, 429, 429]);
    expect([await from("192.0.2.1", "/me", bearer("alice")), await from("192.0.2.1", "/health/live"), await from("192.0.2.2", "/me")]).toEqual([200, 200, 401]);
    // One subscriber has a whole /64.
    expect([await from("2001:db8::1", "/me"), await from("2001:db8::2", "/me"), await from("2001:db8::3:0:0:1", "/me"), await from("2001:db8::4", "/me"), await from("2001:db8:0:1::4", "/me")]).toEqual([401, 401, 401, 429, 401]);
  });
});

describe("Idempotency-Key", () => {
  const originate = (world: World, key: string, body: object = { type: "client", to: "1002" }, who = "alice") =>
    world.app.inject({ method: "POST", url: "/voicechannel/calls", payload: body, headers: { ...bearer(who), "idempotency-key": key } });

  test("does the same request once and tells its reply again", async () => {
    const world = open();
    const first = await originate(world, "k1");
    const again = await originate(world, "k1", { to: "1002", type: "client" });
    expect([again.statusCode, again.body]).toEqual([first.statusCode, first.body]);
    expect([first.headers["idempotency-replayed"], again.headers["idempotency-replayed"]]).toEqual([undefined, "true"]);
    expect(world.asked.length).toBe(1);
    expect((await originate(world, "k1", { type: "client", to: "1002" }, "bob")).headers["idempotency-replayed"]).toBeUndefined();
  });

  test("with another body or another route is 409", async () => {
    const world = open();
    await originate(world, "k1");
    expect((await originate(world, "k1", { type: "client", to: "1003" })).statusCode).toBe(409);
    const elsewhere = await world.app.inject({ method: "POST", url: "/call/originate", payload: { extension: "1002" }, headers: { ...bearer("alice"), "idempotency-key": "k1" } });
    expect(elsewhere.statusCode).toBe(409);
    expect(world.asked.length).toBe(1);
  });

  test("tells a 409 and a Timeout again, but forgets what was never begun", async () => {
    const world = open();
    for (const [code, replayed] of [["NO_ANSWER", true], ["Timeout", true], ["SwitchUnavailable", false], ["NotFound", false]] as const) {
      world.failWith(new CallplaneError(code));
      const first = await originate(world, code);
      const again = await originate(world, code);
      expect([code, again.headers["idempotency-replayed"] === "true", again.statusCode]).toEqual([code, replayed, replayed ? first.statusCode : 201]);
    }
  });

  test("an empty reply is told again as empty", async () => {
    const world = open();
    const send = () => world.app.inject({ method: "POST", url: `/voicechannel/calls/${CALLS.alice}:transfer`, payload: { type: "client", to: "1002" }, headers: { ...bearer("alice"), "idempotency-key": "t" } });
    for (let count = 0; count < 2; count++) {
      const reply = await send();
      expect([reply.statusCode, reply.body, reply.headers["content-type"]]).toEqual([200, "", undefined]);
    }
    expect(world.asked.length).toBe(1);
  });

  test("while the first is under way the second is 409", async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const world = open();
    world.holdUntil(gate);
    const first = originate(world, "slow");
    await expect.poll(() => world.asked.length).toBe(1);
    expect((await originate(world, "slow")).statusCode).toBe(409);
    release();
    expect((await first).statusCode).toBe(201);
  });

  test.each(["", "a b", "x".repeat(256), "é"])("%j is refused", async (key) => {
    const world = open();
    const reply = await originate(world, key);
    expect([reply.statusCode, reply.json<{ message: string }>().message]).toEqual([400, "Idempotency-Key: is not 1 to 255 visible ASCII characters."]);
  });
});

describe("the token in the query", () => {
  test("is refused unless it is allowed, and never outside /call", async () => {
    expect((await open().app.inject({ url: "/call/list?token=alice" })).statusCode).toBe(401);
    const allowed = open({ config: { allowQueryToken: true } });
    expect((await allowed.app.inject({ url: "/call/list?token=alice" })).statusCode).toBe(200);
    expect((await allowed.app.inject({ url: "/call/list?token=nobody" })).statusCode).toBe(401);
    expect((await allowed.app.inject({ url: "/voicechannel/calls?token=alice" })).statusCode).toBe(401);
  });
});

describe("the log", () => {
  test("has one line a request with its ids, and never a token or a password", async () => {
    const world = open({ config: { allowQueryToken: true } });
    await world.app.inject({ method: "POST", url: HOLD, headers: { ...bearer("alice"), "x-request-id": "trace-1" } });
    expect(world.log.length).toBe(1);
    expect(JSON.parse(world.log[0] ?? "")).toMatchObject({ requestId: "trace-1", operation: "holdCall", organization: 1, actor: "alice", callIds: [CALLS.alice], status: 200, method: "POST" });
    await world.app.inject({ method: "POST", url: "/login", payload: { username: "alice", password: "hunter2-password" } });
    await world.app.inject({ url: "/call/list?token=hunter2-token", headers: { "x-key": "hunter2-key" } });
    await world.app.inject({ url: "/nowhere?token=hunter2-token", headers: { authorization: "Bearer hunter2-bearer" } });
    await world.app.inject({ url: "/call/%zz?token=hunter2-token" });
    expect(world.log.length).toBe(5);
    expect(world.log.join("")).not.toContain("hunter2");
  });

  test("takes a sane X-Request-Id and makes one otherwise; both are returned", async () => {
    const { app } = open();
    expect((await app.inject({ url: "/health/live", headers: { "x-request-id": "abc.1-2:3" } })).headers["x-request-id"]).toBe("abc.1-2:3");
    for (const given of ["a b", "x".repeat(65), '"', ""]) expect((await app.inject({ url: "/health/live", headers: { "x-request-id": given } })).headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("the caller's address", () => {
  test.each([
    [false, "127.0.0.1"],
    [true, "10.0.0.9"],
  ])("with trustProxy %s is what the proxy in front wrote last, never what the caller wrote", async (trustProxy, address) => {
    const world = open({ config: { trustProxy } });
    await world.app.inject({ method: "POST", url: "/login", payload: { username: "alice", password: "demo" }, headers: { "x-forwarded-for": "6.6.6.6, 10.0.0.9" } });
    expect(world.asked).toEqual([["login", "alice", address]]);
  });
});

describe("login, logout and me", () => {
  test("login answers with what the service gives, and its address", async () => {
    const world = open();
    const reply = await world.app.inject({ method: "POST", url: "/login", payload: { username: "alice", password: "demo" } });
    expect([reply.statusCode, reply.json()]).toEqual([200, { key: "jti-alice", token: "alice", expires: 1_800_000_000_000, username: "alice", domain: "demo.local", role: "agent" }]);
    expect(reply.headers["cache-control"]).toBe("no-store");
    expect(world.asked).toEqual([["login", "alice", "127.0.0.1"]]);
    expect((await world.app.inject({ method: "POST", url: "/login", payload: { username: "alice", password: "x" } })).statusCode).toBe(401);
  });

  test("me tells who the token belongs to", async () => {
    const { app } = open();
    expect((await app.inject({ url: "/me", headers: bearer("carol") })).json()).toEqual({
      username: "carol", role: "supervisor", organization: { id: 1, name: "demo", domain: "demo.local" }, agent: "1003", extension: "2003", permissions: ["listen", "whisper", "barge"],
      name: "carol", departments: [], settings: { supervisionVisible: false, awayReasons: [], dispositions: {} },
    });
    expect((await app.inject({ url: "/me", headers: bearer("root") })).json()).toMatchObject({ username: "root", organization: null, agent: null, extension: null });
  });

  test("logout is 200 with an empty body", async () => {
    const world = open();
    const reply = await world.app.inject({ method: "POST", url: "/logout", headers: bearer("alice") });
    expect([reply.statusCode, reply.body, world.asked]).toEqual([200, "", [["logout", "alice"]]]);
  });
});

describe("health", () => {
  test("ready is 200 while one node is, and tells each node's state and error", async () => {
    const world = open();
    world.nodes = [node("fs1", "ready"), node("fs2", "unusable", "FreeSWITCH refused the password.")];
    const reply = await world.app.inject({ url: "/health/ready" });
    expect([reply.statusCode, reply.json()]).toMatchObject([200, { status: "ready", nodes: [{ name: "fs1", state: "ready", error: null, stale: false }, { name: "fs2", state: "unusable", error: "FreeSWITCH refused the password." }] }]);
    world.nodes = [node("fs1", "reconciling"), node("fs2", "down", "connection refused")];
    const gone = await world.app.inject({ url: "/health/ready" });
    expect([gone.statusCode, gone.json<{ status: string }>().status]).toEqual([503, "unavailable"]);
    expect(gone.headers["retry-after"]).toBe("5");
    expect((await world.app.inject({ url: "/health/live" })).json()).toEqual({ status: "ok" });
  });
});

describe("metrics", () => {
  test("are public on loopback, and need the token elsewhere", async () => {
    const ask = (world: World, remoteAddress: string, headers: Record<string, string> = {}) => world.app.inject({ url: "/metrics", remoteAddress, headers }).then(({ statusCode }) => statusCode);
    const world = open({ config: { metricsToken: "scrape-me" } });
    expect(await ask(world, "127.0.0.1")).toBe(200);
    expect(await ask(world, "::1")).toBe(200);
    expect(await ask(world, "::ffff:127.0.0.1")).toBe(200);
    expect(await ask(world, "10.0.0.9")).toBe(401);
    expect(await ask(world, "10.0.0.9", { authorization: "Bearer wrong" })).toBe(401);
    expect(await ask(world, "10.0.0.9", bearer("admin"))).toBe(401);
    expect(await ask(world, "10.0.0.9", { authorization: "Bearer scrape-me" })).toBe(200);
    expect(await ask(open(), "10.0.0.9", { authorization: "Bearer null" })).toBe(401);
    // Nobody can say that she is on loopback, and what a local proxy passes on is not.
    for (const trustProxy of [true, false]) {
      const proxied = open({ config: { trustProxy, metricsToken: "scrape-me" } });
      expect(await ask(proxied, "10.0.0.9", { "x-forwarded-for": "127.0.0.1" })).toBe(401);
      expect(await ask(proxied, "127.0.0.1", { "x-forwarded-for": "127.0.0.1, 10.0.0.9" })).toBe(401);
    }
  });

  test.each<Record<string, string>>([
    { "x-real-ip": "10.0.0.9" },
    { forwarded: "for=10.0.0.9" },
    { via: "1.1 proxy" },
    { "x-forwarded-host": "callplane.example" },
    { "x-forwarded-proto": "https" },
    { "x-forwarded-server": "proxy" },
    { "x-client-ip": "10.0.0.9" },
    { "true-client-ip": "10.0.0.9" },
    { "cf-connecting-ip": "10.0.0.9" },
    { "x-envoy-external-address": "10.0.0.9" },
    { host: "callplane.example" },
    { host: "10.0.0.5:8080" },
  ])("are closed behind a local proxy that adds %j alone, and open to the token", async (headers) => {
    const { app } = open({ config: { metricsToken: "scrape-me" } });
    const ask = (more: Record<string, string>) => app.inject({ url: "/metrics", remoteAddress: "127.0.0.1", headers: { ...headers, ...more } }).then(({ statusCode }) => statusCode);
    expect([await ask({}), await ask({ authorization: "Bearer scrape-me" })]).toEqual([401, 200]);
  });

  test("are closed behind a proxy that adds nothing and speaks HTTP/1.0, as nginx does by default", async () => {
    const { app } = open({ config: { metricsToken: "scrape-me" } });
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const ask = (line: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(port, "127.0.0.1", () => socket.end(`${line}\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`));
        let reply = "";
        socket.on("data", (chunk) => (reply += chunk.toString())).on("error", reject).on("close", () => resolve(reply.slice(9, 12)));
      });
    expect([await ask("GET /metrics HTTP/1.0"), await ask("GET /metrics HTTP/1.1")]).toEqual(["401", "200"]);
  });

  test("count requests by operation id", async () => {
    const { app } = open();
    await app.inject({ method: "POST", url: HOLD, headers: bearer("alice") });
    const { body } = await app.inject({ url: "/metrics" });
    expect(body).toContain('callplane_http_request_duration_seconds_count{operation="holdCall",status="200"} 1');
  });
});

describe("documentation", () => {
  interface Document {
    readonly openapi: string;
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string; readonly security?: readonly unknown[]; readonly requestBody?: unknown; readonly parameters?: readonly { readonly name: string; readonly in: string }[] }>>>>;
  }

  test("/docs/json has every route once, in OpenAPI 3.1, without the refusing ones", async () => {
    const world = open();
    const document = (await world.app.inject({ url: "/docs/json" })).json<Document>();
    expect(document.openapi).toMatch(/^3\.1\./);
    const documented = Object.values(document.paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId));
    expect(documented.sort()).toEqual(world.routes.map(({ operation }) => operation).sort());
    expect(document.paths["/voicechannel/calls/{id}:transfer"]?.["post"]).toMatchObject({ operationId: "transferCall", parameters: [{ name: "id", in: "path" }, { name: "Idempotency-Key", in: "header" }], requestBody: { required: true } });
    expect(document.paths["/voicechannel/calls/{id}:hold"]?.["post"]?.requestBody).toMatchObject({ required: false });
    expect(document.paths["/login"]?.["post"]?.security).toEqual([]);
  });

  test("/docs is a viewer of it whose files are all our own, and which its policy keeps from elsewhere", async () => {
    const { app } = open();
    const reply = await app.inject({ url: "/docs" });
    expect(reply.headers["content-type"]).toContain("text/html");
    expect(reply.headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
    expect(reply.body).not.toMatch(/https?:|<script>|style=/);
    const files = [...reply.body.matchAll(/(?:src|href)="(docs\/assets\/[^"]+)"/g)].map(([, file]) => file);
    expect(files).toHaveLength(4);
    for (const file of files) {
      const { statusCode, headers, rawPayload } = await app.inject({ url: `/${file}`, headers: { "accept-encoding": "gzip, br" } });
      expect([file, statusCode, headers["content-encoding"], rawPayload.length > 0 && rawPayload.length < 600_000]).toEqual([file, 200, "gzip", true]);
      expect(headers["content-type"]).toMatch(/^(?:text\/(?:javascript|css); charset=utf-8|image\/png)$/);
      // Matchers look at each of a million bytes.
      expect(gunzipSync(rawPayload).equals((await app.inject({ url: `/${file}` })).rawPayload)).toBe(true);
      expect((await app.inject({ url: `/${file}`, headers: { "accept-encoding": "gzip", "if-none-match": String(headers.etag) } })).statusCode).toBe(304);
    }
    expect((await app.inject({ url: "/docs/assets/../package.json" })).statusCode).toBe(404);
    expect((await app.inject({ url: "/docs/assets/csp.json" })).statusCode).toBe(400);
  });
});

test.each(["/docs", "/docs/json"])("%s is one buffer for everybody, with a tag by which it is not sent again", async (url) => {
  const { app } = open();
  const sent: unknown[] = [];
  app.addHook("onSend", async (_request, _reply, payload: unknown) => void sent.push(payload));
  const first = await app.inject({ url });
  const second = await app.inject({ url });
  expect(sent[0]).toBeInstanceOf(Buffer);
  expect(sent[1]).toBe(sent[0]);
  const tag = String(first.headers["etag"]);
  expect([second.statusCode, second.headers["etag"], second.body]).toEqual([200, tag, first.body]);
  const again = await app.inject({ url, headers: { "if-none-match": tag } });
  expect([again.statusCode, again.body, again.headers["etag"]]).toEqual([304, "", tag]);
  expect((await app.inject({ url, headers: { "if-none-match": '"another"' } })).statusCode).toBe(200);
});

test("every reply has the safety headers and is not to be stored", async () => {
  const { app } = open();
  for (const url of ["/voicechannel/calls", "/api/v2/channels", "/nowhere", "/docs"]) {
    const { headers } = await app.inject({ url, headers: bearer("carol") });
    // The documents are the same for everybody, and are asked for again by their tags.
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": url === "/docs" ? "no-cache" : "no-store" });
    expect(headers["content-security-policy"]).toContain(url === "/docs" ? "default-src 'none'" : "default-src 'self'");
  }
});
