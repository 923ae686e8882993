import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HttpServices } from "../../src/http/services.js";
import { ACTORS, CALLS, bearer, createWorld, legOf, type World } from "./fakes.js";
import { objectOf } from "../../src/http/openapi/json.js";
import { requestFor, type KnownRoute } from "./routes.js";

/** Operations that read or act on what their caller may see at large, without naming one call or agent. Those of Twilio's API name what is an account's, which test/http/twilio tests. */
const NAMELESS = new Set(["listCalls", "originateCall", "listAgents", "listQueues", "listAudit", "logout", "me", "changeOwnPassword", "listOrganizations", "createOrganization", "listUsers", "createUser", "listTokens", "createToken", "listTrunks", "createTrunk", "callList", "callQueue", "callPark", "callPickup", "callHangup", "callOriginate", "listChannels", "originateChannel", "v1ListCalls", "listCallLogs", "exportCallLogs", "createCallLog", "listMessages", "listRecordings", "listCallbacks", "getClientToken", "getClientTokens", "createClientToken", "createClientTokens", "listVoiceAgents", "createVoiceAgent", "listDepartments", "getDepartment", "createDepartment", "updateDepartment", "removeDepartment", "listDirectory", "listSharedNumbers", "getSharedNumber", "createSharedNumber", "updateSharedNumber", "removeSharedNumber", "listSounds", "listUsedBy", "getVoiceAccount", "createVoiceAccount", "rotateAuthToken", "forgetPreviousAuthToken", "listConfigs", "createConfig", "listPhoneLines", "createPhoneLine", "listPhoneNumbers", "listWebhooks", "createWebhook", "listVoiceCalls", "createVoiceCall", "reportDepartments", "reportAgents", "exportDepartmentReport", "exportAgentReport", "queueHistory"]);
/** Operations of `/call` that name their call in a parameter. */
const NAMED_BY: Readonly<Record<string, string>> = { callTransfer: "source", callState: "call_id" };

let world: World;
let routes: readonly KnownRoute[];
beforeAll(async () => {
  world = createWorld();
  await world.app.ready();
  routes = world.routes;
});
afterAll(() => world.close());

/** Configuration, line and webhook 1 are the own organization's, 2 the other one's, and there are no others. */
const numberOf = (call: string): string => (call === CALLS.other ? "2" : call === CALLS.unknown ? "3" : "1");
const values = (call: string, agentid: string): Readonly<Record<string, string>> => ({ id: call, agentid, leg: legOf(call), configid: numberOf(call), lineid: numberOf(call), numberid: numberOf(call), organizationid: numberOf(call), userid: numberOf(call), trunk: numberOf(call), tokenkey: call, webhookid: numberOf(call) });

async function statusOf(route: KnownRoute, who: string | null, call: string, agent: string, headers: Readonly<Record<string, string>> = {}): Promise<{ status: number; body: string }> {
  const named = NAMED_BY[route.operation];
  const request = named === undefined ? requestFor(route, values(call, agent)) : requestFor(route, values(call, agent), { [named]: call });
  const reply = await world.app.inject({ ...request, headers: { ...(who === null ? {} : bearer(who)), ...headers } });
  return { status: reply.statusCode, body: reply.body };
}

describe("every route", () => {
  test("there are as many as the contract has", () => {
    expect(routes.length).toBeGreaterThanOrEqual(47);
    expect(new Set(routes.map(({ operation }) => operation)).size).toBe(routes.length);
  });

  test("answers 401 without a token, with a bad one, and with half of a pair, before it looks at anything else", async () => {
    for (const route of routes.filter(({ access }) => access.roles !== "public")) {
      for (const headers of [{}, { authorization: "Bearer nobody" }, { authorization: "Basic YWxpY2U6ZGVtbw==" }, { authorization: "alice" }, { "x-access-token": "alice" }, { "x-key": "jti-alice" }, { "x-access-token": "alice", "x-key": "jti-bob" }]) {
        const { status, body } = await statusOf(route, null, "not-a-uuid", "\u0001", headers);
        expect({ operation: route.operation, headers, status }).toEqual({ operation: route.operation, headers, status: 401 });
        expect(() => void JSON.parse(body)).not.toThrow();
      }
    }
    expect(world.asked).toEqual([]);
  });

  test("accepts a token as bearer and as X-Access-Token with its X-Key", async () => {
    for (const headers of [bearer("alice"), { "x-access-token": "alice", "x-key": "jti-alice" }]) expect((await world.app.inject({ url: "/me", headers })).statusCode).toBe(200);
  });

  test("is allowed to its roles on own objects, and refuses the others with 403", async () => {
    for (const route of routes.filter(({ access }) => access.roles !== "public")) {
      for (const who of ["alice", "carol", "admin", "service", "root"]) {
        const actor = ACTORS[who];
        if (actor === undefined) throw new Error(who);
        const allowed = route.access.roles !== "public" && route.access.roles.includes(actor.role);
        const { status } = await statusOf(route, who, CALLS.alice, "1001");
        const told = { operation: route.operation, who, status };
        if (!allowed) expect(told).toEqual({ ...told, status: 403 });
        // A permission that the token does not carry, or no call of one's own, are the services' to refuse.
        else if (who === "alice" || who === "carol") expect([200, 201, 204, 400, 404]).toContain(told.status);
        else expect(told.status).not.toBe(401);
      }
    }
  });

  test("tells another organization's object as 404, whatever the role, and also where the role alone would be 403", async () => {
    for (const route of routes.filter(({ access, operation }) => access.roles !== "public" && !NAMELESS.has(operation) && !operation.startsWith("twilio"))) {
      for (const who of ["alice", "carol", "admin", "service"]) {
        const told = { operation: route.operation, who, status: (await statusOf(route, who, CALLS.other, "2001")).status };
        expect(told).toEqual({ ...told, status: 404 });
      }
      const unknown = { operation: route.operation, status: (await statusOf(route, "root", CALLS.unknown, "9999")).status };
      expect(unknown).toEqual({ ...unknown, status: 404 });
    }
  });

  test("refuses a colleague's call to an agent with the same 403 in every face; those of seeds 000 and 001 add their own fields", async () => {
    const skipped = new Set(["superviseCall", "moveCall", "streamCall", "eavesdropChannel", "v1Listen", "v1Whisper", "v1Barge"]);
    const onCalls = routes.filter(({ access, operation }) => (access.names?.object === "call" || operation in NAMED_BY) && !skipped.has(operation));
    expect(onCalls.length).toBeGreaterThan(20);
    for (const route of onCalls) {
      const { status, body } = await statusOf(route, "alice", CALLS.bob, "1002");
      const description = `Call|${CALLS.bob} belongs to 1002`;
      const fields = /^\/(?:voicechannel|voicetwilio|voiceconfig)\//.test(route.url) ? { error: "NotYourCall", message: description } : {};
      expect({ operation: route.operation, status, body }).toEqual({ operation: route.operation, status: 403, body: JSON.stringify({ status: "forbidden", description, ...fields }) });
    }
  });

  test("that an agent may never use is 403 in the face's own words, with the code", async () => {
    const bodies = await Promise.all(["superviseCall", "eavesdropChannel", "v1Listen"].map(async (operation) => {
      const route = routes.find((candidate) => candidate.operation === operation);
      if (route === undefined) throw new Error(operation);
      return JSON.parse((await statusOf(route, "alice", CALLS.alice, "1001")).body) as unknown;
    }));
    expect(bodies).toEqual([
      { error: "Forbidden", message: "Your role may not do this." },
      { status: "error", info: "-ERR Forbidden" },
      { status: "fail", error: "Forbidden" },
    ]);
  });

  test("that is refused for want of a right is in the audit log", () => {
    expect(world.audit.some(({ action, actor, target, detail }) => action === "refused" && actor === "alice" && target === CALLS.bob && detail["code"] === "NotYourCall")).toBe(true);
  });
});

test("whatever was answered so far is in the document, refusals with their codes", async () => {
  expect(world.answers.size).toBeGreaterThan(100);
  expect(world.answers.undocumented(objectOf((await world.app.inject({ url: "/docs/json" })).json()))).toEqual([]);
});

test("a route that does not say who may use it makes the app fail at start", async () => {
  const services: Partial<HttpServices> = { registerLive: (app) => void app.get("/forgotten", () => "x") };
  const broken = createWorld({ services });
  await expect(broken.app.ready()).rejects.toThrow("/forgotten does not declare who may use it");
  await broken.close();
});
