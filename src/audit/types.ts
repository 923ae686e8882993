/** What the audit log holds, and what keeps it. */

export interface AuditEntry {
  readonly at: Date;
  readonly organizationId: number | null;
  /** User or token name; `system` for what Callplane does by itself. */
  readonly actor: string;
  readonly action: string; // supervision.start, supervision.switch, supervision.end, login, login.failed, refused, org.create, …
  /** What it was done to: a call id, a user name, … */
  readonly target: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** Append only. Never throws: what cannot be written is logged and counted. */
export interface AuditLog {
  append(entry: AuditEntry): void;
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

/** Keys the audit log's chain; kept outside of the database, since it is what tells an entry that Callplane wrote from one that was put there. */
export interface AuditKey {
  readonly key: Uint8Array;
  /** The key was made just now: entries of before are taken into the chain. With a key that was there already they are only on command. */
  readonly made: boolean;
}

/** What may be pruned, and by whom. */
export interface AuditRetention {
  /** Days that an entry is kept at least; null: for ever, nothing may be pruned. */
  readonly days: number | null;
  /** Callplane prunes once a day what is older; else only the command line does. */
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
  /** Null: every entry is as it was written, and none is missing. `id`: the first entry at which that is not so. */
  readonly fault: { readonly id: number; readonly what: string } | null;
}

export interface AuditRepository {
  append(entries: readonly AuditEntry[]): Promise<void>;
  /** Whether `append` would throw the same of these entries again; false for what passes: a locked or closed database, a full disk. */
  isRefusal(error: unknown): boolean;
  /** Newest first. */
  list(filter?: AuditFilter): Promise<readonly AuditRecord[]>;
  /** Walks the chain from the oldest entry, or from the one behind `after`, whose hash is then taken as it stands. */
  verify(options?: { readonly after?: number }): Promise<AuditVerdict>;
  /** The hash of one entry as it stands; null when it is not there. */
  mark(id: number): Promise<AuditMark | null>;
  /** How many entries are from before the chain and not in it. */
  unchained(): Promise<number>;
  /** Takes them into it, in batches, and says so by an entry. Gives their number. Throws Conflict when others are chained already. */
  chain(actor: string): Promise<number>;
  retention(): Promise<AuditRetention>;
  /** Itself an entry. Throws InvalidParameter (`days`). */
  setRetention(retention: AuditRetention, actor: string): Promise<void>;
  /**
   * Removes the oldest entries up to the first that is not older than `before`, in batches, each an entry with the hash that the rest of the chain builds on.
   * Gives the number of removed ones. Throws Conflict when the retention forbids it, or when what would go is not as it was written.
   */
  prune(before: Date, actor: string): Promise<number>;
}
