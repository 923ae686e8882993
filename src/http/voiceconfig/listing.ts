/** Pages of what administrators configure: few enough to be sorted and searched in memory. */
import { z } from "zod";
import { invalid } from "../../errors.js";
import { organizationFor, type Actor, type Directory } from "../../people/index.js";
import type { TimePage } from "../../time-page.js";
import { next, PageQuery, text, total } from "../schemas.js";
import { Domain } from "./schemas.js";

export const listQuery = <Sort extends string>(sorts: readonly [Sort, ...Sort[]]) =>
  z.strictObject({
    domain: Domain,
    ...PageQuery,
    q: text(128).optional().describe("Text that occurs in one of its words."),
    sort: z.enum(sorts.flatMap((sort): string[] => [sort, `-${sort}`])).optional().describe(`By which it is sorted, \`-\` for downwards; \`${sorts[0]}\` by default.`),
  });

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

/**
 * One page. `id`: unique. `valueOf`: what an item is sorted by. A cursor names the last item of the page before, so that others that come and go do not shift the next one.
 * Throws InvalidParameter (`cursor`).
 */
export function pageOf<Item>(all: readonly Item[], { limit = 100, cursor, q, sort = "" }: Asked, { id, valueOf, words }: { readonly id: (item: Item) => string; readonly valueOf: (item: Item, sort: string) => Value; readonly words: (item: Item) => readonly (string | null)[] }): { readonly items: readonly Item[]; readonly total: number; readonly next: string | null } {
  const wanted = q?.toLowerCase();
  const found = wanted === undefined ? all : all.filter((item) => words(item).some((word) => word?.toLowerCase().includes(wanted) === true));
  const by = sort.replace(/^-/, "");
  const direction = sort.startsWith("-") ? -1 : 1;
  const order = (one: readonly [Value, string], other: readonly [Value, string]): number => direction * (compare(one[0], other[0]) || compare(one[1], other[1]));
  const sorted = found.map((item) => ({ item, key: [valueOf(item, by), id(item)] as const })).sort((one, other) => order(one.key, other.key));
  const after = cursor === undefined ? null : keyOf(cursor);
  const start = after === null ? 0 : sorted.findIndex(({ key }) => order(key, after) > 0);
  const items = start === -1 ? [] : sorted.slice(start, start + limit);
  const last = items.at(-1);
  return { items: items.map(({ item }) => item), total: sorted.length, next: last === undefined || last === sorted.at(-1) ? null : cursorOf(last.key) };
}

const cursorOf = (key: readonly [Value, string]): string => Buffer.from(JSON.stringify(key)).toString("base64url");

/** What is listed by time, newest first: the page that is asked for. Throws InvalidParameter (`cursor`). */
export function timePage({ limit = 100, cursor, sort = "-" }: Asked): TimePage {
  const [at, id] = cursor === undefined ? [null, ""] : keyOf(cursor);
  if (cursor !== undefined && typeof at !== "number") throw invalid("cursor", "was not returned by this list.");
  return { limit, after: typeof at === "number" ? { at: new Date(at), id } : null, newestFirst: sort.startsWith("-") };
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
