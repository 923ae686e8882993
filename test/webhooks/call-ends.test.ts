/** Each call's end, and that its record is finished, go into the outbox with the record: whatever becomes of the process, they are told, and each once. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { finishRecord } from "../../src/call-logs/finish-record.js";
import { closeOpen, type CallRecord } from "../../src/call-logs/index.js";
import { eventually } from "../lab/wait.js";
import { ofCall, openWebhookWorld, toldIn, type Told, type WebhookWorld } from "./support.js";

let world: WebhookWorld;
let id: number;
beforeEach(async () => {
  world = await openWebhookWorld();
  ({ id } = await world.hook());
});
afterEach(() => world.close());

const at = (s: number): Date => new Date(Date.UTC(2026, 0, 1, 12, 0, s));
const record = (call: string, more: Partial<CallRecord> = {}): CallRecord => ({
  id: call, organizationId: world.organizationId, direction: "inbound", from: "+15550001", to: "1001", department: null, agentId: "1001", status: "in-progress", startedAt: at(0), answeredAt: at(5), endedAt: null, waitMs: 0, talkMs: 0, holdMs: 0,
  hangupCause: null, hungUpBy: "customer", disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "fs1", complete: false, ...more,
});
const leg = (call: string) => ({ coreUuid: "core", channelUuid: call, callId: call, node: "fs1", role: "customer", direction: "inbound", name: null, sipCallId: null, ring: null, agentId: null, number: "+15550001", startedAt: at(0), answeredAt: at(5), endedAt: at(30), hangupCause: "NORMAL_CLEARING", source: "events" }) as const;

async function open(call: string, more: Partial<CallRecord> = {}): Promise<void> {
  await world.store.callRecords.transaction(async (tx) => {
    await tx.saveRecord(record(call, more));
    await tx.saveLeg(leg(call));
    await tx.addTimeline({ callId: call, at: at(5), type: "answered", agentId: "1001", detail: {} });
  });
}
const finish = (call: string): Promise<unknown> => world.store.callRecords.transaction((tx) => finishRecord(tx, call));

async function told(): Promise<readonly Told[]> {
  await world.kept();
  await eventually("everything to arrive", async () => {
    world.clock.advance(500);
    return (await world.store.webhooks.pending(id, { offset: 0, limit: 1 })).total === 0;
  }, { everyMs: 5 });
  return world.server.received.map(toldIn);
}

it("also of a call of which no event was told: from its record", async () => {
  await open("c");
  const began = Date.now();
  await finish("c");
  const all = await told();
  // An hour may have passed since the call ended, and what was told of it before has a later time than that.
  for (const { at } of all) expect(Date.parse(at)).toBeGreaterThanOrEqual(began);
  expect(all).toEqual([
    {
      id: null, type: "call.ended", at: expect.any(String) as string, organization: "acme.example",
      data: { call: expect.objectContaining({ id: "c", state: "ended", stateSince: at(30).toISOString(), assignedTo: "1001", from: "+15550001", createdAt: at(0).toISOString(), answeredAt: at(5).toISOString(), legs: [] }) as unknown, ended: { cause: "NORMAL_CLEARING", by: "customer", waitMs: 0, talkMs: 25_000, holdMs: 0 } },
    },
    { id: null, type: "calllog.completed", at: expect.any(String) as string, organization: "acme.example", data: { id: "c" } },
  ]);
});

it("once, whether the events or the record come first, and however often the record is finished", async () => {
  for (const call of ["events first", "record first"]) await open(call);
  world.tell(ofCall("call.ended", "events first"));
  await world.kept();
  await finish("events first");
  await finish("record first");
  world.tell(ofCall("call.updated", "record first", { to: "late" }));
  world.tell(ofCall("call.ended", "record first"));
  for (const call of ["events first", "record first"]) await finish(call);
  const types = (call: string, all: readonly Told[]): readonly string[] => all.filter(({ data }) => data["id"] === call || (data["call"] as { id: string } | undefined)?.id === call).map(({ type }) => type);
  const all = await told();
  expect([types("events first", all), types("record first", all)]).toEqual([["call.ended", "calllog.completed"], ["call.ended", "calllog.completed"]]);
});

it("not when the transaction that finishes the record is not committed", async () => {
  await open("c");
  await expect(world.store.callRecords.transaction(async (tx) => {
    await finishRecord(tx, "c");
    throw new Error("the disk is full");
  })).rejects.toThrow();
  expect(await told()).toEqual([]);
});

it("of a call that was joined to another its end alone: the other's record is its record", async () => {
  await open("into");
  await open("gone");
  await world.store.callRecords.transaction((tx) => tx.moveCall("gone", "into"));
  await finish("into");
  const all = await told();
  expect(all.map(({ type, data }) => [type, data["id"] ?? (data["call"] as { id: string }).id])).toEqual([["call.ended", "gone"], ["call.ended", "into"], ["calllog.completed", "into"]]);
});

it("to the webhooks of its own organization that want them, and are enabled", async () => {
  const { organizationId, server, store } = world;
  await world.hook({ url: `${server.url}/ended`, topics: ["call.ended"] });
  await world.hook({ url: `${server.url}/off`, enabled: false });
  const beta = (await store.organizations.create({ name: "beta", domain: "beta.example" })).id;
  await store.webhooks.create(beta, { url: `${server.url}/beta`, topics: ["call", "calllog"], description: "", enabled: true }, `whsec_${"A".repeat(40)}`);
  await open("c");
  await open("nobody's", { organizationId: null });
  await finish("c");
  await finish("nobody's");
  await told();
  await eventually("the other webhook", () => server.received.length >= 3);
  expect(server.received.map((request) => [request.path, toldIn(request).type]).sort()).toEqual([["/ended", "call.ended"], ["/hook", "call.ended"], ["/hook", "calllog.completed"]]);
  expect(organizationId).not.toBe(beta);
});

it("when an operator closes what is open of a node that is no more", async () => {
  await open("c", { endedAt: null });
  await world.store.callRecords.transaction(async (tx) => tx.saveLeg({ ...leg("c"), endedAt: null, hangupCause: null }));
  await closeOpen(world.store, "fs1");
  expect((await told()).map(({ type }) => type)).toEqual(["call.ended", "calllog.completed"]);
});
