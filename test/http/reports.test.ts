/** Reports over HTTP: shapes, CSV, and who may read what. */
import { parse } from "csv-parse/sync";
import { afterEach, beforeEach, expect, it } from "vitest";
import { bearer, createWorld, type World } from "./fakes.js";

let world: World;
beforeEach(async () => {
  world = createWorld();
  await world.app.ready();
});
afterEach(() => world.close());

const get = (who: string, path: string) => world.app.inject({ url: `/voicechannel${path}`, headers: bearer(who) });
const RANGE = "interval=15min&from=2026-11-20T10:00:00Z&to=2026-11-20T12:00:00%2B01:00";

it("gives what departments did, in seconds, and passes on what was asked for", async () => {
  const reply = await get("carol", `/reports/departments?${RANGE}&department=sales&limit=5`);
  expect([reply.statusCode, reply.json()]).toEqual([200, {
    total: 1, next: null, timeZone: "Europe/Berlin",
    items: [{
      at: "2026-11-20T10:00:00.000Z", localAt: "2026-11-20T11:00:00+01:00", lengthS: 3600, department: "=support", offered: 4, answered: 2, answeredInTime: 1, abandoned: 1, overflowed: 1, moved: 0, serviceLevel: 0.3333, averageWaitS: 12.3, longestWaitS: 62,
      missed: 3, talkS: 120, holdS: 5, wrapUpS: 10, occupancy: null,
    }],
  }]);
  expect(world.asked).toContainEqual(["departmentReport", { organizationId: 1, interval: "15min", from: new Date("2026-11-20T10:00:00Z"), to: new Date("2026-11-20T11:00:00Z"), subject: "sales", limit: 5 }]);
});

it("gives an agent the own figures, and nobody's else", async () => {
  expect((await get("alice", "/reports/agents")).json()).toMatchObject({ items: [{ agent: "1001", offered: 3, calls: 4, occupancy: 0.5, onlineS: 900, inCallS: 600, wrapUpS: 300, awayS: 0, offlineS: 1800 }] });
  for (const path of ["/reports/agents?agent=1002", "/reports/agents.csv?agent=1002", "/reports/departments", "/reports/departments.csv", "/queues/sales/history"]) expect([path, (await get("alice", path)).statusCode]).toEqual([path, 403]);
});

it("asks root for an organization, and tells nobody of another's", async () => {
  expect((await get("root", "/reports/departments")).json()).toMatchObject({ error: "InvalidParameter" });
  expect((await get("root", "/reports/departments?domain=demo.local")).statusCode).toBe(200);
  expect((await get("carol", "/reports/departments?domain=other.local")).statusCode).toBe(404);
});

it("exports harmless CSV, and writes down who did", async () => {
  const reply = await get("carol", `/reports/departments.csv?${RANGE}`);
  expect([reply.statusCode, reply.headers["content-type"], reply.headers["content-disposition"]]).toEqual([200, "text/csv; charset=utf-8", 'attachment; filename="departments.csv"']);
  expect(parse(reply.body, { columns: true })).toEqual([expect.objectContaining({ department: "'=support", at: "2026-11-20T10:00:00.000Z", localAt: "2026-11-20T11:00:00+01:00", lengthS: "3600", serviceLevel: "0.3333", occupancy: "", talkS: "120" })]);
  expect(parse((await get("alice", "/reports/agents.csv")).body, { columns: true })).toEqual([expect.objectContaining({ agent: "1001", onlineS: "900" })]);
  expect(world.audit.filter(({ action }) => action === "report.export").map(({ actor, target }) => [actor, target])).toEqual([["carol", "departments.csv"], ["alice", "agents.csv"]]);
});

it("gives the history of a queue, and 404 for one that there is not", async () => {
  expect((await get("carol", "/queues/sales/history?stepS=60")).json()).toEqual({ items: [{ at: "2026-11-20T10:00:00.000Z", waiting: 1, longestWaitS: 30, answered: 2, abandoned: 1, serviceLevel: 0.6667 }] });
  expect((await get("carol", "/queues/nothing/history")).statusCode).toBe(404);
  for (const query of ["stepS=59", "stepS=86401", "stepS=1e3", "since=yesterday"]) expect([query, (await get("carol", `/queues/sales/history?${query}`)).statusCode]).toEqual([query, 400]);
});
