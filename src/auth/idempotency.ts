/** What became of an `Idempotency-Key`. */
export type IdempotencyClaim =
  /** First seen: do the work, then `complete` or `release`. */
  | { readonly outcome: "fresh" }
  /** Done before with the same body: repeat this answer. */
  | { readonly outcome: "replay"; readonly status: number; readonly reply: string }
  /** The first request with it is still under way. */
  | { readonly outcome: "pending" }
  /** Used before with another body. */
  | { readonly outcome: "mismatch" };

export interface IdempotencyRepository {
  /** Keys are forgotten after 24 h. A pending key of a process that died is freed after 5 minutes, one of a living process never. Throws DatabaseUnavailable, so that nothing is done without a record. */
  claim(tokenId: string, key: string, bodyHash: string): Promise<IdempotencyClaim>;
  /** When it rejects, this process still repeats the reply, and writes it later. */
  complete(tokenId: string, key: string, status: number, reply: string): Promise<void>;
  /** Forgets a key whose request did nothing, so that it may be tried again. */
  release(tokenId: string, key: string): Promise<void>;
}
