/** What the reports room offers. */
import type { Actor } from "../people/index.js";

export const INTERVALS = ["15min", "hour", "day"] as const;
export type IntervalKind = (typeof INTERVALS)[number];

/** Epoch milliseconds; `end` is the beginning of the next one. */
export interface Interval {
  readonly at: number;
  readonly end: number;
  /** ISO 8601 with the offset of the time zone. */
  readonly localAt: string;
}

/** How long agents were in each status, milliseconds. */
export interface StatusTimes {
  readonly online: number;
  readonly inCall: number;
  readonly wrapUp: number;
  readonly away: number;
  readonly offline: number;
}

/** What a department did in an interval. A caller counts in that in which the caller left the queue; talk, hold, wrap-up and statuses count where they took place. */
export interface DepartmentFigures {
  /** All who left: answered, abandoned, overflowed and moved. */
  readonly offered: number;
  readonly answered: number;
  /** Of those, within the department's limit as it is set now. */
  readonly answeredInTime: number;
  readonly abandoned: number;
  readonly overflowed: number;
  readonly moved: number;
  /** Answered in time, of all answered and abandoned; null when there were none. */
  readonly serviceLevel: number | null;
  /** Of those who were answered; null when nobody was. */
  readonly averageWaitMs: number | null;
  /** Of all who left; null when nobody did. */
  readonly longestWaitMs: number | null;
  /** Offers that an agent missed. */
  readonly missed: number;
  readonly talkMs: number;
  readonly holdMs: number;
  readonly wrapUpMs: number;
  /** Of its present members: in calls and wrap-up, of that and the time online; null when they were in none of these. */
  readonly occupancy: number | null;
}

export interface AgentFigures {
  /** Offers of departments that the agent answered or missed. */
  readonly offered: number;
  readonly answered: number;
  readonly missed: number;
  /** Conversations of any kind: each in the interval in which it began, as soon as it is over or held. */
  readonly calls: number;
  readonly talkMs: number;
  readonly holdMs: number;
  readonly occupancy: number | null;
  readonly times: StatusTimes;
}

export interface ReportRow<Figures> {
  /** The department, or the agent's id. */
  readonly subject: string;
  readonly interval: Interval;
  readonly figures: Figures;
}

export interface ReportQuery {
  readonly organizationId: number;
  readonly interval: IntervalKind;
  /** By default a day before `to`, of days 31. */
  readonly from?: Date;
  /** By default now. */
  readonly to?: Date;
  /** The department or agent; by default all of them. */
  readonly subject?: string;
}

export interface ReportPage<Figures> {
  /** In the order of time, then of names. */
  readonly rows: readonly ReportRow<Figures>[];
  readonly timeZone: string;
  readonly total: number;
  readonly next: string | null;
}

/** What happened in a department's queue in one step of its history. */
export interface HistoryStep {
  readonly at: number;
  /** Who waited at its end, or waits now. */
  readonly waiting: number;
  /** Of those who left in it or waited at its end; 0: nobody. */
  readonly longestWaitMs: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly serviceLevel: number | null;
}

export interface HistoryQuery {
  readonly organizationId: number;
  readonly department: string;
  /** By default a day ago. */
  readonly since?: Date;
  readonly stepS: number;
}

/** Every method throws InvalidParameter for a range that has too many intervals or ends before it begins, and for a cursor that is none. */
export interface ReportService {
  departments(query: ReportQuery, page: ReportPaging): Promise<ReportPage<DepartmentFigures>>;
  /** An agent sees the own figures alone; Forbidden for a colleague's. */
  agents(actor: Actor, query: ReportQuery, page: ReportPaging): Promise<ReportPage<AgentFigures>>;
  /** All rows, a few at a time. Refused before the first one. */
  everyDepartment(query: ReportQuery): Promise<AsyncIterable<ReportRow<DepartmentFigures>>>;
  everyAgent(actor: Actor, query: ReportQuery): Promise<AsyncIterable<ReportRow<AgentFigures>>>;
  /** The steps since then, oldest first. Throws NotFound for a department that does not exist. */
  history(query: HistoryQuery): Promise<readonly HistoryStep[]>;
}

export interface ReportPaging {
  readonly limit?: number;
  readonly cursor?: string;
}
