/** The figures of a report: which there are, how they are written, and what several intervals come to together. */
import type { components } from "../../api/openapi.js";
import { durationText } from "../../clock.js";

export type DepartmentInterval = components["schemas"]["DepartmentInterval"];
export type AgentInterval = components["schemas"]["AgentInterval"];
export type Kind = "departments" | "agents";
export const KINDS = ["departments", "agents"] as const;
export const INTERVALS = ["15min", "hour", "day"] as const;

const COUNTS = ["offered", "answered", "answeredInTime", "abandoned", "overflowed", "moved", "missed", "calls"] as const;
const TIMES = ["talkS", "holdS", "wrapUpS", "onlineS", "inCallS", "awayS", "offlineS"] as const;
const RATES = ["serviceLevel", "averageWaitS", "longestWaitS", "occupancy"] as const;
export type Measure = (typeof COUNTS)[number] | (typeof TIMES)[number] | (typeof RATES)[number];

/** A row of either report, with the same names. */
export type Row = { readonly at: string; readonly localAt: string; readonly name: string } & { readonly [M in Measure]?: number | null };

export const rowOfDepartment = ({ department, ...figures }: DepartmentInterval): Row => ({ ...figures, name: department });
export const rowOfAgent = ({ agent, ...figures }: AgentInterval): Row => ({ ...figures, name: agent });

export const MEASURES: Readonly<Record<Kind, readonly Measure[]>> = {
  departments: ["offered", "answered", "answeredInTime", "abandoned", "overflowed", "moved", "serviceLevel", "averageWaitS", "longestWaitS", "missed", "talkS", "holdS", "wrapUpS", "occupancy"],
  agents: ["offered", "answered", "missed", "calls", "talkS", "holdS", "wrapUpS", "inCallS", "onlineS", "awayS", "offlineS", "occupancy"],
};

const isOf = <T extends string>(names: readonly T[], measure: string): measure is T => names.some((name) => name === measure);
export const isShare = (measure: Measure): boolean => measure === "serviceLevel" || measure === "occupancy";
export const isTime = (measure: Measure): boolean => isOf(TIMES, measure) || measure === "averageWaitS" || measure === "longestWaitS";

export function figureText(measure: Measure, value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (isShare(measure)) return `${Math.round(value * 100)} %`;
  return isTime(measure) ? durationText(value * 1000) : String(value);
}

/** Whether anything happened: an interval of an agent who was offline says nothing. */
export const isEmpty = (row: Row): boolean => [...COUNTS, "talkS", "holdS", "wrapUpS", "onlineS", "inCallS", "awayS"].every((measure) => (row[measure as Measure] ?? 0) === 0);

const sum = (rows: readonly Row[], measure: Measure): number => rows.reduce((all, row) => all + (row[measure] ?? 0), 0);

/** Of several rows together; null where that cannot be told from them. */
export function together(rows: readonly Row[], measure: Measure): number | null {
  const [only] = rows;
  if (only === undefined) return null;
  if (rows.length === 1) return only[measure] ?? null;
  if (isOf(COUNTS, measure) || isOf(TIMES, measure)) return sum(rows, measure);
  switch (measure) {
    case "serviceLevel": {
      const all = sum(rows, "answered") + sum(rows, "abandoned");
      return all === 0 ? null : sum(rows, "answeredInTime") / all;
    }
    case "averageWaitS": {
      const answered = sum(rows, "answered");
      return answered === 0 ? null : rows.reduce((all, row) => all + (row.averageWaitS ?? 0) * (row.answered ?? 0), 0) / answered;
    }
    case "longestWaitS": {
      const waits = rows.map((row) => row.longestWaitS ?? null).filter((wait) => wait !== null);
      return waits.length === 0 ? null : Math.max(...waits);
    }
    default: {
      // Of a department's members the times are not told: there it stays unknown.
      if (only.onlineS === undefined) return null;
      const busy = sum(rows, "inCallS") + sum(rows, "wrapUpS");
      const all = busy + sum(rows, "onlineS");
      return all === 0 ? null : busy / all;
    }
  }
}

export interface Point {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly value: number | null;
}

/** One point for each interval, of all rows that it has. */
export function pointsOf(rows: readonly Row[], measure: Measure): readonly Point[] {
  const intervals = new Map<string, Row[]>();
  for (const row of rows) {
    const known = intervals.get(row.at);
    if (known === undefined) intervals.set(row.at, [row]);
    else known.push(row);
  }
  return [...intervals].map(([at, all]) => ({ at: Date.parse(at) / 1000, value: together(all, measure) })).sort((one, other) => one.at - other.at);
}
