/** The departments' figures in real time. */
import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import type { Crew } from "./crew.js";
import type { QueueDirectory } from "./ports.js";
import { fewAtATime } from "./rounds.js";
import { Tally } from "./tally.js";
import type { DepartmentFigures, DepartmentReport } from "./types.js";
import type { WaitingCaller } from "./waiting.js";
import type { WaitingRoom } from "./waiting-room.js";

/** A part of a whole to four digits, as all figures give it; null: there is no whole. */
export const share = (part: number, whole: number): number | null => (whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000);

export interface FiguresOptions {
  readonly directory: QueueDirectory;
  readonly crew: Pick<Crew, "count">;
  readonly room: Pick<WaitingRoom, "count" | "line" | "departments">;
  readonly logger: Logger;
  readonly now: () => number;
  /** How many wait to be called back. */
  readonly callbacks: (organizationId: number, department: string) => number;
}

interface Entry {
  readonly organizationId: number;
  readonly department: string;
  readonly tally: Tally;
  /** The figures that were last told. */
  told: string;
}

/** Departments whose figures are told in one turn of the event loop: each looks at its callers and members. */
const AT_ONCE = 3;

const keyOf = (organizationId: number, department: string): string => `${organizationId}/${department}`;

export class Figures {
  readonly #options: FiguresOptions;
  /** By department. Bounded by the departments, and those with waiting callers: `reports`, each second, removes others. */
  readonly #entries = new Map<string, Entry>();
  readonly #listeners: Listeners<[DepartmentReport]>;
  readonly #rounds: Listeners<[]>;
  #telling = false;

  constructor(options: FiguresOptions) {
    this.#options = options;
    this.#listeners = new Listeners("the departments' figures", options.logger, ({ department }) => ({ department }));
    this.#rounds = new Listeners("the departments' figures", options.logger);
  }

  left(caller: WaitingCaller, how: "answered" | "abandoned" | "overflowed" | "moved"): void {
    const { tally } = this.#entry(caller.organizationId, caller.department);
    const now = this.#options.now();
    const waitMs = Math.max(0, now - caller.enteredAt);
    if (how === "answered") tally.answered(now, waitMs, waitMs <= this.#serviceLevelMs(caller));
    else if (how === "abandoned") tally.abandoned(now);
    else if (how === "overflowed") tally.overflowed(now);
  }

  missed(organizationId: number, department: string): void {
    this.#entry(organizationId, department).tally.missed();
  }

  of(organizationId: number, department: string): DepartmentFigures {
    const { crew, room, callbacks, now } = this.#options;
    const tally = this.#entries.get(keyOf(organizationId, department))?.tally ?? new Tally();
    const rolling = tally.rolling(now());
    return {
      waiting: room.count(organizationId, department),
      longestWaitS: longestWaitS(room.line(organizationId, department), now()),
      callbacks: callbacks(organizationId, department),
      serviceLevel: share(rolling.inTime, rolling.answered + rolling.abandoned),
      answered: rolling.answered,
      abandoned: rolling.abandoned,
      overflowed: rolling.overflowed,
      averageWaitS: rolling.answered === 0 ? null : Math.round(rolling.waitMs / rolling.answered / 100) / 10,
      agents: crew.count(organizationId, department),
    };
  }

  /** For who is told of changes from now on: what was not told yet is told with the next look, also when it has gone back by then. */
  shown(organizationId: number, department: string): DepartmentFigures {
    const figures = this.of(organizationId, department);
    const entry = this.#entries.get(keyOf(organizationId, department));
    if (entry !== undefined && entry.told !== told(figures)) entry.told = "";
    return figures;
  }

  reports(): readonly DepartmentReport[] {
    this.#known();
    return [...this.#entries.values()].map((entry) => this.#report(entry));
  }

  /** `allTold`: called when those of all departments have been looked at, each second. */
  onChange(handler: (report: DepartmentReport) => void, allTold: () => void): () => void {
    const stops = [this.#listeners.add(handler), this.#rounds.add(allTold)];
    return () => stops.forEach((stop) => stop());
  }

  /** Tells every department whose figures have changed. */
  tell(): void {
    if (this.#listeners.size === 0 || this.#telling) return;
    this.#known();
    this.#telling = true;
    fewAtATime(
      [...this.#entries.values()],
      AT_ONCE,
      (entry) => this.#listeners.size > 0 && this.#tell(entry),
      () => {
        this.#telling = false;
        this.#rounds.tell();
      },
    );
  }

  close(): void {
    this.#listeners.clear();
    this.#rounds.clear();
  }

  #tell(entry: Entry): void {
    const report = this.#report(entry);
    const now = told(report.figures);
    if (entry.told === now) return;
    entry.told = now;
    this.#listeners.tell(report);
  }

  /** All departments with figures: those that exist, and those with waiting callers. */
  #known(): void {
    const { directory, room } = this.#options;
    for (const { id } of directory.organizations()) for (const name of directory.departments(id)) this.#entry(id, name);
    for (const { organizationId, department } of room.departments()) this.#entry(organizationId, department);
    for (const [key, { organizationId, department }] of this.#entries) if (room.count(organizationId, department) === 0 && !directory.hasDepartment(organizationId, department)) this.#entries.delete(key);
  }

  #report(entry: Entry): DepartmentReport {
    const { organizationId, department, tally } = entry;
    return { organizationId, department, figures: this.of(organizationId, department), totals: tally.totals };
  }

  #serviceLevelMs({ organizationId, department }: WaitingCaller): number {
    return (this.#options.directory.department(organizationId, department)?.settings.serviceLevelS ?? 0) * 1000;
  }

  #entry(organizationId: number, department: string): Entry {
    const key = keyOf(organizationId, department);
    let entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, (entry = { organizationId, department, tally: new Tally(), told: "" }));
    return entry;
  }
}

/** Growing waits alone are no change. */
const told = (figures: DepartmentFigures): string => JSON.stringify({ ...figures, longestWaitS: 0 });

/** The line is sorted by priority first, so the oldest caller may be anywhere. */
function longestWaitS(line: Iterable<WaitingCaller>, now: number): number {
  let oldest = now;
  for (const { joinedAt } of line) oldest = Math.min(oldest, joinedAt);
  return Math.floor((now - oldest) / 1000);
}
