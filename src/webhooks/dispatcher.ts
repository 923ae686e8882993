/** Puts the domain events of organizations into the outbox, for the webhooks that want them. */
import type { CallEvent, DomainEvent } from "../events/index.js";
import type { Logger } from "../logger.js";
import type { Delivery, DeliveryQueue } from "../outbound/index.js";
import type { WebhookDirectory } from "./directory.js";
import { callSubject, laneOf, onceOf } from "./names.js";
import type { WebhookRecord } from "./types.js";

export interface DispatcherOptions {
  readonly events: { onEvent(handler: (event: DomainEvent) => void): () => void };
  readonly webhooks: WebhookDirectory;
  readonly deliveries: DeliveryQueue;
  /** Names this run of the process in event ids, as the streams do. */
  readonly boot: string;
  readonly logger: Logger;
}

/** Told when the record is finished, in the transaction that finishes it (`endedCall`, `leftMessage`). */
const OF_RECORDS: ReadonlySet<string> = new Set(["calllog.completed", "message.left"]);
const TOLD_MS = 60_000;

/** What is put into the envelope of a stream's event. */
type Envelope = Pick<DomainEvent, "type" | "at" | "organization" | "data"> & { readonly id: string | null };

export class WebhookDispatcher {
  readonly #options: DispatcherOptions;
  readonly #stop: () => void;
  /** Calls of which this process has told their organization something. Bounded by the live calls: one leaves with its end. */
  readonly #begun = new Set<string>();
  #toldAt = -Infinity;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#stop = options.events.onEvent((event) => this.#event(event));
  }

  /** Idempotent. What was given to the outbox is written there. */
  close(): void {
    this.#stop();
    this.#begun.clear();
  }

  #event(event: DomainEvent): void {
    const { seq, type, at, organization, organizationId, data } = event;
    if (OF_RECORDS.has(type)) return;
    const callId = callOf(event);
    if (callId !== null && organizationId !== null && "subject" in event) this.#begin(callId, event, organizationId);
    this.#tell(organizationId, callId, { id: `${this.#options.boot}-${seq}`, type, at, organization, data });
  }

  /** A call that was found after a restart, or whose organization was not known at first, is told of as if it began: to whom an earlier process has not told it. */
  #begin(callId: string, { type, at, organization, data }: CallEvent, organizationId: number): void {
    const isKnown = this.#begun.has(callId);
    if (type === "call.ended") this.#begun.delete(callId);
    else this.#begun.add(callId);
    if (!isKnown && type !== "call.created" && type !== "call.ended") this.#tell(organizationId, callId, { id: null, type: "call.created", at, organization, data: { call: data.call } });
  }

  #tell(organizationId: number | null, callId: string | null, envelope: Envelope): void {
    const { type } = envelope;
    // Of a call of no organization nobody is told; of a switch everybody is.
    if (organizationId === null && !type.startsWith("switch.")) return;
    const webhooks = this.#options.webhooks.told(organizationId, type);
    if (webhooks.length === 0) return;
    const json = JSON.stringify(envelope);
    const subject = callId === null ? subjectOf(envelope) : callSubject(callId);
    for (const webhook of webhooks) this.#enqueue(deliveryTo(webhook, type, json, subject, callId));
  }

  #enqueue(delivery: Delivery): void {
    this.#options.deliveries.enqueue(delivery).catch((error: unknown) => {
      const now = performance.now();
      if (now - this.#toldAt < TOLD_MS) return;
      this.#toldAt = now;
      this.#options.logger.error({ err: error, webhook: delivery.webhook, event: delivery.event }, "events could not be kept for a webhook, which is not told of them");
    });
  }
}

function deliveryTo({ id, organizationId, url }: WebhookRecord, type: string, json: string, subject: string, callId: string | null): Delivery {
  const base = { organizationId, lane: laneOf(id, subject), kind: "webhook", url, method: "POST", json, sign: true, webhook: id, event: type } as const;
  if (callId === null || !type.startsWith("call.")) return base;
  const ended = onceOf(id, callId, "ended");
  if (type === "call.ended") return { ...base, once: ended, terminal: true };
  return type === "call.created" ? { ...base, once: onceOf(id, callId, "created"), unless: ended } : { ...base, unless: ended };
}

/** Which call an event is about; null: none. */
function callOf({ data }: Pick<DomainEvent, "data">): string | null {
  if ("call" in data) return data.call.id;
  if ("recording" in data) return data.recording.callId;
  if ("message" in data) return data.message.callId;
  return "callId" in data ? data.callId : null;
}

/** What is told in order: of an agent, a department, a switch, or one type of event. */
function subjectOf({ type, data }: Envelope): string {
  if ("agent" in data && typeof data.agent === "object" && data.agent !== null) return `agent ${data.agent.id}`;
  if ("department" in data) return `department ${typeof data.department === "string" ? data.department : data.department.name}`;
  // A line's target must be there before the line.
  if (["user", "token", "trunk", "line", "config", "webhook"].some((field) => field in data)) return "settings";
  if ("switch" in data) return `switch ${data.switch.node}`;
  return type;
}
