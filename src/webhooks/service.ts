/** Webhooks as an organization's administrators make them. */
import type { AuditEntry, AuditLog } from "../audit/index.js";
import type { Clock } from "../clock.js";
import { CallplaneError, invalid, notFound } from "../errors.js";
import { isTopic } from "../events/index.js";
import { OutboundError, type AddressGuard, type OutboundClient } from "../outbound/index.js";
import { organizationFor, type AccountDirectory, type Actor } from "../people/index.js";
import type { NumberedPage, Place } from "../pages.js";
import type { WebhookDirectory } from "./directory.js";
import { isSecret, newSecret } from "./signature.js";
import { shownUrl, testWebhook, type TestResult } from "./test-event.js";
import type { Expected, PendingDelivery, WebhookRecord, WebhookRepository, WebhookSettings, WebhookState } from "./types.js";

/** For so long requests are signed with the secret before, too. */
export const PREVIOUS_MS = 86_400_000;
const MAX_TOPICS = 50;

export interface WebhookPorts {
  readonly store: { readonly webhooks: WebhookRepository };
  /** In memory; holds own writes as soon as they are done. */
  readonly webhooks: WebhookDirectory;
  readonly directory: Pick<AccountDirectory, "organization" | "organizationByDomain" | "organizations">;
  readonly client: Pick<OutboundClient, "request">;
  readonly guard: Pick<AddressGuard, "assertUrl">;
  readonly audit: AuditLog;
  readonly clock: Pick<Clock, "now">;
}

export type NewWebhook = Pick<WebhookSettings, "url" | "topics"> & Partial<WebhookSettings> & { readonly secret?: string };

/** A service lists no tokens (`GET /voiceconfig/tokens`), so no webhook of a service's tells of them, nor does it send another's elsewhere. */
function requireSeen({ role }: Actor, topics: readonly string[]): void {
  if (role === "service" && topics.some((topic) => topic === "token" || topic.startsWith("token."))) throw new CallplaneError("Forbidden", "A service token has no part in webhooks with the topic token.");
}

/**
 * Every method is about the actor's organization; root names one by its domain, or sees a webhook by its id: InvalidParameter (`domain`), NotFound. Another organization's webhook does
 * not exist. Every write is in the audit log. `isExpected` refuses a write to another version: PreconditionFailed.
 */
export class WebhookService {
  readonly #ports: WebhookPorts;

  constructor(ports: WebhookPorts) {
    this.#ports = ports;
  }

  /** By id. */
  list(actor: Actor, domain?: string): readonly WebhookRecord[] {
    return this.#ports.webhooks.webhooks(organizationFor(this.#ports.directory, actor, domain).id);
  }

  /** Throws NotFound. */
  get(actor: Actor, id: string): WebhookRecord {
    const found = this.#ports.webhooks.webhook(/^[1-9][0-9]{0,14}$/.test(id) ? Number(id) : 0);
    if (found === undefined || (actor.organizationId !== null && found.organizationId !== actor.organizationId)) throw notFound(`The webhook ${id.slice(0, 32)}`);
    return found;
  }

  /** With its secret, which is shown this once. Throws InvalidParameter naming the field, Conflict when the organization has its fill of them, Forbidden for topics that the actor may not see. */
  async create(actor: Actor, { secret = newSecret(), url, topics, description = "", enabled = true }: NewWebhook, domain?: string): Promise<WebhookRecord> {
    const organization = organizationFor(this.#ports.directory, actor, domain);
    if (!isSecret(secret)) throw invalid("secret", "is not whsec_ and the base64 of 24 to 64 bytes.");
    const settings = { url, topics: this.#checked(topics), description, enabled };
    requireSeen(actor, settings.topics);
    this.#requireAllowed(url);
    const made = await this.#ports.store.webhooks.create(organization.id, settings, secret);
    this.#note(actor, made, "webhook.create", { url: shownUrl(url), topics: settings.topics.join(","), enabled });
    return made;
  }

  /** Sets what is given. Throws InvalidParameter naming the field, NotFound, Forbidden as `create`. */
  async update(actor: Actor, id: string, change: Partial<WebhookSettings>, isExpected?: Expected): Promise<WebhookRecord> {
    const before = this.get(actor, id);
    requireSeen(actor, before.topics);
    if (change.url !== undefined) this.#requireAllowed(change.url);
    const settings = { ...change, ...(change.topics === undefined ? {} : { topics: this.#checked(change.topics) }) };
    requireSeen(actor, settings.topics ?? before.topics);
    const changed = await this.#ports.store.webhooks.update(before.organizationId, before.id, settings, isExpected);
    this.#note(actor, changed, "webhook.update", { changed: Object.keys(change).join(","), ...(change.url === undefined ? {} : { url: shownUrl(change.url) }), ...(change.enabled === undefined ? {} : { enabled: change.enabled }) });
    return changed;
  }

  /** Throws NotFound. */
  async remove(actor: Actor, id: string, isExpected?: Expected): Promise<void> {
    const webhook = this.get(actor, id);
    await this.#ports.store.webhooks.remove(webhook.organizationId, webhook.id, isExpected);
    this.#note(actor, webhook, "webhook.delete", { url: shownUrl(webhook.url) });
  }

  /** A new secret. `keepsPrevious`: requests are signed with the one before, too, for a day. Throws NotFound, Forbidden as `create`. */
  async rotate(actor: Actor, id: string, keepsPrevious: boolean): Promise<WebhookRecord> {
    const { organizationId, id: row, topics } = this.get(actor, id);
    requireSeen(actor, topics);
    const rotated = await this.#ports.store.webhooks.rotate(organizationId, row, newSecret(), keepsPrevious ? new Date(this.#ports.clock.now() + PREVIOUS_MS) : null);
    this.#note(actor, rotated, "webhook.rotate", { keepsPrevious });
    return rotated;
  }

  /** Sends `webhook.test` now, whether or not the webhook is enabled, and tells what came of it. Throws NotFound. */
  async test(actor: Actor, id: string): Promise<TestResult> {
    const { directory } = this.#ports;
    const webhook = this.get(actor, id);
    this.#note(actor, webhook, "webhook.test");
    return testWebhook(webhook, directory.organization(webhook.organizationId)?.domain ?? null, this.#ports);
  }

  /** How it does, and what waits for it, the oldest first; `next`: the place after which more come. Throws NotFound, InvalidParameter (`cursor`). */
  async deliveries(actor: Actor, id: string, { pageIndex, pageSize, after }: NumberedPage): Promise<{ readonly state: WebhookState; readonly items: readonly PendingDelivery[]; readonly total: number; readonly next: Place | null }> {
    const { webhooks } = this.#ports.store;
    const { id: row } = this.get(actor, id);
    if (after !== null && !Number.isInteger(after[0])) throw invalid("cursor", "was not returned by this list.");
    const place = after === null ? { after: null, offset: pageIndex * pageSize } : { after: Number(after[0]), offset: 0 };
    const [state, { items: found, total }] = await Promise.all([webhooks.state(row), webhooks.pending(row, { ...place, limit: pageSize + 1 })]);
    const items = found.slice(0, pageSize);
    const last = items.at(-1);
    return { state, items, total, next: last === undefined || found.length <= pageSize ? null : [last.row, last.id] };
  }

  /** Each once. Throws InvalidParameter. */
  #checked(topics: readonly string[]): readonly string[] {
    const unknown = topics.find((topic) => !isTopic(topic));
    if (unknown !== undefined) throw invalid("topics", `holds ${JSON.stringify(unknown.slice(0, 64))}, which is neither a type nor a kind of events.`);
    const unique = [...new Set(topics)];
    if (unique.length === 0 || unique.length > MAX_TOPICS) throw invalid("topics", `holds none, or more than ${MAX_TOPICS}.`);
    return unique;
  }

  /** A name is judged when it is resolved. Throws InvalidParameter. */
  #requireAllowed(url: string): void {
    try {
      this.#ports.guard.assertUrl(new URL(url));
    } catch (error) {
      throw invalid("url", error instanceof OutboundError ? error.message : "is not an http or https URL.");
    }
  }

  #note(actor: Actor, { organizationId, id }: WebhookRecord, action: string, detail: AuditEntry["detail"] = {}): void {
    this.#ports.audit.append({ at: new Date(this.#ports.clock.now()), organizationId, actor: actor.name, action, target: String(id), detail });
  }
}
