import { and, eq, inArray, sql, type SQL } from "drizzle-orm";
import type { LeaseOwner, NodeLease, NodeLeases } from "../lease/index.js";
import { nodeLeases } from "./schema.js";
import type { Reader } from "./sqlite/engine.js";
import { Repository } from "./sqlite/repository.js";

/** Epoch milliseconds by the database's clock, whichever process asks. */
const NOW = sql<number>`CAST(unixepoch('subsec') * 1000 AS INTEGER)`;

const columns = { node: nodeLeases.node, ownerId: nodeLeases.ownerId, name: nodeLeases.ownerName, mark: nodeLeases.ownerMark, epoch: nodeLeases.epoch, renewals: nodeLeases.renewals, isExpired: sql<number>`${nodeLeases.expiresAt} <= ${NOW}` };

interface Row extends Pick<LeaseOwner, "name" | "mark">, Pick<NodeLease, "node" | "epoch" | "renewals"> {
  readonly ownerId: string | null;
  readonly isExpired: number;
}

const toLease = ({ node, ownerId: id, name, mark, epoch, renewals, isExpired }: Row): NodeLease => ({ node, owner: id === null ? null : { id, name, mark }, epoch, renewals, expired: isExpired === 1 });

const isSame = (a: NodeLease, b: NodeLease): boolean => a.node === b.node && a.owner?.id === b.owner?.id && a.epoch === b.epoch && a.renewals === b.renewals;

export class SqliteNodeLeases extends Repository implements NodeLeases {
  async list(nodes: readonly string[]): Promise<readonly NodeLease[]> {
    return this.engine.read((db) => leasesWhere(db, inArray(nodeLeases.node, [...nodes])));
  }

  async take(nodes: readonly string[], { id: ownerId, name: ownerName, mark: ownerMark }: LeaseOwner, ttlMs: number, dead: readonly NodeLease[]): Promise<readonly NodeLease[]> {
    return this.engine.write(async (tx) => {
      const obstacles = (await leasesWhere(tx, inArray(nodeLeases.node, [...nodes]))).filter((lease) => lease.owner !== null && lease.owner.id !== ownerId && !dead.some((other) => isSame(other, lease)));
      if (obstacles.length > 0) return obstacles;
      const taken = { ownerId, ownerName, ownerMark, renewals: 0, expiresAt: sql`${NOW} + ${ttlMs}` };
      for (const node of nodes) {
        await tx.insert(nodeLeases).values({ node, epoch: 1, ...taken }).onConflictDoUpdate({ target: nodeLeases.node, set: { epoch: sql`${nodeLeases.epoch} + 1`, ...taken } });
      }
      return [];
    });
  }

  async renew(nodes: readonly string[], ownerId: string, ttlMs: number): Promise<boolean> {
    return this.engine.write(async (tx) => {
      const mine = and(inArray(nodeLeases.node, [...nodes]), eq(nodeLeases.ownerId, ownerId));
      const held = await tx.select({ node: nodeLeases.node }).from(nodeLeases).where(mine);
      if (held.length < nodes.length) return false;
      await tx.update(nodeLeases).set({ renewals: sql`${nodeLeases.renewals} + 1`, expiresAt: sql`${NOW} + ${ttlMs}` }).where(mine);
      return true;
    });
  }

  async abandoned(nodes: readonly string[], ms: number): Promise<readonly NodeLease[]> {
    return this.engine.read((db) => leasesWhere(db, and(inArray(nodeLeases.node, [...nodes]), sql`${nodeLeases.expiresAt} <= ${NOW} - ${ms}`)));
  }

  async release(ownerId: string): Promise<void> {
    await this.engine.write(async (tx) => tx.update(nodeLeases).set({ ownerId: null }).where(eq(nodeLeases.ownerId, ownerId)));
  }
}

const leasesWhere = async (db: Reader, where: SQL | undefined): Promise<readonly NodeLease[]> => (await db.select(columns).from(nodeLeases).where(where)).map(toLease);

export const leasesOf = (db: Reader, owners: readonly string[]): Promise<readonly NodeLease[]> => leasesWhere(db, inArray(nodeLeases.ownerId, [...owners]));
