import { and, desc, eq, gt, inArray, isNull, lt, sql } from "drizzle-orm";
import { invalid } from "../errors.js";
import { isSupervisionMode } from "./input.js";
import { IMMEDIATE } from "./engine.js";
import type { Engine } from "./engine.js";
import { tokens } from "./schema.js";
import type { TokenRecord, TokenRepository } from "./types.js";

const toRecord = (row: typeof tokens.$inferSelect): TokenRecord => ({
  ...row,
  permissions: row.permissions === null ? null : row.permissions.filter(isSupervisionMode),
});

export class SqliteTokens implements TokenRepository {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async create(record: Omit<TokenRecord, "revokedAt">, maxOfUser?: number): Promise<void> {
    if ((record.role === "root") !== (record.organizationId === null)) throw invalid("organization", record.role === "root" ? "is not for root, who belongs to none" : `is needed for the role ${record.role}`);
    const { userId } = record;
    const gone = this.#engine.db.transaction((tx) => {
      tx.insert(tokens).values({ ...record, revokedAt: null }).run();
      if (userId === null || maxOfUser === undefined) return [];
      const own = tx.select({ jti: tokens.jti, revokedAt: tokens.revokedAt }).from(tokens).where(eq(tokens.userId, userId)).orderBy(desc(tokens.createdAt), desc(sql`rowid`)).all();
      // A token without a row is refused as a revoked one is, so neither kind need be kept.
      const good = own.filter(({ revokedAt }) => revokedAt === null).slice(0, maxOfUser).map(({ jti }) => jti);
      const old = own.map(({ jti }) => jti).filter((jti) => !good.includes(jti));
      if (old.length > 0) tx.delete(tokens).where(inArray(tokens.jti, old)).run();
      return old;
    }, IMMEDIATE);
    for (const jti of [record.jti, ...gone]) await this.#engine.written({ kind: "token", jti });
  }

  async find(jti: string): Promise<TokenRecord | null> {
    const row = this.#engine.db.select().from(tokens).where(eq(tokens.jti, jti)).get();
    return row === undefined ? null : toRecord(row);
  }

  async list(options: { readonly services?: boolean } = {}): Promise<readonly TokenRecord[]> {
    const live = gt(tokens.expiresAt, new Date());
    const rows = this.#engine.db.select().from(tokens).where(options.services === true ? and(live, isNull(tokens.userId)) : live).orderBy(tokens.createdAt, tokens.jti).all();
    return rows.map(toRecord);
  }

  async revoke(jti: string): Promise<boolean> {
    const found = this.#engine.db.transaction((tx) => {
      tx.update(tokens).set({ revokedAt: new Date() }).where(and(eq(tokens.jti, jti), isNull(tokens.revokedAt))).run();
      return tx.select().from(tokens).where(eq(tokens.jti, jti)).get() !== undefined;
    }, IMMEDIATE);
    if (found) await this.#engine.written({ kind: "token", jti });
    return found;
  }

  async purge(before: Date): Promise<number> {
    return this.#engine.db.delete(tokens).where(lt(tokens.expiresAt, before)).run().changes;
  }
}
