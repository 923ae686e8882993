/** A world of webhooks without calls: a clock that stands still, a receiver, and the outbox with what signs and disables. */
import { randomUUID } from "node:crypto";
import type { AuditEntry } from "../../src/audit/index.js";
import type { DomainEvent } from "../../src/events/index.js";
import { LEASE_TIMING, LeaseSightings } from "../../src/lease/index.js";
import { AddressGuard, Deliveries, OutboundClient, type DeliveryLimits } from "../../src/outbound/index.js";
import { openStore, type Store } from "../../src/store/index.js";
import { isSigned, MemoryWebhooks, newSecret, WebhookDispatcher, WebhookSender, type WebhookRecord, type WebhookSettings } from "../../src/webhooks/index.js";
import { eventually } from "../lab/wait.js";
import { receiver, type Received, type Receiver } from "../outbound/support.js";
import { silentLogger } from "../store/support.js";
import { ManualClock } from "../support/manual-clock.js";

export const HOUR_MS = 3_600_000;
/** Milliseconds until the answer; a status; a connection that is reset; no answer. */
export type Answer = number | "reset" | "silence";

export interface Told {
  readonly id: string | null;
  readonly type: string;
  readonly at: string;
  readonly organization: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export const toldIn = ({ body }: Received): Told => JSON.parse(body) as Told;

export interface WebhookWorld {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly organizationId: number;
  readonly server: Receiver;
  readonly deliveries: Deliveries;
  readonly webhooks: MemoryWebhooks;
  readonly sender: WebhookSender;
  readonly audited: AuditEntry[];
  /** What the organization is told of its webhooks. */
  readonly news: string[];
  readonly counted: string[];
  answer: (request: Received) => Answer | Promise<Answer>;
  hook(settings?: Partial<WebhookSettings>, secret?: string): Promise<WebhookRecord>;
  /** As the domain events tell it. */
  tell(event: { readonly type: string; readonly data: object }, organizationId?: number | null): void;
  /** Resolves when all that was told is in the database, or was not taken. */
  kept(): Promise<void>;
  /** Nothing is due and nothing is under way. */
  settled(): Promise<unknown>;
  /** Time goes on in steps, and each does its work. */
  pass(ms: number, stepMs: number): Promise<void>;
  close(): Promise<void>;
}

export async function openWebhookWorld(limits: Partial<DeliveryLimits> = {}, { timeoutMs = 15_000 }: { readonly timeoutMs?: number } = {}): Promise<WebhookWorld> {
  const clock = new ManualClock(Date.now());
  const store = await openStore(":memory:");
  const organizationId = (await store.organizations.create({ name: "acme", domain: "acme.example" })).id;
  const logger = silentLogger();
  const server = await receiver(async (request, response, socket) => {
    const given = await world.answer(request);
    if (given === "reset") socket.resetAndDestroy();
    else if (given !== "silence") response.writeHead(given).end();
  });
  const client = new OutboundClient({ guard: new AddressGuard({ allowed: ["127.0.0.1"] }), limits: { connectAttempts: 1, readMs: timeoutMs, totalMs: timeoutMs } });
  const audited: AuditEntry[] = [];
  const news: string[] = [];
  const counted: string[] = [];
  const webhooks = await MemoryWebhooks.open({ store, logger, clock });
  const sender = new WebhookSender({
    webhooks, store, clock, logger,
    audit: { append: (entry) => void audited.push(entry) },
    told: { disabled: ({ id }, reason, dropped) => void news.push(`${id} disabled, ${dropped} dropped: ${reason}`), dropped: ({ id }, count) => void news.push(`${id} dropped ${count}`) },
  });
  const owner = randomUUID();
  const deliveries = await Deliveries.open({
    store: store.deliveries,
    owner,
    sightings: new LeaseSightings({ timing: LEASE_TIMING, clock, isGone: () => false }),
    client,
    signing: (delivery) => sender.signing(delivery),
    gaveUp: (delivery, error) => sender.gaveUp(delivery, error),
    dropped: (webhook, _organization, count) => sender.dropped(webhook, count),
    clock,
    logger,
    metrics: { deliveryEnded: (kind, outcome) => void counted.push(`${kind} ${outcome}`) },
    random: () => 0.5,
    limits: { drainMs: 200, ...limits },
  });
  const given: Promise<void>[] = [];
  const handlers = new Set<(event: DomainEvent) => void>();
  const dispatcher = new WebhookDispatcher({
    events: {
      onEvent: (handler) => {
        handlers.add(handler);
        return () => handlers.delete(handler);
      },
    },
    webhooks, boot: "b00t", logger,
    deliveries: {
      enqueue: (delivery) => {
        const kept = deliveries.enqueue(delivery);
        given.push(kept);
        return kept;
      },
    },
  });
  let seq = 0;
  const world: WebhookWorld = {
    clock, store, organizationId, server, deliveries, webhooks, sender, audited, news, counted,
    answer: () => 200,
    hook: (settings = {}, secret = newSecret()) => store.webhooks.create(organizationId, { url: `${server.url}/hook`, topics: ["call", "calllog", "agent", "queue"], description: "", enabled: true, ...settings }, secret),
    tell: (event, of = organizationId) => {
      const whole: unknown = { ...event, seq: ++seq, at: new Date(clock.now()).toISOString(), organizationId: of, organization: of === null ? null : "acme.example" };
      for (const handler of handlers) handler(whole as DomainEvent);
    },
    kept: async () => void (await Promise.allSettled(given.splice(0))),
    settled: () => eventually("all that is due to be sent", async () => {
      const due = await store.deliveries.due(owner, new Date(clock.now()), 1, { ids: [], organizations: [] });
      return due.length === 0;
    }, { everyMs: 2 }),
    pass: async (ms, stepMs) => {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(stepMs);
        await settledOrResting(world, owner);
      }
    },
    close: async () => {
      dispatcher.close();
      await deliveries.close();
      webhooks.close();
      await client.close();
      await server.close();
      await store.close();
    },
  };
  return world;
}

/** Nothing more happens until time goes on: what is due has been tried, or waits for a receiver that rests. */
async function settledOrResting({ store, clock, server }: WebhookWorld, owner: string): Promise<void> {
  let seen = -1;
  await eventually("the receiver to be left alone", async () => {
    const due = await store.deliveries.due(owner, new Date(clock.now()), 1, { ids: [], organizations: [] });
    const quiet = due.length === 0 || seen === server.received.length;
    seen = server.received.length;
    return quiet;
  }, { everyMs: 5 });
}

const CALL = { direction: "inbound", from: "+15550001", fromName: null, to: "1001", assignedTo: null, department: null, node: "fs1", createdAt: "2026-01-01T00:00:00.000Z", answeredAt: null, ringing: [], legs: [], supervision: [], recording: false, heldBy: null, help: null, conference: false } as const;

/** An event of a call, as far as a webhook cares. */
export function ofCall(type: "call.created" | "call.updated" | "call.ended", id: string, more: Readonly<Record<string, unknown>> = {}) {
  const call = { ...CALL, id, state: type === "call.ended" ? "ended" : "active", ...more };
  const ended = { cause: "NORMAL_CLEARING", by: "customer", waitMs: 0, talkMs: 1000, holdMs: 0 };
  return { type, data: type === "call.ended" ? { call, ended } : { call }, subject: { id } };
}

/** Whether the request is signed with the secret, for its own body and moment. */
export function isSignedWith(secret: string, { headers, body }: Received, now: number): boolean {
  const [id, timestamp, signature] = [headers["webhook-id"], Number(headers["webhook-timestamp"]), headers["webhook-signature"]];
  return typeof id === "string" && typeof signature === "string" && Math.abs(now / 1000 - timestamp) <= 1 && isSigned(secret, { id, timestamp, body }, signature);
}
