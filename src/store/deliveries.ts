import { and, asc, count, eq, gt, inArray, isNotNull, isNull, lt, lte, notInArray } from "drizzle-orm";
import type { AddedDeliveries, DeliveryEnd, DeliveryKind, DeliveryRecord, DeliveryStore, Kept, NewDelivery } from "../outbound/index.js";
import { present } from "../present.js";
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

/** The one of a lane that is sent next has a time; those behind it have none. */
export class SqliteDeliveries extends Repository implements DeliveryStore {
  async add(given: readonly NewDelivery[], bound: number): Promise<AddedDeliveries> {
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
        if (hasRoom) await this.#insert(tx, delivery);
        waiting.set(organizationId, hasRoom ? size + 1 : size);
        kept.push(hasRoom ? "kept" : "refused");
      }
      return { kept, dropped };
    });
  }

  async due(now: Date, limit: number, { ids, organizations }: { readonly ids: readonly number[]; readonly organizations: readonly number[] }): Promise<readonly DeliveryRecord[]> {
    const where = and(isNotNull(deliveries.dueAt), lte(deliveries.dueAt, now), ids.length === 0 ? undefined : notInArray(deliveries.id, [...ids]), organizations.length === 0 ? undefined : notInArray(deliveries.organizationId, [...organizations]));
    return (await this.engine.read(async (db) => db.select().from(deliveries).where(where).orderBy(asc(deliveries.dueAt), asc(deliveries.id)).limit(limit))).map(toRecord);
  }

  async end(ends: readonly DeliveryEnd[], now: Date): Promise<void> {
    await this.engine.write(async (tx) => {
      for (const { id, next } of ends) {
        const row = await first(tx.select().from(deliveries).where(and(eq(deliveries.id, id), isNull(deliveries.doneAt))));
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

  async #insert(tx: Writer, delivery: NewDelivery): Promise<void> {
    const before = await first(tx.select({ id: deliveries.id }).from(deliveries).where(isInLane(delivery)).limit(1));
    await tx.insert(deliveries).values({ ...delivery, form: delivery.form ?? null, json: delivery.json ?? null, once: delivery.once ?? null, line: delivery.line ?? null, dueAt: before === undefined ? delivery.createdAt : null });
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
    else await tx.update(deliveries).set({ doneAt: now, dueAt: null, url: "", form: null, json: null }).where(eq(deliveries.id, row.id));
    const next = await first(tx.select({ id: deliveries.id }).from(deliveries).where(isInLane(row)).orderBy(asc(deliveries.id)).limit(1));
    if (next !== undefined) await tx.update(deliveries).set({ dueAt: now }).where(inArray(deliveries.id, [next.id]));
  }
}
