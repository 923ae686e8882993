/** Pages of rows in the order of a time; rows of one moment in that of their ids. */
import { asc, desc, sql, type AnyColumn, type SQL } from "drizzle-orm";
import type { TimePage } from "../pages.js";

interface Order {
  /** In milliseconds. */
  readonly at: AnyColumn;
  readonly id: AnyColumn;
}

/** Those that the page may hold. */
export function beyond({ at, id }: Order, { after, newestFirst }: TimePage): SQL | undefined {
  // As one comparison, which an index finds.
  return after === null ? undefined : sql`(${at}, ${id}) ${sql.raw(newestFirst ? "<" : ">")} (${after.at.getTime()}, ${after.id})`;
}

export const inOrder = ({ at, id }: Order, { newestFirst }: TimePage): readonly [SQL, SQL] => (newestFirst ? [desc(at), desc(id)] : [asc(at), asc(id)]);

/** Whether the column holds this text, in whichever case. */
export const contains = (column: AnyColumn, text: string): SQL => sql`${column} like ${`%${text.replace(/[%_\\]/g, (sign) => `\\${sign}`)}%`} escape '\\'`;
