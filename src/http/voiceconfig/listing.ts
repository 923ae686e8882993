/** Pages of what administrators configure: few enough to be sorted and searched in memory. */
import { z } from "zod";
import { invalid } from "../../errors.js";
import { organizationFor, type Actor, type Directory } from "../../people/index.js";
import type { TimePage } from "../../time-page.js";
import { indexed, IndexedPageQuery, next, pageAsked, PageQuery, text, total } from "../schemas.js";
import { Domain } from "./schemas.js";

const searching = <Sort extends string>(sorts: readonly [Sort, ...Sort[]]) => ({
  q: text(128).optional().describe("Text that occurs in one of its words."),
  sort: z.enum(sorts.flatMap((sort): string[] => [sort, `-${sort}`])).optional().describe(`By which it is sorted, \`-\` for downwards; \`${sorts[0]}\` by default.`),
});

export const listQuery = <Sort extends string>(sorts: readonly [Sort, ...Sort[]]) => z.strictObject({ domain: Domain, ...PageQuery, ...searching(sorts) });

/** The same with the pages of seed 001. */
export const indexedListQuery = <Sort extends string>(sorts: readonly [Sort, ...Sort[]]) => z.strictObject({ domain: Domain, ...IndexedPageQuery, ...searching(sorts) });

/** What a list is searched and sorted in is all of it. */
export const EVERYTHING = { pageIndex: 0, pageSize: Number.MAX_SAFE_INTEGER } as const;

/** Whose objects a list shows; null: those of all organizations, for root without a domain. Throws as `organizationFor`. */
export const homeOf = (directory: Directory, actor: Actor, domain: string | undefined): number | null => (actor.organizationId === null && domain === undefined ? null : organizationFor(directory, actor, domain).id);

export const page = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), total, next });

export interface Asked {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly q?: string | undefined;
  readonly sort?: string | undefined;
}

type Value = string | number | boolean | null;

const compare = (one: Value, other: Value): number => {
  if (typeof one === "number" && typeof other === "number") return one - other;
  const [a, b] = [String(one ?? ""), String(other ?? "")];
  return a < b ? -1 : a > b ? 1 : 0;
};

interface Words<Item> {
  /** Unique. */
  readonly id: (item: Item) => string;
  /** What an item is sorted by. */
  readonly valueOf: (item: Item, sort: string) => Value;
  readonly words: (item: Item) => readonly (string | null)[];
}

type Place = readonly [Value, string];

const orderOf = (sort: string) => {
  const direction = sort.startsWith("-") ? -1 : 1;
  return (one: Place, other: Place): number => direction * (compare(one[0], other[0]) || compare(one[1], other[1]));
};

/** Those that are searched for, in the order that is asked for. */
function found<Item>(all: readonly Item[], { q, sort = "" }: Asked, { id, valueOf, words }: Words<Item>): readonly { readonly item: Item; readonly key: Place }[] {
  const wanted = q?.toLowerCase();
  const items = wanted === undefined ? all : all.filter((item) => words(item).some((word) => word?.toLowerCase().includes(wanted) === true));
  const order = orderOf(sort);
  return items.map((item) => ({ item, key: [valueOf(item, sort.replace(/^-/, "")), id(item)] as const })).sort((one, other) => order(one.key, other.key));
}

/** One page. A cursor names the last item of the page before, so that others that come and go do not shift the next one. Throws InvalidParameter (`cursor`). */
export function pageOf<Item>(all: readonly Item[], asked: Asked, words: Words<Item>): { readonly items: readonly Item[]; readonly total: number; readonly next: string | null } {
  const { limit = 100, cursor, sort = "" } = asked;
  const sorted = found(all, asked, words);
  const order = orderOf(sort);
  const after = cursor === undefined ? null : keyOf(cursor);
  const start = after === null ? 0 : sorted.findIndex(({ key }) => order(key, after) > 0);
  const items = start === -1 ? [] : sorted.slice(start, start + limit);
  const last = items.at(-1);
  return { items: items.map(({ item }) => item), total: sorted.length, next: last === undefined || last === sorted.at(-1) ? null : cursorOf(last.key) };
}

/** One page, as seed 001 numbers them. */
export function indexedPageOf<Item>(all: readonly Item[], { q, sort, ...asked }: { readonly q?: string | undefined; readonly sort?: string | undefined } & Parameters<typeof pageAsked>[0], words: Words<Item>) {
  const page = pageAsked(asked);
  const sorted = found(all, { q, sort }, words);
  const from = page.pageIndex * page.pageSize;
  return indexed(sorted.slice(from, from + page.pageSize).map(({ item }) => item), sorted.length, page);
}

const cursorOf = (key: readonly [Value, string]): string => Buffer.from(JSON.stringify(key)).toString("base64url");

/** What is listed by time, newest first: the page that is asked for. Throws InvalidParameter (`cursor`). */
export function timePage({ limit = 100, cursor, sort = "-" }: Asked): TimePage {
  return { limit, after: cursor === undefined ? null : placeOf(cursor), newestFirst: sort.startsWith("-") };
}

function placeOf(cursor: string): { readonly at: Date; readonly id: string } {
  const [time, id] = keyOf(cursor);
  const at = new Date(Number.isInteger(time) ? Number(time) : NaN);
  // Not every number is a time.
  if (Number.isNaN(at.getTime())) throw invalid("cursor", "was not returned by this list.");
  return { at, id };
}

/** The page, and the cursor of the next one. */
export function paged<Item, Shown>({ items, total: all }: { readonly items: readonly Item[]; readonly total: number }, { limit }: TimePage, { at, id, shown }: { readonly at: (item: Item) => Date; readonly id: (item: Item) => string; readonly shown: (item: Item) => Shown }) {
  const last = items.at(-1);
  return { items: items.map(shown), total: all, next: last === undefined || items.length < limit ? null : cursorOf([at(last).getTime(), id(last)]) };
}

const Key = z.tuple([z.union([z.string(), z.number(), z.boolean(), z.null()]), z.string()]);

function keyOf(cursor: string): readonly [Value, string] {
  let given: unknown = null;
  try {
    given = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    // Refused below.
  }
  const key = Key.safeParse(given);
  if (!key.success) throw invalid("cursor", "was not returned by this list.");
  return key.data;
}
