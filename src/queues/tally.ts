/** The counters of one department. */
import type { DepartmentTotals } from "./types.js";

const MINUTE_MS = 60_000;
/** Minutes of the rolling window. */
const WINDOW = 60;

const nothing = () => ({ answered: 0, inTime: 0, abandoned: 0, overflowed: 0, waitMs: 0 });
type Counts = ReturnType<typeof nothing>;
type Minute = Counts & { readonly at: number };

export class Tally {
  /** Bounded by `WINDOW`. */
  #minutes: Minute[] = [];
  readonly #totals = { answered: 0, answeredInTime: 0, abandoned: 0, overflowed: 0, missed: 0, waitSeconds: 0 };

  answered(now: number, waitMs: number, inTime: boolean): void {
    const minute = this.#minute(now);
    minute.answered++;
    minute.waitMs += waitMs;
    if (inTime) minute.inTime++;
    this.#totals.answered++;
    this.#totals.waitSeconds += waitMs / 1000;
    if (inTime) this.#totals.answeredInTime++;
  }

  abandoned(now: number): void {
    this.#minute(now).abandoned++;
    this.#totals.abandoned++;
  }

  overflowed(now: number): void {
    this.#minute(now).overflowed++;
    this.#totals.overflowed++;
  }

  missed(): void {
    this.#totals.missed++;
  }

  get totals(): DepartmentTotals {
    return { ...this.#totals };
  }

  rolling(now: number): Readonly<Counts> {
    this.#forget(now);
    const sum = nothing();
    for (const minute of this.#minutes) {
      sum.answered += minute.answered;
      sum.inTime += minute.inTime;
      sum.abandoned += minute.abandoned;
      sum.overflowed += minute.overflowed;
      sum.waitMs += minute.waitMs;
    }
    return sum;
  }

  #minute(now: number): Minute {
    const at = Math.floor(now / MINUTE_MS);
    const last = this.#minutes.at(-1);
    if (last?.at === at) return last;
    this.#forget(now);
    const minute: Minute = { at, ...nothing() };
    this.#minutes.push(minute);
    return minute;
  }

  #forget(now: number): void {
    const oldest = Math.floor(now / MINUTE_MS) - WINDOW;
    if ((this.#minutes[0]?.at ?? Infinity) <= oldest) this.#minutes = this.#minutes.filter(({ at }) => at > oldest);
  }
}
