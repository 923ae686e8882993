import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CallplaneError } from "../../src/errors.js";
import { CALLS, bearer, createWorld, type World } from "./fakes.js";

describe("face 2, /voicetwilio", () => {
  let world: World;
  beforeEach(() => {
    world = createWorld();
  });
  afterEach(() => world.close());

  const post = (url: string, body: object = {}, who = "alice") => world.app.inject({ method: "POST", url: `/voicetwilio${url}`, headers: bearer(who), payload: body });

  test("gives a client token by GET and POST under both names, never to be stored", async () => {
    for (const path of ["/token", "/tokens"]) {
      for (const reply of [await world.app.inject({ url: `/voicetwilio${path}?agent=1001&ttlS=60`, headers: bearer("alice") }), await post(path, { agent: "1001", ttlS: 60 })]) {
        expect([reply.statusCode, reply.headers["cache-control"]]).toEqual([200, "no-store"]);
        expect(reply.json()).toEqual({ token: "jwt", identity: "1001", expires: 1_795_172_400_000, sip: { domain: "demo.local", wssUrl: "wss://demo.local:7443", user: "1001", password: "once", iceServers: [{ urls: ["stun:demo.local"] }] } });
      }
    }
    expect(world.asked).toEqual(Array.from({ length: 4 }, () => ["clientToken", { agent: "1001", ttlS: 60 }]));
    expect((await post("/token")).json<{ identity: string }>().identity).toBe("1001");
    expect(world.log.join("")).not.toContain("once");
  });

  test("asks the services of face 1, and is 200 with an empty body", async () => {
    const replies = [
      await post(`/calls/${CALLS.alice}:onhold`),
      await post(`/calls/${CALLS.alice}:resume`),
      await post(`/calls/${CALLS.alice}:transfer`, { callSid: CALLS.alice, type: "phonenumber", to: "+15550001111" }),
      await post("/agent/1001/status", { available: true }),
      await post("/agent/1001/status", { available: false }),
    ];
    expect(replies.map(({ statusCode, body }) => [statusCode, body])).toEqual(replies.map(() => [200, ""]));
    expect(world.asked.slice(0, 3)).toEqual([["hold", CALLS.alice], ["resume", CALLS.alice], ["transfer", CALLS.alice, { type: "phonenumber", to: "+15550001111" }]]);
    expect(world.asked.slice(3).map((each) => each.slice(0, 3))).toEqual([["setStatus", "1001", "online"], ["setStatus", "1001", "away"]]);
  });

  test("tells errors as {error, message}; what was not confirmed in time is 504", async () => {
    world.failWith(new CallplaneError("Timeout"));
    const late = await post(`/calls/${CALLS.alice}:onhold`);
    expect([late.statusCode, Object.keys(late.json<object>()), late.json<{ error: string }>().error]).toEqual([504, ["error", "message"], "Timeout"]);
    const bad = await post("/token", { ttlS: 59 });
    expect([bad.statusCode, bad.json<{ error: string }>().error]).toEqual([400, "InvalidParameter"]);
  });

  test("keeps in the audit log who set somebody else's status", async () => {
    await post("/agent/1001/status", { available: true });
    await post("/agent/1001/status", { available: false }, "carol");
    expect(world.audit).toMatchObject([{ action: "agent.status", actor: "carol", target: "1001", detail: { status: "away" } }]);
  });
});
