import { CallplaneError } from "../errors.js";

export async function first<Row>(rows: PromiseLike<readonly Row[]>): Promise<Row | undefined> {
  return (await rows)[0];
}

/** The row that a write returns. */
export async function returned<Row>(rows: PromiseLike<readonly Row[]>): Promise<Row> {
  const row = await first(rows);
  if (row === undefined) throw new CallplaneError("Internal");
  return row;
}

/** A page size between 1 and 1000, 100 by default. */
export const pageSize = (limit: number | undefined): number => Math.min(Math.max(Math.trunc(limit ?? 100), 1), 1000);
