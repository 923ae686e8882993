/**
 * What every webhook is told of every call, whatever becomes of the process: its end, and that its record is finished. Both go into the outbox in the transaction that
 * finishes the record, so that there is no moment at which a kill could lose them. The end is usually there already, as the stream told it; its name keeps it from coming twice.
 */
import { randomUUID } from "node:crypto";
import type { CallRecord } from "../call-logs/index.js";
import type { CallEnd, CallView } from "../calls/index.js";
import { isOfTopics, shownMessage } from "../events/index.js";
import type { NewDelivery } from "../outbound/index.js";
import type { MessageRecord } from "../queues/index.js";
import { callSubject, laneOf, onceOf } from "./names.js";
import type { WebhookRecord } from "./types.js";

/** A webhook of the record's organization, which is enabled. */
export type ToldWebhook = Pick<WebhookRecord, "id" | "url" | "topics">;

type EndedRecord = Pick<CallRecord, "id" | "direction" | "from" | "fromName" | "to" | "agentId" | "department" | "node" | "startedAt" | "answeredAt" | "endedAt" | "hangupCause" | "hungUpBy" | "waitMs" | "talkMs" | "holdMs" | "attributes">;

/** The call as the stream shows one that has ended. */
function viewOf({ id, direction, from, fromName, to, agentId, department, node, startedAt, answeredAt, endedAt, attributes }: EndedRecord): CallView {
  return {
    id, direction, from, fromName, to, department, node,
    state: "ended",
    fromText: from,
    toText: to,
    assignedTo: agentId,
    previousAgents: [],
    stateSince: (endedAt ?? startedAt).toISOString(),
    queuedAt: null,
    position: null,
    priority: null,
    offeredTo: [],
    createdAt: startedAt.toISOString(),
    answeredAt: answeredAt?.toISOString() ?? null,
    ringing: [],
    legs: [],
    supervision: [],
    recording: false,
    recordingState: "off",
    consult: null,
    transfer: null,
    attributes,
    heldBy: null,
    conference: false,
    help: null,
  };
}

const endOf = ({ hangupCause, hungUpBy, waitMs, talkMs, holdMs }: EndedRecord): CallEnd => ({ cause: hangupCause, by: hungUpBy ?? "system", waitMs, talkMs, holdMs });

export interface EndedCall {
  readonly organizationId: number;
  /** That organization's SIP domain. */
  readonly organization: string;
  readonly record: EndedRecord;
  /** Whether the record stays: one of a call that was joined to another does not. */
  readonly isFinished: boolean;
}

/** What is to be put into the outbox for these webhooks, in order. */
export function endedCall(webhooks: readonly ToldWebhook[], { organizationId, organization, record, isFinished }: EndedCall, now: Date): readonly NewDelivery[] {
  const ended = { type: "call.ended", once: "ended", data: { call: viewOf(record), ended: endOf(record) } } as const;
  const completed = { type: "calllog.completed", once: "log", data: { id: record.id } } as const;
  return (isFinished ? [ended, completed] : [ended]).flatMap(({ type, once, data }) => told(webhooks, { organizationId, organization, callId: record.id, type, once, data }, now));
}

/** What is to be put into the outbox for these webhooks when a caller has left a message. */
export const leftMessage = (webhooks: readonly ToldWebhook[], organization: string, message: MessageRecord, now: Date): readonly NewDelivery[] => {
  const { id, organizationId, callId } = message;
  return told(webhooks, { organizationId, organization, callId, type: "message.left", once: `message ${id}`, data: { message: shownMessage(message) } }, now);
};

interface Told {
  readonly organizationId: number;
  readonly organization: string;
  readonly callId: string;
  readonly type: string;
  readonly once: Parameters<typeof onceOf>[2];
  readonly data: object;
}

/** `at` is when it is told, as in every event: FreeSWITCH's times, which stand in `data`, may be before the time of what was told of the call before. */
function told(webhooks: readonly ToldWebhook[], { organizationId, organization, callId, type, once, data }: Told, now: Date): readonly NewDelivery[] {
  const wanting = webhooks.filter(({ topics }) => isOfTopics(topics, type));
  if (wanting.length === 0) return [];
  const json = JSON.stringify({ id: null, type, at: now.toISOString(), organization, data });
  return wanting.map(({ id, url }): NewDelivery => ({
    organizationId, url, json,
    lane: laneOf(id, callSubject(callId)),
    kind: "webhook",
    method: "POST",
    sign: true,
    webhook: id,
    event: type,
    terminal: true,
    once: onceOf(id, callId, once),
    token: randomUUID(),
    createdAt: now,
  }));
}
