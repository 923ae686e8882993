import { and, asc, count, eq, gt, inArray, isNotNull, isNull, lt, lte, min, ne, notInArray, or, sql, type Placeholder, type SQL } from "drizzle-orm";
import type { AddedDeliveries, DeliveryBounds, DeliveryEnd, DeliveryRecord, DeliveryStore, Except, Kept, NewDelivery, Sightings } from "../outbound/index.js";
import type { NodeLease } from "../lease/index.js";
import { present } from "../present.js";
import { leasesOf } from "./node-leases.js";
import { isWaitingOfWebhook } from "./delivery-rows.js";
import { first } from "./rows.js";
import type { Reader, Writer } from "./sqlite/engine.js";
import { Prepared } from "./sqlite/prepared.js";
import { Repository } from "./sqlite/repository.js";
import { deliveries } from "./schema.js";
import { noteAttempts, noteDropped } from "./webhook-states.js";

type Row = typeof deliveries.$inferSelect;

const toRecord = ({ id, organizationId, lane, kind, token, once, url, method, form, json, sign, line, webhook, event, terminal, attempts, createdAt }: Row): DeliveryRecord => ({
  id, organizationId, lane, kind, token, url, method, sign, terminal, attempts, createdAt,
  ...present({ once: once ?? undefined, form: form ?? undefined, json: json ?? undefined, line: line ?? undefined, webhook: webhook ?? undefined, event: event ?? undefined }),
});

/** Callbacks that wait: what waits of webhooks takes no room of theirs. */
const isWaitingOf = (organizationId: number) => and(eq(deliveries.organizationId, organizationId), isNull(deliveries.webhook), isNull(deliveries.doneAt));
/** Between two counts of what waits of a webhook, which may be much, milliseconds. */
const COUNTED_MS = 1000;
const isInLane = ({ organizationId, lane }: Pick<Row, "organizationId" | "lane">) => and(eq(deliveries.organizationId, organizationId), eq(deliveries.lane, lane), isNull(deliveries.doneAt));

const OWNER = sql.placeholder("owner");
const isDueFor = (owner: string | Placeholder, now: Date | Placeholder) => and(eq(deliveries.claimedBy, owner), lte(deliveries.dueAt, now));
/** In the order in which they are sent. */
const inTurn = (db: Reader, which: SQL | undefined, most: number | Placeholder) => db.select().from(deliveries).where(which).orderBy(asc(deliveries.dueAt), asc(deliveries.id)).limit(most);

/** The one of a lane that is sent next has a time; those behind it have none. */
export class SqliteDeliveries extends Repository implements DeliveryStore {
  /** By webhook: how many wait, and when they were counted. Bounded by the webhooks. */
  readonly #waiting = new Map<number, { count: number; readonly at: number }>();
  readonly #othersClaimed = new Prepared((db) => {
    const firsts = and(isNotNull(deliveries.dueAt), or(isNull(deliveries.claimedBy), ne(deliveries.claimedBy, OWNER)));
    return db.select({ by: deliveries.claimedBy }).from(deliveries).where(firsts).groupBy(deliveries.claimedBy);
  });
  readonly #nextWebhook = new Prepared((db) => db.select({ next: min(deliveries.webhook) }).from(deliveries).where(and(eq(deliveries.claimedBy, OWNER), isNotNull(deliveries.dueAt), gt(deliveries.webhook, sql.placeholder("after")))));
  /** Of all organizations, while none of them is under way. */
  readonly #dueCallbacks = new Prepared((db) => inTurn(db, and(isDueFor(OWNER, sql.placeholder("now")), isNull(deliveries.webhook)), sql.placeholder("limit")));

  async add(owner: string, given: readonly NewDelivery[], bounds: DeliveryBounds): Promise<AddedDeliveries> {
    return this.engine.write(async (tx) => {
      const waiting = new Map<number, number>();
      const kept: Kept[] = [];
      const dropped: Row[] = [];
      for (const delivery of given) {
        const { organizationId, webhook } = delivery;
        if (await this.#isKnown(tx, delivery)) {
          kept.push("known");
          continue;
        }
        if (webhook !== undefined) {
          const made = await this.#makeRoom(tx, webhook, bounds.webhookWaiting, delivery.createdAt);
          if (made !== null) dropped.push(made);
          await this.#insert(tx, owner, delivery);
          kept.push("kept");
          continue;
        }
        let size = waiting.get(organizationId) ?? (await this.#count(tx, organizationId));
        if (size >= bounds.waiting) {
          const oldest = await this.#drop(tx, organizationId, delivery.createdAt);
          if (oldest !== null) {
            dropped.push(oldest);
            size--;
          }
        }
        const hasRoom = size < bounds.waiting;
        if (hasRoom) await this.#insert(tx, owner, delivery);
        waiting.set(organizationId, hasRoom ? size + 1 : size);
        kept.push(hasRoom ? "kept" : "refused");
      }
      await noteDropped(tx, dropped);
      return { kept, dropped: dropped.map(({ organizationId, kind, webhook }) => ({ organizationId, kind, ...present({ webhook: webhook ?? undefined }) })) };
    });
  }

  async adopt(owner: string, sightings: Sightings, limit: number): Promise<boolean> {
    // A read first, which waits for no writer: seldom is there anything to adopt.
    const { claimants, leases } = await this.engine.read((db) => this.#othersThan(db, owner));
    if (claimants.every((claimant) => leases.some((lease) => lease.owner?.id === claimant && !sightings.isDoubtful(lease)))) return false;
    return this.engine.write(async (tx) => {
      const others = await this.#othersThan(tx, owner);
      sightings.note(others.leases);
      const living = others.leases.filter((lease) => !sightings.isDead(lease)).map((lease) => lease.owner?.id ?? "");
      const left = and(isNotNull(deliveries.dueAt), or(isNull(deliveries.claimedBy), notInArray(deliveries.claimedBy, [owner, ...living])));
      const ids = await tx.select({ id: deliveries.id }).from(deliveries).where(left).limit(limit);
      await tx.update(deliveries).set({ claimedBy: owner }).where(inArray(deliveries.id, ids.map(({ id }) => id)));
      return ids.length === limit;
    });
  }

  async due(owner: string, now: Date, limit: number, { ids, organizations, roomOf = () => limit }: Except): Promise<readonly DeliveryRecord[]> {
    const isDue = and(isDueFor(owner, now), ids.length === 0 ? undefined : notInArray(deliveries.id, [...ids]));
    const rows = await this.engine.read(async (db) => {
      const hasExceptions = ids.length > 0 || organizations.length > 0;
      const isOfOthers = organizations.length === 0 ? undefined : notInArray(deliveries.organizationId, [...organizations]);
      const found = [...(hasExceptions ? await inTurn(db, and(isDue, isNull(deliveries.webhook), isOfOthers), limit) : await this.#dueCallbacks.rows(db, { owner, now: now.getTime(), limit }))];
      // Webhook by webhook, so that the many that wait of one that is down are not gone through.
      for (let webhook = await this.#webhookAfter(db, owner, 0); webhook !== null; webhook = await this.#webhookAfter(db, owner, webhook)) {
        const room = Math.min(limit, roomOf(webhook));
        if (room > 0) found.push(...(await inTurn(db, and(isDue, eq(deliveries.webhook, webhook)), room)));
      }
      return found;
    });
    return rows.sort((a, b) => Number(a.dueAt) - Number(b.dueAt) || a.id - b.id).slice(0, limit).map(toRecord);
  }

  async end(owner: string, ends: readonly DeliveryEnd[], now: Date): Promise<void> {
    await this.engine.write(async (tx) => {
      const attempts: Parameters<typeof noteAttempts>[1][number][] = [];
      for (const { id, next, attempt } of ends) {
        const row = await first(tx.select().from(deliveries).where(and(eq(deliveries.id, id), eq(deliveries.claimedBy, owner), isNull(deliveries.doneAt))));
        if (row === undefined) continue;
        if (row.webhook !== null && attempt !== undefined) attempts.push({ webhook: row.webhook, isGivenUp: next === "done" && attempt.error !== null, ...attempt });
        if (next === "done") await this.#done(tx, row, now);
        else await tx.update(deliveries).set({ dueAt: next, attempts: row.attempts + 1, failure: attempt?.error ?? null }).where(eq(deliveries.id, id));
      }
      await noteAttempts(tx, attempts, now);
    });
  }

  async waiting(): Promise<number> {
    return (await this.engine.read((db) => first(db.select({ rows: count() }).from(deliveries).where(isNull(deliveries.doneAt)))))?.rows ?? 0;
  }

  async forget(before: Date): Promise<void> {
    await this.engine.write(async (tx) => tx.delete(deliveries).where(and(isNotNull(deliveries.doneAt), lt(deliveries.doneAt, before))));
  }

  /** What other processes send or sent, and their leases. */
  async #othersThan(db: Reader, owner: string): Promise<{ readonly claimants: readonly (string | null)[]; readonly leases: readonly NodeLease[] }> {
    const claimants = (await this.#othersClaimed.rows(db, { owner })).map(({ by }) => by);
    const others = claimants.filter((by) => by !== null);
    return { claimants, leases: others.length === 0 ? [] : await leasesOf(db, others) };
  }

  /** The next webhook of which this owner sends something; null: there is none. */
  async #webhookAfter(db: Reader, owner: string, after: number): Promise<number | null> {
    return (await this.#nextWebhook.rows(db, { owner, after }))[0]?.next ?? null;
  }

  /** Its name is known, or what it comes too late for. */
  async #isKnown(tx: Reader, { organizationId, once, unless }: NewDelivery): Promise<boolean> {
    const names = [once, unless].filter((name) => name !== undefined);
    return names.length > 0 && (await first(tx.select({ id: deliveries.id }).from(deliveries).where(and(eq(deliveries.organizationId, organizationId), inArray(deliveries.once, names))).limit(1))) !== undefined;
  }

  async #count(db: Reader, organizationId: number): Promise<number> {
    return (await first(db.select({ rows: count() }).from(deliveries).where(isWaitingOf(organizationId))))?.rows ?? 0;
  }

  async #insert(tx: Writer, owner: string, { unless: _, ...delivery }: NewDelivery): Promise<void> {
    const before = await first(tx.select({ id: deliveries.id }).from(deliveries).where(isInLane(delivery)).limit(1));
    const turn = before === undefined ? { dueAt: delivery.createdAt, claimedBy: owner } : { dueAt: null };
    await tx.insert(deliveries).values({ ...delivery, form: delivery.form ?? null, json: delivery.json ?? null, once: delivery.once ?? null, line: delivery.line ?? null, ...turn });
  }

  /** The oldest of the organization's callbacks that has failed before, which is done now; null when there is none. */
  async #drop(tx: Writer, organizationId: number, now: Date): Promise<Row | null> {
    const oldest = await first(tx.select().from(deliveries).where(and(isWaitingOf(organizationId), gt(deliveries.attempts, 0))).orderBy(asc(deliveries.id)).limit(1));
    if (oldest === undefined) return null;
    await this.#done(tx, oldest, now);
    return oldest;
  }

  /** For one more of the webhook. Gives what had to make room; null: there was room. */
  async #makeRoom(tx: Writer, webhook: number, bound: number, now: Date): Promise<Row | null> {
    let known = this.#waiting.get(webhook);
    if (known === undefined || Math.abs(now.getTime() - known.at) > COUNTED_MS) {
      known = { count: (await first(tx.select({ rows: count() }).from(deliveries).where(isWaitingOfWebhook(webhook))))?.rows ?? 0, at: now.getTime() };
      this.#waiting.set(webhook, known);
    }
    if (known.count < bound) {
      known.count++;
      return null;
    }
    // The index gives those first that are not the last of something, each the oldest first.
    const oldest = await first(tx.select().from(deliveries).where(isWaitingOfWebhook(webhook)).orderBy(asc(deliveries.terminal), asc(deliveries.id)).limit(1));
    if (oldest === undefined) return null;
    await this.#done(tx, oldest, now);
    return oldest;
  }

  async #done(tx: Writer, row: Row, now: Date): Promise<void> {
    // What was sent is kept no longer than it must be: of a name nothing but the name.
    if (row.once === null) await tx.delete(deliveries).where(eq(deliveries.id, row.id));
    else await tx.update(deliveries).set({ doneAt: now, dueAt: null, claimedBy: null, url: "", form: null, json: null }).where(eq(deliveries.id, row.id));
    const next = await first(tx.select({ id: deliveries.id }).from(deliveries).where(isInLane(row)).orderBy(asc(deliveries.id)).limit(1));
    if (next !== undefined) await tx.update(deliveries).set({ dueAt: now, claimedBy: row.claimedBy }).where(eq(deliveries.id, next.id));
  }
}
