/** Pages of what administrators configure: few enough to be sorted and searched in memory. */
import { z } from "zod";
import { invalid } from "../../errors.js";
import { organizationFor, type Actor, type Directory } from "../../people/index.js";
import { cursorOf, keyOf, placeIn, sorted, type Asked, type TimePage, type Words } from "../../pages.js";
import { indexed, IndexedPageQuery, next, pageAsked, PageQuery, text, total } from "../schemas.js";
import { Domain } from "./schemas.js";

const searching = <Sort extends string>(sorts: readonly [Sort, ...Sort[]]) => ({
  q: text(128).optional().describe("Text that occurs in one of its words."),
  sort: z.enum(sorts.flatMap((sort): string[] => [sort, `-${sort}`])).optional().describe(`By which it is sorted, \`-\` for downwards; \`${sorts[0]}\` by default.`),
});

/** A page, what is searched for, and the order. */
export const searchedPage = <Sort extends string>(sorts: readonly [Sort, ...Sort[]]) => ({ ...PageQuery, ...searching(sorts) });

export const listQuery = <Sort extends string>(sorts: readonly [Sort, ...Sort[]]) => z.strictObject({ domain: Domain, ...searchedPage(sorts) });

/** The same with the pages of `seeds/001_a9d9437cdc2741c7.txt`. */
export const indexedListQuery = <Sort extends string>(sorts: readonly [Sort, ...Sort[]]) => z.strictObject({ domain: Domain, ...IndexedPageQuery, ...searching(sorts) });

/** Whose objects a list shows; null: those of all organizations, for root without a domain. Throws as `organizationFor`. */
export const homeOf = (directory: Directory, actor: Actor, domain: string | undefined): number | null => (actor.organizationId === null && domain === undefined ? null : organizationFor(directory, actor, domain).id);

export const page = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), total, next });

/** One page, as `seeds/001_a9d9437cdc2741c7.txt` numbers them, or after a place. Throws InvalidParameter (`cursor`). */
export function indexedPageOf<Item>(all: readonly Item[], { q, sort = "", ...asked }: { readonly q?: string | undefined; readonly sort?: string | undefined } & Parameters<typeof pageAsked>[0], words: Words<Item>) {
  const page = pageAsked(asked, sort);
  const found = sorted(all, { q, sort }, words);
  const from = page.after === null ? page.pageIndex * page.pageSize : placeIn(found, page.after, sort);
  const some = found.slice(from, from + page.pageSize);
  const last = some.at(-1);
  return indexed(some.map(({ item }) => item), found.length, page, last === undefined || last === found.at(-1) ? null : last.key);
}

/** What is listed by time, newest first: the page that is asked for. Throws InvalidParameter (`cursor`). */
export function timePage({ limit = 100, cursor, sort = "-" }: Asked): TimePage & { readonly sort: string } {
  return { limit, after: cursor === undefined ? null : placeOf(cursor, sort), newestFirst: sort.startsWith("-"), sort };
}

function placeOf(cursor: string, sort: string): { readonly at: Date; readonly id: string } {
  const [time, id] = keyOf(cursor, sort);
  const at = new Date(Number.isInteger(time) ? Number(time) : NaN);
  // Not every number is a time.
  if (Number.isNaN(at.getTime())) throw invalid("cursor", "was not returned by this list.");
  return { at, id };
}

/** The page, and the cursor of the next one. */
export function paged<Item, Shown>({ items, total: all }: { readonly items: readonly Item[]; readonly total: number }, { limit, sort }: ReturnType<typeof timePage>, { at, id, shown }: { readonly at: (item: Item) => Date; readonly id: (item: Item) => string; readonly shown: (item: Item) => Shown }) {
  const last = items.at(-1);
  return { items: items.map(shown), total: all, next: last === undefined || items.length < limit ? null : cursorOf([at(last).getTime(), id(last)], sort) };
}
