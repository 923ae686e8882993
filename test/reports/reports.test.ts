/** Figures of a day that is written down, read from the database as a process finds it after a restart. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFigures } from "../../src/call-logs/figures.js";
import type { CallRecord, TimelineEntry } from "../../src/call-logs/index.js";
import type { Actor } from "../../src/people/index.js";
import { Reports, type AgentFigures, type DepartmentFigures, type ReportPage, type ReportQuery, type ReportRow } from "../../src/reports/index.js";
import { openDirectory, openStore, type Store } from "../../src/store/index.js";
import { silentLogger } from "../store/support.js";
import { ManualClock } from "../support/manual-clock.js";
import { temporaryDirectory } from "../support/temporary.js";

/** In Berlin, on the day on which the clock is set back from 3:00+02:00 to 2:00+01:00. */
const at = (local: string): Date => new Date(`2026-10-25T${local}`);
const NOW = at("12:00:00+01:00");
const ZONE = "Europe/Berlin";

let folder: ReturnType<typeof temporaryDirectory>;
let store: Store;
let acme: number;
let other: number;
let waiting: readonly Date[] = [];
let stop: (() => void)[] = [];
const url = (): string => `file:${join(folder.path, "callplane.db")}`;

beforeEach(async () => {
  folder = temporaryDirectory();
  store = await openStore(url());
  acme = (await store.organizations.create({ name: "acme", domain: "acme.example" })).id;
  other = (await store.organizations.create({ name: "other", domain: "other.example" })).id;
  for (const id of [acme, other]) await store.departments.create(id, "support", { serviceLevelS: 30 });
  for (const agentId of ["1001", "1002"]) await store.agents.create({ organizationId: acme, agentId, departments: ["support"] });
  waiting = [];
});
afterEach(async () => {
  for (const each of stop) each();
  stop = [];
  await store.close();
  folder.remove();
});

/** By a process that begins now. */
async function reports(): Promise<Reports> {
  await store.close();
  store = await openStore(url());
  const directory = await openDirectory(store, { logger: silentLogger() });
  stop.push(() => directory.close());
  return new Reports({ store: store.figures, directory, room: { line: () => waiting.map((since) => ({ enteredAt: since.getTime() })) }, timeZone: () => ZONE, clock: new ManualClock(NOW.getTime()) });
}

type Told = readonly [local: string, type: string, agentId?: string | undefined, detail?: TimelineEntry["detail"]];

/** A call of its first to its last moment. */
async function call(organizationId: number, id: string, ends: string, ...told: readonly Told[]): Promise<void> {
  const timeline = told.map(([local, type, agentId = null, detail = {}]): TimelineEntry => ({ callId: id, at: at(local), type, agentId, detail }));
  const record: CallRecord = {
    id, organizationId, direction: "inbound", from: "+15550001", to: "support", department: "support", agentId: null, status: "completed", startedAt: timeline[0]?.at ?? NOW, answeredAt: null, endedAt: at(ends),
    waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "fs1", complete: true,
  };
  await store.callRecords.transaction(async (tx) => {
    await tx.saveRecord(record);
    await writeFigures(tx, record, timeline);
  });
}
const queued: readonly [string, undefined, TimelineEntry["detail"]] = ["queued", undefined, { department: "support" }];
const status = (agentId: string, since: string, kind: "online" | "away" | "inCall" | "offline", more: { readonly reason?: string; readonly department?: string } = {}): Promise<void> =>
  store.agentStatus.append([{ organizationId: acme, agentId, status: kind, reason: more.reason ?? null, since: at(since), cause: "system", department: more.department ?? null }]);

async function theDay(): Promise<void> {
  await call(acme, "in time", "02:40:00+02:00", ["02:10:00+02:00", ...queued], ["02:10:20+02:00", "answered", "1001"]);
  await call(acme, "late", "02:10:00+01:00", ["02:55:00+02:00", ...queued], ["02:55:15+02:00", "missed", "1002", { rangMs: 15_000 }], ["02:56:00+02:00", "answered", "1001"]);
  await call(acme, "given up", "02:22:00+01:00", ["02:20:00+01:00", ...queued]);
  await call(other, "of others", "02:22:00+01:00", ["02:20:00+01:00", ...queued]);
  await status("1001", "01:00:00+02:00", "online");
  await status("1001", "02:10:20+02:00", "inCall", { department: "support" });
  await status("1001", "02:40:00+02:00", "away", { reason: "wrapUp" });
  await status("1001", "02:41:00+02:00", "online");
  await status("1001", "02:56:00+02:00", "inCall", { department: "support" });
  await status("1001", "02:10:00+01:00", "away", { reason: "wrapUp" });
  await status("1001", "02:11:00+01:00", "online");
  await status("1001", "04:00:00+01:00", "offline");
  await status("1002", "02:00:00+02:00", "away", { reason: "lunch" });
  await status("1002", "03:00:00+01:00", "offline");
}

const hours = (organizationId = acme): ReportQuery => ({ organizationId, interval: "hour", from: at("02:00:00+02:00"), to: at("03:00:00+01:00") });
const supervisor: Actor = { name: "carol", role: "supervisor", organizationId: 1, agentId: "1003", permissions: new Set(), tokenId: "t" };
const agent: Actor = { ...supervisor, name: "alice", role: "agent", agentId: "1001" };
const short = <Figures>({ rows }: Pick<ReportPage<Figures>, "rows">) => rows.map(({ subject, interval: { localAt }, figures }) => [subject, localAt, figures]);
const departmentFigures = (more: Partial<DepartmentFigures>): DepartmentFigures => ({
  offered: 0, answered: 0, answeredInTime: 0, abandoned: 0, overflowed: 0, moved: 0, serviceLevel: null, averageWaitMs: null, longestWaitMs: null, missed: 0, talkMs: 0, holdMs: 0, wrapUpMs: 0, occupancy: null, ...more,
});
const agentFigures = ({ times = {}, ...more }: Partial<Omit<AgentFigures, "times">> & { readonly times?: Partial<AgentFigures["times"]> }): AgentFigures => ({
  offered: 0, answered: 0, missed: 0, calls: 0, talkMs: 0, holdMs: 0, occupancy: null, ...more, times: { online: 0, inCall: 0, wrapUp: 0, away: 0, offline: 0, ...times },
});
const S = 1000;

describe("a department's figures", () => {
  it("count each caller once, and what lasts where it took place, also in an hour that comes twice", async () => {
    await theDay();
    const page = await (await reports()).departments(hours(), {});
    expect(short(page)).toEqual([
      ["support", "2026-10-25T02:00:00+02:00", departmentFigures({ offered: 2, answered: 2, answeredInTime: 1, serviceLevel: 0.5, averageWaitMs: 40 * S, longestWaitMs: 60 * S, missed: 1, talkMs: 2020 * S, wrapUpMs: 60 * S, occupancy: 0.5778 })],
      ["support", "2026-10-25T02:00:00+01:00", departmentFigures({ offered: 1, abandoned: 1, serviceLevel: 0, longestWaitMs: 120 * S, talkMs: 600 * S, wrapUpMs: 60 * S, occupancy: 0.1833 })],
    ]);
    expect([page.total, page.next, page.timeZone]).toEqual([2, null, ZONE]);
  });

  it("of a day are those of its 25 hours", async () => {
    await theDay();
    const service = await reports();
    const { rows } = await service.departments({ organizationId: acme, interval: "day", from: at("05:00:00+01:00"), to: at("06:00:00+01:00") }, {});
    expect(rows.map(({ interval, figures }) => [(interval.end - interval.at) / 3_600_000, figures.offered, figures.talkMs, figures.wrapUpMs, figures.serviceLevel])).toEqual([[25, 3, 2620 * S, 120 * S, 0.3333]]);
    const all = await service.departments({ organizationId: acme, interval: "hour", from: at("00:00:00+02:00"), to: at("23:59:00+01:00") }, { limit: 1000 });
    expect([all.rows.length, all.rows.reduce((sum, { figures }) => sum + figures.talkMs, 0)]).toEqual([25, 2620 * S]);
  });

  it("are judged by the department's own limit, as it is set now", async () => {
    await theDay();
    await store.departments.update(acme, "support", { serviceLevelS: 60 });
    expect((await (await reports()).departments(hours(), {})).rows.map(({ figures }) => figures.serviceLevel)).toEqual([1, 0]);
  });

  it("are no other organization's", async () => {
    await theDay();
    expect((await (await reports()).departments(hours(other), {})).rows.map(({ figures }) => [figures.offered, figures.abandoned, figures.talkMs, figures.occupancy])).toEqual([[0, 0, 0, null], [1, 1, 0, null]]);
  });

  it("of one that was removed are there still", async () => {
    await theDay();
    await store.agents.update((await store.agents.list(acme))[0]?.id ?? 0, { departments: [] });
    await store.agents.update((await store.agents.list(acme))[1]?.id ?? 0, { departments: [] });
    await store.departments.remove(acme, "support");
    expect((await (await reports()).departments(hours(), {})).rows.map(({ subject, figures }) => [subject, figures.offered])).toEqual([["support", 2], ["support", 1]]);
  });
});

describe("an agent's figures", () => {
  it("are offers, talk and the time in each status", async () => {
    await theDay();
    expect(short(await (await reports()).agents(supervisor, hours(), {}))).toEqual([
      ["1001", "2026-10-25T02:00:00+02:00", agentFigures({ offered: 2, answered: 2, calls: 2, talkMs: 2020 * S, occupancy: 0.5778, times: { online: 1520 * S, inCall: 2020 * S, wrapUp: 60 * S } })],
      ["1002", "2026-10-25T02:00:00+02:00", agentFigures({ offered: 1, missed: 1, times: { away: 3600 * S } })],
      ["1001", "2026-10-25T02:00:00+01:00", agentFigures({ talkMs: 600 * S, occupancy: 0.1833, times: { online: 2940 * S, inCall: 600 * S, wrapUp: 60 * S } })],
      ["1002", "2026-10-25T02:00:00+01:00", agentFigures({ times: { away: 3600 * S } })],
    ]);
  });

  it("are for an agent the own ones alone", async () => {
    await theDay();
    const service = await reports();
    expect((await service.agents(agent, hours(), {})).rows.map(({ subject }) => subject)).toEqual(["1001", "1001"]);
    await expect(service.agents(agent, { ...hours(), subject: "1002" }, {})).rejects.toThrow(expect.objectContaining({ code: "Forbidden" }));
    expect((await service.agents({ ...agent, agentId: null }, hours(), {})).total).toBe(0);
  });

  it("go on until now, and no further", async () => {
    await status("1001", "11:30:00+01:00", "online");
    const { rows } = await (await reports()).agents(agent, { organizationId: acme, interval: "hour", from: at("11:00:00+01:00"), to: at("14:00:00+01:00") }, {});
    expect(rows.map(({ figures }) => figures.times.online)).toEqual([1800 * S, 0, 0]);
  });

  it("of one who was removed are there for the time before", async () => {
    await theDay();
    await store.agents.remove((await store.agents.list(acme)).find(({ agentId }) => agentId === "1002")?.id ?? 0);
    const service = await reports();
    expect((await service.agents(supervisor, hours(), {})).rows.map(({ subject }) => subject)).toEqual(["1001", "1002", "1001", "1002"]);
    expect((await service.agents(supervisor, { ...hours(), from: at("09:00:00+01:00"), to: at("10:00:00+01:00") }, {})).rows.map(({ subject }) => subject)).toEqual(["1001"]);
  });
});

describe("a report", () => {
  const all = async <Figures>(rows: AsyncIterable<ReportRow<Figures>>): Promise<readonly ReportRow<Figures>[]> => {
    const found: ReportRow<Figures>[] = [];
    for await (const row of rows) found.push(row);
    return found;
  };

  it("has the same rows page by page and as a whole", async () => {
    await theDay();
    const service = await reports();
    const query: ReportQuery = { organizationId: acme, interval: "15min", from: at("00:00:00+02:00"), to: at("05:00:00+01:00") };
    const whole = await all(await service.everyAgent(supervisor, query));
    expect(whole).toHaveLength(6 * 4 * 2);
    const found: ReportRow<AgentFigures>[] = [];
    let cursor: string | undefined;
    do {
      const page: ReportPage<AgentFigures> = await service.agents(supervisor, query, { limit: 7, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.total).toBe(whole.length);
      found.push(...page.rows);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(found).toEqual(whole);
    expect(whole.reduce((sum, { figures }) => sum + figures.talkMs, 0)).toBe(2620 * S);
    expect((await all(await service.everyDepartment(query))).reduce((sum, { figures }) => sum + figures.offered, 0)).toBe(3);
  });

  it("of a month leaves the event loop its turns", async () => {
    const service = await reports();
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    try {
      const { figures } = store;
      const counted = figures.counted.bind(figures);
      Object.assign(figures, {
        counted: (organizationId: number, from: number, to: number) => {
          for (const until = performance.now() + 2; performance.now() < until; );
          return counted(organizationId, from, to);
        },
      });
      await service.departments({ organizationId: acme, interval: "day", from: new Date(at("00:00:00+02:00").getTime() - 7 * 86_400_000), to: at("00:00:00+02:00") }, {});
      expect(turns).toBeGreaterThan(5);
    } finally {
      clearInterval(ticking);
    }
  });

  it("refuses a range that ends before it begins or has too many intervals, and cursors that it did not give", async () => {
    const service = await reports();
    const query = hours();
    const refused = expect.objectContaining({ code: "InvalidParameter" }) as Error;
    await expect(service.departments({ ...query, to: at("01:00:00+02:00") }, {})).rejects.toThrow(refused);
    await expect(service.everyDepartment({ ...query, interval: "15min", from: new Date(0) })).rejects.toThrow(refused);
    for (const cursor of ["", "r", "x1.", "r1", "r1.!", "1"]) await expect(service.departments(query, { cursor })).rejects.toThrow(refused);
  });
});

describe("the history of a queue", () => {
  it("says for each step who waited, left and how long", async () => {
    await call(acme, "a", "11:50:00+01:00", ["11:38:00+01:00", ...queued], ["11:38:20+01:00", "answered", "1001"]);
    await call(acme, "b", "11:47:00+01:00", ["11:39:00+01:00", ...queued]);
    waiting = [at("11:52:00+01:00")];
    const steps = await (await reports()).history({ organizationId: acme, department: "support", since: at("11:36:00+01:00"), stepS: 300 });
    expect(steps.map(({ at: begins, ...step }) => [new Date(begins).toISOString().slice(11, 16), ...Object.values(step)])).toEqual([
      ["10:35", 1, 60 * S, 1, 0, 1],
      ["10:40", 1, 360 * S, 0, 0, null],
      ["10:45", 0, 480 * S, 0, 1, 0],
      ["10:50", 1, 180 * S, 0, 0, null],
      ["10:55", 1, 480 * S, 0, 0, null],
      ["11:00", 1, 480 * S, 0, 0, null],
    ]);
  });

  it("is that of a department of the organization, and not endless", async () => {
    const service = await reports();
    const history = { organizationId: acme, department: "support", stepS: 60 };
    await expect(service.history({ ...history, department: "sales" })).rejects.toThrow(expect.objectContaining({ code: "NotFound" }));
    await expect(service.history({ ...history, since: new Date(0) })).rejects.toThrow(expect.objectContaining({ code: "InvalidParameter" }));
    expect(await service.history(history)).toHaveLength(24 * 60 + 1);
  });
});
