/** Calls in the words of seed 001. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { callSid } from "../../src/sids.js";
import { recordOf } from "./fake-call-logs.js";
import { CALLS, bearer, createWorld, type World } from "./fakes.js";

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
