export interface Page<Row> {
  readonly items: readonly Row[];
  /** Null: the API does not count them. */
  readonly total: number | null;
  readonly next: string | null;
}

/** Pages of the older lists leave `next` out on the last one. */
export const pageOf = <Row>(data: { readonly items: readonly Row[]; readonly total?: number; readonly next?: string | null }): Page<Row> => ({ items: data.items, total: data.total ?? null, next: data.next ?? null });

export interface Column<Row> {
  readonly key: string;
  readonly label: string;
  /** By which the API sorts it. */
  readonly sort?: string;
  /** The cell's text, unless the page has a slot of that name. */
  readonly text?: (row: Row) => string;
  readonly kind?: "number" | "wide";
}

export interface Filter {
  readonly name: string;
  readonly label: string;
  readonly kind: "text" | "choice" | "moment" | "suggest";
  /** It may hold a caller's name or number: it is kept with the entry of the history, not in the address. */
  readonly isPrivate?: true;
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
}
