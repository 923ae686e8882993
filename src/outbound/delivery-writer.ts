/** Writes deliveries and their ends to the database, many at once: each alone would take a transaction of its own. */
import { unlessAborted } from "../abort.js";
import type { Clock } from "../clock.js";
import { CallplaneError, invalid } from "../errors.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import type { AddedDeliveries, DeliveryBounds, DeliveryEnd, DeliveryStore, NewDelivery } from "./delivery-store.js";

export interface DeliveryWriterOptions {
  readonly store: Pick<DeliveryStore, "add" | "end">;
  readonly owner: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "deliveryEnded">;
  readonly limits: DeliveryBounds & { readonly unwritten: number };
  /** New ones are in the database. */
  readonly added: () => void;
  /** Deliveries of a webhook made room for others. */
  readonly dropped: (webhook: number, organizationId: number, count: number) => void;
}

interface Waiting {
  readonly delivery: NewDelivery;
  readonly done: () => void;
  readonly refuse: (error: unknown) => void;
}

interface Ending {
  readonly end: DeliveryEnd;
  readonly done: () => void;
}

const BATCH = 200;
/** After so many failures a delivery is refused; the end of one is written whenever it can be. */
const ATTEMPTS = 5;
const RETRY_MS = 1000;
const TOLD_MS = 60_000;
const MAX_TEXT = 200;
const MAX_URL = 8192;

export class DeliveryWriter {
  readonly #options: DeliveryWriterOptions;
  /** Bounded by `unwritten`. */
  readonly #given: Waiting[] = [];
  /** Bounded by the deliveries under way. */
  readonly #ends: Ending[] = [];
  readonly #closed = new AbortController();
  #writing: Promise<void> | null = null;
  #failures = 0;
  #toldAt = -Infinity;

  constructor(options: DeliveryWriterOptions) {
    this.#options = options;
  }

  /** Resolves when it is in the database. Throws InvalidParameter, Busy, DatabaseUnavailable. */
  async add(delivery: NewDelivery): Promise<void> {
    const { url, lane, once = "", unless = "" } = delivery;
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol) || url.length > MAX_URL) throw invalid("url", "is no http or https URL.");
    if (lane.length > MAX_TEXT || once.length > MAX_TEXT || unless.length > MAX_TEXT) throw invalid("lane", `is longer than ${MAX_TEXT} characters.`);
    // A flood of events for webhooks leaves room for callbacks.
    const room = delivery.kind === "webhook" ? this.#options.limits.unwritten / 2 : this.#options.limits.unwritten;
    if (this.#closed.signal.aborted || this.#given.length >= room) {
      this.#options.metrics.deliveryEnded(delivery.kind, "refused", 0);
      throw new CallplaneError("Busy", "Too many deliveries wait for the database.");
    }
    await new Promise<void>((done, refuse) => {
      this.#given.push({ delivery, done, refuse });
      this.#write();
    });
  }

  /** Resolves when it is in the database, or when the writer is closed before. Never rejects. */
  end(end: DeliveryEnd): Promise<void> {
    return new Promise((done) => {
      this.#ends.push({ end, done });
      this.#write();
    });
  }

  /** Resolves when all that was given is written or refused. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  /** Refuses what is not written. Idempotent. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#writing;
    for (const { refuse } of this.#given.splice(0)) refuse(new CallplaneError("Busy", "Callplane is stopping."));
    for (const { done } of this.#ends.splice(0)) done();
  }

  #write(): void {
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = null));
  }

  async #writeAll(): Promise<void> {
    // Together with what comes in the same turn.
    await Promise.resolve();
    while (!this.#closed.signal.aborted && (this.#given.length > 0 || this.#ends.length > 0)) {
      const written = [await this.#writeEnds(), await this.#writeGiven()];
      if (written.includes(false)) await unlessAborted(this.#closed.signal, pause(this.#options.clock, RETRY_MS));
    }
  }

  async #writeEnds(): Promise<boolean> {
    const batch = this.#ends.slice(0, BATCH);
    if (batch.length === 0) return true;
    try {
      await this.#options.store.end(this.#options.owner, batch.map(({ end }) => end), new Date(this.#options.clock.now()));
    } catch (error) {
      this.#options.logger.warn({ err: error, deliveries: batch.length }, "the end of deliveries could not be written; it is tried again");
      return false;
    }
    for (const { done } of this.#ends.splice(0, batch.length)) done();
    return true;
  }

  async #writeGiven(): Promise<boolean> {
    const { store, owner, limits, added } = this.#options;
    const batch = this.#given.slice(0, BATCH);
    if (batch.length === 0) return true;
    try {
      const { kept, dropped } = await store.add(owner, batch.map(({ delivery }) => delivery), limits);
      this.#failures = 0;
      this.#given.splice(0, batch.length);
      for (const [index, { delivery, done, refuse }] of batch.entries()) {
        if (kept[index] !== "refused") done();
        else {
          this.#tell(delivery, "refused");
          refuse(new CallplaneError("Busy", "The organization has its fill of deliveries that wait."));
        }
      }
      for (const each of dropped) this.#tell(each, "dropped");
      this.#tellWebhooks(dropped);
      if (kept.includes("kept")) added();
      return true;
    } catch (error) {
      this.#failures++;
      if (this.#failures < ATTEMPTS) return false;
      this.#failures = 0;
      for (const { delivery, refuse } of this.#given.splice(0, batch.length)) {
        this.#options.metrics.deliveryEnded(delivery.kind, "refused", 0);
        refuse(error);
      }
      this.#options.logger.error({ err: error, deliveries: batch.length }, "deliveries could not be written, and are lost");
      return true;
    }
  }

  #tellWebhooks(dropped: AddedDeliveries["dropped"]): void {
    const counts = new Map<number, { readonly organizationId: number; count: number }>();
    for (const { webhook, organizationId } of dropped) {
      if (webhook === undefined) continue;
      const counted = counts.get(webhook);
      if (counted === undefined) counts.set(webhook, { organizationId, count: 1 });
      else counted.count++;
    }
    for (const [webhook, { organizationId, count }] of counts) this.#options.dropped(webhook, organizationId, count);
  }

  /** Counts each, and tells of it once a minute. */
  #tell({ kind, organizationId }: Pick<NewDelivery, "kind" | "organizationId">, what: "refused" | "dropped"): void {
    const { clock, logger, metrics, limits } = this.#options;
    metrics.deliveryEnded(kind, what, 0);
    if (clock.now() - this.#toldAt < TOLD_MS) return;
    this.#toldAt = clock.now();
    const about = kind === "webhook" ? { organization: organizationId, waiting: limits.webhookWaiting } : { organization: organizationId, waiting: limits.waiting };
    const whose = kind === "webhook" ? "a webhook" : "an organization";
    logger.error(about, what === "dropped" ? `${whose} has its fill of deliveries that wait: older ones make room` : `${whose} has its fill of deliveries that wait: new ones are refused`);
  }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.every(ms, () => {
      stop();
      resolve();
    });
  });
}
