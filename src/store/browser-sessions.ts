import { and, desc, eq, gt, lt, notInArray } from "drizzle-orm";
import type { BrowserSession, BrowserSessionRepository, SessionRotation } from "../people/index.js";
import { first } from "./rows.js";
import { browserSessions } from "./schema.js";
import { Repository } from "./sqlite/repository.js";

export class SqliteBrowserSessions extends Repository implements BrowserSessionRepository {
  async create(session: BrowserSession, maxOfUser: number): Promise<void> {
    await this.engine.write(async (tx) => {
      const kept = await tx.select({ id: browserSessions.id }).from(browserSessions).where(eq(browserSessions.userId, session.userId)).orderBy(desc(browserSessions.rotatedAt)).limit(maxOfUser - 1);
      await tx.delete(browserSessions).where(and(eq(browserSessions.userId, session.userId), notInArray(browserSessions.id, kept.map(({ id }) => id))));
      await tx.insert(browserSessions).values(session);
    });
  }

  async find(id: string): Promise<BrowserSession | null> {
    return (await this.engine.read((db) => first(db.select().from(browserSessions).where(eq(browserSessions.id, id))))) ?? null;
  }

  async rotate({ id, generation }: Pick<BrowserSession, "id" | "generation">, rotation: SessionRotation): Promise<boolean> {
    const known = and(eq(browserSessions.id, id), eq(browserSessions.generation, generation));
    const rotated = await this.engine.write(async (tx) => tx.update(browserSessions).set({ ...rotation, generation: generation + 1 }).where(known).returning({ id: browserSessions.id }));
    return rotated.length > 0;
  }

  async remove(id: string): Promise<boolean> {
    return (await this.engine.write(async (tx) => tx.delete(browserSessions).where(eq(browserSessions.id, id)).returning({ id: browserSessions.id }))).length > 0;
  }

  async list(): Promise<readonly string[]> {
    return (await this.engine.read(async (db) => db.select({ id: browserSessions.id }).from(browserSessions).where(gt(browserSessions.expiresAt, new Date())))).map(({ id }) => id);
  }

  async purge(before: Date): Promise<number> {
    return (await this.engine.write(async (tx) => tx.delete(browserSessions).where(lt(browserSessions.expiresAt, before)).returning({ id: browserSessions.id }))).length;
  }
}
