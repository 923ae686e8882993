/** What every request to a program's server says of the call (https://www.twilio.com/docs/voice/twiml#request-parameters). */
import type { LiveCall, LiveLeg } from "../calls/index.js";
import type { Answerer } from "./detection.js";
import type { Form, ProgramAccount, ProgramDirection } from "./ports.js";
import type { CallStatus } from "./statuses.js";

export const API_VERSION = "2010-04-01";

/** Who calls whom, as a program is told it. */
export interface Parties {
  readonly from: string;
  readonly to: string;
  readonly direction: ProgramDirection;
  /** The caller's display name; null: none. */
  readonly callerName: string | null;
  /** Who has forwarded the call to us, as the network says; absent: nobody is known. */
  readonly forwardedFrom?: string;
}

/** A leg of an agent's phone is `client:<agent>`, as Twilio words a client. */
export function partiesOf(leg: LiveLeg, call: LiveCall, direction: ProgramDirection, given: { readonly from?: string; readonly to?: string } = {}): Parties {
  const caller = leg.agentId !== null && direction === "inbound" ? `client:${leg.agentId}` : call.from;
  const called = leg.agentId !== null && direction !== "inbound" ? `client:${leg.agentId}` : call.to;
  return { from: given.from ?? caller, to: given.to ?? called, direction, callerName: direction === "inbound" ? call.fromName : null };
}

export interface CallFacts {
  readonly account: ProgramAccount;
  readonly callSid: string;
  /** Null: it has no parent. */
  readonly parentCallSid: string | null;
  readonly parties: Parties;
  /** Of a leg whose answer is looked at. */
  readonly answerer?: Answerer;
}

/** The standard parameters, then the others. */
export function callForm({ account, callSid, parentCallSid, parties, answerer }: CallFacts, status: CallStatus, others: Form = []): Form {
  const { from, to, direction, callerName, forwardedFrom } = parties;
  return [
    ["AccountSid", account.accountSid],
    ["ApiVersion", API_VERSION],
    ["CallSid", callSid],
    ["CallStatus", status],
    ["Called", to],
    ["Caller", from],
    ["Direction", direction],
    ["From", from],
    ["To", to],
    ...(callerName === null ? [] : ([["CallerName", callerName]] as const)),
    ...(forwardedFrom === undefined ? [] : ([["ForwardedFrom", forwardedFrom]] as const)),
    ...(parentCallSid === null ? [] : ([["ParentCallSid", parentCallSid]] as const)),
    ...answererForm(answerer),
    ...others,
  ];
}

const answererForm = ({ answeredBy, durationMs }: Answerer = { answeredBy: null, durationMs: null }): Form => [
  ...(answeredBy === null ? [] : ([["AnsweredBy", answeredBy]] as const)),
  ...(durationMs === null ? [] : ([["MachineDetectionDuration", String(durationMs)]] as const)),
];

/** RFC 2822 in UTC, as Twilio writes times: `Sat, 28 Nov 2026 19:30:00 +0000`. */
export const rfc2822 = (at: Date): string => at.toUTCString().replace(/GMT$/, "+0000");
