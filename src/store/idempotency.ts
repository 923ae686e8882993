import { and, eq, lt } from "drizzle-orm";
import type { Clock } from "../clock.js";
import { unavailable } from "./sqlite/refusal.js";
import type { Engine } from "./sqlite/engine.js";
import { first } from "./rows.js";
import { idempotencyKeys } from "./schema.js";
import type { IdempotencyClaim, IdempotencyRepository } from "./types.js";

const KEPT_MS = 24 * 3_600_000;
/** How often pending keys are renewed, and replies are written that the database did not take before. */
const RENEWAL_MS = 60_000;
/** A key not renewed for so long belongs to a process that died; it may be claimed again. */
const PENDING_MS = 5 * RENEWAL_MS;
const MAX_HELD = 10_000;

/** A key that this process has claimed. */
interface Held {
  readonly tokenId: string;
  readonly key: string;
  readonly bodyHash: string;
  /** Null while the request is under way; else the reply that the database has not taken yet, repeated from here. */
  reply: { readonly status: number; readonly reply: string } | null;
}

const nameOf = (tokenId: string, key: string): string => JSON.stringify([tokenId, key]);

export class SqliteIdempotency implements IdempotencyRepository {
  readonly #engine: Engine;
  readonly #clock: Clock;
  /** By token and key. Bounded by `MAX_HELD`. */
  readonly #held = new Map<string, Held>();
  readonly #stop: () => void;

  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
    // Retried at the next renewal: a database that is away takes no other claim either.
    this.#stop = clock.every(RENEWAL_MS, () => void this.#renew().catch(() => undefined));
  }

  async claim(tokenId: string, key: string, bodyHash: string): Promise<IdempotencyClaim> {
    const name = nameOf(tokenId, key);
    const held = this.#held.get(name);
    if (held !== undefined) {
      if (held.bodyHash !== bodyHash) return { outcome: "mismatch" };
      return held.reply === null ? { outcome: "pending" } : { outcome: "replay", ...held.reply };
    }
    if (this.#held.size >= MAX_HELD) throw unavailable();
    // Held before it is written: the same key may come again meanwhile.
    this.#held.set(name, { tokenId, key, bodyHash, reply: null });
    try {
      const claim = await this.#claim(tokenId, key, bodyHash);
      if (claim.outcome !== "fresh") this.#held.delete(name);
      return claim;
    } catch (error) {
      this.#held.delete(name);
      throw error;
    }
  }

  async complete(tokenId: string, key: string, status: number, reply: string): Promise<void> {
    const name = nameOf(tokenId, key);
    const held = this.#held.get(name);
    if (held !== undefined) held.reply = { status, reply };
    await this.#engine.write(async (tx) => tx.update(idempotencyKeys).set({ status, reply }).where(this.#is(tokenId, key)));
    this.#held.delete(name);
  }

  async release(tokenId: string, key: string): Promise<void> {
    try {
      await this.#engine.write(async (tx) => tx.delete(idempotencyKeys).where(this.#is(tokenId, key)));
    } finally {
      this.#held.delete(nameOf(tokenId, key));
    }
  }

  /** Idempotent. */
  close(): void {
    this.#stop();
    this.#held.clear();
  }

  #claim(tokenId: string, key: string, bodyHash: string): Promise<IdempotencyClaim> {
    const now = this.#clock.now();
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

  async #renew(): Promise<void> {
    const createdAt = new Date(this.#clock.now());
    const held = [...this.#held];
    if (held.length === 0) return;
    await this.#engine.write(async (tx) => {
      for (const [, { tokenId, key, reply }] of held) await tx.update(idempotencyKeys).set({ createdAt, ...reply }).where(this.#is(tokenId, key));
    });
    for (const [name, { reply }] of held) if (reply !== null) this.#held.delete(name);
  }

  #is(tokenId: string, key: string) {
    return and(eq(idempotencyKeys.tokenId, tokenId), eq(idempotencyKeys.key, key));
  }
}
