/** Webhooks: servers of an organization's own that are told of its events. */

export interface WebhookSettings {
  readonly url: string;
  /** Kinds and types of events (`isTopic`). */
  readonly topics: readonly string[];
  /** For people. */
  readonly description: string;
  readonly enabled: boolean;
}

export interface WebhookRecord extends WebhookSettings {
  readonly id: number;
  readonly organizationId: number;
  /** `whsec_` and base64. */
  readonly secret: string;
  /** Requests are signed with this one too, until then; null: there is none. */
  readonly previousSecret: string | null;
  readonly previousUntil: Date | null;
  /** When and why Callplane has disabled it; null: it has not, or it was enabled again. */
  readonly disabledAt: Date | null;
  readonly disabledReason: string | null;
  /** From 1; another one after each change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** How it does. */
export interface WebhookState {
  readonly delivered: number;
  /** Attempts in vain. */
  readonly failed: number;
  /** Events that were given up, made room for others, or were called off. */
  readonly dropped: number;
  readonly lastAttemptAt: Date | null;
  /** Null: there was no answer. */
  readonly lastStatus: number | null;
  /** Null: the last attempt succeeded. */
  readonly lastError: string | null;
  readonly lastDeliveredAt: Date | null;
  readonly failingSince: Date | null;
}

/** An event that waits for its webhook. */
export interface PendingDelivery {
  /** Its place among those that wait: the older ones have smaller numbers. */
  readonly row: number;
  /** As `webhook-id`. */
  readonly id: string;
  readonly event: string;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: Date;
  /** When it is tried next; null: another event of the same call is before it. */
  readonly dueAt: Date | null;
}

/** Whether the version that is there is the expected one. */
export type Expected = (version: number) => boolean;

/** Each method rejects with DatabaseUnavailable when the database cannot do it now. */
export interface WebhookRepository {
  /** Throws NotFound for the organization, Conflict when it has its fill of webhooks. */
  create(organizationId: number, settings: WebhookSettings, secret: string): Promise<WebhookRecord>;
  /** Sets what is given; disabling drops what waits, and enabling forgets why it was disabled. Throws NotFound, and PreconditionFailed for another version than expected. */
  update(organizationId: number, id: number, change: Partial<WebhookSettings>, isExpected?: Expected): Promise<WebhookRecord>;
  /** Requests are signed with both secrets until then; null: with the new one alone, at once. Throws NotFound. */
  rotate(organizationId: number, id: number, secret: string, previousUntil: Date | null): Promise<WebhookRecord>;
  /** With what waits for it. Throws NotFound, PreconditionFailed. */
  remove(organizationId: number, id: number, isExpected?: Expected): Promise<void>;
  /** Callplane disables it, and drops what waits: how many events that were. Null: it was disabled or removed before, or has been delivered to since. */
  disable(id: number, reason: string, unlessDeliveredSince: Date): Promise<{ readonly webhook: WebhookRecord; readonly dropped: number } | null>;
  list(organizationId?: number): Promise<readonly WebhookRecord[]>;
  state(id: number): Promise<WebhookState>;
  /** The oldest first, those of rows behind `after`, and how many there are in all. */
  pending(id: number, page: { readonly after?: number | null; readonly offset: number; readonly limit: number }): Promise<{ readonly items: readonly PendingDelivery[]; readonly total: number }>;
}
