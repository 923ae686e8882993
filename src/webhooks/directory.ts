/** Webhooks in memory, as fresh as the accounts: read again after each own write, and within a poll after another process's. */
import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import { FreshReads } from "../people/index.js";
import { isOfTopics } from "../events/index.js";
import type { WebhookRecord, WebhookRepository } from "./types.js";

export interface WebhookDirectory {
  webhook(id: number): WebhookRecord | undefined;
  /** By id. */
  webhooks(organizationId: number): readonly WebhookRecord[];
  /** Those that are to be told of such an event; `organizationId` null: of every organization. */
  told(organizationId: number | null, type: string): readonly WebhookRecord[];
}

export interface WebhookDirectoryOptions {
  readonly store: {
    readonly webhooks: Pick<WebhookRepository, "list">;
    writesSince(last: number | null): Promise<{ readonly last: number; readonly writes: readonly object[] | null }>;
    onWrite(handler: () => Promise<void>): () => void;
  };
  /** A webhook points elsewhere, is enabled again, or is gone. */
  readonly changed?: (webhook: number) => void;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Milliseconds between two looks for another process's writes; default 1000. */
  readonly pollMs?: number;
}

export class MemoryWebhooks implements WebhookDirectory {
  readonly #options: WebhookDirectoryOptions;
  readonly #reads: FreshReads<object>;
  /** By id. */
  #webhooks: ReadonlyMap<number, WebhookRecord> = new Map();
  #byOrganization: ReadonlyMap<number, readonly WebhookRecord[]> = new Map();

  private constructor(options: WebhookDirectoryOptions) {
    this.#options = options;
    const { store, logger, clock, pollMs } = options;
    // What is written of one agent or token concerns none.
    this.#reads = new FreshReads({ store, logger, clock, pollMs, what: "webhooks", readAll: () => this.#readAll(), readWritten: () => Promise.resolve() });
  }

  /** Rejects when the first read does. */
  static async open(options: WebhookDirectoryOptions): Promise<MemoryWebhooks> {
    const directory = new MemoryWebhooks(options);
    return directory.#reads.opened(directory);
  }

  webhook = (id: number): WebhookRecord | undefined => this.#webhooks.get(id);
  webhooks = (organizationId: number): readonly WebhookRecord[] => this.#byOrganization.get(organizationId) ?? [];

  told(organizationId: number | null, type: string): readonly WebhookRecord[] {
    const all = organizationId === null ? [...this.#webhooks.values()] : this.webhooks(organizationId);
    return all.filter(({ enabled, topics }) => enabled && isOfTopics(topics, type));
  }

  /** Idempotent. */
  close(): void {
    this.#reads.close();
  }

  async #readAll(): Promise<void> {
    const before = this.#webhooks;
    const webhooks = await this.#options.store.webhooks.list();
    this.#webhooks = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
    this.#byOrganization = grouped(webhooks);
    for (const [id, { version }] of before) if (this.#webhooks.get(id)?.version !== version) this.#options.changed?.(id);
  }
}

function grouped(webhooks: readonly WebhookRecord[]): ReadonlyMap<number, readonly WebhookRecord[]> {
  const groups = new Map<number, WebhookRecord[]>();
  for (const webhook of webhooks) {
    const group = groups.get(webhook.organizationId);
    if (group === undefined) groups.set(webhook.organizationId, [webhook]);
    else group.push(webhook);
  }
  return groups;
}
