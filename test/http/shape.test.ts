/** What every route does alike. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { bearer, CALLS, createWorld, legOf, type World } from "./fakes.js";
import { requestFor } from "./routes.js";

let world: World;
beforeAll(async () => {
  world = createWorld();
  await world.app.ready();
});
afterAll(() => world.close());

const values = { id: CALLS.alice, agentid: "1001", leg: legOf(CALLS.alice), configid: "1", lineid: "1", name: "sales" };
const isTwilios = (url: string): boolean => url.startsWith("/2010-04-01") || /^\/voicetwilio\/(?:voice|gather|statuscallback)$/.test(url);

test("an unknown query parameter is 400, whatever the route", async () => {
  for (const route of world.routes.filter(({ access, url }) => access.roles !== "public" && !isTwilios(url))) {
    const { url, ...request } = requestFor(route, values);
    const reply = await world.app.inject({ ...request, url: `${url}${url.includes("?") ? "&" : "?"}nonsense=1`, headers: bearer(route.access.roles.includes("admin") ? "admin" : "carol") });
    expect({ operation: route.operation, status: reply.statusCode, names: reply.body.includes("nonsense") || reply.body.includes("InvalidParameter") }).toEqual({ operation: route.operation, status: 400, names: true });
  }
});

test("an unknown field of a body is 400, whatever the route", async () => {
  for (const route of world.routes.filter(({ access, hasBody, url }) => access.roles !== "public" && hasBody && !isTwilios(url))) {
    const request = requestFor(route, values);
    const reply = await world.app.inject({ ...request, payload: { ...request.payload, nonsense: 1 }, headers: bearer(route.access.roles.includes("admin") ? "admin" : "carol") });
    expect({ operation: route.operation, status: reply.statusCode }).toEqual({ operation: route.operation, status: 400 });
  }
});

test("a 201 of the native and the configuration family says where what it made is", async () => {
  const made: string[] = [];
  for (const route of world.routes.filter(({ access, url }) => access.roles !== "public" && !isTwilios(url))) {
    const reply = await world.app.inject({ ...requestFor(route, values), headers: bearer(route.access.roles.includes("agent") ? "alice" : "admin") });
    if (reply.statusCode !== 201) continue;
    made.push(route.operation);
    expect([route.operation, String(reply.headers["location"])]).toEqual([route.operation, String(/^\/(?:voicechannel|voiceconfig|events)[a-z/]*(?:\/[\w.%-]+)*$/.exec(String(reply.headers["location"]))?.[0])]);
  }
  expect(made).toEqual(expect.arrayContaining(["originateCall", "consult", "recordCall", "createVoiceAgent", "createConfig", "createPhoneLine", "createDepartment", "grantRecording"]));
});
