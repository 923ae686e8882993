import { createHmac, randomUUID } from "node:crypto";
import twilio from "twilio";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CallplaneError } from "../../src/errors.js";
import { AddressGuard, Deliveries, OutboundClient, type DeliveriesOptions, type Delivery, type DeliveryStore } from "../../src/outbound/index.js";
import { LEASE_TIMING, LeaseSightings } from "../../src/lease/index.js";
import { openStore, type Store } from "../../src/store/index.js";
import { eventually } from "../lab/wait.js";
import { silentLogger } from "../store/support.js";
import { ManualClock } from "../support/manual-clock.js";
import { receiver, type Received, type Receiver } from "./support.js";

const HOUR_MS = 3_600_000;
const TOKEN = "0123456789abcdef0123456789abcdef";
type Answer = number | "reset" | "silence";

let clock: ManualClock;
let store: Store;
let acme: number;
let beta: number;
let server: Receiver;
let answer: (request: Received) => Answer;
let client: OutboundClient;
let opened: Deliveries[];
let ended: string[];
let owners: string[];

beforeEach(async () => {
  clock = new ManualClock();
  store = await openStore(":memory:");
  acme = (await store.organizations.create({ name: "acme", domain: "acme.example" })).id;
  beta = (await store.organizations.create({ name: "beta", domain: "beta.example" })).id;
  answer = () => 200;
  server = await receiver((request, response, socket) => {
    const status = answer(request);
    if (status === "reset") socket.resetAndDestroy();
    else if (status !== "silence") response.writeHead(status).end();
  });
  client = new OutboundClient({ guard: new AddressGuard({ allowed: ["127.0.0.1"] }), limits: { connectAttempts: 1 } });
  opened = [];
  ended = [];
  owners = [];
});
afterEach(async () => {
  for (const each of opened) await each.close();
  await client.close();
  await server.close();
  await store.close();
});

async function open(options: Partial<DeliveriesOptions> = {}): Promise<Deliveries> {
  const owner = randomUUID();
  owners.push(owner);
  const deliveries = await Deliveries.open({
    store: store.deliveries,
    owner,
    sightings: new LeaseSightings({ timing: LEASE_TIMING, clock, isGone: () => false }),
    client,
    signing: () => ({ signWith: TOKEN }),
    clock,
    logger: silentLogger(),
    metrics: { deliveryEnded: (kind, outcome) => void ended.push(`${kind} ${outcome}`) },
    random: () => 0.5,
    ...options,
    limits: { drainMs: 200, ...options.limits },
  });
  opened.push(deliveries);
  return deliveries;
}

const callback = (lane: string, n: number, more: Partial<Delivery> = {}): Delivery => ({ organizationId: acme, lane, kind: "callback", url: `${server.url}/${lane}`, method: "POST", form: [["SequenceNumber", String(n)]], sign: true, ...more });
const numbers = (lane: string): readonly string[] => server.received.filter(({ path }) => path === `/${lane}`).map(({ body }) => new URLSearchParams(body).get("SequenceNumber") ?? "");
/** Nothing is due and nothing is under way. */
const settled = () => eventually("all that is due to be sent", async () => (await Promise.all(owners.map((owner) => store.deliveries.due(owner, new Date(clock.now()), 1, { ids: [], organizations: [] })))).flat().length === 0, { everyMs: 2 });
/** Time goes on in steps, and each does its work. */
async function pass(ms: number, stepMs: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    clock.advance(stepMs);
    await settled();
  }
}

describe("deliveries", () => {
  it("arrive in order within their lane, signed so that Twilio's validator accepts them", async () => {
    const deliveries = await open();
    await Promise.all([0, 1, 2, 3].flatMap((n) => ["CA1", "CA2"].map((lane) => deliveries.enqueue(callback(lane, n)))));
    await settled();
    expect([numbers("CA1"), numbers("CA2")]).toEqual([["0", "1", "2", "3"], ["0", "1", "2", "3"]]);
    for (const { path, headers, body } of server.received) {
      expect(twilio.validateRequest(TOKEN, String(headers["x-twilio-signature"]), server.url + path, Object.fromEntries(new URLSearchParams(body)))).toBe(true);
    }
    expect(new Set(server.received.map(({ headers }) => headers["i-twilio-idempotency-token"])).size).toBe(8);
    expect([ended.length, await deliveries.waiting()]).toEqual([8, 0]);
  });

  it.each<[string, Answer]>([["answers 500", 500], ["answers 404", 404], ["resets its connections", "reset"]])("arrive in order after a receiver %s for an hour, and keep none of another lane waiting", async (_what, down) => {
    const deliveries = await open();
    answer = ({ path }) => (path === "/CA1" ? down : 200);
    for (const n of [0, 1, 2]) await deliveries.enqueue(callback("CA1", n));
    await deliveries.enqueue(callback("CA2", 0));
    await settled();
    expect(numbers("CA2")).toEqual(["0"]);
    await pass(HOUR_MS, 30_000);
    const tried = numbers("CA1");
    expect(new Set(tried)).toEqual(new Set(["0"]));
    // Doubling steps from a second: a dozen in an hour.
    expect(tried.length).toBeGreaterThan(8);
    expect(tried.length).toBeLessThan(16);
    answer = () => 200;
    await pass(HOUR_MS, 60_000);
    expect(numbers("CA1").slice(tried.length)).toEqual(["0", "1", "2"]);
    expect(new Set(server.received.filter(({ path, body }) => path === "/CA1" && body.endsWith("0")).map(({ headers }) => headers["i-twilio-idempotency-token"])).size).toBe(1);
    expect(await deliveries.waiting()).toBe(0);
  });

  it("are given up after a day, which is told, and those behind them have a day of their own", async () => {
    const deliveries = await open();
    const failures: string[] = [];
    deliveries.onFailure(({ lane, form }, { code }, isLast) => isLast && failures.push(`${lane} ${form?.[0]?.[1]} ${code}`));
    answer = ({ body }) => (body.endsWith("0") ? 503 : 200);
    await deliveries.enqueue(callback("CA1", 0));
    await pass(12 * HOUR_MS, HOUR_MS);
    await deliveries.enqueue(callback("CA1", 1));
    await pass(13 * HOUR_MS, HOUR_MS);
    expect(failures).toEqual(["CA1 0 11217"]);
    expect(numbers("CA1").at(-1)).toBe("1");
    expect(ended.filter((each) => each !== "callback failed")).toEqual(["callback given_up", "callback delivered"]);
  });

  it("that could never arrive are given up at once, and a URL that is none is refused", async () => {
    const deliveries = await open();
    answer = () => 410;
    await deliveries.enqueue(callback("CA1", 0));
    await deliveries.enqueue(callback("CA2", 0, { url: "http://10.1.2.3/" }));
    await settled();
    expect(ended).toEqual(["callback given_up", "callback given_up"]);
    for (const url of ["", "ftp://example.org", "voice"]) await expect(deliveries.enqueue(callback("CA1", 1, { url }))).rejects.toMatchObject({ code: "InvalidParameter" });
  });

  it("are signed by their kind, with what is valid when they are sent", async () => {
    const secrets = ["first", "second"];
    const deliveries = await open({ signing: ({ kind, json = "" }) => (kind === "webhook" ? { headers: { "x-signature": createHmac("sha256", secrets.shift() ?? "").update(json).digest("hex") } } : {}) });
    let tries = 0;
    answer = () => (tries++ === 0 ? 500 : 200);
    await deliveries.enqueue({ organizationId: acme, lane: "hook", kind: "webhook", url: `${server.url}/hook`, method: "POST", json: '{"a":1}', sign: true });
    await settled();
    await pass(2000, 500);
    expect(server.received.map(({ headers, body }) => [body, headers["x-signature"]])).toEqual(["first", "second"].map((secret) => ['{"a":1}', createHmac("sha256", secret).update('{"a":1}').digest("hex")]));
    await deliveries.enqueue({ ...callback("CA1", 0), sign: false });
    await settled();
    expect(server.received.at(-1)?.headers["x-twilio-signature"]).toBeUndefined();
  });

  it("are signed by the line that they name, with its token of then, also by the process after this one", async () => {
    const tokens = new Map([[7, "1".repeat(32)]]);
    const signing: DeliveriesOptions["signing"] = ({ line }) => ({ signWith: (line === undefined ? undefined : tokens.get(line)) ?? TOKEN });
    const valid = (token: string): boolean => {
      const last = server.received.at(-1);
      return last !== undefined && twilio.validateRequest(token, String(last.headers["x-twilio-signature"]), server.url + last.path, Object.fromEntries(new URLSearchParams(last.body)));
    };
    const first = await open({ signing });
    answer = () => 500;
    await first.enqueue(callback("CA1", 0, { line: 7 }));
    await settled();
    expect(valid("1".repeat(32))).toBe(true);
    await first.close();
    tokens.set(7, "2".repeat(32));
    answer = () => 200;
    const second = await open({ signing });
    await pass(2000, 500);
    expect(valid("2".repeat(32))).toBe(true);
    tokens.delete(7);
    await second.enqueue(callback("CA1", 1, { line: 7 }));
    await settled();
    expect(valid(TOKEN)).toBe(true);
  });

  it("of one name are one, for two days", async () => {
    const deliveries = await open();
    for (const n of [0, 1]) await deliveries.enqueue(callback("CA1", n, { once: "CA1/completed" }));
    await deliveries.enqueue(callback("CA2", 2, { organizationId: beta, once: "CA1/completed" }));
    await settled();
    await deliveries.enqueue(callback("CA1", 3, { once: "CA1/completed" }));
    await settled();
    expect([numbers("CA1"), numbers("CA2")]).toEqual([["0"], ["2"]]);
    await pass(50 * HOUR_MS, 5 * HOUR_MS);
    await eventually("the name to be forgotten", async () => {
      await deliveries.enqueue(callback("CA1", 4, { once: "CA1/completed" }));
      await settled();
      return numbers("CA1").length === 2;
    });
  });
});

describe("the bounds of deliveries", () => {
  it("keep a slow receiver of one organization from holding up the others", async () => {
    const deliveries = await open({ limits: { concurrent: 4, perOrganization: 3 } });
    answer = ({ path }) => (path.startsWith("/slow") ? "silence" : 200);
    for (let n = 0; n < 10; n++) await deliveries.enqueue(callback(`slow${n}`, 0));
    for (let n = 0; n < 10; n++) await deliveries.enqueue(callback(`CB${n}`, 0, { organizationId: beta }));
    await eventually("the other organization's to arrive", () => server.received.filter(({ path }) => path.startsWith("/CB")).length === 10);
    expect(server.received.filter(({ path }) => path.startsWith("/slow"))).toHaveLength(3);
  });

  it("make the oldest that has failed give way to a new one, and refuse it when none has", async () => {
    const deliveries = await open({ limits: { waiting: 5 } });
    answer = ({ path }) => (path.startsWith("/dead") ? 500 : 200);
    for (let n = 0; n < 5; n++) await deliveries.enqueue(callback(`dead${n}`, n));
    await settled();
    for (let n = 0; n < 3; n++) {
      await deliveries.enqueue(callback("CA1", n));
      await settled();
    }
    expect(numbers("CA1")).toEqual(["0", "1", "2"]);
    expect(ended.filter((each) => each.endsWith("dropped"))).toHaveLength(1);
    await deliveries.close();
    // Of the other organization none has been tried: nothing may be lost that might arrive.
    const second = await open({ limits: { waiting: 5, concurrent: 0 } });
    for (let n = 0; n < 20; n++) await second.enqueue(callback("CA3", n, { organizationId: beta })).catch((error: unknown) => ended.push(error instanceof CallplaneError ? error.code : "?"));
    expect(ended.filter((each) => each === "Busy")).toHaveLength(15);
    expect(ended.filter((each) => each === "callback refused")).toHaveLength(15);
    await expect(second.enqueue(callback("CA4", 0))).resolves.toBeUndefined();
  });

  it("end in a refusal when the database takes nothing for long, and in nothing lost when it does for a short time", async () => {
    let failures = 2;
    const { deliveries: real } = store;
    const flaky: DeliveryStore = {
      add: (...given) => (failures-- > 0 ? Promise.reject(new CallplaneError("DatabaseUnavailable")) : real.add(...given)),
      adopt: (...given) => real.adopt(...given),
      due: (...given) => real.due(...given),
      end: (...given) => real.end(...given),
      waiting: () => real.waiting(),
      forget: (before) => real.forget(before),
    };
    const deliveries = await open({ store: flaky });
    const passing = async (done: Promise<unknown>): Promise<unknown> => {
      let outcome: unknown = null;
      done.then(() => (outcome = "kept"), (error: unknown) => (outcome = error));
      return eventually("an outcome", () => {
        clock.advance(1000);
        return outcome;
      });
    };
    expect(await passing(deliveries.enqueue(callback("CA1", 0)))).toBe("kept");
    failures = Infinity;
    expect(await passing(deliveries.enqueue(callback("CA1", 1)))).toMatchObject({ code: "DatabaseUnavailable" });
    failures = 0;
    await deliveries.enqueue(callback("CA1", 2));
    await settled();
    expect(numbers("CA1")).toEqual(["0", "2"]);
  });
});

describe("at the end of a process", () => {
  it("what is under way is broken off after a short time, and sent again by the next one, under the same name", async () => {
    answer = () => "silence";
    const first = await open();
    await Promise.all([0, 1].map((n) => first.enqueue(callback("CA1", n))));
    await eventually("the request", () => server.received.length === 1);
    await first.close();
    await expect(first.enqueue(callback("CA1", 2))).rejects.toMatchObject({ code: "Busy" });
    expect(ended.filter((each) => each !== "callback refused")).toEqual([]);
    answer = () => 200;
    const second = await open();
    expect(await second.waiting()).toBe(2);
    await settled();
    expect(numbers("CA1")).toEqual(["0", "0", "1"]);
    expect(new Set(server.received.map(({ headers }) => headers["i-twilio-idempotency-token"])).size).toBe(2);
  });

  it("what answers in time is waited for", async () => {
    const waiting: (() => void)[] = [];
    const slow = await receiver((_request, response) => waiting.push(() => response.end()));
    const deliveries = await open({ limits: { drainMs: 10_000 } });
    await deliveries.enqueue(callback("CA1", 0, { url: slow.url }));
    await eventually("the request", () => waiting.length === 1);
    const closing = deliveries.close();
    for (const answerNow of waiting) answerNow();
    await closing;
    expect(ended).toEqual(["callback delivered"]);
    await slow.close();
  });
});
