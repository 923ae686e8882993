/** Who has which FreeSWITCH node (DESIGN decision 17), as the database knows it. */

/** One life of a process. */
export interface LeaseOwner {
  /** A new one for each life. */
  readonly id: string;
  /** For people: host name and process id. */
  readonly name: string;
  /** Shows on the same machine that the process lives no more (process-mark.ts); null where nothing does. */
  readonly mark: string | null;
}

export interface NodeLease {
  /** The node's name. */
  readonly node: string;
  /** Null: it was given back. */
  readonly owner: LeaseOwner | null;
  /** Grows with each change of the owner. */
  readonly epoch: number;
  /** Grows with each renewal. */
  readonly renewals: number;
  /** By the database's clock, when it was read. */
  readonly expired: boolean;
}

/** What the keeper needs of the store. Each method rejects when the database does not answer, or cannot be written. */
export interface NodeLeases {
  /** The leases of these nodes; those that nobody ever had are not among them. */
  list(nodes: readonly string[]): Promise<readonly NodeLease[]>;
  /**
   * Takes all of the nodes for so long, or none: those that nobody has, and those of `dead` that are still as they were seen. Resolves to the leases
   * that are in the way; none: they are taken. It holds the database's write lock either way: while somebody else locks the database, nobody sees and nobody takes.
   */
  take(nodes: readonly string[], owner: LeaseOwner, ttlMs: number, dead: readonly NodeLease[]): Promise<readonly NodeLease[]>;
  /** Prolongs the leases of these nodes; false when one of them is not this owner's any more, and then none is. */
  renew(nodes: readonly string[], ownerId: string, ttlMs: number): Promise<boolean>;
  /** Those of these nodes that nobody has had for so long. */
  abandoned(nodes: readonly string[], ms: number): Promise<readonly NodeLease[]>;
  /** Gives back what this owner still has. */
  release(ownerId: string): Promise<void>;
}

/** Milliseconds. */
export interface LeaseTiming {
  /** How long a lease lasts that is not renewed. */
  readonly ttlMs: number;
  readonly renewMs: number;
  /** Between two looks of a process that waits. */
  readonly lookMs: number;
  /** A lease that has expired is taken when it has been looked at for so long, without a pause, and was not renewed. */
  readonly steadyMs: number;
  /** Two looks further apart are no look without a pause: this process stood still, or the database was locked. */
  readonly pauseMs: number;
  /** An owner that stood still for so long asks before it commands again. Shorter than `steadyMs`: nobody can have taken its nodes before. */
  readonly stallMs: number;
  /** A node that no process has had for so long is abandoned: what was left on it is ended by another process. Longer than any pause between two processes of the same nodes. */
  readonly abandonedMs: number;
}

/** A process that was killed is followed within `ttlMs` and `lookMs`, one that ended within `lookMs`, plus the time to begin. */
export const LEASE_TIMING: LeaseTiming = { ttlMs: 6000, renewMs: 1000, lookMs: 250, steadyMs: 3000, pauseMs: 1500, stallMs: 2000, abandonedMs: 600_000 };
