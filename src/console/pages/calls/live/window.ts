/** Which rows of a long list are drawn. */
export interface ListWindow {
  readonly first: number;
  /** The first one that is not drawn any more. */
  readonly end: number;
  readonly beforePx: number;
  readonly afterPx: number;
}

export interface ListGeometry {
  readonly count: number;
  readonly rowPx: number;
  readonly scrollPx: number;
  readonly heightPx: number;
  /** Rows on either side that are drawn before they are seen. */
  readonly spare?: number;
}

export function windowOf({ count, rowPx, scrollPx, heightPx, spare = 6 }: ListGeometry): ListWindow {
  const at = Math.max(0, Math.min(Math.floor(scrollPx / rowPx), count - 1));
  const first = Math.max(0, at - spare);
  const end = Math.min(count, at + Math.ceil(heightPx / rowPx) + 1 + spare);
  return { first, end, beforePx: first * rowPx, afterPx: (count - end) * rowPx };
}

/** Where the list must be scrolled to for the row to be seen whole; as it is, when it is seen. `coverPx`: what hides the beginning (a fixed head). */
export function scrollFor(index: number, { rowPx, scrollPx, heightPx, coverPx = 0 }: Pick<ListGeometry, "rowPx" | "scrollPx" | "heightPx"> & { readonly coverPx?: number }): number {
  const top = index * rowPx;
  if (top < scrollPx) return top;
  const seen = heightPx - coverPx;
  return top + rowPx > scrollPx + seen ? top + rowPx - seen : scrollPx;
}

export type Step = "up" | "down" | "pageUp" | "pageDown" | "first" | "last";

const STEPS: Readonly<Record<string, Step>> = { ArrowUp: "up", ArrowDown: "down", PageUp: "pageUp", PageDown: "pageDown", Home: "first", End: "last" };
export const stepOf = (key: string): Step | undefined => STEPS[key];

/** The row that is selected next; null: there is none. `at` null: nothing is selected yet. */
export function stepped(at: number | null, step: Step, count: number, page: number): number | null {
  if (count === 0) return null;
  if (step === "first" || (at === null && (step === "down" || step === "pageDown"))) return 0;
  if (step === "last" || at === null) return count - 1;
  const by = { up: -1, down: 1, pageUp: -page, pageDown: page }[step];
  return Math.max(0, Math.min(count - 1, at + by));
}
