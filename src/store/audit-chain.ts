/**
 * The hashes of the audit log's chain: each entry's hash covers its content and the hash before it, and a head record says where the chain begins and ends.
 * Both are keyed, so that somebody who can write to the database, but does not have the key, cannot change an entry and repair the chain.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { auditHead } from "./schema.js";

/** An entry as stored: `detail` is text. Unknown where somebody may have written anything with SQL. */
export interface ChainedRow {
  readonly id: number;
  readonly at: unknown;
  readonly organizationId: unknown;
  readonly actor: unknown;
  readonly action: unknown;
  readonly target: unknown;
  readonly detail: unknown;
}

export interface StoredRow extends ChainedRow {
  /** Null: from before the chain. */
  readonly hash: string | null;
}

export type Head = Omit<typeof auditHead.$inferSelect, "id">;

export class AuditChain {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** The hash before the first entry. */
  get genesis(): string {
    return this.#hash(["genesis"]);
  }

  /** The hash before an entry that follows a break: never the one that verification expects there. */
  broken(id: number): string {
    return this.#hash(["broken", id]);
  }

  /** The hash of an entry whose predecessor has the hash `before`. */
  entry(before: string, { id, at, organizationId, actor, action, target, detail }: ChainedRow): string {
    return this.#hash(["entry", before, id, at, organizationId, actor, action, target, detail]);
  }

  sealed(head: Omit<Head, "mac">): Head {
    return { ...head, mac: this.#mac(head) };
  }

  isAuthentic(head: Head): boolean {
    const given = Buffer.from(head.mac);
    const expected = Buffer.from(this.#mac(head));
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #mac({ lastId, lastHash, prunedId, prunedHash, chaining, retentionDays, pruneDaily }: Omit<Head, "mac">): string {
    return this.#hash(["head", lastId, lastHash, prunedId, prunedHash, chaining, retentionDays, pruneDaily]);
  }

  // JSON of a flat list: one form for one content, and no two contents with the same form. JSON would write an infinite number, which SQLite knows, as null.
  #hash(parts: readonly unknown[]): string {
    const finite = parts.map((part) => (typeof part === "number" && !Number.isFinite(part) ? { number: String(part) } : part));
    return createHmac("sha256", this.#key).update(JSON.stringify(finite)).digest("base64url");
  }
}

/** As SQLite stores it: text there is UTF-8, which has no lone surrogates. */
export const storedText = (text: string): string => Buffer.from(text, "utf8").toString("utf8");
