/**
 * What a list shows, as it stands in the address: so that a reload, a bookmark and the way back show the same. What may be a caller's name or number does not stand there:
 * it is kept with the entry of the history.
 */
import type { HistoryState, LocationQuery, LocationQueryRaw } from "vue-router";
import type { Filter } from "./types.js";

export interface ListState {
  /** `name`, or `-name` downwards; null: as the server has it. */
  readonly sort: string | null;
  /** The way to the page that is shown, from the first on: cursors lead only forwards. The last one is the page's. */
  readonly cursors: readonly string[];
  readonly filters: Readonly<Record<string, string>>;
}

/** Names in the address that are no filters. */
const SORT = "sort";
const CURSOR = "cursor";
/** What is kept with the entry of the history, by its name there. */
const KEPT = "filters";
export const PAGE_SIZE = 50;

const texts = (value: LocationQuery[string] | undefined): readonly string[] => (Array.isArray(value) ? value : [value]).filter((text): text is string => typeof text === "string" && text !== "");

/** What a list needs to know of its filters. */
export type Kept = Pick<Filter, "name" | "isPrivate">;

/** `entry`: the state of the history's entry. */
export function readState(query: LocationQuery, filters: readonly Kept[], entry: unknown = null): ListState {
  const kept = keptIn(entry);
  const said = filters.map(({ name, isPrivate }) => [name, isPrivate === true ? kept[name] : texts(query[name])[0]] as const);
  return {
    sort: texts(query[SORT])[0] ?? null,
    cursors: texts(query[CURSOR]),
    filters: Object.fromEntries(said.filter((pair): pair is readonly [string, string] => pair[1] !== undefined)),
  };
}

function keptIn(entry: unknown): Readonly<Record<string, string>> {
  const kept: unknown = typeof entry === "object" && entry !== null ? Reflect.get(entry, KEPT) : null;
  if (typeof kept !== "object" || kept === null) return {};
  return Object.fromEntries(Object.entries(kept).filter((pair): pair is [string, string] => typeof pair[1] === "string" && pair[1] !== ""));
}

/** The same filters for another entry of the history, such as that of something in the list, which leads back. */
export const keptFrom = (entry: unknown): HistoryState => ({ [KEPT]: { ...keptIn(entry) } });

/** For the entry of the history. */
export function entryOf({ filters: set }: ListState, filters: readonly Kept[]): HistoryState {
  return { [KEPT]: Object.fromEntries(Object.entries(set).filter(([name]) => isPrivate(filters, name))) };
}

const isPrivate = (filters: readonly Kept[], name: string): boolean => filters.some((filter) => filter.name === name && filter.isPrivate === true);

/** For the address. What is as usual is left out. */
export function queryOf({ sort, cursors, filters: set }: ListState, filters: readonly Kept[] = []): LocationQueryRaw {
  const open = Object.fromEntries(Object.entries(set).filter(([name]) => !isPrivate(filters, name)));
  return { ...open, ...(sort === null ? {} : { [SORT]: sort }), ...(cursors.length === 0 ? {} : { [CURSOR]: [...cursors] }) };
}

/** Other filters show their first page. An empty one is none. */
export function withFilters(state: ListState, values: Readonly<Record<string, string>>): ListState {
  return { ...state, cursors: [], filters: Object.fromEntries(Object.entries({ ...state.filters, ...values }).filter(([, value]) => value !== "")) };
}

/** Upwards, then downwards, then as usual again. */
export function withSort(state: ListState, column: string): ListState {
  const next = state.sort === column ? `-${column}` : state.sort === `-${column}` ? null : column;
  return { ...state, sort: next, cursors: [] };
}

export const directionOf = ({ sort }: Pick<ListState, "sort">, column: string): "ascending" | "descending" | "none" => (sort === column ? "ascending" : sort === `-${column}` ? "descending" : "none");

export const nextPage = (state: ListState, cursor: string): ListState => ({ ...state, cursors: [...state.cursors, cursor] });
export const previousPage = (state: ListState): ListState => ({ ...state, cursors: state.cursors.slice(0, -1) });

/** Which of how many: "51–100 of 230". */
export function rangeOf({ cursors }: Pick<ListState, "cursors">, count: number, pageSize = PAGE_SIZE): { readonly from: number; readonly to: number } {
  const before = cursors.length * pageSize;
  return { from: count === 0 ? 0 : before + 1, to: before + count };
}

/** The page's own cursor, for the request. */
export const cursorOf = ({ cursors }: Pick<ListState, "cursors">): { readonly cursor?: string } => {
  const cursor = cursors.at(-1);
  return cursor === undefined ? {} : { cursor };
};

/** One of the words that the API takes; anything else in the address says nothing. */
export const oneOf = <T extends string>(words: readonly T[], text: string | undefined): T | undefined => words.find((word) => word === text);

/** The sort, where the API can sort by it. */
export function sortOf<T extends string>(columns: readonly T[], { sort }: Pick<ListState, "sort">): { readonly sort?: T | `-${T}` } {
  const column = columns.find((name) => sort === name || sort === `-${name}`);
  return column === undefined ? {} : { sort: sort?.startsWith("-") === true ? `-${column}` : column };
}

/** Filters that the request takes as they are, without those that are not set. */
export function given<K extends string>(state: ListState, ...names: readonly K[]): { readonly [N in K]?: string } {
  const set: { [N in K]?: string } = {};
  for (const name of names) {
    const value = state.filters[name];
    if (value !== undefined) set[name] = value;
  }
  return set;
}

/** What is undefined is not sent: openapi-fetch leaves it out, but the types do not let it in. */
export function only<T extends Readonly<Record<string, unknown>>>(query: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as { readonly [K in keyof T]?: Exclude<T[K], undefined> };
}

/** What a person enters as a moment (`2026-11-30T14:00`, in the browser's zone), as the API takes it. What is no moment says nothing. */
export function momentOf(local: string | undefined): string | undefined {
  if (local === undefined) return undefined;
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
