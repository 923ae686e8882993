/** A call as Twilio shows it (twilio.com/docs/voice/api/call-resource). */
import { z } from "zod";
import type { CallLeg } from "../../call-logs/index.js";
import { callSid } from "../../sids.js";
import { rfc2822 } from "./paging.js";
import type { LiveProgramCall } from "./ports.js";

export const CALL_STATUSES = ["queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "canceled", "failed"] as const;

export const CallResource = z.object({
  sid: z.string(),
  account_sid: z.string(),
  parent_call_sid: z.string().nullable(),
  from: z.string(),
  from_formatted: z.string(),
  to: z.string(),
  to_formatted: z.string(),
  status: z.enum(CALL_STATUSES),
  direction: z.enum(["inbound", "outbound-api", "outbound-dial"]),
  date_created: z.string().nullable(),
  date_updated: z.string().nullable(),
  start_time: z.string().nullable(),
  end_time: z.string().nullable(),
  duration: z.string().nullable().describe("Seconds, as text."),
  answered_by: z.string().nullable(),
  caller_name: z.string().nullable(),
  forwarded_from: z.string().nullable(),
  group_sid: z.string().nullable(),
  phone_number_sid: z.string().nullable(),
  trunk_sid: z.string().nullable(),
  queue_time: z.string(),
  price: z.string().nullable(),
  price_unit: z.string(),
  annotation: z.string().nullable(),
  api_version: z.string(),
  uri: z.string(),
  subresource_uris: z.record(z.string(), z.string()),
}).meta({ id: "TwilioCall" });
export type CallResource = z.output<typeof CallResource>;

const DIRECTIONS = { inbound: "inbound", api: "outbound-api", dialled: "outbound-dial" } as const;
const client = (agentId: string): string => `client:${agentId}`;

interface Facts extends Pick<CallResource, "sid" | "from" | "to" | "status" | "direction"> {
  readonly parent: string | null;
  readonly createdAt: Date;
  readonly answeredAt: Date | null;
  readonly endedAt: Date | null;
  readonly answeredBy: string | null;
  readonly forwardedFrom: string | null;
  readonly callerName: string | null;
}

function resource(accountSid: string, { sid, parent, from, to, status, direction, createdAt, answeredAt, endedAt, answeredBy, forwardedFrom, callerName }: Facts): CallResource {
  const path = `/2010-04-01/Accounts/${accountSid}/Calls/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    parent_call_sid: parent === null ? null : callSid(parent),
    from,
    from_formatted: from,
    to,
    to_formatted: to,
    status,
    direction,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(endedAt ?? answeredAt ?? createdAt),
    // An unanswered call has no conversation that could have begun, and is of no length.
    start_time: status === "queued" || status === "initiated" ? null : rfc2822(answeredAt ?? createdAt),
    end_time: rfc2822(endedAt),
    duration: endedAt === null ? null : String(answeredAt === null ? 0 : Math.max(0, Math.round((endedAt.getTime() - answeredAt.getTime()) / 1000))),
    answered_by: answeredBy,
    caller_name: callerName,
    forwarded_from: forwardedFrom,
    group_sid: null,
    phone_number_sid: null,
    trunk_sid: null,
    queue_time: "0",
    price: null,
    price_unit: "USD",
    annotation: null,
    api_version: "2010-04-01",
    uri: `${path}.json`,
    subresource_uris: { notifications: `${path}/Notifications.json`, recordings: `${path}/Recordings.json`, streams: `${path}/Streams.json` },
  };
}

/** `sid`: by which it was asked for, when that is another one, as that of one of several phones. */
export function legResource(accountSid: string, leg: CallLeg, sid = callSid(leg.uuid)): CallResource {
  const { callId, direction, role, agentId, number, from, to, status, startedAt, answeredAt, endedAt, answeredBy, forwardedFrom, callerName } = leg;
  const far = role === "agent" && agentId !== null ? client(agentId) : number;
  return resource(accountSid, {
    sid,
    parent: direction === "dialled" ? callId : null,
    from: direction === "inbound" && role === "agent" && agentId !== null ? client(agentId) : from,
    to: direction === "inbound" ? to : far,
    status,
    direction: DIRECTIONS[direction],
    createdAt: startedAt,
    answeredAt,
    endedAt,
    answeredBy,
    forwardedFrom,
    callerName,
  });
}

export const liveResource = (accountSid: string, { callSid: sid, from, to, status, createdAt }: LiveProgramCall): CallResource =>
  resource(accountSid, { sid, parent: null, from, to, status, direction: "outbound-api", createdAt, answeredAt: null, endedAt: null, answeredBy: null, forwardedFrom: null, callerName: null });
