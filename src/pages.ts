/** Pages of lists: those that are few enough to be sorted and searched in memory, and what is listed by time. */
import { z } from "zod";
import { invalid } from "./errors.js";

/** A page of what is listed by time. */
export interface TimePage {
  readonly limit: number;
  /** Those that come after this one in the order of the list; null: from its beginning. */
  readonly after: { readonly at: Date; readonly id: string } | null;
  readonly newestFirst: boolean;
}

/** What a request asks of a list. */
export interface Asked {
  /** Default: 100. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Occurs in one of an item's words, whatever its case. */
  readonly q?: string | undefined;
  /** What an item is sorted by, `-` for downwards. */
  readonly sort?: string | undefined;
}

export type Value = string | number | boolean | null;

const compare = (one: Value, other: Value): number => {
  if (typeof one === "number" && typeof other === "number") return one - other;
  const [a, b] = [String(one ?? ""), String(other ?? "")];
  return a < b ? -1 : a > b ? 1 : 0;
};

export interface Words<Item> {
  /** Unique. */
  readonly id: (item: Item) => string;
  /** What an item is sorted by. */
  readonly valueOf: (item: Item, sort: string) => Value;
  readonly words: (item: Item) => readonly (string | null)[];
}

export type Place = readonly [Value, string];

const orderOf = (sort: string) => {
  const direction = sort.startsWith("-") ? -1 : 1;
  return (one: Place, other: Place): number => direction * (compare(one[0], other[0]) || compare(one[1], other[1]));
};

/** Whether an item is searched for; without a text each is, and its words are not asked for. */
export function seeking<Item>(q: string | undefined, words: (item: Item) => readonly (string | null)[]): (item: Item) => boolean {
  if (q === undefined) return () => true;
  const wanted = q.toLowerCase();
  return (item) => words(item).some((word) => word?.toLowerCase().includes(wanted) === true);
}

/** Those that are searched for, in the order that is asked for. */
export function sorted<Item>(all: readonly Item[], { q, sort = "" }: Asked, { id, valueOf, words }: Words<Item>): readonly { readonly item: Item; readonly key: Place }[] {
  const order = orderOf(sort);
  return all.filter(seeking(q, words)).map((item) => ({ item, key: [valueOf(item, sort.replace(/^-/, "")), id(item)] as const })).sort((one, other) => order(one.key, other.key));
}

/** Where those begin that come after this place. */
export function placeIn(found: readonly { readonly key: Place }[], after: Place, sort = ""): number {
  const order = orderOf(sort);
  const start = found.findIndex(({ key }) => order(key, after) > 0);
  return start === -1 ? found.length : start;
}

/** One page. A cursor names the last item of the page before, so that others that come and go do not shift the next one. Throws InvalidParameter (`cursor`). */
export function pageOf<Item>(all: readonly Item[], asked: Asked, words: Words<Item>): { readonly items: readonly Item[]; readonly total: number; readonly next: string | null } {
  const { limit = 100, cursor, sort = "" } = asked;
  const found = sorted(all, asked, words);
  const start = cursor === undefined ? 0 : placeIn(found, keyOf(cursor, sort), sort);
  const items = found.slice(start, start + limit);
  const last = items.at(-1);
  return { items: items.map(({ item }) => item), total: found.length, next: last === undefined || last === found.at(-1) ? null : cursorOf(last.key, sort) };
}

const textOf = (cursor: readonly unknown[]): string => Buffer.from(JSON.stringify(cursor)).toString("base64url");

/** A place in the order of `sort`. */
export const cursorOf = ([value, id]: Place, sort: string): string => textOf([value, id, sort]);

const VALUE = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Key = z.tuple([VALUE, z.string(), z.string()]);

function read<T>(cursor: string, schema: z.ZodType<T>): T {
  let given: unknown = null;
  try {
    given = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    // Refused below.
  }
  const key = schema.safeParse(given);
  if (!key.success) throw invalid("cursor", "was not returned by this list.");
  return key.data;
}

/** The place that a cursor names. A place in one order is none in another. Throws InvalidParameter (`cursor`). */
export function keyOf(cursor: string, sort: string): Place {
  const [value, id, made] = read(cursor, Key);
  assertSameOrder(made, sort);
  return [value, id];
}

function assertSameOrder(made: string, sort: string): void {
  if (made !== sort) throw invalid("cursor", "was returned by this list in another order: `sort` must be as it was then.");
}

/** A page of a list whose pages are numbered too. */
export interface NumberedPage {
  /** From 0. */
  readonly pageIndex: number;
  readonly pageSize: number;
  /** Those that come after this place in the order of the list, whatever the number; null: the number counts. */
  readonly after: Place | null;
  readonly sort: string;
}

const NumberedKey = z.tuple([VALUE, z.string(), z.string(), z.int().min(0), z.int().min(1)]);

/** The page after a place in the order of `sort`, and its number. */
export const numberedCursorOf = ([value, id]: Place, { sort, pageIndex, pageSize }: NumberedPage): string => textOf([value, id, sort, pageIndex + 1, pageSize]);

/** The page that a cursor names. Throws as `keyOf`. */
export function numberedKeyOf(cursor: string, sort: string): NumberedPage {
  const [value, id, made, pageIndex, pageSize] = read(cursor, NumberedKey);
  assertSameOrder(made, sort);
  return { pageIndex, pageSize, after: [value, id], sort };
}
