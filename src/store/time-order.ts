/** Pages of rows in the order of a time; rows of one moment in that of their ids. */
import { and, asc, desc, eq, gt, lt, or, sql, type AnyColumn, type SQL } from "drizzle-orm";
import type { TimePage } from "../pages.js";

interface Order {
  readonly at: AnyColumn;
  readonly id: AnyColumn;
}

/** Those that the page may hold. */
export function beyond({ at, id }: Order, { after, newestFirst }: TimePage): SQL | undefined {
  const follows = newestFirst ? lt : gt;
  return after === null ? undefined : or(follows(at, after.at), and(eq(at, after.at), follows(id, after.id)));
}

export const inOrder = ({ at, id }: Order, { newestFirst }: TimePage): readonly [SQL, SQL] => (newestFirst ? [desc(at), desc(id)] : [asc(at), asc(id)]);

/** Whether the column holds this text, in whichever case. */
export const contains = (column: AnyColumn, text: string): SQL => sql`${column} like ${`%${text.replace(/[%_\\]/g, (sign) => `\\${sign}`)}%`} escape '\\'`;
