/** Leases as the store keeps them, with a clock moved by hand and a lock that somebody else may hold. */
import type { LeaseOwner, NodeLease, NodeLeases } from "../../src/lease/index.js";
import type { ManualClock } from "../support/manual-clock.js";

interface Row {
  owner: LeaseOwner | null;
  epoch: number;
  renewals: number;
  expiresAt: number;
}

export class MemoryLeases implements NodeLeases {
  readonly rows = new Map<string, Row>();
  readonly #clock: ManualClock;
  /** Why nobody can write; null: everybody can. */
  trouble: Error | null = null;
  /** How far the database's clock is from the other one. */
  skewMs = 0;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  owner = (node: string): string | undefined => this.rows.get(node)?.owner?.id;

  async list(nodes: readonly string[]): Promise<readonly NodeLease[]> {
    return nodes.flatMap((node) => {
      const row = this.rows.get(node);
      return row === undefined ? [] : [{ node, owner: row.owner, epoch: row.epoch, renewals: row.renewals, expired: row.expiresAt <= this.#now }];
    });
  }

  async take(nodes: readonly string[], owner: LeaseOwner, ttlMs: number, dead: readonly NodeLease[]): Promise<readonly NodeLease[]> {
    if (this.trouble !== null) throw this.trouble;
    const free = (lease: NodeLease): boolean => lease.owner === null || lease.owner.id === owner.id || dead.some((other) => other.node === lease.node && other.epoch === lease.epoch && other.renewals === lease.renewals);
    const obstacles = (await this.list(nodes)).filter((lease) => !free(lease));
    if (obstacles.length > 0) return obstacles;
    for (const node of nodes) this.rows.set(node, { owner, epoch: (this.rows.get(node)?.epoch ?? 0) + 1, renewals: 0, expiresAt: this.#now + ttlMs });
    return [];
  }

  async renew(nodes: readonly string[], ownerId: string, ttlMs: number): Promise<boolean> {
    if (this.trouble !== null) throw this.trouble;
    const rows = nodes.flatMap((node) => this.rows.get(node) ?? []);
    if (rows.length < nodes.length || rows.some(({ owner }) => owner?.id !== ownerId)) return false;
    for (const row of rows) Object.assign(row, { renewals: row.renewals + 1, expiresAt: this.#now + ttlMs });
    return true;
  }

  async abandoned(nodes: readonly string[], ms: number): Promise<readonly NodeLease[]> {
    return (await this.list(nodes)).filter(({ node }) => (this.rows.get(node)?.expiresAt ?? 0) <= this.#now - ms);
  }

  async release(ownerId: string): Promise<void> {
    if (this.trouble !== null) throw this.trouble;
    for (const row of this.rows.values()) if (row.owner?.id === ownerId) row.owner = null;
  }

  get #now(): number {
    return this.#clock.now() + this.skewMs;
  }
}

export const owner = (id: string, mark: string | null = null): LeaseOwner => ({ id, name: `${id}:1`, mark });

/** Lets everything happen that waits for nothing but promises. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** Moves the clock in small steps, as time goes for a process that runs. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    clock.advance(Math.min(50, ms - passed));
    await turns();
  }
}
