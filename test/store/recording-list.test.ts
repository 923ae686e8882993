/** The list of recordings follows indexes, whoever asks. */
import { expect, it } from "vitest";
import type { CallLogScope, StoredRecordingFilter } from "../../src/call-logs/index.js";
import { SqliteCallRecords } from "../../src/store/call-records.js";
import { recordingList, recordingsIn } from "../../src/store/recording-list.js";
import { openEngine } from "../../src/store/sqlite/connect.js";

const FIRST = { limit: 100, after: null, newestFirst: true } as const;
const NEXT = { ...FIRST, after: { at: new Date(), id: "r" } };

const SUPERVISOR: CallLogScope = { organizationId: 1, agentId: null };
const AGENT: CallLogScope = { organizationId: 1, agentId: "1001" };

function plans(scope: CallLogScope, filter: StoredRecordingFilter = {}): { readonly page: string; readonly total: string; readonly here: string } {
  const { engine } = openEngine(":memory:", { lockWaitMs: 20, maxWaiting: 1 });
  const plan = ({ sql, params }: { readonly sql: string; readonly params: readonly unknown[] }): string =>
    engine.reader.sqlite.prepare<unknown[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...params).map(({ detail }) => detail).join("\n");
  const first = recordingList(engine.reader.db, scope, filter, FIRST);
  const pages = [first.items, recordingList(engine.reader.db, scope, filter, NEXT).items].map((query) => plan(query.toSQL()));
  const total = plan(first.total.toSQL());
  const here = plan(recordingList(engine.reader.db, scope, filter, { ...NEXT, last: { at: new Date(0), id: "a" } }).here.toSQL());
  void engine.close();
  expect(`${pages.join("\n")}\n${total}`).not.toMatch(/^SCAN (call_records|call_legs)/m);
  return { page: pages.join("\n"), total, here };
}

it.each<[string, CallLogScope, StoredRecordingFilter]>([
  ["a supervisor's", SUPERVISOR, {}],
  ["of a time", SUPERVISOR, { from: new Date(0), to: new Date() }],
  ["of what is removed", SUPERVISOR, { isRemoved: true }],
])("%s: in the order of its index, and counted in it", (_, scope, filter) => {
  const { page, total } = plans(scope, filter);
  expect(page).toContain("SEARCH recordings USING INDEX recordings_list");
  expect(page).not.toContain("TEMP B-TREE");
  expect(total).toContain("COVERING INDEX recordings_list");
});

it("root's, of all organizations: in the order of its index", () => {
  const { page } = plans({ organizationId: null, agentId: null });
  expect(page).toContain("USING INDEX recordings_started");
  expect(page).not.toContain("TEMP B-TREE");
});

it.each<[string, CallLogScope, StoredRecordingFilter]>([
  ["an agent's", AGENT, {}],
  ["of an agent", SUPERVISOR, { agent: "1001" }],
])("%s: found by the agent's calls, those by the agent's records and legs", (_, scope, filter) => {
  for (const plan of Object.values(plans(scope, filter))) {
    expect(plan).toContain("SEARCH recordings USING INDEX recordings_call (call_id=?)");
    expect(plan).toContain("SEARCH call_records USING INDEX call_records_agent (organization_id=? AND agent_id=?)");
    expect(plan).toMatch(/SEARCH call_legs USING (COVERING )?INDEX call_legs_agent \(agent_id=\?\)/);
  }
});

it.each<[string, StoredRecordingFilter]>([["number", { numbers: ["+12125550100"] }], ["text", { found: { number: "555", agentIds: ["1001"] } }], ["department", { department: "sales" }]])("by %s: looks at the calls of few recordings, one by one", (_, filter) => {
  const { page, here } = plans(SUPERVISOR, filter);
  expect(here).toContain("SEARCH recordings USING INDEX recordings_list (organization_id=? AND");
  for (const plan of [page, here]) {
    expect(plan).toMatch(/SEARCH call_records (EXISTS )?USING INDEX sqlite_autoindex_call_records_1 \(id=\?\)/);
  }
  expect(page).not.toContain("TEMP B-TREE");
});

it("of a call: found by it", () => {
  expect(plans(SUPERVISOR, { callId: "c" }).page).toContain("recordings_call (call_id=?)");
});

it("of an agent with many calls: looks at the calls and legs of few recordings, one by one", () => {
  const { engine } = openEngine(":memory:", { lockWaitMs: 20, maxWaiting: 1 });
  const { sql, params } = recordingList(engine.reader.db, AGENT, {}, { ...NEXT, last: { at: new Date(0), id: "a" }, ofMany: true }).here.toSQL();
  const plan = engine.reader.sqlite.prepare<unknown[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...params).map(({ detail }) => detail).join("\n");
  void engine.close();
  expect(plan).toContain("SEARCH recordings USING INDEX recordings_list (organization_id=? AND");
  expect(plan).toMatch(/SEARCH call_records USING INDEX sqlite_autoindex_call_records_1 \(id=\?\)/);
  expect(plan).toMatch(/SEARCH call_legs USING (COVERING )?INDEX call_legs_agent \(agent_id=\? AND call_id=\?\)/);
});

it("in slices of a few gives the pages and the total of all", async () => {
  const { engine } = openEngine(":memory:", { lockWaitMs: 1000, maxWaiting: 100 });
  const store = new SqliteCallRecords(engine);
  await store.transaction(async (tx) => {
    for (let index = 0; index < 20; index++) {
      const at = new Date(Math.floor(index / 3) * 1000);
      const id = `call${String(index).padStart(2, "0")}`;
      await tx.saveRecord({ id, organizationId: 1, direction: "inbound", from: index % 2 === 0 ? "+12125550100" : "+442071838750", fromName: null, to: "1001", department: index % 3 === 0 ? "sales" : null, agentId: "1001", status: "completed", startedAt: at, answeredAt: null, endedAt: at, waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, attributes: {}, queueOutcome: null, node: "fs1", complete: true });
      await tx.saveRecording({ id: `r${id}`, callId: id, organizationId: 1, node: "fs1", path: `/${id}`, startedBy: "policy", startedAt: at, endedAt: at, removedAt: null });
    }
  });
  for (const [scope, filter] of [[SUPERVISOR, { found: { number: "2125", agentIds: [] } }], [SUPERVISOR, { numbers: ["+442071838750"] }], [SUPERVISOR, { department: "sales" }], [SUPERVISOR, { agent: "1001" }], [AGENT, { found: { number: "2125", agentIds: [] } }]] as const) {
    for (const newestFirst of [true, false]) {
      const all = await recordingsIn(engine, scope, filter, { limit: 100, after: null, newestFirst });
      expect([all.items.length, all.items[0]?.call?.to]).toEqual([all.total, "1001"]);
      expect(all.total).toBeGreaterThan(5);
      const last = all.items[3];
      const page = await recordingsIn(engine, scope, filter, { limit: 3, after: last === undefined ? null : { at: last.startedAt, id: last.id }, newestFirst }, 2);
      expect([page.items.map(({ id }) => id), page.total]).toEqual([all.items.slice(4, 7).map(({ id }) => id), all.total]);
    }
  }
  await engine.close();
});
