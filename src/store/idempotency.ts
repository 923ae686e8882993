import { and, eq, lt } from "drizzle-orm";
import type { Engine } from "./sqlite/engine.js";
import { first } from "./rows.js";
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
    return this.#engine.write(async (tx): Promise<IdempotencyClaim> => {
      await tx.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, new Date(now - KEPT_MS)));
      const known = await first(tx.select().from(idempotencyKeys).where(this.#is(tokenId, key)));
      const fresh = { tokenId, key, bodyHash, status: null, reply: null, createdAt: new Date(now) };
      if (known === undefined) {
        await tx.insert(idempotencyKeys).values(fresh);
        return { outcome: "fresh" };
      }
      if (known.bodyHash !== bodyHash) return { outcome: "mismatch" };
      if (known.status !== null) return { outcome: "replay", status: known.status, reply: known.reply ?? "" };
      if (known.createdAt.getTime() > now - PENDING_MS) return { outcome: "pending" };
      await tx.update(idempotencyKeys).set(fresh).where(this.#is(tokenId, key));
      return { outcome: "fresh" };
    });
  }

  async complete(tokenId: string, key: string, status: number, reply: string): Promise<void> {
    await this.#engine.write(async (tx) => tx.update(idempotencyKeys).set({ status, reply }).where(this.#is(tokenId, key)));
  }

  async release(tokenId: string, key: string): Promise<void> {
    await this.#engine.write(async (tx) => tx.delete(idempotencyKeys).where(this.#is(tokenId, key)));
  }

  #is(tokenId: string, key: string) {
    return and(eq(idempotencyKeys.tokenId, tokenId), eq(idempotencyKeys.key, key));
  }
}
