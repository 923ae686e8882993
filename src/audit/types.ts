/** What the audit log holds, and its repository. */
import type { Piggyback } from "../piggyback.js";

export interface AuditEntry {
  readonly at: Date;
  readonly organizationId: number | null;
  /** User or token name; `system` for what Callplane does by itself. */
  readonly actor: string;
  /** supervision.start, login, login.failed, refused, org.create, … */
  readonly action: string;
  /** What it was done to: a call id, a user name, … */
  readonly target: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** Append only. Never throws: what cannot be written is logged and counted. */
export interface AuditLog {
  /** `confirms`: whoever has acted is answered next, so that the entry survives a kill of this process from now on; the database has it with the act's record. */
  append(entry: AuditEntry, options?: { readonly confirms?: boolean }): void;
}

export interface AuditRecord extends AuditEntry {
  /** Grows with each entry. */
  readonly id: number;
}

export interface AuditFilter {
  readonly organizationId?: number;
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly since?: Date;
  /** Entries before this moment. */
  readonly until?: Date;
  /** Entries older than this id, to page backwards. */
  readonly before?: number;
  /** 1 to 1000, default 100. */
  readonly limit?: number;
}

/** The key of the audit log's chain, kept outside of the database: it shows which entries Callplane wrote. */
export interface AuditKey {
  readonly key: Uint8Array;
  /** The key is new: older entries are taken into the chain. With an existing key that happens only on command. */
  readonly made: boolean;
}

/** What may be pruned, and whether Callplane does it. */
export interface AuditRetention {
  /** Days that an entry is kept at least; null: for ever. */
  readonly days: number | null;
  /** Callplane prunes older entries once a day; else only the command line does. */
  readonly daily: boolean;
}

/** An entry by its id and its hash in the chain. */
export interface AuditMark {
  readonly id: number;
  readonly hash: string;
}

/** What a walk over the whole chain found. */
export interface AuditVerdict {
  /** Entries that were looked at. */
  readonly entries: number;
  /** The moment of the oldest of them. */
  readonly since: Date | null;
  readonly newest: AuditMark | null;
  /** The newest entry that was pruned. */
  readonly pruned: AuditMark | null;
  /** Null: every entry is as it was written, and none is missing. `id`: the first entry that is not. */
  readonly fault: { readonly id: number; readonly what: string } | null;
}

/** Entries that another process may have written; one that is there is not written again. */
export type MayBeThere = (entry: AuditEntry) => boolean;

export interface AuditRepository {
  append(entries: readonly AuditEntry[], mayBeThere?: MayBeThere): Promise<void>;
  /** What waits is also written with the next commit of anybody. Gives the function that ends it. */
  piggyback(waiting: Piggyback<AuditEntry>, mayBeThere?: MayBeThere): () => void;
  /** Whether `append` would refuse these entries again; false for a passing trouble: a locked or closed database, a full disk. */
  isRefusal(error: unknown): boolean;
  /** Newest first. */
  list(filter?: AuditFilter): Promise<readonly AuditRecord[]>;
  /** Walks the chain from the oldest entry, or from the one after `after`, whose hash is then trusted. */
  verify(options?: { readonly after?: number }): Promise<AuditVerdict>;
  /** One entry's stored hash; null when there is no such entry, or it has none. */
  mark(id: number): Promise<AuditMark | null>;
  /** How many entries are older than the chain and not in it. */
  unchained(): Promise<number>;
  /** Takes those entries into the chain, in batches, and appends an entry about it. Gives their number. Throws Conflict when others are chained already. */
  chain(actor: string): Promise<number>;
  retention(): Promise<AuditRetention>;
  /** Audited. Throws InvalidParameter (`days`). */
  setRetention(retention: AuditRetention, actor: string): Promise<void>;
  /**
   * Removes the oldest entries up to the first that is not older than `before`, in batches. Each batch appends an entry with the hash that the rest of the chain
   * builds on. Gives the number of removed entries. Throws Conflict when the retention forbids it, or when an entry to be removed is not as it was written.
   */
  prune(before: Date, actor: string): Promise<number>;
}
