/** Two processes with different FreeSWITCH nodes deliver from one database: each delivery is sent by one of them, and when one is killed the other goes on. */
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { steadyClock, systemClock } from "../../src/clock.js";
import { isGone, LEASE_TIMING, LeaseSightings, ownMark, type LeaseTiming } from "../../src/lease/index.js";
import { AddressGuard, Deliveries, OutboundClient, type Delivery } from "../../src/outbound/index.js";
import { openStore, type Store } from "../../src/store/index.js";
import { eventually } from "../lab/wait.js";
import { silentLogger } from "../store/support.js";
import { outboundOf, storeOf } from "../support/build.js";
import { startOwned, type Started } from "../support/started.js";
import { temporaryDirectory } from "../support/temporary.js";
import { receiver, type Received, type Receiver } from "./support.js";

const HOUR_MS = 3_600_000;

interface Process {
  readonly owner: string;
  readonly store: Store;
  readonly deliveries: Deliveries;
  /** How often it asked whether another process lives. */
  readonly looks: () => number;
  close(): Promise<void>;
}

let folder: ReturnType<typeof temporaryDirectory>;
let database: string;
let organizationId: number;
let server: Receiver;
let isSilent: (request: Received) => boolean;
/** Answers what was left without an answer. */
let held: (() => void)[];
let closing: (() => unknown)[];

beforeEach(async () => {
  folder = temporaryDirectory();
  database = `file:${join(folder.path, "a.db")}`;
  const store = await openStore(database);
  organizationId = (await store.organizations.create({ name: "acme", domain: "acme.example" })).id;
  await store.close();
  held = [];
  closing = [];
  isSilent = () => false;
  server = await receiver((request, response) => {
    if (isSilent(request)) held.push(() => void response.end());
    else response.end();
  });
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  await server.close();
  folder.remove();
});

async function start(node: string, { timing = {}, leaseMs = HOUR_MS }: { readonly timing?: Partial<LeaseTiming>; readonly leaseMs?: number } = {}): Promise<Process> {
  const store = await openStore(database);
  const owner = randomUUID();
  await store.nodeLeases.take([node], { id: owner, name: node, mark: null }, leaseMs, []);
  const real = new LeaseSightings({ timing: { ...LEASE_TIMING, ...timing }, clock: steadyClock, isGone });
  let looks = 0;
  const sightings: Pick<LeaseSightings, "note" | "isDoubtful" | "isDead"> = {
    note: (leases) => real.note(leases),
    isDead: (lease) => real.isDead(lease),
    isDoubtful: (lease) => {
      looks++;
      return real.isDoubtful(lease);
    },
  };
  const client = new OutboundClient({ guard: new AddressGuard({ allowed: ["127.0.0.1"] }) });
  const deliveries = await Deliveries.open({ store: store.deliveries, owner, sightings, client, signing: () => ({}), clock: systemClock, logger: silentLogger(), metrics: { deliveryEnded: () => undefined }, limits: { drainMs: 100 } });
  const close = async (): Promise<void> => {
    await deliveries.close();
    await client.close();
    await store.close();
  };
  closing.push(close);
  return { owner, store, deliveries, looks: () => looks, close };
}

const delivery = (lane: string, n: number): Delivery => ({ organizationId, lane, kind: "callback", url: `${server.url}/${lane}`, method: "POST", form: [["n", String(n)]], sign: false });
const numbers = (lane: string): readonly number[] => server.received.filter(({ path }) => path === `/${lane}`).map(({ body }) => Number(new URLSearchParams(body).get("n")));
const arrived = (lane: string, count: number): Promise<unknown> => eventually(`${count} requests of ${lane}`, () => numbers(lane).length >= count, { everyMs: 5 });

describe("two processes on one database", () => {
  it("send each delivery once, those of one lane in order, whoever of them gave it", async () => {
    const [a, b] = [await start("fs1"), await start("fs2")];
    const lanes = ["CA1", "CA2", "CA3"];
    isSilent = ({ path }) => path !== "/own";
    for (const lane of lanes) await a.deliveries.enqueue(delivery(lane, 0));
    for (const lane of lanes) await arrived(lane, 1);
    for (const lane of lanes) await b.deliveries.enqueue(delivery(lane, 1));
    // It has looked for what is due, while the first are still under way.
    await b.deliveries.enqueue(delivery("own", 0));
    await arrived("own", 1);
    const looks = b.looks();
    await eventually("more looks", () => b.looks() >= looks + 2);
    expect(lanes.map(numbers)).toEqual(lanes.map(() => [0]));
    isSilent = () => false;
    for (const answer of held) answer();
    for (let n = 2; n < 30; n++) for (const lane of lanes) await (n % 2 === 0 ? a : b).deliveries.enqueue(delivery(lane, n));
    for (const lane of lanes) await arrived(lane, 30);
    await eventually("all ends to be written", async () => (await a.deliveries.waiting()) === 0);
    expect(lanes.map(numbers)).toEqual(lanes.map(() => Array.from({ length: 30 }, (_, n) => n)));
  });

  it("write no end of what another one has taken up meanwhile", async () => {
    const [a, b] = [await start("fs1"), await start("fs2")];
    isSilent = () => true;
    for (const n of [0, 1]) await a.deliveries.enqueue(delivery("CA1", n));
    await arrived("CA1", 1);
    // As after a standstill, in which the other one took it for dead.
    await a.store.nodeLeases.release(a.owner);
    await arrived("CA1", 2);
    const own = { ids: [], organizations: [] };
    const [first] = await b.store.deliveries.due(b.owner, new Date(), 1, own);
    await a.store.deliveries.end(a.owner, [{ id: first?.id ?? 0, next: "done" }], new Date());
    expect(await b.store.deliveries.due(b.owner, new Date(), 1, own)).toEqual([first]);
    expect(await a.store.deliveries.waiting()).toBe(2);
  });

  it("take up what the other one left when it ended in order", async () => {
    const [a, b] = [await start("fs1"), await start("fs2")];
    isSilent = () => true;
    for (const n of [0, 1]) await a.deliveries.enqueue(delivery("CA1", n));
    await arrived("CA1", 1);
    await a.deliveries.close();
    isSilent = () => false;
    await a.store.nodeLeases.release(a.owner);
    await arrived("CA1", 3);
    await eventually("all ends to be written", async () => (await b.deliveries.waiting()) === 0);
    expect(numbers("CA1")).toEqual([0, 0, 1]);
  });
});

const program = (product: string): string => `
import { openStore } from ${JSON.stringify(pathToFileURL(storeOf(product)).href)};
import { AddressGuard, Deliveries, OutboundClient } from ${JSON.stringify(pathToFileURL(outboundOf(product)).href)};
const [database, url, organizationId, owner] = process.argv.slice(2);
const store = await openStore(database);
const client = new OutboundClient({ guard: new AddressGuard({ allowed: ["127.0.0.1"] }) });
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const clock = { now: () => Date.now(), every: (ms, work) => { const timer = setInterval(work, ms); return () => clearInterval(timer); } };
const sightings = { note() {}, isDoubtful: () => false, isDead: () => false };
const deliveries = await Deliveries.open({ store: store.deliveries, owner, sightings, client, signing: () => ({}), clock, logger, metrics: { deliveryEnded() {} } });
for (const n of [0, 1, 2]) await deliveries.enqueue({ organizationId: Number(organizationId), lane: "CA1", kind: "callback", url: url + "/CA1", method: "POST", form: [["n", String(n)]], sign: false });
`;

describe("when a process is killed while it sends, another one goes on in order", () => {
  /** What shows that it lives no more. */
  it.each<[string, { readonly isMarked: boolean; readonly leaseMs: number; readonly isFollowed: boolean }]>([
    ["at once on the same machine", { isMarked: true, leaseMs: HOUR_MS, isFollowed: false }],
    ["at once when a new process has its nodes", { isMarked: false, leaseMs: HOUR_MS, isFollowed: true }],
    ["when its lease, which it renewed until then, has expired", { isMarked: false, leaseMs: 2000, isFollowed: false }],
  ])("%s", async (_when, { isMarked, leaseMs, isFollowed }) => {
    const b = await start("fs2", { timing: { steadyMs: 500 } });
    const script = join(folder.path, "deliver.mjs");
    writeFileSync(script, program(inject("product")));
    const owner = randomUUID();
    const killed: Started = startOwned(process.execPath, [script, database, server.url, String(organizationId), owner], { cwd: folder.path, env: { PATH: process.env.PATH ?? "" } });
    closing.push(() => killed.kill());
    await b.store.nodeLeases.take(["fs1"], { id: owner, name: "killed", mark: isMarked ? ownMark(killed.child.pid ?? 0) : null }, leaseMs, []);
    // Its holder does so within it.
    const renewing = setInterval(() => void b.store.nodeLeases.renew(["fs1"], owner, leaseMs), 100);
    closing.push(() => clearInterval(renewing));
    isSilent = () => true;
    await arrived("CA1", 1);
    const looks = b.looks();
    await eventually("more looks", () => b.looks() >= looks + 6);
    expect(numbers("CA1")).toEqual([0]);
    isSilent = () => false;
    await killed.kill();
    clearInterval(renewing);
    if (isFollowed) await b.store.nodeLeases.take(["fs1"], { id: randomUUID(), name: "restarted", mark: null }, leaseMs, await b.store.nodeLeases.list(["fs1"]));
    await arrived("CA1", 4);
    await eventually("all ends to be written", async () => (await b.deliveries.waiting()) === 0);
    expect(numbers("CA1")).toEqual([0, 0, 1, 2]);
    expect(new Set(server.received.map(({ headers }) => headers["i-twilio-idempotency-token"])).size).toBe(3);
  });
});
