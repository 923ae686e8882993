/** Which of the live calls are shown: by state and by what is typed; and how that is written in the page's address. */
import type { LocationQuery, LocationQueryRaw } from "vue-router";
import type { Call } from "../../../api/types.js";
import { SORTS, type Row, type Sort } from "./rows.js";

export const SHOWN = ["all", "waiting", "talking", "held"] as const;
export type Shown = (typeof SHOWN)[number];
export type Counts = Readonly<Record<Shown, number>>;

export interface View {
  readonly show: Shown;
  readonly sort: Sort;
  /** The selected call. */
  readonly open: string | null;
}

/** Null: in none but all. */
export function groupOf({ state, consult }: Pick<Call, "state" | "consult">): Exclude<Shown, "all"> | null {
  if (state === "queued") return "waiting";
  // The caller is on hold meanwhile, and yet the agent talks.
  if (state === "active" || (state === "held" && consult !== null)) return "talking";
  return state === "held" || state === "parked" ? "held" : null;
}

/** Every word must be found somewhere in the row. */
export function shownRows(rows: readonly Row[], show: Shown, typed: string): { readonly rows: readonly Row[]; readonly counts: Counts } {
  const counts = { all: rows.length, waiting: 0, talking: 0, held: 0 };
  const wanted = typed.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const isWhole = show === "all" && wanted.length === 0;
  const kept: Row[] = [];
  for (const row of rows) {
    const group = groupOf(row.call);
    if (group !== null) counts[group]++;
    if (!isWhole && (show === "all" || group === show) && wanted.every((word) => row.text.includes(word))) kept.push(row);
  }
  return { rows: isWhole ? rows : kept, counts };
}

const oneOf = <T extends string>(value: unknown, values: readonly T[], otherwise: T): T => values.find((known) => known === value) ?? otherwise;

export function viewOf({ show, sort, call }: LocationQuery): View {
  return { show: oneOf(show, SHOWN, "all"), sort: oneOf(sort, SORTS, "urgent"), open: typeof call === "string" && call !== "" ? call : null };
}

/** The rest of an address, for whoever changes a part of it. */
export const without = (query: LocationQuery, ...names: readonly string[]): LocationQuery => Object.fromEntries(Object.entries(query).filter(([name]) => !names.includes(name)));

/** What is as usual stays out of the address; what does not belong to the list stays in. What is typed is about callers, and never part of an address. */
export function queryOf({ show, sort, open }: View, others: LocationQuery): LocationQueryRaw {
  return { ...without(others, "show", "sort", "call"), ...(show === "all" ? {} : { show }), ...(sort === "urgent" ? {} : { sort }), ...(open === null ? {} : { call: open }) };
}
