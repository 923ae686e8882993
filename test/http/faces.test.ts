import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CallplaneError, conflict } from "../../src/errors.js";
import { CALLS, ACTORS, bearer, createWorld, legOf, type World } from "./fakes.js";

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

type Method = "GET" | "POST" | "PUT" | "DELETE";
const ask = (method: Method, url: string, who: string, payload?: object | string, headers: Record<string, string> = {}) =>
  world.app.inject({ method, url, headers: { ...bearer(who), ...headers }, ...(payload === undefined ? {} : { payload }) });
const form = { "content-type": "application/x-www-form-urlencoded" };

function makeOutbound(id: string): void {
  const call = world.calls.get(id);
  if (call !== undefined) world.calls.set(id, { ...call, view: { ...call.view, direction: "outbound" } });
}

describe("face 3, /call", () => {
  const PROTOTYPE = {
    id: CALLS.alice,
    state: "active",
    b_leg: legOf(CALLS.alice),
    inbound: true,
    destination: "1001",
    caller_id: "+15551234567",
    assigned_to: "1001",
    channel: CALLS.alice,
    organization_id: 1,
    arrival_time: "1795168800",
  };

  test("state is the seed's object with the prototype's fields beside", async () => {
    const reply = await ask("GET", `/call/state?call_id=${CALLS.alice}`, "alice");
    expect(reply.json()).toEqual({ call: { ...PROTOTYPE, call_id: CALLS.alice, status: "answered", type: "cm_id", callee: "1001" } });
    const unknown = await ask("GET", `/call/state?call_id=${CALLS.unknown}`, "alice");
    expect([unknown.statusCode, unknown.json()]).toEqual([404, { status: "not found", description: `${CALLS.unknown} does not exist.` }]);
  });

  test("list and queue hold prototype objects; a waiting call has no b_leg and nobody", async () => {
    expect((await ask("GET", "/call/list", "alice")).json<{ calls: unknown[] }>().calls[0]).toEqual(PROTOTYPE);
    const queue = await ask("GET", "/call/queue", "alice");
    expect(queue.json()).toMatchObject({ status: "success", calls: [{ id: CALLS.queued, state: "queued", b_leg: null, assigned_to: null, destination: "sales" }] });
  });

  test("transfer joins the current outbound call with the source", async () => {
    makeOutbound(CALLS.alice);
    const reply = await ask("GET", `/call/transfer?source=${CALLS.queued}`, "alice");
    expect([reply.statusCode, reply.json()]).toEqual([
      200,
      {
        status: "success",
        source_call: { call_id: CALLS.queued, status: "bridged", type: "cm_id", callee: "sales" },
        destination_call: { call_id: CALLS.alice, status: "bridged", type: "cm_id", callee: "1001" },
      },
    ]);
  });

  test("transfer to an inbound call is the seed's 400", async () => {
    const reply = await ask("GET", `/call/transfer?source=${CALLS.queued}`, "alice");
    expect([reply.statusCode, reply.json()]).toEqual([400, { status: "bridge failed", description: "Cannot transfer to an inbound call." }]);
  });

  test("HEAD does not transfer", async () => {
    makeOutbound(CALLS.alice);
    const reply = await world.app.inject({ method: "HEAD", url: `/call/transfer?source=${CALLS.queued}`, headers: bearer("alice") });
    expect([reply.statusCode, world.asked]).toEqual([405, []]);
  });

  test("park names the call that was put on hold, and says when there is none", async () => {
    const current = await ask("POST", "/call/park", "alice");
    expect([current.statusCode, current.json()]).toEqual([200, { status: "on hold", description: `${CALLS.alice} was put on hold` }]);
    world.calls.delete(CALLS.alice);
    const none = await ask("POST", "/call/park", "alice");
    expect([none.statusCode, none.json()]).toEqual([404, { status: "not found", description: "No call available to put on hold" }]);
  });

  test("parameters come as query, form or JSON alike", async () => {
    await ask("POST", `/call/park?call_id=${CALLS.alice}`, "alice");
    await ask("POST", "/call/park", "alice", `call_id=${CALLS.alice}`, form);
    await ask("POST", "/call/park", "alice", { call_id: CALLS.alice });
    expect(world.asked).toEqual([1, 2, 3].map(() => ["park", CALLS.alice]));
  });

  test.each([
    ["query", "/call/park?callid=x", undefined, {}],
    ["form", "/call/park", "callid=x", form],
    ["JSON", "/call/park", { callid: "x" }, {}],
  ])("an unknown parameter of the %s is 400", async (_place, url, payload, headers) => {
    const reply = await ask("POST", url, "alice", payload, headers);
    expect([reply.statusCode, reply.json()]).toEqual([400, { status: "bad request", description: "callid: is not a parameter of this operation." }]);
    expect(world.asked).toEqual([]);
  });

  test("a parameter given twice with different values is 400", async () => {
    const reply = await ask("POST", `/call/park?call_id=${CALLS.alice}`, "alice", { call_id: CALLS.bob });
    expect(reply.statusCode).toBe(400);
  });

  test("a missing parameter is named", async () => {
    expect((await ask("GET", "/call/state", "alice")).json()).toEqual({ status: "bad request", description: "call_id: is missing." });
    expect((await ask("POST", "/call/originate", "alice")).json()).toEqual({ status: "bad request", description: "extension: is missing." });
  });

  test("pickup takes the longest waiting by default; originate and hangup answer with the call", async () => {
    expect((await ask("POST", "/call/pickup", "alice")).json()).toMatchObject({ status: "success", call_id: CALLS.queued, call: { id: CALLS.queued } });
    expect((await ask("POST", "/call/hangup", "alice")).json()).toEqual({ status: "success", call_id: CALLS.alice, description: `${CALLS.alice} was hung up` });
    expect((await ask("POST", "/call/originate", "alice", { extension: "+15550001111" })).json()).toMatchObject({ status: "success", call: { inbound: false } });
    expect(world.asked).toEqual([["pickup", undefined], ["hangup", CALLS.alice], ["originate", { target: { type: "phonenumber", to: "+15550001111" } }]]);
  });

  test("a Timeout is 504 here, and FreeSWITCH's words begin the description", async () => {
    world.failWith(new CallplaneError("Timeout"));
    expect((await ask("POST", "/call/park", "alice")).statusCode).toBe(504);
    world.failWith(new CallplaneError("USER_BUSY"));
    const busy = await ask("POST", "/call/originate", "alice", { extension: "1002" });
    expect([busy.statusCode, busy.json()]).toEqual([409, { status: "conflict", description: "USER_BUSY: The target is busy." }]);
  });
});

describe("face 4, /api/v2/channels", () => {
  const CHANNELS = "/api/v2/channels";

  test("the list is the seed's envelope with every row that the service gives", async () => {
    const reply = await ask("GET", CHANNELS, "carol");
    const { status, data } = reply.json<{ status: string; data: { row_count: number; rows: { uuid: string; presence_data: string }[] } }>();
    expect([status, data.row_count, data.rows.length]).toEqual(["OK", 5, 5]);
    expect(data.rows[0]).toMatchObject({ uuid: CALLS.alice, presence_data: "", state: "CS_EXECUTE" });
    expect(reply.headers["content-type"]).toContain("application/json");
  });

  test("page and size cut, row_count counts the whole set; fields picks", async () => {
    const reply = await ask("GET", `${CHANNELS}?page=2&size=2&fields=uuid,state`, "carol");
    const { data } = reply.json<{ data: { row_count: number; rows: unknown[] } }>();
    expect(data).toEqual({ row_count: 5, rows: [{ uuid: CALLS.bob, state: "CS_EXECUTE" }, { uuid: legOf(CALLS.bob), state: "CS_EXECUTE" }] });
    const unknown = await ask("GET", `${CHANNELS}?fields=uuid,password`, "carol");
    expect([unknown.statusCode, unknown.json<{ info: string }>().info]).toEqual([400, "-ERR InvalidParameter"]);
  });

  test("304 for the tag of an unchanged list, for * and in a list of tags, and never for another page", async () => {
    const first = await ask("GET", CHANNELS, "carol");
    const tag = String(first.headers.etag);
    for (const given of [tag, tag.replace("W/", ""), "*", `"other", ${tag}`]) {
      const again = await ask("GET", CHANNELS, "carol", undefined, { "if-none-match": given });
      expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, "", tag]);
    }
    expect((await ask("GET", `${CHANNELS}?page=1&size=1`, "carol", undefined, { "if-none-match": tag })).statusCode).toBe(200);
    world.calls.delete(CALLS.bob);
    expect((await ask("GET", CHANNELS, "carol", undefined, { "if-none-match": tag })).statusCode).toBe(200);
  });

  test("originate answers with FreeSWITCH's line", async () => {
    const reply = await ask("POST", CHANNELS, "carol", { calledId: "00", callerId: "2003@demo.local", auto_answer_param: "sip_h_Call-Info=answer-after=0" });
    expect([reply.statusCode, reply.json()]).toEqual([200, { status: "OK", info: "+OK ffffffff-0000-4000-8000-000000000006\n" }]);
    expect(world.asked).toEqual([["originate", { target: { type: "client", to: "00" }, agent: "1003", autoAnswer: { kind: "sip_h_Call-Info", value: "answer-after=0" } }]]);
  });

  test("another organization's domain in callerId is 404, a token without a phone has to give one", async () => {
    expect((await ask("POST", CHANNELS, "carol", { calledId: "00", callerId: "2001@other.local" })).statusCode).toBe(404);
    expect((await ask("POST", CHANNELS, "service", { calledId: "00" })).json()).toMatchObject({ info: "-ERR InvalidParameter", message: "callerId: is missing." });
  });

  test.each(["sip_auto_answer=false", "sip_h_X=1", "sip_h_Call-Info=", "sip_h_Call-Info=a,b", "sip_h_Call-Info=${x}", "sip_h_Alert-Info=<x>", "sip_h_Call-Info", "origination_uuid=1", "sip_h_Call-Info=a\nb"])(
    "auto_answer_param %j is 400",
    async (value) => {
      const reply = await ask("POST", CHANNELS, "alice", { calledId: "1002", auto_answer_param: value });
      expect([reply.statusCode, reply.json<{ message: string }>().message.split(":")[0]]).toEqual([400, "auto_answer_param"]);
      expect(world.asked).toEqual([]);
    },
  );

  test("hold, unhold and hangup answer as FreeSWITCH does", async () => {
    expect((await ask("PUT", `${CHANNELS}/${CALLS.alice}`, "alice", { state: "hold" })).json()).toEqual({ status: "OK", info: "+OK Success\n" });
    expect((await ask("PUT", `${CHANNELS}/${CALLS.alice}`, "alice", { state: "unhold" })).json()).toEqual({ status: "OK", info: "+OK Success\n" });
    expect((await ask("DELETE", `${CHANNELS}/${CALLS.alice}?cause=USER_BUSY`, "alice")).json()).toEqual({ status: "OK", info: "+OK\n" });
    expect(world.asked).toEqual([["hold", CALLS.alice], ["resume", CALLS.alice], ["hangupChannel", CALLS.alice, "USER_BUSY"]]);
  });

  test("a cause outside the table is 400, before the channel is looked for", async () => {
    const reply = await ask("DELETE", `${CHANNELS}/${CALLS.unknown}?cause=BECAUSE`, "alice");
    expect([reply.statusCode, reply.json<{ message: string }>().message]).toEqual([400, "cause: is not one of FreeSWITCH's hangup causes."]);
  });

  test("eavesdrop listens on the user's phone and answers with the leg", async () => {
    const reply = await ask("POST", `${CHANNELS}/${CALLS.alice}/eavesdrop`, "carol", { user: "2003" });
    expect(reply.json()).toEqual({ status: "OK", info: `+OK ${legOf(CALLS.alice)}\n` });
    expect(world.asked).toEqual([["supervise", CALLS.alice, { mode: "listen", agent: "1003" }]]);
  });

  test("errors are -ERR with the code or with FreeSWITCH's own line", async () => {
    expect((await ask("PUT", `${CHANNELS}/${CALLS.unknown}`, "alice", { state: "hold" })).json()).toEqual({ status: "error", info: "-ERR NotFound" });
    world.failWith(new CallplaneError("CALL_FAILED", "It failed.", { switchReply: "-ERR INVALID_PROFILE" }));
    expect((await ask("POST", CHANNELS, "alice", { calledId: "1002" })).json()).toEqual({ status: "error", info: "-ERR INVALID_PROFILE" });
  });
});

describe("face 5, /v1/call", () => {
  test("one row a call, with the seed's fields alone", async () => {
    const reply = await ask("GET", "/v1/call", "alice");
    const { data, total } = reply.json<{ data: unknown[]; total: number }>();
    expect(total).toBe(data.length);
    expect(data[0]).toEqual({
      call_id: CALLS.alice, context: "demo.local", created_time: "2026-11-20 10:00:00", destination: "1001", direction: "inbound", ip: "10.0.0.1", source: "+15551234567", state: "CS_EXECUTE",
    });
  });

  test("transfer, supervision, park and hangup", async () => {
    const url = `/v1/call/${CALLS.alice}`;
    expect((await ask("POST", `${url}/transfer`, "alice", { ext: "1002", legs: "aleg" })).json()).toEqual({ status: "success", call_id: CALLS.alice, ext: "1002" });
    for (const mode of ["listen", "whisper", "barge"]) expect((await ask("POST", `${url}/${mode}`, "carol", { ext: "2003" })).json()).toEqual({ status: "success", call_id: CALLS.alice, ext: "2003" });
    expect((await ask("POST", `${url}/park`, "alice", { legs: "bleg" })).json()).toEqual({ status: "success", call_id: CALLS.alice });
    expect((await ask("POST", `${url}/hangup`, "alice")).json()).toEqual({ status: "success", call_id: CALLS.alice });
    expect(world.asked).toEqual([
      ["transferLeg", CALLS.alice, "aleg", { type: "client", to: "1002" }],
      ...["listen", "whisper", "barge"].map((mode) => ["supervise", CALLS.alice, { mode, agent: "1003" }]),
      ["parkLeg", CALLS.alice, "bleg", 10],
      ["hangup", CALLS.alice],
    ]);
  });

  test("a refusal is its code; a malformed parameter is named besides", async () => {
    world.failWith(new CallplaneError("USER_NOT_REGISTERED"));
    const refused = await ask("POST", `/v1/call/${CALLS.alice}/transfer`, "alice", { ext: "1009", legs: "aleg" });
    expect([refused.statusCode, refused.json()]).toEqual([409, { status: "fail", error: "USER_NOT_REGISTERED" }]);
    world.failWith(conflict("It would drop the caller."));
    expect((await ask("POST", `/v1/call/${CALLS.alice}/transfer`, "alice", { ext: "1002", legs: "bleg" })).json()).toEqual({ status: "fail", error: "Conflict" });
    const malformed = await ask("POST", `/v1/call/${CALLS.alice}/transfer`, "alice", { ext: "1002", legs: "cleg" });
    expect([malformed.statusCode, malformed.json()]).toMatchObject([400, { status: "fail", error: "InvalidParameter" }]);
    expect(malformed.json<{ message: string }>().message).toMatch(/^legs: /);
  });

  test("a mode that the token does not carry is 403 with the code", async () => {
    expect(ACTORS["service"]?.permissions.has("barge")).toBe(false);
    const reply = await ask("POST", `/v1/call/${CALLS.alice}/barge`, "service", { ext: "2003" });
    expect([reply.statusCode, reply.json()]).toEqual([403, { status: "fail", error: "Forbidden" }]);
  });
});
