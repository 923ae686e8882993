/** The list of recordings follows indexes, whoever asks. */
import { expect, it } from "vitest";
import type { CallLogScope, StoredRecordingFilter } from "../../src/call-logs/index.js";
import { recordingList } from "../../src/store/recording-list.js";
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

it.each<[string, StoredRecordingFilter]>([["number", { numbers: ["+12125550100"] }], ["text", { found: { number: "555", agentIds: ["1001"] } }]])("by %s: looks at the calls of few recordings, one by one", (_, filter) => {
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

it("of a department: looks at the organization's calls alone", () => {
  expect(plans(SUPERVISOR, { department: "sales" }).page).toMatch(/SEARCH call_records USING .*organization_id=\?/);
});
