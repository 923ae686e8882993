import type { DeliveryQueue } from "../outbound/index.js";
import type { Logger } from "../logger.js";
import type { StreamError } from "./errors.js";
import type { StreamRequest } from "./request.js";

/** Tells an application what becomes of its stream (www.twilio.com/docs/voice/twiml/stream, statusCallback), in order. */
export function tellStatus(deliveries: Pick<DeliveryQueue, "enqueue">, logger: Logger, request: StreamRequest, sid: string, event: "stream-started" | "stream-stopped" | "stream-error", error?: StreamError): void {
  const { statusCallback, organizationId, accountSid, callSid, line } = request;
  if (statusCallback === undefined) return;
  const form: [string, string][] = [
    ["AccountSid", accountSid],
    ["CallSid", callSid],
    ["StreamSid", sid],
    ["StreamName", request.name ?? sid],
    ["StreamEvent", event],
    ["Timestamp", new Date().toISOString()],
    ...(error === undefined ? [] : ([["StreamError", error.message], ["StreamErrorCode", String(error.code)]] satisfies [string, string][])),
  ];
  deliveries
    .enqueue({ organizationId, lane: sid, kind: "callback", url: statusCallback.url, method: statusCallback.method, form, sign: true, ...(line === undefined ? {} : { line }), once: `${sid}/${event}` })
    .catch((reason: unknown) => logger.warn({ err: reason, stream: sid }, "a stream's status callback could not be kept"));
}
