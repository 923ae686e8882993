import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isChannelUuid } from "../../src/freeswitch/index.js";
import { CALLS, bearer, createWorld, legOf, type World } from "./fakes.js";
import { WELL_FORMED, requestFor, type KnownRoute, type Request } from "./routes.js";

const LONG = "1".repeat(10 * 1024);
const HOSTILE_TEXT = ["1001\r\nbgapi shutdown", "1001\n", "\0", "10\u000001", "}1001", "{a=b}1001", "[a=b]1001", "1001,1002", "1001|1002", "^^:1001", "&system(id)", "${uuid}", "$${domain}", "<1001>", "1001 &park()", "'1001'", "1001;x", "../1001", "\u0085", LONG, ""];
const WRONG_TYPES = [5, true, null, {}, [], ["1001"]];
/** Any text is right there, as long as it holds no control character and is not endless. */
const FREE_TEXT = new Set(["username", "password", "changeOwnPassword.current", "changeOwnPassword.new", "createConfig.name", "createSharedNumber.name", "askForHelp.reason"]);
/** Their services check what they are given, and the ones here are doubles: `test/faults/hostile.test.ts` asks the whole product. */
const CHECKED_BEHIND = new Set(["createOrganization", "createUser", "createToken", "createTrunk", "updateTrunk", "setUserPassword", "setCallAttributes"]);
const NOT_FREE = /^[\s\S]*[\p{Cc}][\s\S]*$/u;

let world: World;
let routes: readonly KnownRoute[];
beforeAll(async () => {
  world = createWorld();
  await world.app.ready();
  routes = world.routes;
});
afterAll(() => world.close());

const own = { id: CALLS.alice, agentid: "1001", leg: legOf(CALLS.alice), configid: "1", lineid: "1", numberid: "1", webhookid: "1", organizationid: "1", userid: "1" };
function roleFor({ access: { roles } }: KnownRoute): string {
  if (roles === "public" || roles.includes("agent")) return "alice";
  if (roles.includes("supervisor")) return "carol";
  return roles.includes("admin") ? "admin" : "root";
}

/** Where a channel may be named, whatever FreeSWITCH takes for a name is one. */
const NAMES_CHANNEL = new Set(["id", "leg", "with", "call_id", "source", "channel_id"]);

async function expectRefusal(route: KnownRoute, request: Request, parameter: string, what: unknown): Promise<void> {
  if (NAMES_CHANNEL.has(parameter) && typeof what === "string" && isChannelUuid(what)) return;
  const before = world.asked.length;
  const reply = await world.app.inject({ ...request, headers: bearer(roleFor(route)) });
  const told = { operation: route.operation, parameter, what: typeof what === "string" ? what.slice(0, 40) : what, status: reply.statusCode, asked: world.asked.length - before };
  expect(told).toEqual({ ...told, status: 400, asked: 0 });
  expect({ ...told, body: reply.body }).toEqual({ ...told, body: expect.stringContaining(parameter) as unknown });
  expect(reply.body.length).toBeLessThan(600);
}

describe("a hostile parameter is refused with 400, is named, and asks nothing of the services:", () => {
  test("in every body and query of a well-formed request", async () => {
    for (const route of routes) {
      if (CHECKED_BEHIND.has(route.operation)) continue;
      for (const name of Object.keys(WELL_FORMED[route.operation] ?? {})) {
        for (const value of [...HOSTILE_TEXT, ...(route.method === "GET" ? [] : WRONG_TYPES)]) {
          // A flag takes either, and a number any that is small.
          if ((typeof value === "boolean" || typeof value === "number") && typeof WELL_FORMED[route.operation]?.[name] === typeof value) continue;
          if ((FREE_TEXT.has(name) || FREE_TEXT.has(`${route.operation}.${name}`)) && typeof value === "string" && value !== "" && value !== LONG && !NOT_FREE.test(value)) continue;
          await expectRefusal(route, requestFor(route, own, { ...WELL_FORMED[route.operation], [name]: value }), name, value);
        }
      }
    }
  });

  test("in a nested target", async () => {
    const conference = routes.find(({ operation }) => operation === "conference");
    if (conference === undefined) throw new Error("no conference");
    for (const value of [...HOSTILE_TEXT, ...WRONG_TYPES]) await expectRefusal(conference, requestFor(conference, own, { add: { type: "phonenumber", to: value } }), "add.to", value);
  });

  test("missing, where it is needed", async () => {
    const optional = new Set(["originateCall.agent", "superviseCall.agent", "superviseCall.mode", "streamCall.mode", "streamCall.tracks", "callOriginate.agent", "originateChannel.callerId", "v1Listen.ext", "v1Whisper.ext", "v1Barge.ext", "getClientToken.ttlS", "getClientTokens.ttlS", "createClientToken.ttlS", "createClientTokens.ttlS", "updateVoiceAgent.extension", "updateDepartment.strategy", "updateSharedNumber.number", "updateConfig.recorded", "updatePhoneLine.recorded", "updateWebhook.enabled", "updateOrganization.supervisionVisible", "updateUser.disabled", "rotateWebhookSecret.keepsPrevious", "createVoiceCall.agent", "moveCall.department", "moveCall.priority", "conference.add", "askForHelp.reason", "reportQuality.rttMs", "reportQuality.jitterMs", "reportQuality.lossPct", "updateCallback.state", "updateMessage.state"]);
    for (const route of routes) {
      if (CHECKED_BEHIND.has(route.operation)) continue;
      for (const name of Object.keys(WELL_FORMED[route.operation] ?? {})) {
        if (optional.has(`${route.operation}.${name}`)) continue;
        const rest = Object.fromEntries(Object.entries(WELL_FORMED[route.operation] ?? {}).filter(([other]) => other !== name));
        await expectRefusal(route, requestFor(route, own, rest), name, undefined);
      }
    }
  });

  test("in every path", async () => {
    for (const route of routes) {
      for (const name of route.parameters) {
        // A room, a participant or a stream may have any name.
        if (name === "conference" || name === "who" || name === "stream" || route.operation.endsWith("Conference")) continue;
        for (const value of ["not-a-uuid\n", "%", "a,b", "1001|1002", "${x}", "\0", "x".repeat(10 * 1024), `${CALLS.alice}'`]) {
          // Before an ending such as `.json` the router itself takes no line break.
          if (route.url.includes(`:${name}.`) && value.includes("\n")) continue;
          await expectRefusal(route, requestFor(route, { ...own, [name]: encodeURIComponent(value) }), name, value);
        }
      }
    }
  });

  test("in the filters and pages of lists", async () => {
    const cases: readonly [operation: string, name: string, values: readonly string[]][] = [
      ["listCalls", "state", ["", "dead"]],
      ["listCalls", "agent", HOSTILE_TEXT],
      ["listCalls", "department", HOSTILE_TEXT],
      ["listCalls", "number", ["", LONG, "\0"]],
      ["listCalls", "direction", ["", "up"]],
      ["listCalls", "domain", HOSTILE_TEXT.filter((value) => value !== LONG)],
      ["listCalls", "cursor", ["", LONG, "\n"]],
      ["listCalls", "limit", ["", "0", "-1", "1001", "x", "1.5", "1e9"]],
      ["listAgents", "limit", ["0", "x"]],
      ["listDirectory", "type", ["", "phone"]],
      ["listDirectory", "q", ["", LONG, "\0"]],
      ["listChannels", "page", ["", "0", "-1", "x", "1.5"]],
      ["listChannels", "size", ["", "0", "x", "1e99"]],
      ["listChannels", "fields", ["", "uuid,", "constructor", "__proto__", LONG]],
      ["listChannels", "domain", HOSTILE_TEXT.filter((value) => value !== LONG)],
      ["hangupChannel", "cause", [...HOSTILE_TEXT, "normal_clearing", "constructor"]],
      ["callHangup", "call_id", HOSTILE_TEXT],
      ["callPark", "call_id", HOSTILE_TEXT],
      ["callPickup", "call_id", HOSTILE_TEXT],
      ["getClientToken", "agent", HOSTILE_TEXT],
      ["getClientToken", "ttlS", ["59", "86401", "60.5", "-60"]],
      ["createClientTokens", "agent", HOSTILE_TEXT],
    ];
    for (const [operation, name, values] of cases) {
      const route = routes.find((candidate) => candidate.operation === operation);
      if (route === undefined) throw new Error(operation);
      for (const value of values) await expectRefusal(route, requestFor(route, own, { [name]: value }), name, value);
    }
  });

  test("as a body that is no JSON object", async () => {
    for (const route of routes.filter(({ hasBody, access }) => hasBody && access.roles !== "public")) {
      for (const payload of ["{", "null", "[]", "5", '"x"', '{"__proto__":{"a":1}}', "\u0000"]) {
        const { method, url } = requestFor(route, own);
        const before = world.asked.length;
        const reply = await world.app.inject({ method, url, payload, headers: { ...bearer(roleFor(route)), "content-type": "application/json" } });
        const told = { operation: route.operation, payload, status: reply.statusCode, asked: world.asked.length - before };
        expect(told).toEqual({ ...told, status: 400, asked: 0 });
      }
    }
  });

  test("as a body over 256 KB or of another type", async () => {
    for (const route of routes.filter(({ hasBody }) => hasBody)) {
      const { method, url } = requestFor(route, own);
      const headers = bearer(roleFor(route));
      const large = await world.app.inject({ method, url, payload: JSON.stringify({ x: "x".repeat(256 * 1024) }), headers: { ...headers, "content-type": "application/json" } });
      expect({ operation: route.operation, status: large.statusCode }).toEqual({ operation: route.operation, status: 413 });
      const typed = await world.app.inject({ method, url, payload: "<a/>", headers: { ...headers, "content-type": "text/xml" } });
      expect({ operation: route.operation, status: typed.statusCode }).toEqual({ operation: route.operation, status: 415 });
    }
  });
});
