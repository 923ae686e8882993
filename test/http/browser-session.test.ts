import { CookieJar } from "tough-cookie";
import { afterEach, describe, expect, test } from "vitest";
import { requestFor } from "./routes.js";
import { bearer, CALLS, createWorld, type World, type WorldOptions } from "./fakes.js";

let world: World | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

function open(config: WorldOptions["config"] = {}): World {
  world = createWorld({ config });
  return world;
}

const LOGIN = { username: "alice", password: "demo" };
const cookies = (headers: Readonly<Record<string, unknown>>): readonly string[] => [headers["set-cookie"] ?? []].flat().map(String);

describe("a browser's session", () => {
  test("is opened by a login, refreshed and closed, and a browser sends its cookie to these three alone", async () => {
    const { app, asked } = open({ trustProxy: true });
    const jar = new CookieJar();
    const site = "https://voice.example.com";
    const send = async (method: "POST" | "DELETE" | "GET", path: string, payload?: object) => {
      const reply = await app.inject({ method, url: path, ...(payload === undefined ? {} : { payload }), headers: { host: "voice.example.com", origin: site, "x-forwarded-proto": "https", cookie: await jar.getCookieString(`${site}${path}`) } });
      for (const cookie of cookies(reply.headers)) await jar.setCookie(cookie, `${site}${path}`);
      return reply;
    };
    const opened = await send("POST", "/session", LOGIN);
    expect(opened.statusCode).toBe(200);
    expect(opened.json()).toEqual({ token: "alice", expires: "2026-11-20T10:15:00.000Z", me: (await app.inject({ url: "/me", headers: bearer("alice") })).json<object>() });
    for (const cookie of cookies(opened.headers)) expect(cookie).toMatch(/^callplane_session=cookie-alice; Path=\/session(?::refresh)?; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/);
    expect(opened.headers["cache-control"]).toBe("no-store");
    for (const path of ["/me", "/login", "/sessions", "/voicechannel/calls", "/events", "/"]) expect(await jar.getCookieString(`${site}${path}`)).toBe("");
    expect((await send("POST", "/session:refresh")).statusCode).toBe(200);
    expect((await send("DELETE", "/session")).statusCode).toBe(204);
    expect(asked).toContainEqual(["session.end", "cookie-alice"]);
    expect(await jar.getCookieString(`${site}/session`)).toBe("");
    const nobody = await send("POST", "/session:refresh");
    expect([nobody.statusCode, nobody.body, cookies(nobody.headers)]).toEqual([204, "", []]);
    for (const cookie of ["callplane_session=", "callplane_session=made-up", "other=1; callplane_session=made-up"]) {
      const refused = await app.inject({ method: "POST", url: "/session:refresh", headers: { cookie } });
      expect([cookie, refused.statusCode, refused.json<{ error: string }>().error]).toEqual([cookie, 401, "Unauthorized"]);
    }
    expect((await app.inject({ method: "POST", url: "/session:refresh", headers: { cookie: "other=1" } })).statusCode).toBe(204);
  });

  test("is the only thing that a cookie opens", async () => {
    const { app, routes } = open();
    await app.ready();
    for (const route of routes.filter(({ access }) => access.roles !== "public")) {
      const { statusCode } = await app.inject({ ...requestFor(route, { id: CALLS.alice, agentid: "1001" }), headers: { cookie: "callplane_session=cookie-alice" } });
      expect({ operation: route.operation, statusCode }).toEqual({ operation: route.operation, statusCode: 401 });
    }
  });

  test("has a cookie for TLS, except for plain HTTP on this machine", async () => {
    const { app } = open();
    for (const [host, secure] of [["127.0.0.1:8080", false], ["localhost:8080", false], ["[::1]:8080", false], ["voice.example.com", true], ["10.0.0.5:8080", true], ["localhost.example.com", true]] as const) {
      const reply = await app.inject({ method: "POST", url: "/session", payload: LOGIN, headers: { host } });
      expect({ host, secure: cookies(reply.headers).every((cookie) => cookie.endsWith("; Secure")) }).toEqual({ host, secure });
    }
  });

  test("is refused to pages of another origin, with 403, and to nobody without one", async () => {
    const { app } = open({ corsOrigins: ["https://console.example.com"], publicUrl: "https://voice.example.org/api" });
    const status = async (headers: Readonly<Record<string, string>>): Promise<number> => (await app.inject({ method: "POST", url: "/session", payload: LOGIN, headers: { host: "voice.example.com", ...headers } })).statusCode;
    for (const origin of ["https://voice.example.com", "https://console.example.com", "https://voice.example.org"]) expect({ origin, status: await status({ origin }) }).toEqual({ origin, status: 200 });
    for (const origin of ["https://evil.example", "null", "http://voice.example.com", "https://voice.example.com.evil.example", "https://voice.example.com:444", "https://console.example.com/", "file://"]) expect({ origin, status: await status({ origin }) }).toEqual({ origin, status: 403 });
    expect(await status({})).toBe(200);
    expect(await status({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await status({ "sec-fetch-site": "same-origin" })).toBe(200);
    for (const [method, url] of [["POST", "/session:refresh"], ["DELETE", "/session"]] as const) {
      const reply = await app.inject({ method, url, headers: { host: "voice.example.com", origin: "https://evil.example", cookie: "callplane_session=cookie-alice" } });
      expect([method, reply.statusCode, reply.json<{ error: string }>().error]).toEqual([method, 403, "Forbidden"]);
    }
  });

  test("takes the password's change by the token, with 204", async () => {
    const { app, asked } = open();
    const reply = await app.inject({ method: "POST", url: "/me/password", payload: { current: "demo", new: "a longer password" }, headers: bearer("alice") });
    expect([reply.statusCode, reply.body]).toEqual([204, ""]);
    expect(asked).toContainEqual(["changePassword", "alice"]);
    expect((await app.inject({ method: "POST", url: "/me/password", payload: { current: "demo" }, headers: bearer("alice") })).json()).toMatchObject({ error: "InvalidParameter", message: "new: is missing." });
  });
});

describe("pages of other origins", () => {
  const ORIGIN = "https://console.example.com";
  const preflight = (method: string, headers = "authorization,content-type") => ({ method: "OPTIONS", headers: { origin: ORIGIN, "access-control-request-method": method, "access-control-request-headers": headers } }) as const;

  test("may use nothing unless CORS_ORIGINS names them", async () => {
    const { app } = open();
    for (const request of [{ url: "/me", ...preflight("GET") }, { url: "/health/live", headers: { origin: ORIGIN } }] as const) {
      const { headers, statusCode } = await app.inject(request);
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
      expect(statusCode).toBe(request.url === "/me" ? 405 : 200);
    }
  });

  test("may use every route that they could with a token, once named", async () => {
    const { app } = open({ corsOrigins: [ORIGIN] });
    for (const url of ["/me", "/voicechannel/calls", "/events", "/events/tickets", "/session", "/session:refresh", "/voiceconfig/departments/x"]) {
      const { statusCode, headers } = await app.inject({ url, ...preflight("POST") });
      expect({ url, statusCode, origin: headers["access-control-allow-origin"], credentials: headers["access-control-allow-credentials"] }).toEqual({ url, statusCode: 204, origin: ORIGIN, credentials: url.startsWith("/session") ? "true" : undefined });
      for (const name of ["authorization", "content-type", "idempotency-key", "if-match", "last-event-id", "x-access-token", "x-key", "range"]) expect(String(headers["access-control-allow-headers"]).toLowerCase()).toContain(name);
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) expect(headers["access-control-allow-methods"]).toContain(method);
      expect(headers.vary).toContain("origin");
    }
  });

  test("may read replies and refusals alike, with the headers that the API uses", async () => {
    const { app } = open({ corsOrigins: [ORIGIN] });
    for (const [url, headers, status] of [["/me", bearer("alice"), 200], ["/me", {}, 401], ["/nowhere", {}, 404], ["/me/password", {}, 405], ["/voicechannel/calls?limit=x", bearer("alice"), 400], ["/%zz", {}, 400]] as const) {
      const reply = await app.inject({ url, headers: { origin: ORIGIN, ...headers } });
      expect({ url, status: reply.statusCode }).toEqual({ url, status });
      if (url === "/%zz") continue;
      expect(reply.headers).toMatchObject({ "access-control-allow-origin": ORIGIN });
      for (const name of ["ETag", "Location", "Retry-After", "Content-Disposition"]) expect(reply.headers["access-control-expose-headers"]).toContain(name);
    }
  });

  test("that are not named learn nothing, and other OPTIONS are what they were", async () => {
    const { app } = open({ corsOrigins: [ORIGIN] });
    for (const origin of ["https://evil.example", "null", "https://console.example.com.evil.example", "http://console.example.com"]) {
      const reply = await app.inject({ method: "OPTIONS", url: "/me", headers: { origin, "access-control-request-method": "GET" } });
      expect({ origin, status: reply.statusCode, allowed: reply.headers["access-control-allow-origin"] }).toEqual({ origin, status: 405, allowed: undefined });
    }
    expect((await app.inject({ method: "OPTIONS", url: "/me", headers: { origin: ORIGIN } })).statusCode).toBe(405);
    expect((await app.inject({ method: "OPTIONS", url: "/nowhere" })).statusCode).toBe(404);
  });
});
