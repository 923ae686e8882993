/** How the webhooks do, counted in the transactions that send and drop. */
import { eq, sql } from "drizzle-orm";
import type { DeliveryAttempt } from "../outbound/index.js";
import type { Writer } from "./sqlite/engine.js";
import { first } from "./rows.js";
import { webhooks, webhookStates } from "./schema.js";

/** One that is removed meanwhile has no state any more. */
const exists = async (tx: Writer, webhook: number): Promise<boolean> => (await first(tx.select({ id: webhooks.id }).from(webhooks).where(eq(webhooks.id, webhook)))) !== undefined;

/** In the order in which they ended. */
export async function noteAttempts(tx: Writer, attempts: readonly (DeliveryAttempt & { readonly webhook: number; readonly isGivenUp: boolean })[], now: Date): Promise<void> {
  for (const webhookId of new Set(attempts.map(({ webhook }) => webhook))) {
    if (!(await exists(tx, webhookId))) continue;
    const own = attempts.filter(({ webhook }) => webhook === webhookId);
    const last = own.at(-1);
    if (last === undefined) continue;
    const delivered = own.filter(({ error }) => error === null).length;
    const dropped = own.filter(({ isGivenUp }) => isGivenUp).length;
    const failed = own.length - delivered;
    const { status: lastStatus, error: lastError } = last;
    const begins = lastError === null ? null : now;
    await tx
      .insert(webhookStates)
      .values({ webhookId, delivered, failed, dropped, lastAttemptAt: now, lastStatus, lastError, lastDeliveredAt: delivered > 0 ? now : null, failingSince: begins })
      .onConflictDoUpdate({
        target: webhookStates.webhookId,
        set: {
          delivered: sql`${webhookStates.delivered} + ${delivered}`,
          failed: sql`${webhookStates.failed} + ${failed}`,
          dropped: sql`${webhookStates.dropped} + ${dropped}`,
          lastAttemptAt: now,
          lastStatus,
          lastError,
          ...(delivered > 0 ? { lastDeliveredAt: now } : {}),
          failingSince: begins === null ? null : delivered > 0 ? begins : sql`coalesce(${webhookStates.failingSince}, ${begins.getTime()})`,
        },
      });
  }
}

/** Deliveries that made room, or whose webhook was disabled. */
export async function noteDropped(tx: Writer, dropped: readonly { readonly webhook: number | null }[]): Promise<void> {
  const counts = new Map<number, number>();
  for (const { webhook } of dropped) if (webhook !== null) counts.set(webhook, (counts.get(webhook) ?? 0) + 1);
  for (const [webhookId, count] of counts) {
    if (!(await exists(tx, webhookId))) continue;
    await tx.insert(webhookStates).values({ webhookId, dropped: count }).onConflictDoUpdate({ target: webhookStates.webhookId, set: { dropped: sql`${webhookStates.dropped} + ${count}` } });
  }
}
