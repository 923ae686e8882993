/** Reports with one row. */
import { CallplaneError, notFound } from "../../src/errors.js";
import type { HttpServices } from "../../src/http/services.js";
import type { Actor } from "../../src/people/index.js";
import type { AgentFigures, DepartmentFigures, ReportQuery, ReportRow } from "../../src/reports/index.js";

interface World {
  readonly directory: Pick<HttpServices["directory"], "hasDepartment">;
  readonly note: (what: string, input: unknown) => void;
}

const AT = Date.parse("2026-11-20T10:00:00Z");
const interval = { at: AT, end: AT + 3_600_000, localAt: "2026-11-20T11:00:00+01:00" };
const department: ReportRow<DepartmentFigures> = {
  subject: "=support", interval,
  figures: { offered: 4, answered: 2, answeredInTime: 1, abandoned: 1, overflowed: 1, moved: 0, serviceLevel: 0.3333, averageWaitMs: 12_340, longestWaitMs: 61_500, missed: 3, talkMs: 120_400, holdMs: 5000, wrapUpMs: 9600, occupancy: null },
};
const agent: ReportRow<AgentFigures> = { subject: "1001", interval, figures: { offered: 3, answered: 2, missed: 1, calls: 4, talkMs: 90_000, holdMs: 0, occupancy: 0.5, times: { online: 900_000, inCall: 600_000, wrapUp: 300_000, away: 0, offline: 1_800_000 } } };

async function* each<Row>(row: Row): AsyncIterable<Row> {
  yield row;
}

function checked(actor: Actor, { subject }: ReportQuery): void {
  if (actor.role === "agent" && subject !== undefined && subject !== actor.agentId) throw new CallplaneError("Forbidden", "An agent sees the own figures alone.");
}

export const fakeReports = ({ directory, note }: World): HttpServices["reports"] => ({
  async departments(query, page) {
    note("departmentReport", { ...query, ...page });
    return { rows: [department], total: 1, next: null, timeZone: "Europe/Berlin" };
  },
  async agents(actor, query, page) {
    checked(actor, query);
    note("agentReport", { ...query, ...page });
    return { rows: [agent], total: 1, next: null, timeZone: "Europe/Berlin" };
  },
  everyDepartment: async () => each(department),
  async everyAgent(actor, query) {
    checked(actor, query);
    return each(agent);
  },
  async history({ organizationId, department: name }) {
    if (!directory.hasDepartment(organizationId, name)) throw notFound(`The department ${name}`);
    return [{ at: AT, waiting: 1, longestWaitMs: 30_000, answered: 2, abandoned: 1, serviceLevel: 0.6667 }];
  },
});
