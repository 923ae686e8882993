/** The console is served beside the API: its page for every address that a browser opens and that the API does not know, and its files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../support/temporary.js";
import { bearer, createWorld, type World } from "./fakes.js";

const PAGE = "<!doctype html><title>Callplane</title>";
const HTML = { accept: "text/html,application/xhtml+xml" };
const built = temporaryDirectory();
let world: World;

beforeAll(() => {
  mkdirSync(join(built.path, "assets"));
  writeFileSync(join(built.path, "index.html"), PAGE);
  writeFileSync(join(built.path, "assets/main-abc.js"), "export {};");
  writeFileSync(join(built.path, "icon.svg"), "<svg/>");
  writeFileSync(join(built.path, "notes.txt"), "not of the page");
  world = createWorld({ services: { console: { directory: built.path, sipUrl: "wss://{domain}:7443" } } });
});
afterAll(async () => {
  await world.close();
  built.remove();
});

const open = (url: string, headers: Readonly<Record<string, string>> = HTML, method: "GET" | "HEAD" | "POST" = "GET") => world.app.inject({ method, url, headers });

describe("the console's page", () => {
  it.each(["/", "/login", "/desk", "/calls", "/calls/5f3c1f5e", "/queues/support", "/admin/users?q=a"])("comes for %s, with its policy", async (url) => {
    const reply = await open(url);
    expect([reply.statusCode, reply.body]).toEqual([200, PAGE]);
    expect(reply.headers["content-type"]).toBe("text/html; charset=utf-8");
    const policy = String(reply.headers["content-security-policy"]);
    expect(policy).toContain("connect-src 'self' wss://*:7443;");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain("unsafe");
    expect(reply.headers["permissions-policy"]).toBe("microphone=(self)");
    expect(reply.headers["cache-control"]).toBe("no-cache");
  });

  it("is not made anew for who has it, and is the same without a body for HEAD", async () => {
    const { headers } = await open("/desk");
    expect((await open("/desk", { ...HTML, "if-none-match": String(headers["etag"]) })).statusCode).toBe(304);
    const head = await open("/desk", HTML, "HEAD");
    expect([head.statusCode, head.body]).toEqual([200, ""]);
  });

  it.each(["/voicechannel/nothing", "/voiceconfig/nothing", "/docs/nothing", "/session/nothing", "/api/v2/nothing", "/call/nothing"])("does not stand in for the API at %s", async (url) => {
    const reply = await open(url, { ...HTML, ...bearer("carol") });
    expect([reply.statusCode, reply.body === PAGE]).toEqual([404, false]);
  });

  it("is for browsers alone: programs are told that there is no such route", async () => {
    for (const accept of ["application/json", "*/*"]) expect((await open("/desk", { accept, ...bearer("carol") })).statusCode).toBe(404);
    expect((await open("/login", { accept: "application/json" })).statusCode).toBe(405);
    expect((await open("/desk", { ...HTML, ...bearer("carol") }, "POST")).statusCode).toBe(404);
  });
});

describe("the console's files", () => {
  it("come with their type; those that are named by their content may be kept for ever", async () => {
    const script = await open("/assets/main-abc.js", { accept: "*/*" });
    expect([script.statusCode, script.body, script.headers["content-type"], script.headers["cache-control"]]).toEqual([200, "export {};", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"]);
    const packed = await open("/assets/main-abc.js", { accept: "*/*", "accept-encoding": "gzip" });
    expect(gunzipSync(packed.rawPayload).toString()).toBe("export {};");
    expect((await open("/icon.svg", { accept: "image/*" })).headers["cache-control"]).toBe("no-cache");
  });

  it.each(["/notes.txt", "/assets/missing.js", "/assets/..%2f..%2fpackage.json", "/assets/../../package.json", "/index.html%00.js"])("are those that were built, and no others: %s", async (url) => {
    expect([400, 404]).toContain((await open(url, { accept: "*/*", ...bearer("carol") })).statusCode);
  });
});

it("is loaded by an office that shares an address: its files are not counted as requests, and those to the API are", async () => {
  const busy = createWorld({ services: { console: { directory: built.path, sipUrl: "wss://{domain}:7443" } }, config: { rateLimitPerMinute: 3 } });
  try {
    for (let times = 0; times < 10; times++) for (const [url, accept] of [["/wall", HTML.accept], ["/assets/main-abc.js", "*/*"], ["/icon.svg", "image/*"]] as const) expect([url, (await busy.app.inject({ url, headers: { accept } })).statusCode]).toEqual([url, 200]);
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await busy.app.inject({ url: "/me", headers: { accept: "application/json" } })).statusCode));
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  } finally {
    await busy.close();
  }
});

it("is not served where it is not built", async () => {
  const without = createWorld();
  try {
    expect((await without.app.inject({ url: "/desk", headers: { ...HTML, ...bearer("carol") } })).statusCode).toBe(404);
  } finally {
    await without.close();
  }
});

describe("the people of the demonstration", () => {
  it("are told to whoever asks there, and nowhere else", async () => {
    const people = [{ username: "alice", name: "Alice", role: "agent" }] as const;
    const demonstration = createWorld({ services: { demonstration: () => ({ people, password: "demo" }) } });
    try {
      expect((await demonstration.app.inject({ url: "/demonstration" })).json()).toEqual({ people, password: "demo" });
      expect((await world.app.inject({ url: "/demonstration", headers: { accept: "application/json" } })).statusCode).toBe(204);
    } finally {
      await demonstration.close();
    }
  });
});
