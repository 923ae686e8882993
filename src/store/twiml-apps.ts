import { and, asc, count, eq } from "drizzle-orm";
import { conflict, notFound } from "../errors.js";
import { newSid } from "../sids.js";
import type { TwimlApp, TwimlAppRepository, TwimlAppSettings } from "../voice-app/index.js";
import { requireOrganization } from "./home.js";
import { first, returned } from "./rows.js";
import { twimlApps } from "./schema.js";
import { Repository } from "./sqlite/repository.js";

/** Of one organization. */
const MAX_APPS = 1000;

const isOf = (organizationId: number, sid: string) => and(eq(twimlApps.organizationId, organizationId), eq(twimlApps.sid, sid));

export class SqliteTwimlApps extends Repository implements TwimlAppRepository {
  async create(organizationId: number, settings: TwimlAppSettings): Promise<TwimlApp> {
    return this.engine.write(async (tx) => {
      await requireOrganization(tx, organizationId);
      const held = (await first(tx.select({ rows: count() }).from(twimlApps).where(eq(twimlApps.organizationId, organizationId))))?.rows ?? 0;
      if (held >= MAX_APPS) throw conflict(`The organization has ${MAX_APPS} applications.`);
      const now = new Date();
      return returned(tx.insert(twimlApps).values({ ...settings, organizationId, sid: newSid("AP"), createdAt: now, updatedAt: now }).returning());
    });
  }

  async update(organizationId: number, sid: string, change: Partial<TwimlAppSettings>): Promise<TwimlApp> {
    const changed = await this.engine.write((tx) => first(tx.update(twimlApps).set({ ...change, updatedAt: new Date() }).where(isOf(organizationId, sid)).returning()));
    if (changed === undefined) throw notFound("The application");
    return changed;
  }

  async remove(organizationId: number, sid: string): Promise<void> {
    const gone = await this.engine.write(async (tx) => tx.delete(twimlApps).where(isOf(organizationId, sid)).returning({ sid: twimlApps.sid }));
    if (gone.length === 0) throw notFound("The application");
  }

  async find(organizationId: number, sid: string): Promise<TwimlApp | undefined> {
    return this.engine.read((db) => first(db.select().from(twimlApps).where(isOf(organizationId, sid))));
  }

  async list(organizationId: number, { offset, limit, friendlyName }: { readonly offset: number; readonly limit: number; readonly friendlyName?: string }): Promise<readonly TwimlApp[]> {
    const where = and(eq(twimlApps.organizationId, organizationId), friendlyName === undefined ? undefined : eq(twimlApps.friendlyName, friendlyName));
    return this.engine.read(async (db) => db.select().from(twimlApps).where(where).orderBy(asc(twimlApps.createdAt), asc(twimlApps.sid)).limit(limit).offset(offset));
  }
}
