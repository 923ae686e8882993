/** Calls in the words of seed 001. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { callSid } from "../../src/sids.js";
import { recordOf } from "./fake-call-logs.js";
import { PLACED } from "./fake-programs.js";
import { CALLS, ORG, bearer, createWorld, type World } from "./fakes.js";

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.app.ready();
});
afterEach(() => world.close());

async function send(who: string, method: "GET" | "POST" | "PUT" | "DELETE", path: string, payload?: object, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; body: Record<string, unknown>; etag: string }> {
  const reply = await world.app.inject({ method, url: `/voiceconfig/calls${path}`, headers: { ...bearer(who), ...headers }, ...(payload === undefined ? {} : { payload }) });
  return { status: reply.statusCode, body: reply.body === "" ? {} : reply.json(), etag: String(reply.headers["etag"]) };
}

it("lists live calls page by page, with CallSids and Twilio's statuses, and says when nothing has changed", async () => {
  const alice = world.calls.get(CALLS.alice);
  const bob = world.calls.get(CALLS.bob);
  if (alice === undefined || bob === undefined) throw new Error("There are no calls.");
  world.calls.set(CALLS.alice, { ...alice, view: { ...alice.view, state: "ringing", answeredAt: null, legs: alice.view.legs.map((leg) => ({ ...leg, state: "ringing" })) } });
  // A program has answered it, and nobody has talked with the caller yet.
  world.calls.set(CALLS.bob, { ...bob, view: { ...bob.view, state: "scripted", answeredAt: null } });
  const all = await send("carol", "GET", "");
  expect(all).toMatchObject({ status: 200, body: { total: 3, pageIndex: 0, pageSize: 50, items: [{ id: CALLS.alice, callSid: callSid(CALLS.alice), status: "ringing", agent: "1001" }, { status: "in-progress" }, { department: "sales", agent: null }] } });
  expect(await send("carol", "GET", "?pageSize=2&pageIndex=1")).toMatchObject({ body: { total: 3, items: [{ id: CALLS.queued }] } });
  expect(await send("carol", "GET", "", undefined, { "if-none-match": all.etag })).toMatchObject({ status: 304, body: {} });
  expect(await send("mallory", "GET", "")).toMatchObject({ body: { total: 1 } });
});

it("shows a call that has ended from its record", async () => {
  expect((await send("carol", "GET", `/${CALLS.bob}`)).body).toMatchObject({ id: CALLS.bob, status: "in-progress", endedAt: null });
  const { callLogs } = world.services;
  await world.close();
  world = createWorld({ services: { callLogs: { ...callLogs, get: async () => ({ record: recordOf(CALLS.bob, 1, "1002"), legs: [], timeline: [], recordings: [] }) } } });
  world.calls.delete(CALLS.bob);
  await world.app.ready();
  expect((await send("carol", "GET", `/${CALLS.bob}`)).body).toMatchObject({ callSid: callSid(CALLS.bob), status: "completed", agent: "1002", endedAt: "2026-11-20T10:00:00.000Z" });
});

it("makes calls, ends them, and cancels none that has been answered", async () => {
  const made = await send("alice", "POST", "", { type: "client", to: "1002" });
  expect(made).toMatchObject({ status: 201, body: { callSid: expect.stringMatching(/^CA[0-9a-f]{32}$/) as unknown, direction: "outbound", agent: "1001" } });
  expect(await send("alice", "PUT", `/${CALLS.alice}`, { status: "canceled" })).toMatchObject({ status: 409, body: { error: "Conflict" } });
  expect(await send("alice", "PUT", `/${CALLS.alice}`, { status: "ringing" })).toMatchObject({ status: 400 });
  expect(await send("alice", "PUT", `/${CALLS.alice}`, { status: "completed" })).toMatchObject({ status: 200 });
  expect(await send("alice", "DELETE", `/${CALLS.bob}`)).toMatchObject({ status: 403 });
  expect(await send("bob", "DELETE", `/${CALLS.bob}`)).toMatchObject({ status: 200 });
  expect(await send("carol", "DELETE", `/${CALLS.other}`)).toMatchObject({ status: 404 });
  expect(world.asked.filter(([method]) => method === "hangup").map(([, id]) => id)).toEqual([CALLS.alice, CALLS.bob]);
});

it("calls somebody who runs a program, shows the call from the beginning, and ends it before it has a leg", async () => {
  const told = { url: "https://app.example.org/status", method: "POST", events: ["ringing", "completed"] };
  const made = await send("service", "POST", "", { to: "+15550142", from: "+15550111", url: "https://app.example.org/voice", method: "GET", fallback: { url: "https://app.example.org/sorry" }, statusCallback: told, ringTimeoutS: 20, timeLimitS: 600, sendDigits: "ww1", record: true });
  expect(made).toMatchObject({ status: 201, body: { id: PLACED, callSid: callSid(PLACED), status: "queued", direction: "outbound", from: "+15550111", to: "+15550142", agent: null, answeredAt: null, endedAt: null } });
  expect(world.asked.at(-1)).toEqual(["program.create", {
    organizationId: ORG, by: "service", to: "+15550142", from: "+15550111", callerId: null, ringS: 20, timeLimitS: 600, sendDigits: "ww1", machineDetection: null, statusCallback: told,
    source: { url: "https://app.example.org/voice", method: "GET", fallback: { url: "https://app.example.org/sorry", method: "POST" } },
    record: { dual: false, track: "both", trim: false, callback: null },
  }]);
  expect(await send("admin", "GET", `/${PLACED}`)).toMatchObject({ status: 200, body: { status: "queued" } });
  expect(await send("mallory", "GET", `/${PLACED}`)).toMatchObject({ status: 404 });
  expect(await send("alice", "PUT", `/${PLACED}`, { status: "canceled" })).toMatchObject({ status: 404 });
  expect(await send("admin", "PUT", `/${PLACED}`, { twiml: "<Response/>" })).toMatchObject({ status: 409, body: { error: "Conflict" } });
  expect(await send("mallory", "DELETE", `/${PLACED}`)).toMatchObject({ status: 404 });
  expect(await send("admin", "PUT", `/${PLACED}`, { status: "canceled" })).toMatchObject({ status: 200 });
  expect(world.asked.at(-1)).toEqual(["program.end", ORG, callSid(PLACED), "canceled"]);
  expect(await send("root", "POST", "", { to: "client:1001", from: "+15550111", twiml: "<Response/>", domain: "demo.local" })).toMatchObject({ status: 201 });
  expect(world.asked.at(-1)).toMatchObject(["program.create", { organizationId: ORG, source: { twiml: "<Response/>" }, statusCallback: null, record: null, ringS: 60 }]);
  expect(await send("root", "DELETE", `/${PLACED}`)).toMatchObject({ status: 200 });
  expect(world.audit.map(({ action, actor, organizationId, target }) => [action, actor, organizationId, target])).toEqual([["call.create", "service"], ["call.hangup", "admin"], ["call.create", "root"], ["call.hangup", "root"]].map((act) => [...act, ORG, PLACED]));
});

it("says which field of a call is wrong, whichever of its two shapes it is", async () => {
  const good = { to: "+15550142", from: "+15550111", url: "https://app.example.org/" };
  const wrong = async (body: object): Promise<unknown> => {
    const { status, body: told } = await send("admin", "POST", "", body);
    return [status, told["message"]];
  };
  expect(await wrong({ ...good, url: "ftp://x" })).toEqual([400, "url: is not an http or https URL."]);
  expect(await wrong({ ...good, twiml: "<Response/>" })).toEqual([400, "twiml: cannot be given together with url."]);
  expect(await wrong({ to: good.to, from: good.from })).toEqual([400, "url: is missing, and so is twiml."]);
  expect(await wrong({ ...good, from: undefined })).toEqual([400, "from: is missing."]);
  expect(await wrong({ ...good, to: "sip:a@b" })).toEqual([400, "to: is neither a phone number nor `client:` and an agent."]);
  expect(await wrong({ ...good, statusCallback: { url: "https://app.example.org/", events: ["fallen"] } })).toMatchObject([400, expect.stringMatching(/^statusCallback\.events\.0: /)]);
  expect(await wrong({ ...good, other: 1 })).toEqual([400, "other: is not a parameter of this operation."]);
  expect(await wrong({ type: "client", to: "1 2" })).toMatchObject([400, expect.stringMatching(/^to: /)]);
  expect(await wrong({ type: "client", to: "1002", url: good.url })).toEqual([400, "url: is not a parameter of this operation."]);
  expect(await send("root", "POST", "", good)).toMatchObject({ status: 400, body: { message: expect.stringMatching(/^domain: /) as unknown } });
  expect(await send("admin", "POST", "", { ...good, domain: "other.local" })).toMatchObject({ status: 404 });
  expect(world.asked).toEqual([]);
});

it("gives a live call's caller another program, for those who set up the organization's applications", async () => {
  expect(await send("admin", "PUT", `/${CALLS.bob}`, { url: "https://app.example.org/next", method: "GET" })).toMatchObject({ status: 200, body: {} });
  expect(await send("root", "PUT", `/${CALLS.queued}`, { twiml: "<Response/>" })).toMatchObject({ status: 200 });
  expect(world.asked).toEqual([
    ["program.replace", ORG, callSid(CALLS.bob), { url: "https://app.example.org/next", method: "GET", fallback: null }],
    ["program.replace", ORG, callSid(CALLS.queued), { twiml: "<Response/>" }],
  ]);
  expect(world.audit.map(({ action, actor, target }) => [action, actor, target])).toEqual([["call.program", "admin", CALLS.bob], ["call.program", "root", CALLS.queued]]);
  // The leg that began a call of an agent's is the agent's; its far end hears the program.
  const alice = world.calls.get(CALLS.alice);
  const [first] = alice?.view.legs ?? [];
  if (alice === undefined || first === undefined) throw new Error("There is no call.");
  const far = "00000000-0000-4000-8000-000000000777";
  world.calls.set(CALLS.alice, { ...alice, view: { ...alice.view, legs: [{ ...first, role: "agent" }, { ...first, id: far, role: "customer" }] } });
  expect(await send("service", "PUT", `/${CALLS.alice}`, { twiml: "<Response/>" })).toMatchObject({ status: 200 });
  expect(world.asked.at(-1)).toEqual(["program.replace", ORG, callSid(far), { twiml: "<Response/>" }]);
  const before = world.asked.length;
  expect(await send("alice", "PUT", `/${CALLS.bob}`, { twiml: "<Response/>" })).toEqual({ status: 403, body: { status: "forbidden", description: `Call|${CALLS.bob} belongs to 1002`, error: "NotYourCall", message: `Call|${CALLS.bob} belongs to 1002` }, etag: "undefined" });
  for (const who of ["alice", "carol"]) expect(await send(who, "PUT", `/${CALLS.alice}`, { twiml: "<Response/>" })).toMatchObject({ status: 403, body: { error: "Forbidden" } });
  expect(await send("alice", "POST", "", { to: "+15550142", from: "+15550111", twiml: "<Response/>" })).toMatchObject({ status: 403, body: { error: "Forbidden" } });
  expect(await send("mallory", "PUT", `/${CALLS.bob}`, { twiml: "<Response/>" })).toMatchObject({ status: 404 });
  expect(await send("admin", "PUT", `/${CALLS.bob}`, { status: "completed", twiml: "<Response/>" })).toMatchObject({ status: 400 });
  expect(await send("admin", "PUT", `/${CALLS.bob}`, {})).toMatchObject({ status: 400, body: { message: "status: is missing, and so is url or twiml." } });
  expect(world.asked).toHaveLength(before);
});
