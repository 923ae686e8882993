import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CallplaneError, notFound } from "../../src/errors.js";
import { objectOf, operationsOf } from "../../src/http/openapi/json.js";
import { CALLS, bearer, createWorld, legOf, type World } from "./fakes.js";
import { WELL_FORMED, requestFor } from "./routes.js";

describe("face 1, /voicechannel", () => {
  let world: World;
  beforeEach(() => {
    world = createWorld();
  });
  afterEach(() => world.close());

  const post = (url: string, body: object = {}, who = "alice", headers: Record<string, string> = {}) =>
    world.app.inject({ method: "POST", url, headers: { ...bearer(who), ...headers }, payload: body });

  test.each(["hold", "resume", "hangup"])(":%s is 200 with an empty body, and asks the service for that call", async (verb) => {
    const reply = await post(`/voicechannel/calls/${CALLS.alice}:${verb}`);
    expect([reply.statusCode, reply.body]).toEqual([200, ""]);
    expect(world.asked).toEqual([[verb, CALLS.alice]]);
  });

  test.each(["park", "mute", "unmute", "complete", "cancel", "swap", "pickup", "leave"])(":%s answers the call, and asks the service for it", async (verb) => {
    const reply = await post(`/voicechannel/calls/${CALLS.alice}:${verb}`);
    expect([reply.statusCode, reply.json<{ id: string }>().id]).toEqual([200, CALLS.alice]);
    const method = { complete: "completeConsult", swap: "swapConsult" }[verb] ?? verb;
    expect(world.asked).toEqual([[method, CALLS.alice]]);
  });

  test("an act on a call that its token sees no more is 204, as the document says; the acts of seed 000 are 200 with nothing", async () => {
    await world.app.ready();
    const document = objectOf((await world.app.inject({ url: "/docs/json" })).json());
    const described = new Map(operationsOf(document).map(({ value }) => [String(value["operationId"]), objectOf(value["responses"])]));
    const hasBody = (operation: string, status: string): boolean => "content" in objectOf(described.get(operation)?.[status]);
    for (const operation of ["holdCall", "resumeCall", "transferCall", "hangupCall"]) expect([operation, hasBody(operation, "200"), described.get(operation)?.["204"]]).toEqual([operation, false, undefined]);
    const shown = world.routes.filter(({ operation }) => "204" in (described.get(operation) ?? {}) && "200" in (described.get(operation) ?? {}));
    expect(shown.map(({ operation }) => operation)).toEqual(expect.arrayContaining(["completeConsult", "parkCall", "bridgeCalls", "conference", "recordCall", "moveCall", "setCallAttributes", "muteLeg", "leaveConference"]));
    vi.spyOn(world.services.calls, "get").mockImplementation((_who, id) => {
      throw notFound(id);
    });
    for (const route of shown) {
      const request = requestFor(route, { id: CALLS.alice, leg: legOf(CALLS.alice) }, route.operation === "recordCall" ? { action: "stop" } : WELL_FORMED[route.operation]);
      const reply = await world.app.inject({ ...request, headers: bearer("admin") });
      expect([route.operation, reply.statusCode, reply.body, hasBody(route.operation, "200"), hasBody(route.operation, "204")]).toEqual([route.operation, 204, "", true, false]);
    }
  });

  test("an empty body is {}, with any content type or none", async () => {
    for (const type of ["application/json", "application/x-www-form-urlencoded", "text/plain", undefined]) {
      const reply = await world.app.inject({ method: "POST", url: `/voicechannel/calls/${CALLS.alice}:hold`, headers: { ...bearer("alice"), ...(type === undefined ? {} : { "content-type": type }) } });
      expect(reply.statusCode).toBe(200);
    }
  });

  test.each([
    ["client", "1002"],
    ["phonenumber", "+15550001111"],
    ["department", "sales"],
  ])(":transfer passes a %s on", async (type, to) => {
    const reply = await post(`/voicechannel/calls/${CALLS.alice}:transfer`, { type, to });
    expect([reply.statusCode, reply.body]).toEqual([200, ""]);
    expect(world.asked).toEqual([["transfer", CALLS.alice, { type, to }]]);
  });

  test("what creates is 201 with an id", async () => {
    const originate = await post("/voicechannel/calls", { type: "client", to: "1002" });
    expect([originate.statusCode, originate.json<{ id: string }>().id]).toEqual([201, "ffffffff-0000-4000-8000-000000000006"]);
    const consult = await post(`/voicechannel/calls/${CALLS.alice}:consult`, { type: "client", to: "1002" });
    expect([consult.statusCode, consult.json()]).toEqual([201, { id: legOf(CALLS.alice) }]);
    const record = await post(`/voicechannel/calls/${CALLS.alice}:record`, { action: "start" });
    expect([record.statusCode, record.json()]).toEqual([201, { id: "recording-1" }]);
    const stop = await post(`/voicechannel/calls/${CALLS.alice}:record`, { action: "stop" });
    expect([stop.statusCode, stop.json<{ id: string }>().id]).toEqual([200, CALLS.alice]);
  });

  test("bridge, dtmf, conference and supervise pass their parameters on", async () => {
    await post(`/voicechannel/calls/${CALLS.alice}:bridge`, { with: CALLS.queued });
    await post(`/voicechannel/calls/${CALLS.alice}:dtmf`, { digits: "12#w" });
    await post(`/voicechannel/calls/${CALLS.alice}:conference`, { add: { type: "client", to: "1002" } });
    await post(`/voicechannel/calls/${CALLS.alice}:supervise`, { mode: "whisper", target: "1001" }, "carol");
    expect(world.asked).toEqual([
      ["bridge", CALLS.alice, CALLS.queued],
      ["dtmf", CALLS.alice, "12#w"],
      ["conference", CALLS.alice, { type: "client", to: "1002" }],
      ["supervise", CALLS.alice, { mode: "whisper", target: "1001" }],
    ]);
  });

  test("lists are {items, total, next}, and filters reach the service", async () => {
    const reply = await world.app.inject({ url: "/voicechannel/calls?state=active&limit=5&number=%2B15551234567", headers: bearer("carol") });
    expect(reply.json()).toMatchObject({ total: 3, next: null });
    expect(world.asked).toEqual([["list", { state: "active", number: "+15551234567" }, { limit: 5 }]]);
    const agents = await world.app.inject({ url: "/voicechannel/agents", headers: bearer("carol") });
    expect(agents.json()).toMatchObject({ total: 3, next: null });
    const queues = await world.app.inject({ url: "/voicechannel/queues", headers: bearer("alice") });
    expect(queues.json()).toMatchObject({ items: [{ name: "sales", waiting: 1, calls: [{ id: CALLS.queued }] }], total: 1, next: null });
  });

  test("only a transfer may name a department: elsewhere it is 400, before anybody is told whose call it is", async () => {
    const department = { type: "department", to: "sales" };
    for (const [url, body] of [["/voicechannel/calls", department], [`/voicechannel/calls/${CALLS.bob}:consult`, department], [`/voicechannel/calls/${CALLS.bob}:conference`, { add: department }]] as const) {
      expect([url, (await post(url, body)).statusCode]).toEqual([url, 400]);
    }
    expect(world.asked).toEqual([]);
  });

  test("queues are paged by name", async () => {
    const waiting = world.calls.get(CALLS.queued);
    if (waiting !== undefined) world.calls.set(CALLS.unknown, { ...waiting, view: { ...waiting.view, id: CALLS.unknown, department: "complaints" } });
    const page = (query: string) => world.app.inject({ url: `/voicechannel/queues?limit=1${query}`, headers: bearer("alice") }).then((reply) => reply.json<{ items: { name: string }[]; total: number; next: string | null }>());
    const first = await page("");
    expect([first.items.map(({ name }) => name), first.total]).toEqual([["complaints"], 2]);
    const second = await page(`&cursor=${first.next ?? ""}`);
    expect([second.items.map(({ name }) => name), second.total, second.next]).toEqual([["sales"], 2, null]);
    const names = async (query: string) => (await page(`00${query}`)).items.map(({ name }) => name);
    expect([await names("&sort=-name"), await names("&sort=longestWait"), await names("&sort=-waiting&q=SALE")]).toEqual([["sales", "complaints"], ["complaints", "sales"], ["sales"]]);
    expect((await world.app.inject({ url: "/voicechannel/queues?cursor=!", headers: bearer("alice") })).statusCode).toBe(400);
  });

  test("an unknown filter is refused rather than ignored", async () => {
    const reply = await world.app.inject({ url: "/voicechannel/calls?agnet=1001", headers: bearer("carol") });
    expect([reply.statusCode, reply.json()]).toEqual([400, { error: "InvalidParameter", message: "agnet: is not a parameter of this operation." }]);
  });

  test("status and heartbeat reach the agents service; inCall is 400", async () => {
    expect((await post("/voicechannel/agents/1001/status", { status: "online" })).statusCode).toBe(200);
    expect((await post("/voicechannel/agents/1001/heartbeats")).statusCode).toBe(200);
    expect(world.asked).toEqual([["setStatus", "1001", "online"], ["heartbeat", "1001"]]);
    const refused = await post("/voicechannel/agents/1001/status", { status: "inCall" });
    expect([refused.statusCode, refused.json<{ error: string }>().error]).toEqual([400, "InvalidParameter"]);
  });

  test("originate takes the agent by id, by extension and with the domain, which must be her organization's", async () => {
    for (const agent of ["1003", "2003", "2003@demo.local"]) await post("/voicechannel/calls", { type: "client", to: "1002", agent }, "carol");
    expect(world.asked).toEqual([1, 2, 3].map(() => ["originate", { target: { type: "client", to: "1002" }, agent: "1003" }]));
    expect((await post("/voicechannel/calls", { type: "client", to: "1002", agent: "2001@other.local" }, "carol")).statusCode).toBe(404);
    await post("/voicechannel/calls", { type: "client", to: "1002", agent: "2001@other.local" }, "root");
    expect(world.asked.at(-1)).toEqual(["originate", { target: { type: "client", to: "1002" }, agent: "2001@other.local" }]);
  });

  test("Timeout is 400, an unreachable switch 503 with Retry-After", async () => {
    world.failWith(new CallplaneError("Timeout"));
    const timeout = await post(`/voicechannel/calls/${CALLS.alice}:hold`);
    expect([timeout.statusCode, timeout.json<{ error: string }>().error]).toEqual([400, "Timeout"]);
    world.failWith(new CallplaneError("SwitchUnavailable", undefined, { retryAfterS: 7 }));
    const gone = await post(`/voicechannel/calls/${CALLS.alice}:hold`);
    expect([gone.statusCode, gone.headers["retry-after"]]).toEqual([503, "7"]);
  });

  test("a colon that a client encoded still ends the id", async () => {
    expect((await post(`/voicechannel/calls/${CALLS.alice}%3Ahold`)).statusCode).toBe(200);
  });
});
