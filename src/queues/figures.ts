/** The departments' figures in real time. */
import type { WaitingCaller } from "../calls/index.js";
import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import type { Crew } from "./crew.js";
import { Line } from "./line.js";
import type { QueueDirectory } from "./ports.js";
import { Tally } from "./tally.js";
import type { DepartmentFigures, DepartmentReport } from "./types.js";

export interface FiguresOptions {
  readonly directory: QueueDirectory;
  readonly crew: Pick<Crew, "count">;
  readonly logger: Logger;
  readonly now: () => number;
  /** How many wait to be called back. */
  readonly callbacks: (organizationId: number, department: string) => number;
}

interface Entry {
  readonly organizationId: number;
  readonly department: string;
  readonly tally: Tally;
  readonly line: Line<WaitingCaller>;
  /** As they were last told. */
  told: string;
}

const keyOf = (organizationId: number, department: string): string => `${organizationId}/${department}`;

export class Figures {
  readonly #options: FiguresOptions;
  /** By department. Bounded by the departments, and those that somebody waits in: `reports`, each second, takes out others. */
  readonly #entries = new Map<string, Entry>();
  readonly #listeners: Listeners<[DepartmentReport]>;
  /** By call. Bounded by the calls that wait. */
  readonly #lines = new Map<string, { readonly caller: WaitingCaller; readonly entry: Entry }>();

  constructor(options: FiguresOptions) {
    this.#options = options;
    this.#listeners = new Listeners("the departments' figures", options.logger, ({ department }) => ({ department }));
  }

  waits(caller: WaitingCaller): void {
    this.#remove(caller.id);
    // Who leaves a message waits for nobody any more.
    if (caller.stage === "message") return;
    const entry = this.#entry(caller.organizationId, caller.department);
    entry.line.add(caller);
    this.#lines.set(caller.id, { caller, entry });
  }

  left(caller: WaitingCaller, how: "answered" | "abandoned" | "overflowed" | "moved"): void {
    this.#remove(caller.id);
    const { tally } = this.#entry(caller.organizationId, caller.department);
    const now = this.#options.now();
    const waitMs = Math.max(0, now - caller.joinedAt);
    if (how === "answered") tally.answered(now, waitMs, waitMs <= this.#serviceLevelMs(caller));
    else if (how === "abandoned") tally.abandoned(now);
    else if (how === "overflowed") tally.overflowed(now);
  }

  missed(organizationId: number, department: string): void {
    this.#entry(organizationId, department).tally.missed();
  }

  /** How many wait in this caller's department before her. */
  ahead(caller: WaitingCaller): number {
    return this.#entry(caller.organizationId, caller.department).line.ahead(caller);
  }

  length(organizationId: number, department: string): number {
    return this.#entries.get(keyOf(organizationId, department))?.line.length ?? 0;
  }

  of(organizationId: number, department: string): DepartmentFigures {
    const { crew, callbacks, now } = this.#options;
    const entry = this.#entries.get(keyOf(organizationId, department));
    const rolling = entry?.tally.rolling(now()) ?? { answered: 0, inTime: 0, abandoned: 0, overflowed: 0, waitMs: 0 };
    const judged = rolling.answered + rolling.abandoned;
    return {
      waiting: entry?.line.length ?? 0,
      longestWaitS: entry === undefined ? 0 : longestWaitS(entry.line, now()),
      callbacks: callbacks(organizationId, department),
      serviceLevel: judged === 0 ? null : Math.round((rolling.inTime / judged) * 10_000) / 10_000,
      answered: rolling.answered,
      abandoned: rolling.abandoned,
      overflowed: rolling.overflowed,
      averageWaitS: rolling.answered === 0 ? null : Math.round(rolling.waitMs / rolling.answered / 100) / 10,
      agents: crew.count(organizationId, department),
    };
  }

  reports(): readonly DepartmentReport[] {
    const { directory } = this.#options;
    for (const { id } of directory.organizations()) for (const name of directory.departments(id)) this.#entry(id, name);
    for (const [key, { organizationId, department, line }] of this.#entries) if (line.length === 0 && !directory.hasDepartment(organizationId, department)) this.#entries.delete(key);
    return [...this.#entries.values()].map((entry) => this.#report(entry));
  }

  onChange(handler: (report: DepartmentReport) => void): () => void {
    return this.#listeners.add(handler);
  }

  /** Tells of every department whose figures have changed since they were last told. */
  tell(): void {
    if (this.#listeners.size === 0) return;
    for (const report of this.reports()) {
      const entry = this.#entry(report.organizationId, report.department);
      // That the wait grows is told with the next change: else every second of every caller would be news.
      const now = JSON.stringify({ ...report.figures, longestWaitS: 0 });
      if (entry.told === now) continue;
      entry.told = now;
      this.#listeners.tell(report);
    }
  }

  close(): void {
    this.#listeners.clear();
  }

  #report(entry: Entry): DepartmentReport {
    const { organizationId, department, tally } = entry;
    return { organizationId, department, figures: this.of(organizationId, department), totals: tally.totals };
  }

  #serviceLevelMs({ organizationId, department }: WaitingCaller): number {
    return (this.#options.directory.department(organizationId, department)?.settings.serviceLevelS ?? 0) * 1000;
  }

  #remove(callId: string): void {
    const known = this.#lines.get(callId);
    known?.entry.line.remove(known.caller);
    this.#lines.delete(callId);
  }

  #entry(organizationId: number, department: string): Entry {
    const key = keyOf(organizationId, department);
    let entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, (entry = { organizationId, department, tally: new Tally(), line: new Line(), told: "" }));
    return entry;
  }
}

/** Priority comes before age in the line, so all of it is looked at. */
function longestWaitS(line: Iterable<WaitingCaller>, now: number): number {
  let oldest = now;
  for (const { joinedAt } of line) oldest = Math.min(oldest, joinedAt);
  return Math.floor((now - oldest) / 1000);
}
