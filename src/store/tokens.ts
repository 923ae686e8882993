import { and, desc, eq, gt, inArray, isNull, lt } from "drizzle-orm";
import { invalid } from "../errors.js";
import { isSupervisionMode } from "../people/index.js";
import { first } from "./rows.js";
import { insertion } from "./sqlite/insertion.js";
import { Repository } from "./sqlite/repository.js";
import { tokens } from "./schema.js";
import type { NewToken, TokenRecord, TokenRepository } from "./types.js";

const toRecord = (row: typeof tokens.$inferSelect): TokenRecord => ({
  ...row,
  permissions: row.permissions === null ? null : row.permissions.filter(isSupervisionMode),
});

export class SqliteTokens extends Repository implements TokenRepository {
  async create({ sessionId = null, ...record }: NewToken, most?: number): Promise<void> {
    if ((record.role === "root") !== (record.organizationId === null)) throw invalid("organization", record.role === "root" ? "is not for root, who belongs to none" : `is needed for the role ${record.role}`);
    const { userId } = record;
    await this.engine.write(async (tx) => {
      await tx.insert(tokens).values({ ...record, sessionId, revokedAt: null });
      if (userId === null || most === undefined) return;
      const beside = and(eq(tokens.userId, userId), sessionId === null ? isNull(tokens.sessionId) : eq(tokens.sessionId, sessionId));
      const own = await tx.select({ jti: tokens.jti, revokedAt: tokens.revokedAt }).from(tokens).where(beside).orderBy(desc(tokens.createdAt), desc(insertion));
      // A token without a row is refused like a revoked one, so the rows of both can be deleted.
      const good = own.filter(({ revokedAt }) => revokedAt === null).slice(0, most).map(({ jti }) => jti);
      const old = own.map(({ jti }) => jti).filter((jti) => !good.includes(jti));
      if (old.length > 0) await tx.delete(tokens).where(inArray(tokens.jti, old));
    });
  }

  async find(jti: string): Promise<TokenRecord | null> {
    const row = await this.engine.read((db) => first(db.select().from(tokens).where(eq(tokens.jti, jti))));
    return row === undefined ? null : toRecord(row);
  }

  async list(options: { readonly services?: boolean } = {}): Promise<readonly TokenRecord[]> {
    const live = gt(tokens.expiresAt, new Date());
    const rows = await this.engine.read(async (db) => db.select().from(tokens).where(options.services === true ? and(live, isNull(tokens.userId)) : live).orderBy(tokens.createdAt, tokens.jti));
    return rows.map(toRecord);
  }

  async revoke(jti: string): Promise<boolean> {
    return this.engine.write(async (tx) => {
      await tx.update(tokens).set({ revokedAt: new Date() }).where(and(eq(tokens.jti, jti), isNull(tokens.revokedAt)));
      return (await first(tx.select().from(tokens).where(eq(tokens.jti, jti)))) !== undefined;
    });
  }

  async purge(before: Date): Promise<number> {
    return this.engine.write(async (tx) => (await tx.delete(tokens).where(lt(tokens.expiresAt, before)).returning({ jti: tokens.jti })).length);
  }
}
