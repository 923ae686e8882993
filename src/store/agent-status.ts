import { and, desc, eq, gte, lt, max, notInArray, type SQL } from "drizzle-orm";
import type { AgentStatusRecord, AgentStatusStore } from "../agents/index.js";
import type { Piggyback } from "../piggyback.js";
import { pageSize } from "./rows.js";
import type { SqliteEngine } from "./sqlite/engine.js";
import { Upsert } from "./sqlite/upsert.js";
import { agentStatus } from "./schema.js";

const toRecord = ({ id: _id, ...record }: typeof agentStatus.$inferSelect): AgentStatusRecord => record;

export class SqliteAgentStatus implements AgentStatusStore {
  readonly #engine: SqliteEngine;
  /** Made with the first use: the command line never needs it. */
  #insert: Upsert<typeof agentStatus> | null = null;

  constructor(engine: SqliteEngine) {
    this.#engine = engine;
  }

  async append(records: readonly AgentStatusRecord[]): Promise<void> {
    await this.#engine.write(() => this.#add(records));
  }

  piggyback(waiting: Piggyback<AgentStatusRecord>): () => void {
    return this.#engine.piggyback(waiting, (_tx, records) => this.#add(records));
  }

  async #add(records: readonly AgentStatusRecord[]): Promise<void> {
    this.#insert ??= new Upsert(this.#engine.writer, agentStatus, { generated: ["id"] });
    for (const record of records) this.#insert.run(record);
  }

  async latest(): Promise<readonly AgentStatusRecord[]> {
    const rows = await this.#engine.read(async (db) => {
      const newest = db.select({ id: max(agentStatus.id).as("newest_id") }).from(agentStatus).groupBy(agentStatus.organizationId, agentStatus.agentId).as("newest");
      return db.select({ row: agentStatus }).from(agentStatus).innerJoin(newest, eq(agentStatus.id, newest.id));
    });
    return rows.map(({ row }) => toRecord(row));
  }

  async prune(before: Date): Promise<number> {
    return this.#engine.write(async (tx) => {
      const newest = tx.select({ id: max(agentStatus.id) }).from(agentStatus).groupBy(agentStatus.organizationId, agentStatus.agentId);
      return (await tx.delete(agentStatus).where(and(lt(agentStatus.since, before), notInArray(agentStatus.id, newest))).returning({ id: agentStatus.id })).length;
    });
  }

  async history(organizationId: number, agentId: string, options: { readonly since?: Date; readonly limit?: number } = {}): Promise<readonly AgentStatusRecord[]> {
    const where: SQL[] = [eq(agentStatus.organizationId, organizationId), eq(agentStatus.agentId, agentId)];
    if (options.since !== undefined) where.push(gte(agentStatus.since, options.since));
    return (await this.#engine.read(async (db) => db.select().from(agentStatus).where(and(...where)).orderBy(desc(agentStatus.id)).limit(pageSize(options.limit)))).map(toRecord);
  }
}
