/** Historical figures of departments and agents. */
import { CallplaneError, invalid, notFound } from "../errors.js";
import type { Clock } from "../clock.js";
import type { Actor } from "../people/index.js";
import { DEFAULT_DEPARTMENT_SETTINGS, type QueueDirectory, type WaitingCaller } from "../queues/index.js";
import { agentCell, agentFigures, departmentCell, departmentFigures, type AgentCell, type DepartmentCell } from "./cells.js";
import { eachStatus, fillAgents, fillDepartments } from "./fill.js";
import { historyOf } from "./history.js";
import { intervalsOf } from "./intervals.js";
import { placeAfter, rowsFrom, windowsOf, type Grid } from "./pages.js";
import type { FigureStore } from "./ports.js";
import { Table } from "./table.js";
import { unhurried } from "./unhurried.js";
import type { AgentFigures, DepartmentFigures, HistoryQuery, HistoryStep, Interval, ReportPage, ReportPaging, ReportQuery, ReportRow, ReportService } from "./types.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_LIMIT = 100;
/** By default: how far back a report goes. */
const REACH_MS = { "15min": DAY_MS, hour: DAY_MS, day: 31 * DAY_MS } as const;

export interface ReportsOptions {
  readonly store: FigureStore;
  readonly directory: Pick<QueueDirectory, "agents" | "departments" | "department" | "hasDepartment">;
  readonly room: { line(organizationId: number, department: string): Iterable<Pick<WaitingCaller, "enteredAt">> };
  readonly timeZone: (organizationId: number) => string;
  readonly clock: Clock;
}

/** All rows of some intervals. */
type Rows<Figures> = (intervals: readonly Interval[], subjects: readonly string[]) => Promise<readonly ReportRow<Figures>[]>;

export class Reports implements ReportService {
  readonly #options: ReportsOptions;

  constructor(options: ReportsOptions) {
    this.#options = { ...options, store: unhurried(options.store) };
  }

  async departments(query: ReportQuery, paging: ReportPaging): Promise<ReportPage<DepartmentFigures>> {
    return this.#page(query, await this.#departmentGrid(query), paging, (intervals, subjects) => this.#departmentRows(query, intervals, subjects));
  }

  async agents(actor: Actor, query: ReportQuery, paging: ReportPaging): Promise<ReportPage<AgentFigures>> {
    return this.#page(query, await this.#agentGrid(actor, query), paging, (intervals, subjects) => this.#agentRows(query, intervals, subjects));
  }

  async everyDepartment(query: ReportQuery): Promise<AsyncIterable<ReportRow<DepartmentFigures>>> {
    return inWindows(await this.#departmentGrid(query), (intervals, subjects) => this.#departmentRows(query, intervals, subjects));
  }

  async everyAgent(actor: Actor, query: ReportQuery): Promise<AsyncIterable<ReportRow<AgentFigures>>> {
    return inWindows(await this.#agentGrid(actor, query), (intervals, subjects) => this.#agentRows(query, intervals, subjects));
  }

  async history(query: HistoryQuery): Promise<readonly HistoryStep[]> {
    const { store, directory, room, clock } = this.#options;
    const { organizationId, department } = query;
    if (!directory.hasDepartment(organizationId, department)) throw notFound(`The department ${department}`);
    const waiting = Array.from(room.line(organizationId, department), ({ enteredAt }) => enteredAt);
    return historyOf(query, { store, now: clock.now(), waiting, serviceLevelMs: this.#serviceLevelMs(organizationId, department) });
  }

  async #page<Figures>({ organizationId }: ReportQuery, grid: Grid, { limit = DEFAULT_LIMIT, cursor }: ReportPaging, rows: Rows<Figures>): Promise<ReportPage<Figures>> {
    const place = cursor === undefined ? 0 : placeAfter(grid, cursor);
    return { ...(await rowsFrom(grid, place, limit, (intervals) => rows(intervals, grid.subjects))), timeZone: this.#options.timeZone(organizationId) };
  }

  #range({ organizationId, interval, from, to }: ReportQuery): { readonly intervals: readonly Interval[]; readonly from: number; readonly to: number } {
    const end = to?.getTime() ?? this.#options.clock.now();
    const begin = from?.getTime() ?? end - REACH_MS[interval];
    if (begin >= end) throw invalid("from", "is not before the end.");
    const intervals = intervalsOf(interval, begin, end, this.#options.timeZone(organizationId));
    return { intervals, from: intervals[0]?.at ?? begin, to: intervals.at(-1)?.end ?? end };
  }

  async #departmentGrid(query: ReportQuery): Promise<Grid> {
    const { store, directory } = this.#options;
    const { organizationId, subject } = query;
    const { intervals, from, to } = this.#range(query);
    // Departments that were removed have figures still.
    const names = new Set(directory.departments(organizationId));
    for (let at = from; at < to; at += DAY_MS) for (const name of await store.departments(organizationId, at, Math.min(at + DAY_MS, to))) names.add(name);
    return { intervals, subjects: chosen(names, subject) };
  }

  async #agentGrid(actor: Actor, query: ReportQuery): Promise<Grid> {
    const { store, directory } = this.#options;
    const { organizationId, subject } = query;
    const { intervals, from, to } = this.#range(query);
    if (actor.role === "agent") {
      if (subject !== undefined && subject !== actor.agentId) throw new CallplaneError("Forbidden", "An agent sees the own figures alone.");
      return { intervals, subjects: actor.agentId === null ? [] : [actor.agentId] };
    }
    const ids = new Set(directory.agents(organizationId).map(({ agentId }) => agentId));
    for (const id of await store.agents(organizationId)) {
      if (ids.has(id)) continue;
      // Of one who is gone, when there is something to tell.
      const rows = await store.statuses(organizationId, id, from, to);
      if (rows.some(({ status }, index) => status !== "offline" && (rows[index + 1]?.since ?? to) > from)) ids.add(id);
    }
    return { intervals, subjects: chosen(ids, subject) };
  }

  async #departmentRows({ organizationId }: ReportQuery, intervals: readonly Interval[], subjects: readonly string[]): Promise<readonly ReportRow<DepartmentFigures>[]> {
    const { store, directory } = this.#options;
    const now = this.#options.clock.now();
    const table = new Table<DepartmentCell>(subjects, intervals, departmentCell);
    const levels = new Map(subjects.map((name) => [name, this.#serviceLevelMs(organizationId, name)]));
    await fillDepartments(table, store, { organizationId, now, serviceLevelMs: (department) => levels.get(department) ?? 0 });
    const members = new Map(directory.agents(organizationId).map(({ agentId, departments }) => [agentId, departments]));
    for (const agentId of await store.agents(organizationId)) {
      await eachStatus(store, organizationId, agentId, table, now, ({ status, department, from, to }) => {
        if (status === "wrapUp") table.spread(department, from, to, (cell, ms) => void (cell.wrapUpMs += ms));
        if (status === "away" || status === "offline") return;
        for (const name of members.get(agentId) ?? []) table.spread(name, from, to, (cell, ms) => void (cell[status === "online" ? "onlineMs" : "busyMs"] += ms));
      });
    }
    return rowsOf(table, subjects, departmentFigures);
  }

  async #agentRows({ organizationId }: ReportQuery, intervals: readonly Interval[], subjects: readonly string[]): Promise<readonly ReportRow<AgentFigures>[]> {
    const { store } = this.#options;
    const now = this.#options.clock.now();
    const table = new Table<AgentCell>(subjects, intervals, agentCell);
    await fillAgents(table, store, { organizationId, now });
    for (const agentId of subjects) {
      await eachStatus(store, organizationId, agentId, table, now, ({ status, from, to }) => table.spread(agentId, from, to, (cell, ms) => void (cell[status] += ms)));
    }
    return rowsOf(table, subjects, agentFigures);
  }

  /** Of a department that was removed, the default. */
  #serviceLevelMs(organizationId: number, department: string): number {
    return (this.#options.directory.department(organizationId, department)?.settings.serviceLevelS ?? DEFAULT_DEPARTMENT_SETTINGS.serviceLevelS) * 1000;
  }
}

/** Throws what reading throws while the rows are taken. */
async function* inWindows<Figures>({ intervals, subjects }: Grid, rows: Rows<Figures>): AsyncIterable<ReportRow<Figures>> {
  for (const some of windowsOf(intervals, subjects.length)) yield* await rows(some, subjects);
}

const chosen = (all: ReadonlySet<string>, subject: string | undefined): readonly string[] => [...all].filter((each) => subject === undefined || each === subject).sort();

function rowsOf<Cell, Figures>(table: Table<Cell>, subjects: readonly string[], figures: (cell: Cell) => Figures): readonly ReportRow<Figures>[] {
  return table.intervals.flatMap((interval, index) => subjects.flatMap((subject) => {
    const cell = table.cells(subject)[index];
    return cell === undefined ? [] : [{ subject, interval, figures: figures(cell) }];
  }));
}
