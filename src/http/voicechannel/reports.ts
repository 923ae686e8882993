/** Historical figures of departments and agents, as JSON and as CSV, and the recent past of one queue. */
import type { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { Time } from "../../events/index.js";
import { domainName, queueName } from "../../freeswitch/index.js";
import { organizationFor, type Actor } from "../../people/index.js";
import { present } from "../../present.js";
import { INTERVALS, MAX_INTERVALS, MAX_STEPS, type AgentFigures, type DepartmentFigures, type Interval, type ReportQuery, type ReportRow } from "../../reports/index.js";
import { SIGNED_IN, SUPERVISING_ROLES, actorOf } from "../access.js";
import type { HttpApp } from "../app-types.js";
import { csvOf } from "../csv.js";
import { AgentId, Moment, PageQuery, content, errors, next, total, wholeNumber, word } from "../schemas.js";
import type { HttpServices } from "../services.js";

const Domain = word(domainName).optional().describe("Root alone: one organization's domain.");
const Department = word(queueName);

const Range = {
  domain: Domain,
  interval: z.enum(INTERVALS).default("hour").describe("As the clock of the organization's time zone shows them; `hour` by default."),
  from: Moment.optional().describe(`The first interval is the one that holds this moment; a day before \`to\` by default, 31 days where the intervals are days. ${MAX_INTERVALS} intervals at most.`),
  to: Moment.optional().describe("Now by default. It chooses intervals and cuts none: the last one is the interval that ends at this moment, or that holds it, and that one is given whole, with what came after `to`. An interval under way is given as it is when the request is answered, so the same `to` may give other figures a second later."),
};
const OfDepartment = { department: Department.optional().describe("This one alone.") };
const OfAgent = { agent: AgentId.optional().describe("This one alone.") };

const DepartmentExport = z.strictObject({ ...Range, ...OfDepartment });
const AgentExport = z.strictObject({ ...Range, ...OfAgent });

const seconds = (what: string) => z.int().describe(what);
const count = (what: string) => z.int().describe(what);
const share = (what: string) => z.number().min(0).max(1).nullable().describe(what);

const When = {
  at: Time.describe("When the interval begins."),
  localAt: z.string().meta({ format: "date-time", examples: ["2026-10-25T02:00:00+02:00"] }).describe("The same as the organization's clock shows it. Where the clock is set back an hour comes twice, with two offsets."),
  lengthS: seconds("How long it is: where the clock is set a day has 23 or 25 hours."),
};
const DepartmentInterval = z
  .object({
    ...When,
    department: z.string(),
    offered: count("Callers who left the queue in the interval: answered, abandoned, overflowed and moved."),
    answered: count("Callers whom an agent answered."),
    answeredInTime: count("Of those, within the department's `serviceLevelS` as it is set now."),
    abandoned: count("Who gave up: hung up, or lost the connection. Not those whom the staff hung up on, or who were lost with FreeSWITCH; these count as `moved`."),
    overflowed: count("Whom the department sent elsewhere (where its overflow is `hangup`: away), who were to leave a message, or asked to be called back."),
    moved: count("Whom somebody, or a program, took out of the queue, whom the staff hung up on, and who were lost with FreeSWITCH."),
    serviceLevel: share("Answered in time, of all answered and abandoned; null when there were none."),
    averageWaitS: z.number().nullable().describe("Of those who were answered; null when nobody was."),
    longestWaitS: seconds("Of all who left.").nullable(),
    missed: count("Offers of the department's callers, and of its callbacks, that an agent missed."),
    talkS: seconds("With agents, of calls that waited in the department last."),
    holdS: seconds("Agents had the other party on hold or parked, of calls that waited in the department last."),
    wrapUpS: seconds("Of agents, after the department's calls."),
    occupancy: share("Of its present members: the time in calls and wrap-up, of that and the time online."),
  })
  .meta({ id: "DepartmentInterval", description: "What a department did in an interval. What lasts counts where it took place, and calls that go on count when they are over or held." });
const AgentInterval = z
  .object({
    ...When,
    agent: z.string(),
    offered: count("Offers of departments that the agent answered or missed."),
    answered: count("Callers of departments whom the agent answered."),
    missed: count("Offers of departments that the agent missed."),
    calls: count("Conversations of any kind, of calls that were the agent's. One counts in the interval in which it began, as soon as it is over, held or transferred; one that goes on after a hold is the same."),
    talkS: seconds("In conversation, of calls that were the agent's."),
    holdS: seconds("The other party was on hold or parked."),
    occupancy: share("The time in calls and wrap-up, of that and the time online; null when the agent was in none of these."),
    onlineS: seconds("In the status online."),
    inCallS: seconds("In the status inCall, whose ever the calls."),
    wrapUpS: seconds("In wrap-up."),
    awayS: seconds("In the status away, without wrap-up."),
    offlineS: seconds("In the status offline."),
  })
  .meta({ id: "AgentInterval", description: "What an agent did in an interval, and how long the agent had which status." });
const HistoryStep = z
  .object({
    at: Time.describe("When the step begins."),
    waiting: count("Callers who waited at its end, or who wait now."),
    longestWaitS: seconds("Of those who left in it, or waited at its end; 0: nobody."),
    answered: count("By an agent."),
    abandoned: count("Who gave up: hung up, or lost the connection."),
    serviceLevel: share("Answered in time, of all answered and abandoned; null when there were none."),
  })
  .meta({ id: "QueueHistoryStep", description: "What happened in a queue in one step of its history." });

const report = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item).readonly(), total, next, timeZone: z.string().describe("The organization's, by which the intervals were made.") });

const s = (ms: number): number => Math.round(ms / 1000);
const when = ({ at, end, localAt }: Interval) => ({ at: new Date(at).toISOString(), localAt, lengthS: s(end - at) });

function shownDepartment({ subject, interval, figures: { averageWaitMs, longestWaitMs, talkMs, holdMs, wrapUpMs, ...figures } }: ReportRow<DepartmentFigures>): z.output<typeof DepartmentInterval> {
  return { ...when(interval), department: subject, ...figures, averageWaitS: averageWaitMs === null ? null : Math.round(averageWaitMs / 100) / 10, longestWaitS: longestWaitMs === null ? null : s(longestWaitMs), talkS: s(talkMs), holdS: s(holdMs), wrapUpS: s(wrapUpMs) };
}

function shownAgent({ subject, interval, figures: { talkMs, holdMs, times, ...figures } }: ReportRow<AgentFigures>): z.output<typeof AgentInterval> {
  return { ...when(interval), agent: subject, ...figures, talkS: s(talkMs), holdS: s(holdMs), onlineS: s(times.online), inCallS: s(times.inCall), wrapUpS: s(times.wrapUp), awayS: s(times.away), offlineS: s(times.offline) };
}

async function* shownRows<Row>(rows: AsyncIterable<Row>, shown: (row: Row) => object): AsyncIterable<object> {
  for await (const row of rows) yield shown(row);
}

const tags = ["reports"];
const csv = { 200: content("text/csv", "CSV with a header line."), ...errors };
const CSV_NOTE = "Takes what the list takes but `limit` and `cursor`: all rows, as a stream, with the fields of the list as columns. Cells that a spreadsheet would take for a formula are made harmless as in `/voiceconfig/calllogs.csv`.";

interface Asked {
  readonly domain?: string | undefined;
  readonly interval: ReportQuery["interval"];
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export function reportRoutes(app: HttpApp, { reports, directory, audit }: Pick<HttpServices, "reports" | "directory" | "audit">): void {
  const queryOf = (actor: Actor, { domain, interval, from, to }: Asked, subject: string | undefined): ReportQuery => ({ organizationId: organizationFor(directory, actor, domain).id, interval, ...present({ from, to, subject }) });
  /** Before the first row, so that an export that is broken off is there too. */
  const noteExport = (request: FastifyRequest, name: string, { organizationId, interval, from, to, subject }: ReportQuery): void => {
    const detail = Object.entries({ interval, from: from?.toISOString(), to: to?.toISOString(), subject }).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
    audit.append({ at: new Date(), organizationId, actor: actorOf(request).name, action: "report.export", target: name, detail: Object.fromEntries(detail) });
  };

  app.route({
    method: "GET",
    url: "/reports/departments",
    schema: {
      operationId: "reportDepartments",
      tags,
      summary: "What the departments did in each interval, by time and name.",
      description: "A caller counts in the interval in which the caller left the queue.",
      querystring: DepartmentExport.extend(PageQuery),
      response: { 200: report(DepartmentInterval), ...errors },
    },
    config: { access: { roles: SUPERVISING_ROLES } },
    async handler(request, reply) {
      const { department, limit, cursor, ...asked } = request.query;
      const { rows, ...page } = await reports.departments(queryOf(actorOf(request), asked, department), present({ limit, cursor }));
      return reply.send({ ...page, items: rows.map(shownDepartment) });
    },
  });

  app.route({
    method: "GET",
    url: "/reports/agents",
    schema: {
      operationId: "reportAgents",
      tags,
      summary: "What the agents did in each interval, by time and agent id.",
      description: "An agent sees the own figures alone. Agents who were removed meanwhile are there too, for the time when they were not offline.",
      querystring: AgentExport.extend(PageQuery),
      response: { 200: report(AgentInterval), ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const { agent, limit, cursor, ...asked } = request.query;
      const actor = actorOf(request);
      const { rows, ...page } = await reports.agents(actor, queryOf(actor, asked, agent), present({ limit, cursor }));
      return reply.send({ ...page, items: rows.map(shownAgent) });
    },
  });

  app.route<{ Querystring: z.output<typeof DepartmentExport>; Reply: Readable }>({
    method: "GET",
    url: "/reports/departments.csv",
    schema: { operationId: "exportDepartmentReport", tags, summary: "The same as CSV.", description: CSV_NOTE, querystring: DepartmentExport, response: csv },
    config: { access: { roles: SUPERVISING_ROLES } },
    async handler(request, reply) {
      const query = queryOf(actorOf(request), request.query, request.query.department);
      const rows = await reports.everyDepartment(query);
      noteExport(request, "departments.csv", query);
      return reply.type("text/csv; charset=utf-8").header("content-disposition", 'attachment; filename="departments.csv"').send(csvOf(shownRows(rows, shownDepartment), Object.keys(DepartmentInterval.shape)));
    },
  });

  app.route<{ Querystring: z.output<typeof AgentExport>; Reply: Readable }>({
    method: "GET",
    url: "/reports/agents.csv",
    schema: { operationId: "exportAgentReport", tags, summary: "The same as CSV.", description: CSV_NOTE, querystring: AgentExport, response: csv },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const actor = actorOf(request);
      const query = queryOf(actor, request.query, request.query.agent);
      const rows = await reports.everyAgent(actor, query);
      noteExport(request, "agents.csv", query);
      return reply.type("text/csv; charset=utf-8").header("content-disposition", 'attachment; filename="agents.csv"').send(csvOf(shownRows(rows, shownAgent), Object.keys(AgentInterval.shape)));
    },
  });

  app.route({
    method: "GET",
    url: "/queues/:name/history",
    schema: {
      operationId: "queueHistory",
      tags,
      summary: "The recent past of a department's queue in even steps, for a chart.",
      description: "The last step is the one under way.",
      params: z.object({ name: Department }),
      querystring: z.strictObject({
        domain: Domain,
        since: Moment.optional().describe(`A day ago by default; ${MAX_STEPS} steps ago at most.`),
        stepS: wholeNumber(60, 86_400).prefault("300").describe("How long a step is; they begin at multiples of it."),
      }),
      response: { 200: z.object({ items: z.array(HistoryStep).readonly() }).meta({ id: "QueueHistory", description: "The steps, oldest first." }), ...errors },
    },
    config: { access: { roles: SUPERVISING_ROLES } },
    async handler(request, reply) {
      const { domain, since, stepS } = request.query;
      const { id: organizationId } = organizationFor(directory, actorOf(request), domain);
      const steps = await reports.history({ organizationId, department: request.params.name, stepS, ...present({ since }) });
      return reply.send({ items: steps.map(({ longestWaitMs, at, ...step }) => ({ ...step, at: new Date(at).toISOString(), longestWaitS: s(longestWaitMs) })) });
    },
  });
}
