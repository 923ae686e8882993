/** Which refusals the document ascribes to which operation. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CallplaneError, ERROR_CODES, type ErrorCode } from "../../src/errors.js";
import { componentsOf, listOf, objectOf, operationsOf, type JsonObject } from "../../src/http/openapi/json.js";
import { answersOf } from "./documented.js";
import { CALLS, bearer, createWorld, legOf, type World } from "./fakes.js";
import { requestFor } from "./routes.js";

let world: World;
let document: JsonObject;
beforeAll(async () => {
  world = createWorld();
  await world.app.ready();
  document = objectOf((await world.app.inject({ url: "/docs/json" })).json());
});
afterAll(() => world.close());

const OF_SWITCH: readonly ErrorCode[] = ["Timeout", "USER_BUSY", "USER_NOT_REGISTERED", "NO_ANSWER", "CALL_REJECTED", "CANCELED", "CALL_FAILED", "PHONE_DID_NOT_ANSWER", "HELD_BY_PHONE", "NUMBER_NOT_ALLOWED", "DIAL_LIMIT"];
const named = (operationId: string): JsonObject => operationsOf(document).find(({ value }) => value["operationId"] === operationId)?.value ?? {};
const answers = (operationId: string): readonly string[] => [...answersOf(document, objectOf(named(operationId)["responses"]))];
/** In the description too, because the bodies of some faces have no code. */
function told(status: string, responses: JsonObject): string {
  const ref = objectOf(responses[status])["$ref"];
  return String(objectOf(typeof ref === "string" ? componentsOf(document, "responses")[ref.split("/").at(-1) ?? ""] : responses[status])["description"]);
}
/** The operations that are said to answer this. */
const refusing = (code: ErrorCode): readonly { readonly operation: string; readonly method: string; readonly path: string; readonly status: string }[] =>
  operationsOf(document).flatMap(({ method, path, value }) => {
    const responses = objectOf(value["responses"]);
    return Object.keys(responses).filter((status) => told(status, responses).includes(`\`${code}\``)).map((status) => ({ operation: String(value["operationId"]), method, path, status }));
  });

describe("what FreeSWITCH refuses", () => {
  test("is ascribed to acts on calls alone", () => {
    for (const code of OF_SWITCH) {
      const elsewhere = refusing(code).filter(({ operation, method, path }) => operation !== "callTransfer" && (method === "get" || !/^\/(?:voicechannel\/calls|voicetwilio\/calls|voiceconfig\/calls|call\/|api\/v2\/channels|v1\/call|2010-04-01\/.*\/(?:Calls|Queues\/.*\/Members|Conferences))\b/.test(path)));
      expect({ code, elsewhere }).toEqual({ code, elsewhere: [] });
    }
    for (const operation of ["setDisposition", "askForHelp", "reportQuality", "setAgentStatus", "updateDepartment", "login"]) expect(refusing("Timeout").map((each) => each.operation)).not.toContain(operation);
  });

  test("in time: 400 in the family of seed 000, and 504 elsewhere", () => {
    const found = refusing("Timeout");
    expect(found.filter(({ path, status }) => status !== (path.startsWith("/voicechannel/") ? "400" : "504"))).toEqual([]);
    expect(found.map(({ operation }) => operation)).toEqual(expect.arrayContaining(["holdCall", "originateCall", "callTransfer", "hangupChannel", "v1Park", "updateVoiceCall", "holdTwilioCall", "twilioUpdateCall"]));
  });

  test("is answered with the status that stands there", async () => {
    const acts = world.routes.filter(({ operation }) => refusing("Timeout").some((each) => each.operation === operation) && !operation.startsWith("twilio"));
    expect(acts.length).toBeGreaterThan(40);
    for (const route of acts) {
      const isNew = route.operation === "originateCall" || route.operation === "createVoiceCall";
      for (const code of ERROR_CODES) {
        // A call that is made is nobody else's.
        if (isNew && code === "NotYourCall") continue;
        world.failWith(new CallplaneError(code));
        await world.app.inject({ ...requestFor(route, { id: CALLS.alice, leg: legOf(CALLS.alice) }), headers: bearer("alice") });
        world.failWith(null);
      }
    }
    // What no act on a call is refused with.
    const impossible = new Set(["InUse", "Unauthorized", "MethodNotAllowed", "PreconditionFailed", "PROGRAM_UNREACHABLE", "PayloadTooLarge", "UnsupportedMediaType"]);
    expect(world.answers.undocumented(document).filter((each) => !impossible.has(each.split(" ").at(-1) ?? "") && !/: (?:412|413|415|502)$/.test(each))).toEqual([]);
  });
});

test("a browser's session is refused for its origin, its password and its cookie", () => {
  expect(answers("openSession")).toEqual(expect.arrayContaining(["401 Unauthorized", "403 Forbidden", "429 RateLimited"]));
  expect(answers("refreshSession")).toEqual(expect.arrayContaining(["401 Unauthorized", "403 Forbidden"]));
  expect(answers("closeSession")).toContain("403 Forbidden");
  expect(answers("closeSession")).not.toContain("401");
  expect(answers("login")).not.toContain("403");
  expect(objectOf(objectOf(document["components"])["securitySchemes"])["session"]).toMatchObject({ type: "apiKey", in: "cookie", name: "callplane_session" });
  expect(named("refreshSession")["security"]).toEqual([{ session: [] }, {}]);
  expect(named("closeSession")["security"]).toEqual([{ session: [] }, {}]);
  expect(listOf(named("openSession")["security"])).toEqual([]);
});

test("an owner is named only where something is owned", () => {
  expect(refusing("NotYourCall").map(({ operation }) => operation)).toEqual(expect.arrayContaining(["getCall", "holdCall", "getCallLog", "recordingContent", "callHangup"]));
  for (const { path } of refusing("NotYourCall")) expect(path).toMatch(/calls|calllogs|recordings|\/call\/|channels|v1\/call|quality/);
});

test("no operation tells how its refusals are found", () => expect(JSON.stringify(document)).not.toContain("x-refusals"));
