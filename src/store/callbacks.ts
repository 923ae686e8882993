import { and, asc, eq, gte, inArray, isNotNull, isNull, sql, type SQL } from "drizzle-orm";
import type { CallbackBound, CallbackBounds, CallbackRecord, CallbackStore } from "../queues/index.js";
import { IMMEDIATE, type Engine } from "./engine.js";
import { callbacks, callLegs } from "./schema.js";

/** Callers who asked to be called back. Nothing is deleted: what came of it stays to be seen. */
export class SqliteCallbacks implements CallbackStore {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async add(callback: Omit<CallbackRecord, "attempts" | "state" | "callId">, { since, all, each }: CallbackBounds): Promise<CallbackRecord | CallbackBound> {
    return this.#engine.db.transaction((tx) => {
      const { organizationId, department, number } = callback;
      const same = and(eq(callbacks.organizationId, organizationId), eq(callbacks.department, department), eq(callbacks.number, number), eq(callbacks.state, "waiting"));
      const known = tx.select().from(callbacks).where(same).get();
      if (known !== undefined) return known;
      const recent = and(eq(callbacks.organizationId, organizationId), gte(callbacks.joinedAt, since));
      const count = (which: SQL | undefined): number => tx.select({ count: sql<number>`count(*)` }).from(callbacks).where(which).get()?.count ?? 0;
      if (count(recent) >= all) return "callback-day";
      if (count(and(recent, eq(callbacks.number, number))) >= each) return "callback-number";
      return tx.insert(callbacks).values({ ...callback, attempts: 0, state: "waiting", callId: null }).returning().get();
    }, IMMEDIATE);
  }

  async update(id: string, change: Partial<Pick<CallbackRecord, "attempts" | "dueAt" | "state" | "callId">>): Promise<void> {
    this.#engine.db.update(callbacks).set(change).where(eq(callbacks.id, id)).run();
  }

  async open(): Promise<readonly CallbackRecord[]> {
    return this.#engine.db.select().from(callbacks).where(inArray(callbacks.state, ["waiting", "calling"])).orderBy(asc(callbacks.joinedAt)).all();
  }

  async reached(callId: string): Promise<boolean> {
    const answered = this.#engine.db.select({ uuid: callLegs.channelUuid }).from(callLegs).where(and(eq(callLegs.callId, callId), eq(callLegs.direction, "outbound"), isNull(callLegs.agentId), isNotNull(callLegs.answeredAt)));
    return answered.get() !== undefined;
  }
}
