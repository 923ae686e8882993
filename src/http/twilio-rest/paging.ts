/** Twilio's pages (twilio.com/docs/usage/twilios-response, Paging): numbered from 0, with the paths of their neighbours. */
import { z } from "zod";
import { field } from "./form.js";

const DEFAULT_SIZE = 50;
const MAX_SIZE = 1000;
const MAX_PAGE = 100_000;

export const PageQuery = {
  PageSize: field(z.coerce.number().int().min(0).optional()).describe("50 by default, 1000 at most."),
  Page: field(z.coerce.number().int().min(0).max(MAX_PAGE).optional()).describe("From 0."),
  PageToken: field(z.string().max(100).optional()).describe("Of a neighbour's path."),
};

export interface PageAsked {
  readonly PageSize?: number | undefined;
  readonly Page?: number | undefined;
}

export const windowOf = ({ PageSize = DEFAULT_SIZE, Page = 0 }: PageAsked): { readonly offset: number; readonly limit: number } => {
  const limit = Math.min(MAX_SIZE, Math.max(1, PageSize));
  return { offset: Page * limit, limit };
};

export const Paging = {
  page: z.int(),
  page_size: z.int(),
  start: z.int(),
  end: z.int(),
  uri: z.string(),
  first_page_uri: z.string(),
  previous_page_uri: z.string().nullable(),
  next_page_uri: z.string().nullable(),
};

/** A page of items, one of which more were read than it has, to know whether there is another one. `url`: of the request, with its filters. */
export function pageOf<T>(read: readonly T[], asked: PageAsked, url: string): z.output<z.ZodObject<typeof Paging>> & { readonly items: readonly T[] } {
  const { limit } = windowOf(asked);
  const page = asked.Page ?? 0;
  const items = read.slice(0, limit);
  const [path = "", search = ""] = url.split("?", 2);
  const uri = (number: number): string => {
    const query = new URLSearchParams(search);
    query.set("PageSize", String(limit));
    query.set("Page", String(number));
    query.delete("PageToken");
    if (number > 0) query.set("PageToken", `PA${number}`);
    return `${path}?${query.toString()}`;
  };
  return {
    items,
    page,
    page_size: limit,
    start: page * limit,
    end: page * limit + Math.max(0, items.length - 1),
    uri: search === "" ? path : `${path}?${search}`,
    first_page_uri: uri(0),
    previous_page_uri: page > 0 ? uri(page - 1) : null,
    next_page_uri: read.length > limit ? uri(page + 1) : null,
  };
}

/** RFC 2822, as Twilio writes it: `Sat, 28 Nov 2026 20:00:00 +0000`. */
export const rfc2822 = (date: Date | null): string | null => date?.toUTCString().replace("GMT", "+0000") ?? null;

/** The page of a list that is in memory as a whole. */
export function pageOfAll<T, R>(all: readonly T[], show: (item: T) => R, asked: PageAsked, url: string): ReturnType<typeof pageOf<R>> {
  const { offset, limit } = windowOf(asked);
  return pageOf(all.slice(offset, offset + limit + 1).map(show), asked, url);
}
