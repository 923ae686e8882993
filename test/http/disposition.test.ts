import { afterEach, beforeEach, expect, test } from "vitest";
import { CALLS, ORG, bearer, createWorld, type World } from "./fakes.js";

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.close());

const close = (who: string, id: string, payload: object) => world.app.inject({ method: "POST", url: `/voicechannel/calls/${id}:disposition`, payload, headers: bearer(who) });

test("an agent closes her own call, with a note, and gets an empty 200", async () => {
  const reply = await close("alice", CALLS.alice, { code: "sold", note: "two of them" });
  expect([reply.statusCode, reply.body]).toEqual([200, ""]);
  expect(world.asked).toEqual([["setDisposition", "alice", ORG, CALLS.alice, "1001", "sold", "two of them"]]);
});

test("who supervises closes a call for its owner", async () => {
  expect((await close("carol", CALLS.bob, { code: "sold" })).statusCode).toBe(200);
  expect(world.asked).toEqual([["setDisposition", "carol", ORG, CALLS.bob, "1002", "sold", undefined]]);
});

test("a call that nobody has had is 409", async () => {
  expect((await close("carol", CALLS.queued, { code: "sold" })).statusCode).toBe(409);
  expect(world.asked).toEqual([]);
});

test("a record is told apart by its tag: not sent twice, and not closed or removed by whoever has read another state", async () => {
  const url = `/voiceconfig/calllogs/${CALLS.alice}`;
  const ask = (method: "GET" | "PUT" | "DELETE", headers: Readonly<Record<string, string>>, at = url) => world.app.inject({ method, url: at, headers: { ...bearer("admin"), ...headers }, ...(method === "PUT" ? { payload: { disposition: "sold" } } : {}) });
  const tag = String((await ask("GET", {})).headers.etag);
  expect([(await ask("GET", { "if-none-match": tag })).statusCode, (await ask("GET", { "if-none-match": '"x"' })).statusCode]).toEqual([304, 200]);
  const list = await ask("GET", {}, "/voiceconfig/calllogs");
  expect((await ask("GET", { "if-none-match": String(list.headers.etag) }, "/voiceconfig/calllogs")).statusCode).toBe(304);
  expect([(await ask("PUT", { "if-match": '"x"' })).statusCode, (await ask("DELETE", { "if-match": `W/${tag}` })).statusCode]).toEqual([412, 412]);
  expect(world.asked.map(([method]) => method)).not.toContain("calllogs.update");
  expect([(await ask("PUT", { "if-match": `"x", ${tag}` })).statusCode, (await ask("DELETE", { "if-match": tag })).statusCode]).toEqual([200, 200]);
});
