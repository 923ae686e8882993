/** What a list of call records can be asked for, beyond who, when and where. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallLogSort, CallRecord, StoredCallLogFilter } from "../../src/call-logs/index.js";
import { openStore, type Store } from "../../src/store/index.js";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let directory: string;
let store: Store;
let organizationId: number;

const record = (id: string, changes: Partial<CallRecord>): CallRecord => ({
  id, organizationId, direction: "inbound", from: "+12125550100", to: "1001", department: null, agentId: "1001", status: "completed", startedAt: new Date("2026-01-01T00:00:00Z"), answeredAt: null, endedAt: new Date("2026-01-01T00:10:00Z"),
  waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: "NORMAL_CLEARING", hungUpBy: "customer", disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "fs1", complete: true, ...changes,
});

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "callplane-search-"));
  store = await openStore(`file:${join(directory, "callplane.db")}`);
  organizationId = (await store.organizations.create({ name: "lab", domain: "lab.test" })).id;
  const records = [
    record("a", { from: "+12125550100", fromName: "Ben Ortiz", talkMs: 5_000, disposition: "sold", startedAt: new Date("2026-01-01T00:00:00Z") }),
    record("b", { from: "+442071838750", talkMs: 60_000, agentId: "1002", startedAt: new Date("2026-01-02T00:00:00Z") }),
    record("c", { from: "1003", to: "+12125559999", talkMs: 20_000, agentId: "1003", startedAt: new Date("2026-01-03T00:00:00Z") }),
  ];
  await store.callRecords.transaction(async (tx) => {
    for (const each of records) await tx.saveRecord(each);
  });
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

const ids = async (filter: StoredCallLogFilter, sort?: CallLogSort): Promise<string> =>
  (await store.callRecords.list({ organizationId, agentId: null }, filter, { offset: 0, limit: 10, ...(sort === undefined ? {} : { sort }) })).map(({ id }) => id).join("");

test("a part of a number at either end or of the caller's name, or an agent", async () => {
  expect(await ids({ found: { number: "555", agentIds: [] } })).toBe("ca");
  expect(await ids({ found: { number: "2071", agentIds: ["1003"] } })).toBe("cb");
  expect(await ids({ found: { number: null, agentIds: [] } })).toBe("");
  expect(await ids({ found: { name: "ben", number: "ben", agentIds: ["1003"] } })).toBe("ca");
  // Signs of a pattern stand for themselves.
  expect(await ids({ found: { number: "%", agentIds: [] } })).toBe("");
  expect(await ids({ found: { number: "_", agentIds: [] } })).toBe("");
});

test("how it was closed, and how long it was talked in", async () => {
  expect([await ids({ disposition: "sold" }), await ids({ minTalkMs: 20_000 })]).toEqual(["a", "cb"]);
});

test("in the order that is asked for", async () => {
  expect([await ids({}), await ids({}, "startedAt"), await ids({}, "talkMs"), await ids({}, "-talkMs")]).toEqual(["cba", "abc", "acb", "bca"]);
});
