/** Where an event of a webhook goes when it is sent, and how it is signed then; and what follows when it does not arrive. */
import type { AuditLog } from "../audit/index.js";
import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { DeliveryRecord, DeliverySigning, OutboundError } from "../outbound/index.js";
import type { WebhookDirectory } from "./directory.js";
import { signedHeaders } from "./signature.js";
import type { WebhookRecord, WebhookRepository } from "./types.js";

export interface SenderPorts {
  readonly webhooks: WebhookDirectory;
  readonly store: { readonly webhooks: Pick<WebhookRepository, "disable"> };
  readonly audit: AuditLog;
  readonly clock: Pick<Clock, "now">;
  readonly logger: Logger;
  /** Tells the organization on its streams, and its other webhooks. */
  readonly told: { disabled(webhook: WebhookRecord, reason: string, dropped: number): void; dropped(webhook: WebhookRecord, count: number): void };
}

const TOLD_MS = 60_000;
/** Of a reason, in the database and in the audit log. */
const MAX_REASON = 200;

/** The secrets that a request is signed with now. */
export const secretsOf = ({ secret, previousSecret, previousUntil }: WebhookRecord, now: number): readonly string[] =>
  previousSecret === null || previousUntil === null || previousUntil.getTime() <= now ? [secret] : [secret, previousSecret];

export class WebhookSender {
  readonly #ports: SenderPorts;
  /** By webhook: events that made room and have not been told, and when that was told last. Bounded by the webhooks. */
  readonly #dropped = new Map<number, { count: number; toldAt: number }>();

  constructor(ports: SenderPorts) {
    this.#ports = ports;
  }

  /** Null: it is gone or disabled. */
  signing({ webhook: id = 0, token, json = "" }: Pick<DeliveryRecord, "webhook" | "token" | "json">): DeliverySigning | null {
    const webhook = this.#ports.webhooks.webhook(id);
    if (webhook === undefined || !webhook.enabled) return null;
    const now = this.#ports.clock.now();
    return { url: webhook.url, headers: signedHeaders(secretsOf(webhook, now), { id: token, timestamp: Math.floor(now / 1000), body: json }) };
  }

  /** An event has not arrived for a day, or the receiver says that it wants none any more: the webhook is disabled, unless others have arrived meanwhile. Never rejects. */
  async gaveUp({ webhook: id = 0, createdAt, event }: Pick<DeliveryRecord, "webhook" | "createdAt" | "event">, { status, message }: Pick<OutboundError, "status" | "message">): Promise<void> {
    const { store, audit, logger, told, clock } = this.#ports;
    const reason = message.slice(0, MAX_REASON);
    try {
      // Who answers 410 wants none, whatever it took before.
      const done = await store.webhooks.disable(id, reason, status === 410 ? new Date(clock.now()) : createdAt);
      if (done === null) {
        logger.error({ webhook: id, event, reason }, "an event is given up that its webhook does not take, while it takes others");
        return;
      }
      const { webhook, dropped } = done;
      logger.error({ webhook: id, organization: webhook.organizationId, reason, dropped }, "a webhook is disabled: it could not be told anything for too long");
      audit.append({ at: new Date(clock.now()), organizationId: webhook.organizationId, actor: "system", action: "webhook.disabled", target: String(id), detail: { reason, dropped } });
      told.disabled(webhook, reason, dropped);
    } catch (error) {
      logger.error({ err: error, webhook: id }, "a webhook that cannot be reached could not be disabled; the next event that is given up does it");
    }
  }

  /** Events of a webhook made room for others. Told at once, and then at most once a minute. */
  dropped(id: number, count: number): void {
    const { webhooks, clock, told } = this.#ports;
    const webhook = webhooks.webhook(id);
    if (webhook === undefined) return void this.#dropped.delete(id);
    const now = clock.now();
    const known = this.#dropped.get(id) ?? { count: 0, toldAt: -Infinity };
    known.count += count;
    this.#dropped.set(id, known);
    if (now - known.toldAt < TOLD_MS) return;
    told.dropped(webhook, known.count);
    known.count = 0;
    known.toldAt = now;
  }
}
