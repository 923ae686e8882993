import { and, asc, count, eq, gt, inArray, isNotNull, isNull, lt, lte, ne, notInArray, or } from "drizzle-orm";
import type { AddedDeliveries, DeliveryEnd, DeliveryKind, DeliveryRecord, DeliveryStore, Kept, NewDelivery, Sightings } from "../outbound/index.js";
import type { NodeLease } from "../lease/index.js";
import { present } from "../present.js";
import { leasesOf } from "./node-leases.js";
import { first } from "./rows.js";
import type { Reader, Writer } from "./sqlite/engine.js";
import { Repository } from "./sqlite/repository.js";
import { deliveries } from "./schema.js";

type Row = typeof deliveries.$inferSelect;

const toRecord = ({ id, organizationId, lane, kind, token, once, url, method, form, json, sign, line, attempts, createdAt }: Row): DeliveryRecord => ({
  id, organizationId, lane, kind, token, url, method, sign, attempts, createdAt, ...present({ once: once ?? undefined, form: form ?? undefined, json: json ?? undefined, line: line ?? undefined }),
});

const isWaitingOf = (organizationId: number) => and(eq(deliveries.organizationId, organizationId), isNull(deliveries.doneAt));
const isInLane = ({ organizationId, lane }: Pick<Row, "organizationId" | "lane">) => and(eq(deliveries.organizationId, organizationId), eq(deliveries.lane, lane), isNull(deliveries.doneAt));

/** What other processes send or sent, and their leases. */
async function othersThan(db: Reader, owner: string): Promise<{ readonly claimants: readonly (string | null)[]; readonly leases: readonly NodeLease[] }> {
  const firsts = and(isNotNull(deliveries.dueAt), or(isNull(deliveries.claimedBy), ne(deliveries.claimedBy, owner)));
  const claimants = (await db.select({ by: deliveries.claimedBy }).from(deliveries).where(firsts).groupBy(deliveries.claimedBy)).map(({ by }) => by);
  return { claimants, leases: await leasesOf(db, claimants.filter((by) => by !== null)) };
}

/** The one of a lane that is sent next has a time; those behind it have none. */
export class SqliteDeliveries extends Repository implements DeliveryStore {
  async add(owner: string, given: readonly NewDelivery[], bound: number): Promise<AddedDeliveries> {
    return this.engine.write(async (tx) => {
      const waiting = new Map<number, number>();
      const kept: Kept[] = [];
      const dropped: { organizationId: number; kind: DeliveryKind }[] = [];
      for (const delivery of given) {
        const { organizationId, once } = delivery;
        if (once !== undefined && (await first(tx.select({ id: deliveries.id }).from(deliveries).where(and(eq(deliveries.organizationId, organizationId), eq(deliveries.once, once))))) !== undefined) {
          kept.push("known");
          continue;
        }
        let size = waiting.get(organizationId) ?? (await this.#count(tx, organizationId));
        if (size >= bound) {
          const kind = await this.#drop(tx, organizationId, delivery.createdAt);
          if (kind !== null) {
            dropped.push({ organizationId, kind });
            size--;
          }
        }
        const hasRoom = size < bound;
        if (hasRoom) await this.#insert(tx, owner, delivery);
        waiting.set(organizationId, hasRoom ? size + 1 : size);
        kept.push(hasRoom ? "kept" : "refused");
      }
      return { kept, dropped };
    });
  }

  async adopt(owner: string, sightings: Sightings, limit: number): Promise<boolean> {
    // A read first, which waits for no writer: seldom is there anything to adopt.
    const { claimants, leases } = await this.engine.read((db) => othersThan(db, owner));
    if (claimants.every((claimant) => leases.some((lease) => lease.owner?.id === claimant && !sightings.isDoubtful(lease)))) return false;
    return this.engine.write(async (tx) => {
      const others = await othersThan(tx, owner);
      sightings.note(others.leases);
      const living = others.leases.filter((lease) => !sightings.isDead(lease)).map((lease) => lease.owner?.id ?? "");
      const left = and(isNotNull(deliveries.dueAt), or(isNull(deliveries.claimedBy), notInArray(deliveries.claimedBy, [owner, ...living])));
      const ids = await tx.select({ id: deliveries.id }).from(deliveries).where(left).limit(limit);
      await tx.update(deliveries).set({ claimedBy: owner }).where(inArray(deliveries.id, ids.map(({ id }) => id)));
      return ids.length === limit;
    });
  }

  async due(owner: string, now: Date, limit: number, { ids, organizations }: { readonly ids: readonly number[]; readonly organizations: readonly number[] }): Promise<readonly DeliveryRecord[]> {
    const where = and(eq(deliveries.claimedBy, owner), lte(deliveries.dueAt, now), ids.length === 0 ? undefined : notInArray(deliveries.id, [...ids]), organizations.length === 0 ? undefined : notInArray(deliveries.organizationId, [...organizations]));
    return (await this.engine.read(async (db) => db.select().from(deliveries).where(where).orderBy(asc(deliveries.dueAt), asc(deliveries.id)).limit(limit))).map(toRecord);
  }

  async end(owner: string, ends: readonly DeliveryEnd[], now: Date): Promise<void> {
    await this.engine.write(async (tx) => {
      for (const { id, next } of ends) {
        const row = await first(tx.select().from(deliveries).where(and(eq(deliveries.id, id), eq(deliveries.claimedBy, owner), isNull(deliveries.doneAt))));
        if (row === undefined) continue;
        if (next === "done") await this.#done(tx, row, now);
        else await tx.update(deliveries).set({ dueAt: next, attempts: row.attempts + 1 }).where(eq(deliveries.id, id));
      }
    });
  }

  async waiting(): Promise<number> {
    return (await this.engine.read((db) => first(db.select({ rows: count() }).from(deliveries).where(isNull(deliveries.doneAt)))))?.rows ?? 0;
  }

  async forget(before: Date): Promise<void> {
    await this.engine.write(async (tx) => tx.delete(deliveries).where(and(isNotNull(deliveries.doneAt), lt(deliveries.doneAt, before))));
  }

  async #count(db: Reader, organizationId: number): Promise<number> {
    return (await first(db.select({ rows: count() }).from(deliveries).where(isWaitingOf(organizationId))))?.rows ?? 0;
  }

  async #insert(tx: Writer, owner: string, delivery: NewDelivery): Promise<void> {
    const before = await first(tx.select({ id: deliveries.id }).from(deliveries).where(isInLane(delivery)).limit(1));
    const turn = before === undefined ? { dueAt: delivery.createdAt, claimedBy: owner } : { dueAt: null };
    await tx.insert(deliveries).values({ ...delivery, form: delivery.form ?? null, json: delivery.json ?? null, once: delivery.once ?? null, line: delivery.line ?? null, ...turn });
  }

  /** The oldest of the organization that has failed before; its kind, or null when there is none. */
  async #drop(tx: Writer, organizationId: number, now: Date): Promise<DeliveryKind | null> {
    const oldest = await first(tx.select().from(deliveries).where(and(isWaitingOf(organizationId), gt(deliveries.attempts, 0))).orderBy(asc(deliveries.id)).limit(1));
    if (oldest === undefined) return null;
    await this.#done(tx, oldest, now);
    return oldest.kind;
  }

  async #done(tx: Writer, row: Row, now: Date): Promise<void> {
    // What was sent is kept no longer than it must be: of a name nothing but the name.
    if (row.once === null) await tx.delete(deliveries).where(eq(deliveries.id, row.id));
    else await tx.update(deliveries).set({ doneAt: now, dueAt: null, claimedBy: null, url: "", form: null, json: null }).where(eq(deliveries.id, row.id));
    const next = await first(tx.select({ id: deliveries.id }).from(deliveries).where(isInLane(row)).orderBy(asc(deliveries.id)).limit(1));
    if (next !== undefined) await tx.update(deliveries).set({ dueAt: now, claimedBy: row.claimedBy }).where(eq(deliveries.id, next.id));
  }
}
