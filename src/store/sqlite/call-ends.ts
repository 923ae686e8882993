/** Puts the ends of calls into the outbox of the organization's webhooks, within the unit of work that writes them. Runs with each record that is finished, so its statements are prepared once. */
import { and, eq, isNull, sql } from "drizzle-orm";
import type { CallRecord } from "../../call-logs/index.js";
import type { MessageRecord } from "../../queues/index.js";
import type { NewDelivery } from "../../outbound/index.js";
import { endedCall, leftMessage, type ToldWebhook } from "../../webhooks/index.js";
import { deliveries, organizations, webhooks } from "../schema.js";
import type { Connection } from "./engine.js";
import { Upsert } from "./upsert.js";

const given = (name: string) => sql.placeholder(name);

/** To be used within a unit of work on the connection that writes. */
export class CallEnds {
  readonly #statements: ReturnType<typeof statements>;
  readonly #insert: Upsert<typeof deliveries>;

  constructor(writer: Connection) {
    this.#statements = statements(writer.db);
    this.#insert = new Upsert(writer, deliveries, { generated: ["id"] });
  }

  tell(record: CallRecord, isFinished: boolean): void {
    const { organizationId } = record;
    if (organizationId !== null) this.#tell(organizationId, (told, organization) => endedCall(told, { organizationId, organization, record, isFinished }, new Date()));
  }

  message(message: MessageRecord): void {
    this.#tell(message.organizationId, (told, organization) => leftMessage(told, organization, message, new Date()));
  }

  #tell(organizationId: number, deliveriesFor: (told: readonly ToldWebhook[], organization: string) => readonly NewDelivery[]): void {
    const told = this.#statements.webhooks.all({ organizationId });
    const organization = told.length === 0 ? undefined : this.#statements.domain.get({ organizationId })?.domain;
    if (organization !== undefined) for (const delivery of deliveriesFor(told, organization)) this.#put(delivery);
  }

  /** Nobody's yet: whichever process looks first sends it, unless the lane has an owner. */
  #put(delivery: NewDelivery): void {
    const { organizationId, lane, once = null } = delivery;
    if (this.#statements.named.get({ organizationId, once }) !== undefined) return;
    const isBehind = this.#statements.lane.get({ organizationId, lane }) !== undefined;
    this.#insert.run({ ...delivery, attempts: 0, dueAt: isBehind ? null : delivery.createdAt });
  }
}

function statements(db: Connection["db"]) {
  return {
    webhooks: db.select({ id: webhooks.id, url: webhooks.url, topics: webhooks.topics }).from(webhooks).where(and(eq(webhooks.organizationId, given("organizationId")), eq(webhooks.enabled, true))).prepare(),
    domain: db.select({ domain: organizations.domain }).from(organizations).where(eq(organizations.id, given("organizationId"))).prepare(),
    named: db.select({ id: deliveries.id }).from(deliveries).where(and(eq(deliveries.organizationId, given("organizationId")), eq(deliveries.once, given("once")))).prepare(),
    lane: db.select({ id: deliveries.id }).from(deliveries).where(and(eq(deliveries.organizationId, given("organizationId")), eq(deliveries.lane, given("lane")), isNull(deliveries.doneAt))).limit(1).prepare(),
  };
}
