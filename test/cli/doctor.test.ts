import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { seedDemo } from "../../src/auth/index.js";
import { eventSocketStub, HEALTHY, PASSWORD } from "./event-socket-stub.js";
import type { EventSocketStub } from "./event-socket-stub.js";
import { cliWorld } from "./support.js";
import type { CliWorld } from "./support.js";
import { basic } from "../support/basic-auth.js";

const report = z.object({ ok: z.boolean(), checks: z.array(z.object({ subject: z.string(), check: z.string(), ok: z.boolean(), detail: z.string(), mend: z.string().nullable() })) });

let world: CliWorld;
let stub: EventSocketStub | null = null;
beforeEach(async () => {
  world = cliWorld();
  await world.callplane(["org", "create", "acme", "--domain", "acme.example"]);
  await world.callplane(["org", "set", "acme", "--allow", "+1"]);
  await world.callplane(["user", "create", "alice", "--org", "acme", "--role", "agent", "--agent", "1001", "--password", "a-long-enough-one"]);
});
afterEach(async () => {
  await stub?.close();
  stub = null;
  await world.close();
});

async function doctor(replies: Readonly<Record<string, string | null>> = HEALTHY, options: { readonly refuse?: boolean; readonly certificate?: "named" | "nameless" | "expired"; readonly password?: string; readonly env?: Readonly<Record<string, string>> } = {}) {
  stub = await eventSocketStub(replies, options);
  const env = { ...options.env, FREESWITCH_NODES: `esl://:${options.password ?? PASSWORD}@127.0.0.1:${stub.port}` };
  const { code, out, err } = await world.callplane(["doctor", "--json"], { env });
  expect(err).toBe("");
  const { ok, checks } = report.parse(JSON.parse(out));
  expect(code).toBe(ok ? 0 : 1);
  expect(ok).toBe(checks.every((check) => check.ok));
  for (const check of checks) expect(check.mend === null).toBe(check.ok);
  return { checks, failures: checks.filter((check) => !check.ok).map(({ check }) => check) };
}

describe("callplane doctor", () => {
  it("finds nothing wrong with a FreeSWITCH that runs freeswitch-conf", async () => {
    const { checks, failures } = await doctor();
    expect(failures).toEqual([]);
    expect(checks.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["migrations", "integrity", "event socket", "access list", "password", "version", "mod_sofia", "mod_conference", "SIP profile internal", "codec PCMU", "codec PCMA", "codec opus", "gateway trunk", "domain acme.example", "phones"]),
    );
  });

  it("prints a line for each check, and what to mend under a failed one", async () => {
    stub = await eventSocketStub({ ...HEALTHY, "module_exists mod_conference": "false" });
    const { code, out } = await world.callplane(["doctor"], { env: { FREESWITCH_NODES: `esl://:${PASSWORD}@127.0.0.1:${stub.port}` } });
    expect(code).toBe(1);
    expect(out).toMatch(/^ok {4}127\.0\.0\.1:\d+: mod_sofia: loaded$/m);
    expect(out).toMatch(/^FAIL {2}127\.0\.0\.1:\d+: mod_conference: not loaded\n {6}mend: .*load mod_conference/m);
    expect(out).toMatch(/1 of \d+ checks failed\.\n$/);
  });

  it.each<[string, Readonly<Record<string, string | null>>, string[]]>([
    ["an old version", { version: "FreeSWITCH Version 1.8.7~64bit" }, ["version"]],
    ["a module that is not loaded", { "module_exists mod_sndfile": "false" }, ["mod_sndfile"]],
    ["provisioning without its module", { "module_exists mod_xml_curl": "false", "global_getvar provisioning": "served" }, ["mod_xml_curl"]],
    ["call detail records without their module", { "module_exists mod_json_cdr": "false", "global_getvar cdr": "on" }, ["mod_json_cdr"]],
    ["hold music without its module", { "global_getvar hold_music": "local_stream://moh", "module_exists mod_local_stream": "false" }, ["mod_local_stream"]],
    ["a profile that does not run", { "sofia status": (HEALTHY["sofia status"] ?? "").replace("25060\tRUNNING (0)", "25060\tDOWN") }, ["SIP profile internal"]],
    ["no profile", { "sofia status": "0 profiles 0 aliases\n" }, ["SIP profiles"]],
    ["no G.711", { "show codec as json": '{"row_count":0}' }, ["codec PCMU", "codec PCMA", "codec opus"]],
    ["no such gateway", { "sofia status gateway trunk": "Invalid Gateway!\n" }, ["gateway trunk"]],
    ["a gateway that is down", { "sofia status gateway trunk": "Proxy   \tsip:trunk.example\nState   \tFAIL_WAIT\nStatus  \tDOWN\n" }, ["gateway trunk"]],
    ["a gateway that nobody configured", { "sofia status gateway trunk": "Proxy   \tsip:trunk.invalid\nState   \tNOREG\nStatus  \tUP\n" }, ["gateway trunk"]],
    ["a domain that nobody serves", { "domain_exists acme.example": "false" }, ["domain acme.example"]],
    ["a phone that nobody knows", { "user_exists id 1001 acme.example": "false" }, ["phones"]],
    ["an answer that makes no sense", { "show codec as json": "-ERR" }, ["answers"]],
  ])("finds %s", async (_, replies, expected) => {
    expect((await doctor({ ...HEALTHY, ...replies })).failures).toEqual(expected);
  });

  describe("where Callplane provisions FreeSWITCH", () => {
    const SECRET = "the-secret-that-both-share-0123456789";
    let listener: Server;
    let reply: { readonly status: number; readonly body: string };
    let authorizations: (string | undefined)[];
    beforeEach(async () => {
      reply = { status: 200, body: '<document type="freeswitch/xml"/>' };
      authorizations = [];
      listener = createServer((request, response) => {
        authorizations.push(request.headers.authorization);
        response.writeHead(reply.status).end(reply.body);
      });
      await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    });
    afterEach(() => new Promise((resolve) => listener.close(resolve)));
    const port = (): number => { const address = listener.address(); return typeof address === "object" && address !== null ? address.port : 0; };
    const check = async (variables: Readonly<Record<string, string>> = {}, environment: Readonly<Record<string, string>> = {}) => {
      const replies = { ...HEALTHY, "global_getvar provisioning": "served", "global_getvar provisioning_url": `http://127.0.0.1:${port()}/freeswitch`, "global_getvar provisioning_secret": "another", ...variables };
      const { checks, failures } = await doctor(replies, { env: { PROVISIONING_LISTEN: `127.0.0.1:${port()}`, PROVISIONING_SECRET: SECRET, ...environment } });
      expect(JSON.stringify(checks)).not.toContain(SECRET);
      return { failures, found: checks.find(({ check: name }) => name === "provisioning") };
    };
    const same = { "global_getvar provisioning_secret": SECRET };

    it("asks the listener itself", async () => {
      expect(await check(same)).toMatchObject({ failures: [], found: { ok: true } });
      expect(authorizations).toEqual([basic("freeswitch", SECRET)]);
    });

    it("names the real cause", async () => {
      expect((await check()).found?.detail).toMatch(/another secret than Callplane/);
      await stub?.close();
      reply = { status: 403, body: "" };
      expect((await check(same)).found?.detail).toMatch(/refuses the secret/);
      await stub?.close();
      reply = { status: 404, body: "verto" };
      expect((await check(same)).found?.detail).toMatch(/something other than Callplane answers \(HTTP 404\)/);
      await stub?.close();
      reply = { status: 200, body: '<document type="freeswitch/xml"/>' };
      expect((await check({ ...same, "global_getvar provisioning_url": "http://127.0.0.1:9/freeswitch" })).found?.detail).toMatch(/asks http:\/\/127\.0\.0\.1:9\/freeswitch: .*Callplane listens at/);
      await stub?.close();
      expect((await check(same, { PROVISIONING_LISTEN: "off" })).found?.detail).toMatch(/PROVISIONING_LISTEN is off/);
      await stub?.close();
      const empty = `127.0.0.1:${port()}`;
      await new Promise((resolve) => listener.close(resolve));
      expect((await check({ ...same, "global_getvar provisioning_url": `http://${empty}/freeswitch` }, { PROVISIONING_LISTEN: empty })).found?.detail).toMatch(/nobody listens there/);
    });
  });

  it("says which certificate browsers are shown, and whether they can trust it", async () => {
    const shown = async (options: Parameters<typeof doctor>[1]): Promise<unknown> => {
      const { checks, failures } = await doctor(HEALTHY, options);
      await stub?.close();
      return { failures, detail: checks.find(({ check }) => check === "certificate for browsers")?.detail };
    };
    const failed = (pattern: RegExp): object => ({ failures: ["certificate for browsers"], detail: expect.stringMatching(pattern) as string });
    expect(await shown({})).toMatchObject({ failures: [], detail: expect.stringMatching(/^self-signed, each browser must be told to trust it: DNS:acme\.example, IP Address:127\.0\.0\.1, until 21/) as string });
    expect(await shown({ certificate: "nameless" })).toMatchObject(failed(/without a subjectAltName/));
    expect(await shown({ certificate: "expired" })).toMatchObject(failed(/^runs out: DNS:acme\.example, until 2021-01-01/));
  });

  it("compares the names of the certificate with where pages connect", async () => {
    await world.callplane(["org", "create", "other", "--domain", "other.example"]);
    await world.callplane(["user", "create", "eve", "--org", "other", "--role", "agent", "--agent", "2001", "--password", "a-long-enough-one"]);
    stub = await eventSocketStub();
    const { out } = await world.callplane(["doctor"], { env: { FREESWITCH_NODES: `esl://:${PASSWORD}@127.0.0.1:${stub.port}`, SIP_WSS_URL: `wss://{domain}:${stub.wssPort}` } });
    expect(out).toMatch(/FAIL {2}\S+ certificate for browsers: does not name other\.example, where pages connect/);
  });

  it("does not ask for opus where no browser can register", async () => {
    const replies = { ...HEALTHY, "sofia status profile internal": "WSS-BIND-URL     \tN/A\n", "show codec as json": '{"rows":[{"name":"G.711 alaw"},{"name":"G.711 ulaw"}]}' };
    expect((await doctor(replies)).failures).toEqual([]);
  });

  it("asks for the gateways that the organizations dial by", async () => {
    await world.callplane(["org", "set", "acme", "--dial-string", "sofia/gateway/other/{number}"]);
    const { checks, failures } = await doctor();
    expect(failures).toEqual(["gateway other"]);
    expect(checks.map(({ check }) => check)).not.toContain("gateway trunk");
  });

  it("tells a wrong password from a refused address and from nobody there", async () => {
    expect((await doctor(HEALTHY, { password: "wrong" })).failures).toEqual(["password"]);
    await stub?.close();
    expect((await doctor(HEALTHY, { refuse: true })).failures).toEqual(["access list"]);
    const port = stub?.port ?? 0;
    await stub?.close();
    stub = null;
    const { code, out } = await world.callplane(["doctor"], { env: { FREESWITCH_NODES: `esl://:hunter2@127.0.0.1:${port}` } });
    expect(code).toBe(1);
    expect(out).toMatch(/FAIL.*event socket: .*refused/);
    expect(out).not.toContain("hunter2");
  });

  it("finds users who still have the demo's password on a real switch", async () => {
    await seedDemo(await world.store(), { ln: 1, r: 1, p: 1 });
    const { checks } = await doctor({ ...HEALTHY, "domain_exists demo.local": "true" });
    expect(checks.find(({ check }) => check === "demo users")).toMatchObject({ ok: false, detail: expect.stringMatching(/^alice, bob, carol, admin: /) as unknown });
  });

  it("is content with the simulated switch when no node is set", async () => {
    const { code, out } = await world.callplane(["doctor"]);
    expect(code).toBe(0);
    expect(out).toContain("simulated switch");
  });

  it("takes a database that cannot be opened for a finding", async () => {
    const { code, out, err } = await world.callplane(["doctor"], { env: { DATABASE_URL: "file:/dev" } });
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out).toMatch(/FAIL {2}database: open/);
  });
});
