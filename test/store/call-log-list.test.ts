/** The list of call records follows indexes, whoever asks, and its pages go on from a place whatever comes and goes meanwhile. */
import { describe, expect, it } from "vitest";
import { CALL_LOG_SORTS, type CallLogScope, type CallLogSort, type CallRecord, type StoredCallLogFilter } from "../../src/call-logs/index.js";
import type { Place } from "../../src/pages.js";
import { CallLogList, countIn, endOfSlice, recordsIn, type ListAsked } from "../../src/store/call-log-list.js";
import { SqliteCallRecords } from "../../src/store/call-records.js";
import { openEngine } from "../../src/store/sqlite/connect.js";

const SUPERVISOR: CallLogScope = { organizationId: 1, agentId: null };
const ROOT: CallLogScope = { organizationId: null, agentId: null };
const AGENT: CallLogScope = { organizationId: 1, agentId: "1001" };

const open = () => openEngine(":memory:", { lockWaitMs: 1000, maxWaiting: 100 }).engine;

describe("each read", () => {
  // The first one holds all, and is taken where all are few.
  const slices: readonly { readonly after: Place | null; readonly last: Place | null }[] = [{ after: null, last: null }, { after: null, last: [1000, "c"] }, { after: [1000, "c"], last: [500, "b"] }, { after: [1000, "c"], last: null }];
  function plans(asked: ListAsked): readonly string[] {
    const engine = open();
    const plan = ({ sql, params }: { readonly sql: string; readonly params: readonly unknown[] }): string =>
      engine.reader.sqlite.prepare<unknown[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...params).map(({ detail }) => detail).join("\n");
    const { db } = engine.reader;
    const found = slices.flatMap((slice) => [recordsIn(db, asked, slice).limit(50), countIn(db, asked, slice), endOfSlice(db, asked, slice.after)]).map((query) => plan(query.toSQL()));
    void engine.close();
    return found;
  }

  const filters: readonly StoredCallLogFilter[] = [{}, { status: "canceled", department: "support" }, { found: { number: "555", agentIds: ["1001"] } }, { from: new Date(0), to: new Date() }, { minTalkMs: 1000 }];
  it.each(CALL_LOG_SORTS.flatMap((sort) => [[sort, "an organization's", SUPERVISOR] as const, [sort, "root's", ROOT] as const]))("%s, %s: in the order of its index, from where it begins", (sort, _whose, scope) => {
    for (const filter of filters) {
      for (const [index, plan] of plans({ scope, filter, sort, ofFew: false }).entries()) {
        if (index === 1) continue;
        expect(plan).not.toContain("TEMP B-TREE");
        expect(plan).toMatch(scope.organizationId === null ? /^(SEARCH|SCAN) call_records USING (COVERING )?INDEX call_records_(all|all_talk|all_wait)\b/ : /^SEARCH call_records USING (COVERING )?INDEX call_records_(organization|talk|wait) \(organization_id=\?/);
      }
    }
  });

  it("of an agent with few calls begins with the agent's own", () => {
    for (const plan of plans({ scope: AGENT, filter: {}, sort: "-startedAt", ofFew: true }).filter((_, index) => index % 3 !== 2)) {
      expect(plan).not.toMatch(/^SCAN call_(records|legs)/m);
      expect(plan).toMatch(/SEARCH call_records USING INDEX sqlite_autoindex_call_records_1 \(id=\?\)/);
      expect(plan).toMatch(/SEARCH call_legs USING (COVERING )?INDEX call_legs_agent \(agent_id=\?\)/);
    }
  });

  it("of an agent with many calls looks at each record's legs by their index", () => {
    for (const plan of plans({ scope: AGENT, filter: {}, sort: "-startedAt", ofFew: false }).filter((_, index) => index % 3 !== 2)) {
      expect(plan).toMatch(/SEARCH call_legs USING (COVERING )?INDEX call_legs_agent \(agent_id=\? AND call_id=\?\)/);
    }
  });
});

describe("its pages", () => {
  const START = Date.parse("2026-11-20T10:00:00Z");
  /** Few values, so that many records share one. */
  const record = (id: string, chance: () => number): CallRecord => {
    const some = (most: number): number => Math.floor(chance() * most);
    return {
      id, organizationId: 1, direction: some(2) === 0 ? "inbound" : "outbound", from: "+12125550100", to: "1001", department: null, agentId: some(3) === 0 ? "1002" : "1001", status: "completed", startedAt: new Date(START + some(12) * 1000), answeredAt: null,
      endedAt: new Date(START + 60_000), waitMs: some(6), talkMs: some(6) * 1000, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "fs1", complete: true,
    };
  };
  /** The same in each run. */
  const chanceOf = (seed: number) => {
    let state = seed;
    return (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  };
  const placeOf = ({ id, startedAt, talkMs, waitMs }: CallRecord, sort: CallLogSort): Place => [sort.endsWith("talkMs") ? talkMs : sort.endsWith("waitMs") ? waitMs : startedAt.getTime(), id];

  const cases = CALL_LOG_SORTS.flatMap((sort) => [{}, { direction: "inbound" }, { agent: "1001" }].flatMap((filter) => [3, 1000].map((slice): readonly [CallLogSort, StoredCallLogFilter, number] => [sort, filter as StoredCallLogFilter, slice])));
  it.each(cases)("%s %j: read %i at a time, repeat and leave out none that stood the whole time", async (sort, filter, slice) => {
    const engine = open();
    const store = new SqliteCallRecords(engine);
    const list = new CallLogList(engine, slice);
    for (let seed = 1; seed <= 2; seed++) {
      const chance = chanceOf(seed * 7919);
      let made = 0;
      const add = async (): Promise<CallRecord> => {
        // Not in the order in which they come.
        const added = record(`${String(Math.floor(chance() * 1e6)).padStart(6, "0")}-${seed}-${made++}`, chance);
        await store.transaction((tx) => tx.saveRecord(added));
        return added;
      };
      const stood = new Map<string, CallRecord>();
      for (let count = 0; count < 40; count++) {
        const added = await add();
        stood.set(added.id, added);
      }
      const seen: CallRecord[] = [];
      for (let after: Place | null = null; ; ) {
        const page: readonly CallRecord[] = await list.page(SUPERVISOR, filter, { after, offset: 0, limit: 1 + Math.floor(chance() * 6), sort });
        const last = page.at(-1);
        if (last === undefined) break;
        seen.push(...page);
        after = placeOf(last, sort);
        for (let count = 0; count < 3; count++) await add();
        const gone = [...stood.keys()][Math.floor(chance() * stood.size)] ?? "";
        stood.delete(gone);
        await store.transaction((tx) => tx.removeRecord(gone));
      }
      const ids = seen.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const isAsked = ({ direction, agentId }: CallRecord): boolean => (filter.direction === undefined || direction === filter.direction) && (filter.agent === undefined || agentId === filter.agent);
      expect([...stood.values()].filter(isAsked).filter(({ id }) => !ids.includes(id))).toEqual([]);
      const sign = sort.startsWith("-") ? -1 : 1;
      const inOrder = [...seen].sort((one, other) => {
        const [[a, x], [b, y]] = [placeOf(one, sort), placeOf(other, sort)];
        return sign * (Number(a) - Number(b) || (x < y ? -1 : 1));
      });
      expect(ids).toEqual(inOrder.map(({ id }) => id));
      // By their numbers, as seed 001 has it; nothing changes meanwhile.
      const all = await list.page(SUPERVISOR, filter, { offset: 0, limit: 1000, sort });
      expect(await list.count(SUPERVISOR, filter)).toBe(all.length);
      expect((await list.page(SUPERVISOR, filter, { offset: 10, limit: 7, sort })).map(({ id }) => id)).toEqual(all.slice(10, 17).map(({ id }) => id));
      for (const { id } of all) await store.transaction((tx) => tx.removeRecord(id));
    }
    await engine.close();
  });
});
