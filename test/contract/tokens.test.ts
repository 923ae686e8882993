import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/cli/index.js";
import { openSimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import { Client, openStage, PASSWORD, type Stage } from "./harness.js";
import { ok, refused, talkingWith } from "./suites/steps.js";

/** Tokens of the command line, and what they may do in a Callplane that runs meanwhile. */
describe("tokens and permissions", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(await openSimulatedLab());
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await stage.lab.close();
  });

  const cli = async (...argv: string[]): Promise<string> => {
    const said: string[] = [];
    const io = { env: { DATABASE_URL: stage.databaseUrl, JWT_SECRET: "0123456789abcdef0123456789abcdef", AUDIT_KEY_FILE: join(dirname(stage.databaseUrl.replace(/^file:/, "")), "audit-key") }, stdin: Readable.from([]), out: (text: string) => void said.push(text), err: (text: string) => void said.push(text), flush: () => Promise.resolve() };
    expect({ code: await run(argv, io), said: said.join("") }).toEqual({ code: 0, said: said.join("") });
    return said.join("").trim();
  };
  const service = async (...options: string[]): Promise<Client> => new Client(stage.url, await cli("token", "create", "--org", "lab", "--role", "service", ...options));
  const login = (username: string, password = PASSWORD) => fetch(`${stage.url()}/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username, password }) });

  it("let a service supervise as far as it carries the modes, for a supervisor whom it names", async () => {
    const { id } = await talkingWith(stage, "1001");
    const listener = await service("--permissions", "listen", "--name", "quality");
    expect((await listener.get("/me")).body).toMatchObject({ username: "quality", role: "service", agent: null, permissions: ["listen"] });
    refused(await listener.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }), 400, "InvalidParameter");
    ok(await listener.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen", agent: "1003" }));
    for (const mode of ["whisper", "barge"]) refused(await listener.post(`/voicechannel/calls/${id}:supervise`, { mode, agent: "1003" }), 403, "Forbidden");
    expect(await listener.post(`/v1/call/${id}/barge`, { ext: "1003" })).toMatchObject({ status: 403, body: { status: "fail", error: "Forbidden" } });
    expect(await stage.as.carol.call(id)).toMatchObject({ supervision: [{ agent: "1003", mode: "listen" }] });
    ok(await listener.post(`/voicechannel/calls/${id}:supervise`, { mode: "off" }));
    const bare = await service();
    refused(await bare.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen", agent: "1003" }), 403, "Forbidden");
    ok(await bare.post(`/voicechannel/calls/${id}:hold`));
    const started = await eventually("the supervision in the log", async () => (await stage.audit()).find(({ action, target }) => action === "supervision.start" && target === id));
    expect([started.actor, started.detail.supervisor, started.detail.mode]).toEqual(["quality", "1003", "listen"]);
  });

  it("are refused from the moment that they are revoked, or that their user is disabled or has another password", async () => {
    const token = await service("--name", "crm");
    expect((await token.get("/voicechannel/calls")).status).toBe(200);
    await cli("token", "revoke", "crm");
    await eventually("the token to be refused", async () => (await token.get("/me")).status === 401);
    const session = new Client(stage.url, ((await (await login("dave")).json()) as { token: string }).token);
    expect((await session.get("/me")).status).toBe(200);
    await cli("user", "passwd", "dave", "--password", "quite another one");
    await eventually("the login to have ended", async () => (await session.get("/me")).status === 401);
    expect([(await login("dave")).status, (await login("dave", "quite another one")).status]).toEqual([401, 200]);
    await cli("user", "disable", "dave");
    await eventually("dave to be refused", async () => (await login("dave", "quite another one")).status === 401);
  });

  it("of a supervisor carry what the user says", async () => {
    const { id } = await talkingWith(stage, "1001");
    await cli("user", "create", "fay", "--org", "lab", "--role", "supervisor", "--agent", "1009", "--permissions", "listen", "--password", PASSWORD);
    const fay = new Client(stage.url, ((await (await login("fay")).json()) as { token: string }).token);
    refused(await fay.post(`/voicechannel/calls/${id}:supervise`, { mode: "barge" }), 403, "Forbidden");
    // Her phone is not registered: that is told only to who may listen.
    refused(await fay.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }), 409, "USER_NOT_REGISTERED");
    expect(await fay.post(`/v1/call/${id}/listen`, { ext: "1009" })).toMatchObject({ status: 409, body: { status: "fail", error: "USER_NOT_REGISTERED" } });
  });

  it("show an agent her supervisor only when the organization says so", async () => {
    const { as } = stage;
    const { id } = await talkingWith(stage, "1001");
    ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }));
    const seen = async () => {
      const call = await as.alice.call(id);
      const { data } = (await as.alice.get("/api/v2/channels")).body as { data: { row_count: number; rows: unknown[] } };
      return { supervision: call?.supervision.map(({ agent, mode }) => [agent, mode]), legs: call?.legs.length, rows: data.row_count, listed: data.rows.length };
    };
    expect(await seen()).toEqual({ supervision: [], legs: 2, rows: 2, listed: 2 });
    await cli("org", "set", "lab", "--supervision-visible", "on");
    try {
      await eventually("the agent to see it", async () => (await seen()).supervision?.length === 1);
      expect(await seen()).toEqual({ supervision: [["1003", "listen"]], legs: 3, rows: 3, listed: 3 });
    } finally {
      await cli("org", "set", "lab", "--supervision-visible", "off");
    }
    await eventually("the agent to see it no more", async () => (await seen()).supervision?.length === 0);
  });
});
