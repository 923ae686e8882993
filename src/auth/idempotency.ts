/** What is kept about requests: idempotency keys. */

/** What became of an `Idempotency-Key`. */
export type IdempotencyClaim =
  /** First seen: do the work, then `complete` or `release`. */
  | { readonly outcome: "fresh" }
  /** Done before with the same body: answer this again. */
  | { readonly outcome: "replay"; readonly status: number; readonly reply: string }
  /** The first request with it is still under way. */
  | { readonly outcome: "pending" }
  /** Used before with another body. */
  | { readonly outcome: "mismatch" };

export interface IdempotencyRepository {
  /** Keys are forgotten after 24 h; one left pending by a process that died after 5 minutes, one of a living process never. Throws DatabaseUnavailable: nothing is done twice for want of a record. */
  claim(tokenId: string, key: string, bodyHash: string): Promise<IdempotencyClaim>;
  /** When it rejects, the reply is still told again by this process, and written later. */
  complete(tokenId: string, key: string, status: number, reply: string): Promise<void>;
  /** Forgets a key whose request did nothing, so that it may be tried again. */
  release(tokenId: string, key: string): Promise<void>;
}
