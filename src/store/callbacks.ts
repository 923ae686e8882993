import { and, asc, count, eq, gte, inArray, isNotNull, isNull, lt, or, sql, type SQL } from "drizzle-orm";
import type { CallbackBound, CallbackBounds, CallbackChange, CallbackFilter, CallbackRecord, CallbackStore } from "../queues/index.js";
import type { TimePage } from "../pages.js";
import { first, returned } from "./rows.js";
import { Repository } from "./sqlite/repository.js";
import { callbacks, callLegs } from "./schema.js";
import { beyond, contains, inOrder } from "./time-order.js";

/** Callers who asked to be called back. Nothing is deleted: the outcome stays. */
export class SqliteCallbacks extends Repository implements CallbackStore {
  async add(callback: Omit<CallbackRecord, "attempts" | "state" | "callId" | "node">, { since, all, each }: CallbackBounds): Promise<CallbackRecord | CallbackBound> {
    return this.engine.write(async (tx) => {
      const { organizationId, department, number } = callback;
      const same = and(eq(callbacks.organizationId, organizationId), eq(callbacks.department, department), eq(callbacks.number, number), eq(callbacks.state, "waiting"));
      const known = await first(tx.select().from(callbacks).where(same));
      if (known !== undefined) return known;
      const recent = and(eq(callbacks.organizationId, organizationId), gte(callbacks.joinedAt, since));
      const countOf = async (which: SQL | undefined): Promise<number> => (await first(tx.select({ count: sql<number>`count(*)` }).from(callbacks).where(which)))?.count ?? 0;
      if ((await countOf(recent)) >= all) return "callback-day";
      if ((await countOf(and(recent, eq(callbacks.number, number)))) >= each) return "callback-number";
      return returned(tx.insert(callbacks).values({ ...callback, attempts: 0, state: "waiting", callId: null, node: null }).returning());
    });
  }

  async change({ id, state, attempts, callId, priority, dueAt }: CallbackRecord, change: CallbackChange): Promise<boolean> {
    const known = and(eq(callbacks.id, id), eq(callbacks.state, state), eq(callbacks.attempts, attempts), eq(callbacks.priority, priority), eq(callbacks.dueAt, dueAt), callId === null ? isNull(callbacks.callId) : eq(callbacks.callId, callId));
    return (await this.engine.write(async (tx) => tx.update(callbacks).set(change).where(known).returning({ id: callbacks.id }))).length > 0;
  }

  async open(): Promise<readonly CallbackRecord[]> {
    return this.engine.read(async (db) => db.select().from(callbacks).where(inArray(callbacks.state, ["waiting", "calling"])).orderBy(asc(callbacks.joinedAt)));
  }

  async find(id: string): Promise<CallbackRecord | null> {
    return (await this.engine.read((db) => first(db.select().from(callbacks).where(eq(callbacks.id, id))))) ?? null;
  }

  async list(organizationId: number | null, { departments, state, from, to, numbers, q }: CallbackFilter, page: TimePage): Promise<{ readonly items: readonly CallbackRecord[]; readonly total: number }> {
    const where = and(
      organizationId === null ? undefined : eq(callbacks.organizationId, organizationId),
      departments === undefined ? undefined : inArray(callbacks.department, [...departments]),
      state === undefined ? undefined : eq(callbacks.state, state),
      from === undefined ? undefined : gte(callbacks.joinedAt, from),
      to === undefined ? undefined : lt(callbacks.joinedAt, to),
      numbers === undefined ? undefined : inArray(callbacks.number, [...numbers]),
      q === undefined ? undefined : or(contains(callbacks.number, q), contains(callbacks.fromName, q)),
    );
    const order = { at: callbacks.joinedAt, id: callbacks.id };
    return this.engine.read(async (db) => {
      const items = await db.select().from(callbacks).where(and(where, beyond(order, page))).orderBy(...inOrder(order, page)).limit(page.limit);
      return { items, total: (await first(db.select({ total: count() }).from(callbacks).where(where)))?.total ?? 0 };
    });
  }

  async reached(callId: string): Promise<boolean> {
    const answered = and(eq(callLegs.callId, callId), eq(callLegs.direction, "outbound"), isNull(callLegs.agentId), isNotNull(callLegs.answeredAt));
    return (await this.engine.read((db) => first(db.select({ uuid: callLegs.channelUuid }).from(callLegs).where(answered).limit(1)))) !== undefined;
  }
}
