/** Webhooks, and what signs the deliveries: the outbox sends those of webhooks and of voice programs alike. */
import type { AuditLog } from "../audit/index.js";
import { systemClock } from "../clock.js";
import type { DomainEvents } from "../events/index.js";
import type { Logger } from "../logger.js";
import type { Deliveries, DeliveryRecord, DeliverySigning } from "../outbound/index.js";
import { present } from "../present.js";
import type { Store } from "../store/index.js";
import { MemoryWebhooks, shownWebhook, WebhookDispatcher, WebhookSender, type WebhookDirectory } from "../webhooks/index.js";
import type { Signers } from "./signers.js";

export interface Webhooks {
  readonly webhooks: WebhookDirectory;
  readonly sender: WebhookSender;
  readonly signing: (delivery: DeliveryRecord) => DeliverySigning | null;
  /** From now on events are put into the outbox, until the events are closed. */
  begin(parts: { readonly events: DomainEvents; readonly deliveries: Deliveries; readonly boot: string }): void;
  close(): void;
}

export async function openWebhooks({ store, signers, audit, logger }: { readonly store: Store; readonly signers: Signers; readonly audit: AuditLog; readonly logger: Logger }): Promise<Webhooks> {
  let events: DomainEvents | null = null;
  let deliveries: Deliveries | null = null;
  let dispatcher: WebhookDispatcher | null = null;
  const webhooks = await MemoryWebhooks.open({ store, logger, changed: (webhook) => deliveries?.changed(webhook) });
  const sender = new WebhookSender({
    webhooks,
    store,
    audit,
    clock: systemClock,
    logger,
    told: {
      disabled: (webhook, reason, dropped) => events?.webhookDisabled(webhook.organizationId, shownWebhook(webhook), reason, dropped),
      dropped: (webhook, count) => events?.webhookDropped(webhook.organizationId, shownWebhook(webhook), count),
    },
  });
  return {
    webhooks,
    sender,
    signing: (delivery) => (delivery.kind === "webhook" ? sender.signing(delivery) : present({ signWith: signers.token(delivery.organizationId, delivery.line) })),
    begin(parts) {
      ({ events, deliveries } = parts);
      dispatcher = new WebhookDispatcher({ ...parts, webhooks, logger });
    },
    close: () => {
      dispatcher?.close();
      webhooks.close();
    },
  };
}
