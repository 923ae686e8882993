/** Sums by subject and interval. */
import { lowerBound } from "../lower-bound.js";
import type { Interval } from "./types.js";

export class Table<Cell> {
  readonly intervals: readonly Interval[];
  /** By subject, one an interval. */
  readonly #cells: ReadonlyMap<string, readonly Cell[]>;

  constructor(subjects: readonly string[], intervals: readonly Interval[], empty: () => Cell) {
    this.intervals = intervals;
    this.#cells = new Map(subjects.map((subject) => [subject, intervals.map(empty)]));
  }

  get from(): number {
    return this.intervals[0]?.at ?? 0;
  }

  get to(): number {
    return this.intervals.at(-1)?.end ?? 0;
  }

  cells(subject: string): readonly Cell[] {
    return this.#cells.get(subject) ?? [];
  }

  /** The cell of this moment; undefined outside of the table. */
  at(subject: string | null, moment: number): Cell | undefined {
    if (subject === null || moment < this.from) return undefined;
    return this.#cells.get(subject)?.[this.#index(moment)];
  }

  /** Gives each cell its part of a span of time. */
  spread(subject: string | null, from: number, to: number, add: (cell: Cell, ms: number) => void): void {
    const cells = subject === null ? undefined : this.#cells.get(subject);
    if (cells === undefined) return;
    for (let index = this.#index(from); index < cells.length; index++) {
      const [cell, interval] = [cells[index], this.intervals[index]];
      if (cell === undefined || interval === undefined || interval.at >= to) return;
      const ms = Math.min(to, interval.end) - Math.max(from, interval.at);
      if (ms > 0) add(cell, ms);
    }
  }

  #index(moment: number): number {
    return lowerBound(this.intervals, ({ end }) => end <= moment);
  }
}
