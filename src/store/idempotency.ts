import { and, eq, lt } from "drizzle-orm";
import { IMMEDIATE } from "./engine.js";
import type { Engine } from "./engine.js";
import { idempotencyKeys } from "./schema.js";
import type { IdempotencyClaim, IdempotencyRepository } from "./types.js";

const KEPT_MS = 24 * 3_600_000;
// Longer than any request may take, so that only a key whose process died is given away.
const PENDING_MS = 5 * 60_000;

export class SqliteIdempotency implements IdempotencyRepository {
  readonly #engine: Engine;
  readonly #now: () => number;

  constructor(engine: Engine, now: () => number) {
    this.#engine = engine;
    this.#now = now;
  }

  async claim(tokenId: string, key: string, bodyHash: string): Promise<IdempotencyClaim> {
    const now = this.#now();
    return this.#engine.db.transaction((tx): IdempotencyClaim => {
      tx.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, new Date(now - KEPT_MS))).run();
      const known = tx.select().from(idempotencyKeys).where(this.#is(tokenId, key)).get();
      const fresh = { tokenId, key, bodyHash, status: null, reply: null, createdAt: new Date(now) };
      if (known === undefined) {
        tx.insert(idempotencyKeys).values(fresh).run();
        return { outcome: "fresh" };
      }
      if (known.bodyHash !== bodyHash) return { outcome: "mismatch" };
      if (known.status !== null) return { outcome: "replay", status: known.status, reply: known.reply ?? "" };
      if (known.createdAt.getTime() > now - PENDING_MS) return { outcome: "pending" };
      tx.update(idempotencyKeys).set(fresh).where(this.#is(tokenId, key)).run();
      return { outcome: "fresh" };
    }, IMMEDIATE);
  }

  async complete(tokenId: string, key: string, status: number, reply: string): Promise<void> {
    this.#engine.db.update(idempotencyKeys).set({ status, reply }).where(this.#is(tokenId, key)).run();
  }

  async release(tokenId: string, key: string): Promise<void> {
    this.#engine.db.delete(idempotencyKeys).where(this.#is(tokenId, key)).run();
  }

  #is(tokenId: string, key: string) {
    return and(eq(idempotencyKeys.tokenId, tokenId), eq(idempotencyKeys.key, key));
  }
}
