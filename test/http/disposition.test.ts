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
  expect(world.asked).toEqual([["setDisposition", ORG, CALLS.alice, "1001", "sold", "two of them"]]);
});

test("who supervises closes a call for its owner", async () => {
  expect((await close("carol", CALLS.bob, { code: "sold" })).statusCode).toBe(200);
  expect(world.asked).toEqual([["setDisposition", ORG, CALLS.bob, "1002", "sold", undefined]]);
});

test("a call that nobody has had is 409", async () => {
  expect((await close("carol", CALLS.queued, { code: "sold" })).statusCode).toBe(409);
  expect(world.asked).toEqual([]);
});
