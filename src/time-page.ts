/** A page of what is listed by time. */
export interface TimePage {
  readonly limit: number;
  /** Those that come after this one in the order of the list; null: from its beginning. */
  readonly after: { readonly at: Date; readonly id: string } | null;
  readonly newestFirst: boolean;
}
