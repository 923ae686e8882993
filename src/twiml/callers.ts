/** What is known of a caller beside the numbers: asked of FreeSWITCH once, when the program begins, and told with each request (https://www.twilio.com/docs/voice/twiml#request-parameters). */
import type { LiveLeg, SipInvite } from "../calls/index.js";
import type { Parties } from "./call-parameters.js";
import type { Form } from "./ports.js";
import { codeOfError, PROGRAM_CODES } from "./program-error.js";
import type { RunParts } from "./run.js";

type CallersParts = Pick<RunParts, "children" | "legBook" | "log" | "logger">;

export interface Caller {
  /** Who has forwarded the call; absent: the INVITE names nobody. */
  readonly forwardedFrom?: string;
  /** What SIP says, for each document that is asked for. */
  readonly parameters: Form;
}

const UNKNOWN: Caller = { parameters: [] };

/** Nothing for a leg that we have called. Never rejects: what FreeSWITCH does not tell keeps no caller waiting. */
export async function callerOf({ children, logger }: CallersParts, leg: LiveLeg): Promise<Caller> {
  if (leg.columns.direction !== "inbound" || leg.hungUp) return UNKNOWN;
  try {
    const invite = await children.invite(leg);
    return { ...(invite.forwardedFrom === null ? {} : { forwardedFrom: invite.forwardedFrom }), parameters: sipForm(invite) };
  } catch (error) {
    if (!leg.hungUp) logger.warn({ err: error, channel: leg.uuid }, "FreeSWITCH did not tell what a caller's INVITE says; its program begins without");
    return UNKNOWN;
  }
}

/** Of a call that came by SIP (https://www.twilio.com/docs/voice/api/sip-interface). */
function sipForm({ callId, domain, headers }: SipInvite): Form {
  if (callId === null) return [];
  return [["SipCallId", callId], ...(domain === null ? [] : ([["SipDomain", domain]] as const)), ...headers.map(({ name, value }) => [`SipHeader_${name}`, value] as const)];
}

/** Keeps it for who asks for the leg later. Never rejects. */
export async function noteCaller({ legBook, log }: CallersParts, { uuid }: LiveLeg, organizationId: number, callSid: string, { callerName, forwardedFrom }: Parties): Promise<void> {
  if (callerName === null && forwardedFrom === undefined) return;
  const note = { uuid, organizationId, ...(callerName === null ? {} : { callerName }), ...(forwardedFrom === undefined ? {} : { forwardedFrom }) };
  await legBook.add(note).catch((error: unknown) => log.add(organizationId, callSid, { level: "error", code: codeOfError(error, PROGRAM_CODES.internal), text: "Who called could not be kept." }));
}
