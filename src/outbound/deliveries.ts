/** Requests that must arrive: kept in the database until they have, sent in order within a lane, lanes beside each other, at least once. */
import { randomUUID } from "node:crypto";
import { within } from "../abort.js";
import type { Clock } from "../clock.js";
import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import { retryMs, type RetryTiming } from "./backoff.js";
import type { OutboundClient } from "./client.js";
import type { Delivery, DeliveryQueue } from "./delivery.js";
import type { DeliveryBounds, DeliveryEnd, DeliveryRecord, DeliveryStore, Sightings } from "./delivery-store.js";
import { DeliveryWriter } from "./delivery-writer.js";
import { OUTBOUND_CODES, OutboundError } from "./errors.js";
import { Receivers, type ReceiverLimits } from "./receivers.js";

/** What a delivery is signed with. */
export interface DeliverySigning {
  /** An auth token, for `X-Twilio-Signature`. */
  readonly signWith?: string;
  /** Other headers, such as a signature of the body with a webhook's own secret. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it goes now, if not where it was given for. */
  readonly url?: string;
}

export interface DeliveryLimits extends DeliveryBounds, ReceiverLimits {
  /** Requests under way at once, and callbacks of each organization among them. */
  readonly concurrent: number;
  readonly perOrganization: number;
  /** Deliveries that wait to be written to the database. */
  readonly unwritten: number;
  /** A delivery that has not arrived after so long is given up. */
  readonly lifetimeMs: number;
  readonly retry: RetryTiming;
  /** What is under way when it is closed may take so long; then it is broken off, and sent again by whoever opens the database next. */
  readonly drainMs: number;
}

export const DELIVERY_LIMITS: DeliveryLimits = { concurrent: 128, perOrganization: 32, webhooks: 64, perWebhook: 8, waiting: 20_000, webhookWaiting: 50_000, unwritten: 10_000, lifetimeMs: 86_400_000, retry: { minMs: 1000, maxMs: 3_600_000 }, drainMs: 3000 };

/** How often it is looked for deliveries whose time has come. */
const LOOK_MS = 500;
/** Lanes adopted in one transaction, which must not last. */
const ADOPTED = 500;
/** What is broken off ends at once, and its row stays as it is; what had just ended has its end written. */
const ABORT_MS = 1000;
/** How long a name is kept after its delivery, and how often it is looked for those that are older. */
const NAME_MS = 2 * 86_400_000;
const FORGET_MS = 3_600_000;

export interface DeliveriesOptions {
  readonly store: DeliveryStore;
  /** This life of the process, as its node leases name it. */
  readonly owner: string;
  readonly sightings: Sightings;
  readonly client: Pick<OutboundClient, "request">;
  /** Asked each time that a signed delivery is sent, so that it is signed with the token of today. Null: nobody wants it any more, and it is dropped. */
  readonly signing: (delivery: DeliveryRecord) => DeliverySigning | null;
  /** A delivery of a webhook has not arrived within its lifetime. It is sent again if the process ends before this has resolved. Never rejects. */
  readonly gaveUp?: (delivery: DeliveryRecord, error: OutboundError) => Promise<void>;
  /** Deliveries of a webhook made room for others. */
  readonly dropped?: (webhook: number, organizationId: number, count: number) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "deliveryEnded">;
  readonly limits?: Partial<DeliveryLimits>;
  /** 0 to 1. */
  readonly random?: () => number;
}

/** Whether sending it again could not help: the URL or its address is at fault, which a webhook's administrator may mend, or the server says that it is gone for good. */
const isFinal = ({ kind }: Delivery, { failure, status }: OutboundError): boolean => status === 410 || (kind === "callback" && (failure === "url" || failure === "address"));

/** Exists only while this process has its nodes; in standby the other process sends. Processes with other nodes have lanes of their own (`DeliveryStore`). */
export class Deliveries implements DeliveryQueue {
  readonly #options: DeliveriesOptions;
  readonly #limits: DeliveryLimits;
  readonly #writer: DeliveryWriter;
  readonly #failures: Listeners<[delivery: Delivery, error: OutboundError, isLast: boolean]>;
  readonly #receivers: Receivers;
  /** Sent now, or their end not yet in the database. Bounded by `concurrent`. */
  readonly #underWay = new Map<number, DeliveryRecord>();
  readonly #callOff = new AbortController();
  readonly #stops: readonly (() => void)[];
  #looking: Promise<void> | null = null;
  #adopting: Promise<void> | null = null;
  #lookAgain = false;
  #closing: Promise<void> | null = null;
  #quiet: (() => void) | null = null;

  private constructor(options: DeliveriesOptions) {
    const { store, owner, clock, logger, metrics } = options;
    this.#options = options;
    this.#limits = { ...DELIVERY_LIMITS, ...options.limits };
    this.#failures = new Listeners("failed deliveries", logger);
    this.#receivers = new Receivers(this.#limits);
    const { dropped = () => undefined } = options;
    this.#writer = new DeliveryWriter({ store, owner, clock, logger, metrics, limits: this.#limits, added: () => this.#look(), dropped });
    this.#stops = [clock.every(LOOK_MS, () => this.#tick()), clock.every(FORGET_MS, () => this.#forget())];
  }

  /** Begins with what was left. Rejects with DatabaseUnavailable. */
  static async open(options: DeliveriesOptions): Promise<Deliveries> {
    await options.store.waiting();
    const deliveries = new Deliveries(options);
    deliveries.#tick();
    return deliveries;
  }

  /** Deliveries in the database that have not arrived, whichever process sends them. Rejects with DatabaseUnavailable. */
  waiting(): Promise<number> {
    return this.#options.store.waiting();
  }

  async enqueue(delivery: Delivery): Promise<void> {
    await this.#writer.add({ ...delivery, token: randomUUID(), createdAt: new Date(this.#options.clock.now()) });
  }

  /** Told of each attempt that failed. `isLast`: it is given up. Returns the unsubscribe function. */
  onFailure(handler: (delivery: Delivery, error: OutboundError, isLast: boolean) => void): () => void {
    return this.#failures.add(handler);
  }

  /** The webhook points elsewhere, or is gone: what was known of its receiver counts no more. */
  changed(webhook: number): void {
    this.#receivers.forget(webhook);
    this.#look();
  }

  /** Writes what was given, and lets what is under way end for a short time. Idempotent; never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { drainMs } = this.#limits;
    for (const stop of this.#stops) stop();
    await within(Promise.all([this.#writer.flush(), this.#looking, this.#adopting, this.#untilQuiet()]), drainMs);
    this.#callOff.abort();
    await within(this.#untilQuiet(), ABORT_MS);
    await this.#writer.close();
    this.#failures.clear();
  }

  #untilQuiet(): Promise<void> {
    if (this.#underWay.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#quiet = resolve;
    });
  }

  #tick(): void {
    this.#look();
    this.#adopting ??= this.#adopt()
      .catch((error: unknown) => this.#options.logger.warn({ err: error }, "deliveries that another process left could not be taken up; it is tried again"))
      .finally(() => (this.#adopting = null));
  }

  async #adopt(): Promise<void> {
    const { store, owner, sightings } = this.#options;
    let more = true;
    while (more && this.#closing === null) {
      more = await store.adopt(owner, sightings, ADOPTED);
      this.#look();
    }
  }

  /** Sends whatever is due, as far as there is room. */
  #look(): void {
    this.#lookAgain = true;
    if (this.#looking !== null || this.#closing !== null) return;
    this.#looking = this.#send()
      .catch((error: unknown) => this.#options.logger.warn({ err: error }, "deliveries could not be read; it is tried again"))
      .finally(() => (this.#looking = null));
  }

  async #send(): Promise<void> {
    const { store, owner, clock } = this.#options;
    while (this.#lookAgain && this.#closing === null) {
      this.#lookAgain = false;
      const room = this.#limits.concurrent - this.#underWay.size;
      if (room <= 0) return;
      const busy = new Map<number, number>();
      const now = clock.now();
      for (const { organizationId, webhook } of this.#underWay.values()) if (webhook === undefined) busy.set(organizationId, (busy.get(organizationId) ?? 0) + 1);
      const organizations = [...busy].filter(([, count]) => count >= this.#limits.perOrganization).map(([id]) => id);
      const found = await store.due(owner, new Date(now), room, { ids: [...this.#underWay.keys()], organizations, roomOf: (webhook) => this.#receivers.room(webhook, now) });
      for (const delivery of found) {
        const { organizationId, webhook } = delivery;
        const count = busy.get(organizationId) ?? 0;
        if (webhook === undefined ? count >= this.#limits.perOrganization : this.#receivers.room(webhook, now) === 0) continue;
        if (webhook === undefined) busy.set(organizationId, count + 1);
        else this.#receivers.began(webhook);
        this.#underWay.set(delivery.id, delivery);
        void this.#deliver(delivery);
      }
      // One organization may have filled the page: those of others may be behind it.
      this.#lookAgain ||= found.length === room && this.#underWay.size < this.#limits.concurrent;
    }
  }

  /** Never rejects. */
  async #deliver(delivery: DeliveryRecord): Promise<void> {
    const end = await this.#attempt(delivery);
    if (end !== null) await this.#writer.end({ id: delivery.id, ...end });
    if (delivery.webhook !== undefined) this.#receivers.ended(delivery.webhook, end?.attempt === undefined ? null : end.attempt.error === null, this.#options.clock.now());
    this.#underWay.delete(delivery.id);
    if (this.#underWay.size === 0) this.#quiet?.();
    this.#look();
  }

  /** Null: it was broken off by closing, and stays as it was. */
  async #attempt(delivery: DeliveryRecord): Promise<Omit<DeliveryEnd, "id"> | null> {
    const { client, clock, metrics } = this.#options;
    const seconds = (): number => Math.max(0, clock.now() - delivery.createdAt.getTime()) / 1000;
    try {
      const { method, form, json, sign, token, kind } = delivery;
      const signing = sign ? this.#options.signing(delivery) : {};
      if (signing === null) {
        metrics.deliveryEnded(kind, "dropped", seconds());
        return { next: "done" };
      }
      const { signWith, headers = {}, url = delivery.url } = signing;
      const { status } = await client.request({
        url,
        method,
        headers: kind === "webhook" ? headers : { ...headers, "i-twilio-idempotency-token": token },
        signal: this.#callOff.signal,
        ...(kind === "webhook" ? { keepsMethod: true } : {}),
        ...(form === undefined ? {} : { form }),
        ...(json === undefined ? {} : { json }),
        ...(signWith === undefined ? {} : { signWith }),
      });
      metrics.deliveryEnded(kind, "delivered", seconds());
      return { next: "done", attempt: { status, error: null } };
    } catch (error) {
      if (this.#callOff.signal.aborted) return null;
      const failure = error instanceof OutboundError ? error : new OutboundError(OUTBOUND_CODES.retrieval, "protocol", "The delivery could not be sent.", { cause: error });
      return this.#failed(delivery, failure, seconds());
    }
  }

  async #failed(delivery: DeliveryRecord, error: OutboundError, seconds: number): Promise<Omit<DeliveryEnd, "id">> {
    const { clock, logger, metrics, random = Math.random, gaveUp } = this.#options;
    const { id, kind, organizationId, lane, attempts, createdAt, webhook } = delivery;
    const next = clock.now() + retryMs(attempts, this.#limits.retry, random);
    const isLast = isFinal(delivery, error) || next - createdAt.getTime() > this.#limits.lifetimeMs;
    const about = { delivery: id, kind, organization: organizationId, lane, attempts: attempts + 1, code: error.code, reason: error.message };
    if (isLast) logger.error(about, "a delivery is given up");
    else if (attempts === 0) logger.warn(about, "a delivery failed; it is tried again");
    metrics.deliveryEnded(kind, isLast ? "given_up" : "failed", seconds);
    this.#failures.tell(delivery, error, isLast);
    if (isLast && webhook !== undefined) await gaveUp?.(delivery, error);
    return { next: isLast ? "done" : new Date(next), attempt: { status: error.status, error: error.message } };
  }

  #forget(): void {
    const { store, clock, logger } = this.#options;
    store.forget(new Date(clock.now() - NAME_MS)).catch((error: unknown) => logger.debug({ err: error }, "names of deliveries could not be forgotten; it is tried again"));
  }
}
