import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { conflict, notFound } from "../errors.js";
import { newSid } from "../sids.js";
import { requireOrganization } from "./home.js";
import { first, returned } from "./rows.js";
import type { Reader, Writer } from "./sqlite/engine.js";
import { Repository } from "./sqlite/repository.js";
import { voiceAccounts } from "./schema.js";
import type { VoiceAccount, VoiceAccountRepository } from "./types.js";

/** 32 hexadecimal digits, as Twilio's auth tokens have. */
const newToken = (): string => randomBytes(16).toString("hex");

const toRecord = ({ organizationId, sid, authToken, previousAuthToken, createdAt, rotatedAt }: typeof voiceAccounts.$inferSelect): VoiceAccount => ({ organizationId, sid, authToken, previousAuthToken, createdAt, rotatedAt });

const isOf = (organizationId: number) => eq(voiceAccounts.organizationId, organizationId);
const rowOf = (db: Reader, organizationId: number) => first(db.select().from(voiceAccounts).where(isOf(organizationId)));

function insert(tx: Writer, organizationId: number): Promise<typeof voiceAccounts.$inferSelect> {
  const now = new Date();
  return returned(tx.insert(voiceAccounts).values({ organizationId, sid: newSid("AC"), authToken: newToken(), previousAuthToken: null, createdAt: now, rotatedAt: now }).returning());
}

/** Makes an account where there is none. */
export async function ensureVoiceAccount(tx: Writer, organizationId: number): Promise<void> {
  if ((await rowOf(tx, organizationId)) === undefined) await insert(tx, organizationId);
}

export class SqliteVoiceAccounts extends Repository implements VoiceAccountRepository {
  async create(organizationId: number): Promise<VoiceAccount> {
    return this.engine.write(async (tx) => {
      await requireOrganization(tx, organizationId);
      if ((await rowOf(tx, organizationId)) !== undefined) throw conflict("The organization has an account already.");
      return toRecord(await insert(tx, organizationId));
    });
  }

  async rotate(organizationId: number, { keepsPrevious }: { readonly keepsPrevious: boolean }): Promise<VoiceAccount> {
    return this.#change(organizationId, ({ authToken }) => ({ authToken: newToken(), previousAuthToken: keepsPrevious ? authToken : null, rotatedAt: new Date() }));
  }

  async forgetPrevious(organizationId: number): Promise<VoiceAccount> {
    return this.#change(organizationId, () => ({ previousAuthToken: null }));
  }

  async list(organizationId?: number): Promise<readonly VoiceAccount[]> {
    const own = organizationId === undefined ? undefined : isOf(organizationId);
    return (await this.engine.read(async (db) => db.select().from(voiceAccounts).where(own).orderBy(voiceAccounts.organizationId))).map(toRecord);
  }

  async #change(organizationId: number, to: (before: VoiceAccount) => Partial<typeof voiceAccounts.$inferInsert>): Promise<VoiceAccount> {
    return this.engine.write(async (tx) => {
      const before = await rowOf(tx, organizationId);
      if (before === undefined) throw notFound("The organization's account");
      return toRecord(await returned(tx.update(voiceAccounts).set(to(toRecord(before))).where(isOf(organizationId)).returning()));
    });
  }
}
