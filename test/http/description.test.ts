/** What `/docs/json` says: linted by public rules, and held to those of our own. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ERROR_CODES } from "../../src/errors.js";
import { componentsOf, isObject, listOf, mapSchema, objectOf, operationsOf, placesOf, refName, stringsOf, type JsonObject } from "../../src/http/openapi/json.js";
import { registerLive } from "../../src/http/live/index.js";
import { FakeAuth, liveStage, type LiveStage } from "../live/support.js";
import { createWorld, type World } from "./fakes.js";

let world: World;
let live: LiveStage;
let document: JsonObject;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "callplane-description-"));
  live = await liveStage();
  world = createWorld({ services: { registerLive: (app) => registerLive(app, { hub: live.hub, auth: new FakeAuth(), clock: live.clock }) } });
  document = objectOf((await world.app.inject({ url: "/docs/json" })).json());
});
afterAll(async () => {
  await world.close();
  await live.close();
  await rm(directory, { recursive: true, force: true });
});

const nameOf = ({ value }: { readonly value: JsonObject }): string => String(value["operationId"]);
/** Each schema with where it stands. */
function eachSchema(visit: (schema: JsonObject, where: string) => void): void {
  const walk = (schema: unknown, where: string): void => {
    mapSchema(schema, (each) => {
      visit(each, where);
      return each;
    });
  };
  for (const { holder, operation } of placesOf(document)) walk(holder["schema"], nameOf(operation));
  for (const [name, schema] of Object.entries(componentsOf(document, "schemas"))) walk(schema, name);
}
/** The properties of which this holds, as `schema.property`. */
function propertiesOf(holds: (name: string, schema: JsonObject) => boolean): readonly string[] {
  const found: string[] = [];
  eachSchema((schema, where) => {
    for (const [name, property] of Object.entries(objectOf(schema["properties"]))) if (isObject(property) && holds(name, property)) found.push(`${where}.${name}`);
  });
  return found;
}
const types = (schema: JsonObject): readonly unknown[] => [schema["type"]].flat();

test("public linters find nothing in the OpenAPI and the AsyncAPI document", async () => {
  const [file, events] = [join(directory, "openapi.json"), join(directory, "asyncapi.json")];
  await writeFile(file, JSON.stringify(document));
  await writeFile(events, (await world.app.inject({ url: "/docs/events" })).body);
  const found = await new Promise<string>((resolve) => execFile(process.execPath, ["scripts/lint-api.js", file, events], (_error, stdout, stderr) => resolve(stdout + stderr)));
  expect(found).toBe("");
}, 300_000);

test("the resources and the errors have names, and no component is without use", () => {
  expect(Object.keys(componentsOf(document, "schemas"))).toEqual(expect.arrayContaining(["Agent", "Call", "CallLeg", "CallLog", "Department", "Error", "PhoneLine", "ListedQueue", "QueueEntry", "QueueFigures", "Recording", "Session", "Target", "VoiceAgent", "VoiceConfig"]));
  expect(objectOf(objectOf(objectOf(componentsOf(document, "schemas")["Error"])["properties"])["error"])["enum"]).toEqual(ERROR_CODES);
  const inline = placesOf(document).filter(({ holder }) => !("in" in holder) && isObject(objectOf(holder["schema"])["properties"]) && Object.keys(objectOf(objectOf(holder["schema"])["properties"])).length > 0);
  expect(inline.map(({ operation }) => nameOf(operation))).toEqual([]);
});

test("nothing that a request may have is marked as read-only", () => {
  const markedIn = (value: unknown, at: string): readonly string[] => (Array.isArray(value) ? value.flatMap((each) => markedIn(each, at)) : isObject(value) ? [...("readOnly" in value ? [at] : []), ...Object.entries(value).flatMap(([name, each]) => markedIn(each, `${at}.${name}`))] : []);
  expect(JSON.stringify(componentsOf(document, "schemas")["UpdateOrganizationRequest"])).toContain("awayReasons");
  expect(markedIn(document["components"], "components")).toEqual([]);
  expect(markedIn(document["paths"], "paths")).toEqual([]);
});

test("what is a moment says so, and what is counted is an integer", () => {
  expect(propertiesOf((name, schema) => /(^at|At|^since|^until|Since|Until)$/.test(name) && types(schema).includes("string") && schema["format"] !== "date-time")).toEqual([]);
  const FRACTIONS = new Set(["averageWaitS"]);
  expect(propertiesOf((name, schema) => /(^total|^limit|[a-z]S|Ms|^page|^size|Index|Size|^expires)$/.test(name) && types(schema).includes("number") && !FRACTIONS.has(name))).toEqual([]);
});

test("an id that is a number, and a time that is one, say so", () => {
  const isNumber = (schema: JsonObject): boolean => types(schema).includes("integer") || types(schema).includes("number");
  expect(propertiesOf((name, schema) => /(^id|Id|_id)$/.test(name) && isNumber(schema) && schema["description"] === undefined)).toEqual([]);
  const moments = (holds: (schema: JsonObject) => boolean): readonly string[] => [...new Set(propertiesOf((name, schema) => name === "expires" && isNumber(schema) && holds(schema)))].sort();
  expect(moments(({ description }) => !/epoch milliseconds/i.test(String(description)))).toEqual([]);
  expect(moments(() => true)).toEqual(["ClientToken.expires", "EventTicket.expires", "Session.expires"]);
  expect(objectOf(objectOf(objectOf(componentsOf(document, "schemas")["EventTicket"])["properties"])["expiresAt"])["format"]).toBe("date-time");
});

test("each operation says who may use it, and what it refuses with which codes", () => {
  for (const operation of operationsOf(document)) {
    const { value } = operation;
    // The cookie of a session says who asks, and is no token with a role.
    const isPublic = listOf(value["security"]).length === 0 || listOf(value["security"]).some((each) => Object.keys(objectOf(each)).length === 0 || "session" in objectOf(each));
    expect({ operation: nameOf(operation), roles: stringsOf(value["x-roles"]).length > 0 }).toEqual({ operation: nameOf(operation), roles: !isPublic });
    const statuses = Object.keys(objectOf(value["responses"]));
    expect(statuses.filter((status) => /^[45]XX$/.test(status))).toEqual([]);
    if (!isPublic) expect(statuses).toEqual(expect.arrayContaining(["400", "401", "403", "429", "500", "503"]));
  }
  const conflict = objectOf(objectOf(objectOf(objectOf(componentsOf(document, "responses")["SwitchError409"])["content"])["application/json"])["schema"]);
  expect(JSON.stringify(conflict)).toContain('"enum":["Conflict","USER_BUSY"');
});

test("audio, CSV, TwiML, forms and streams have their media types", () => {
  const media = (path: string, method: string, status: string): readonly string[] => Object.keys(objectOf(objectOf(objectOf(objectOf(objectOf(objectOf(document["paths"])[path])[method])["responses"])[status])["content"]));
  expect(media("/voiceconfig/recordings/{id}/content", "get", "200")).toEqual(["audio/wav"]);
  expect(media("/voiceconfig/calllogs.csv", "get", "200")).toEqual(["text/csv"]);
  expect(media("/voicetwilio/voice", "post", "200")).toEqual(["text/xml", "application/json"]);
  expect(media("/2010-04-01/Accounts/{account}/Recordings/{sid}.mp3", "get", "200")).toEqual(["audio/mpeg"]);
  const forms = placesOf(document).filter(({ holder, operation }) => operation.path.startsWith("/2010-04-01") && !("in" in holder) && refName(holder["schema"])?.endsWith("Request") === true);
  for (const { operation } of forms) expect(Object.keys(objectOf(objectOf(operation.value["requestBody"])["content"]))).toEqual(["application/x-www-form-urlencoded"]);
});

test("no operation but Twilio's takes what it does not know, and what a 201 has made has a place", () => {
  const isTwilios = (path: string): boolean => path.startsWith("/2010-04-01") || /^\/voicetwilio\/(?:voice|gather|statuscallback)$/.test(path);
  const open: string[] = [];
  const look = (schema: unknown, operation: string): void => {
    mapSchema(schema, (each) => {
      const name = refName(each);
      if (name !== undefined) look(componentsOf(document, "schemas")[name], operation);
      else if (isObject(each["properties"]) && each["additionalProperties"] === undefined) open.push(operation);
      return each;
    });
  };
  for (const { holder, direction, operation } of placesOf(document)) if (direction === "input" && !isTwilios(operation.path)) look(holder["schema"], nameOf(operation));
  expect([...new Set(open)]).toEqual([]);
  const placeless = operationsOf(document).filter(({ path, value }) => !path.startsWith("/2010") && "201" in objectOf(value["responses"]) && value["x-created"] === undefined);
  expect(placeless.map(nameOf)).toEqual([]);
});
