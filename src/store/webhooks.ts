import { and, asc, count, eq, gt } from "drizzle-orm";
import { CallplaneError, conflict, notFound } from "../errors.js";
import type { Expected, PendingDelivery, WebhookRecord, WebhookRepository, WebhookSettings, WebhookState } from "../webhooks/index.js";
import { isWaitingOfWebhook } from "./delivery-rows.js";
import { requireOrganization } from "./home.js";
import { first, returned } from "./rows.js";
import { deliveries, webhooks, webhookStates } from "./schema.js";
import type { Reader, Writer } from "./sqlite/engine.js";
import { Repository } from "./sqlite/repository.js";
import { noteDropped } from "./webhook-states.js";

/** Of one organization: with what may wait of each, they bound what waits of it. */
const MAX_WEBHOOKS = 10;

const NO_STATE: WebhookState = { delivered: 0, failed: 0, dropped: 0, lastAttemptAt: null, lastStatus: null, lastError: null, lastDeliveredAt: null, failingSince: null };

const toState = ({ webhookId: _, ...state }: typeof webhookStates.$inferSelect): WebhookState => state;

const is = (organizationId: number, id: number) => and(eq(webhooks.organizationId, organizationId), eq(webhooks.id, id));

/** Nothing that waits is sent any more; gives how many events that were. */
async function callOff(tx: Writer, id: number): Promise<number> {
  const left = await tx.delete(deliveries).where(isWaitingOfWebhook(id)).returning({ webhook: deliveries.webhook });
  await noteDropped(tx, left);
  return left.length;
}

export class SqliteWebhooks extends Repository implements WebhookRepository {
  async create(organizationId: number, settings: WebhookSettings, secret: string): Promise<WebhookRecord> {
    return this.engine.write(async (tx) => {
      await requireOrganization(tx, organizationId);
      const held = (await first(tx.select({ rows: count() }).from(webhooks).where(eq(webhooks.organizationId, organizationId))))?.rows ?? 0;
      if (held >= MAX_WEBHOOKS) throw conflict(`The organization has ${MAX_WEBHOOKS} webhooks.`);
      const now = new Date();
      return returned(tx.insert(webhooks).values({ ...settings, organizationId, secret, version: 1, createdAt: now, updatedAt: now }).returning());
    });
  }

  async update(organizationId: number, id: number, change: Partial<WebhookSettings>, isExpected: Expected = () => true): Promise<WebhookRecord> {
    return this.engine.write(async (tx) => {
      const { version } = await this.#find(tx, organizationId, id, isExpected);
      if (change.enabled === false) await callOff(tx, id);
      const reason = change.enabled === true ? { disabledAt: null, disabledReason: null } : {};
      return returned(tx.update(webhooks).set({ ...change, ...reason, version: version + 1, updatedAt: new Date() }).where(eq(webhooks.id, id)).returning());
    });
  }

  async rotate(organizationId: number, id: number, secret: string, previousUntil: Date | null): Promise<WebhookRecord> {
    return this.engine.write(async (tx) => {
      const before = await this.#find(tx, organizationId, id);
      const previousSecret = previousUntil === null ? null : before.secret;
      return returned(tx.update(webhooks).set({ secret, previousSecret, previousUntil, version: before.version + 1, updatedAt: new Date() }).where(eq(webhooks.id, id)).returning());
    });
  }

  async remove(organizationId: number, id: number, isExpected: Expected = () => true): Promise<void> {
    await this.engine.write(async (tx) => {
      await this.#find(tx, organizationId, id, isExpected);
      await tx.delete(deliveries).where(and(eq(deliveries.organizationId, organizationId), eq(deliveries.webhook, id)));
      await tx.delete(webhooks).where(eq(webhooks.id, id));
    });
  }

  async disable(id: number, reason: string, unlessDeliveredSince: Date): Promise<{ readonly webhook: WebhookRecord; readonly dropped: number } | null> {
    return this.engine.write(async (tx) => {
      const webhook = await first(tx.select().from(webhooks).where(and(eq(webhooks.id, id), eq(webhooks.enabled, true))));
      const { lastDeliveredAt } = await stateOf(tx, id);
      if (webhook === undefined || (lastDeliveredAt !== null && lastDeliveredAt > unlessDeliveredSince)) return null;
      const dropped = await callOff(tx, id);
      const now = new Date();
      return { webhook: await returned(tx.update(webhooks).set({ enabled: false, disabledAt: now, disabledReason: reason, version: webhook.version + 1, updatedAt: now }).where(eq(webhooks.id, id)).returning()), dropped };
    });
  }

  async list(organizationId?: number): Promise<readonly WebhookRecord[]> {
    const own = organizationId === undefined ? undefined : eq(webhooks.organizationId, organizationId);
    return this.engine.read(async (db) => db.select().from(webhooks).where(own).orderBy(asc(webhooks.id)));
  }

  async state(id: number): Promise<WebhookState> {
    return this.engine.read((db) => stateOf(db, id));
  }

  async pending(id: number, { after = null, offset, limit }: { readonly after?: number | null; readonly offset: number; readonly limit: number }): Promise<{ readonly items: readonly PendingDelivery[]; readonly total: number }> {
    return this.engine.read(async (db) => {
      const total = (await first(db.select({ rows: count() }).from(deliveries).where(isWaitingOfWebhook(id))))?.rows ?? 0;
      const rows = await db.select().from(deliveries).where(and(isWaitingOfWebhook(id), after === null ? undefined : gt(deliveries.id, after))).orderBy(asc(deliveries.id)).limit(limit).offset(offset);
      return { items: rows.map(({ id: row, token, event, attempts, failure, createdAt, dueAt }) => ({ row, id: token, event: event ?? "", attempts, lastError: failure, createdAt, dueAt })), total };
    });
  }

  async #find(tx: Reader, organizationId: number, id: number, isExpected: Expected = () => true): Promise<WebhookRecord> {
    const found = await first(tx.select().from(webhooks).where(is(organizationId, id)));
    if (found === undefined) throw notFound("The webhook");
    if (!isExpected(found.version)) throw new CallplaneError("PreconditionFailed");
    return found;
  }
}

async function stateOf(db: Reader, id: number): Promise<WebhookState> {
  const row = await first(db.select().from(webhookStates).where(eq(webhookStates.webhookId, id)));
  return row === undefined ? NO_STATE : toState(row);
}
