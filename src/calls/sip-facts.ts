/**
 * What the SIP messages of a leg have said, for programs: asked of FreeSWITCH (`uuid_dump`) when a program wants it, so that events stay as small as they are. The far end
 * writes all of it. It is told as data, and decides nothing (DESIGN, decision 11).
 */
import type { Channel } from "./channel.js";
import { nodeOf, type ControlContext } from "./control/context.js";
import { dumpOf } from "./dump.js";

export interface SipHeader {
  readonly name: string;
  readonly value: string;
}

/** What a caller's INVITE says. */
export interface SipInvite {
  /** Null for a leg that came in another way. */
  readonly callId: string | null;
  /** The host that was called. */
  readonly domain: string | null;
  /** Who has forwarded the call to us (Diversion, else History-Info): a number as the organization writes it, or a user's name. */
  readonly forwardedFrom: string | null;
  /** Its `X-` headers, within the limits below. */
  readonly headers: readonly SipHeader[];
}

/** What SIP says of a call that we have made. */
export interface SipOutcome {
  /** Null: no phone was asked. */
  readonly callId: string | null;
  /** The status with which a phone has refused; null: none has. */
  readonly refusedWith: number | null;
}

type Variables = Readonly<Record<string, string>>;

/** How FreeSWITCH names the headers of an INVITE, and of the final answer to one (mod_sofia.h, SOFIA_SIP_HEADER_PREFIX and SOFIA_SIP_RESPONSE_HEADER_PREFIX). */
const OF_INVITE = "variable_sip_h_";
const OF_ANSWER = "variable_sip_rh_";

/** Of one message. Twilio takes 1024 characters of headers (https://www.twilio.com/docs/voice/twiml/sip); a request to a program should not grow by more than a few times that. */
const MAX_HEADERS = 32;
const MAX_LENGTH = 4096;
/** A token of RFC 3261 that begins with X-. */
const HEADER = /^x-[A-Za-z0-9!%*_+`'~.-]{1,100}$/i;
const CONTROL = /\p{Cc}/u;
const MAX_ADDRESSES = 2048;

/** Throws Conflict for a leg that has hung up, SwitchUnavailable and Timeout. */
export async function inviteOf(context: ControlContext, channel: Channel): Promise<SipInvite> {
  const variables = await variablesOf(context, channel);
  const forwarder = forwarderOf(variables);
  return {
    callId: plain(variables["variable_sip_call_id"], /^[!-~]{1,256}$/),
    domain: plain(variables["variable_sip_req_host"], /^[A-Za-z0-9.:[\]-]{1,253}$/),
    forwardedFrom: forwarder === null ? null : channel.shown(forwarder),
    headers: headersOf(variables, OF_INVITE),
  };
}

/** The `X-` headers of the answer to our INVITE. Throws as `inviteOf`. */
export async function answerHeadersOf(context: ControlContext, channel: Channel): Promise<readonly SipHeader[]> {
  return headersOf(await variablesOf(context, channel), OF_ANSWER);
}

const variablesOf = (context: ControlContext, channel: Channel): Promise<Variables> => dumpOf(nodeOf(context, channel), channel.uuid);

const plain = (value: string | undefined, pattern: RegExp): string | null => (value !== undefined && pattern.test(value) ? value : null);

/** Whole headers alone: what does not fit any more is left out. */
export function headersOf(variables: Variables, prefix: string): readonly SipHeader[] {
  const headers: SipHeader[] = [];
  let length = 0;
  for (const [variable, value] of Object.entries(variables)) {
    const name = variable.startsWith(prefix) ? variable.slice(prefix.length) : "";
    if (!HEADER.test(name) || CONTROL.test(value) || length + name.length + value.length > MAX_LENGTH) continue;
    length += name.length + value.length;
    if (headers.push({ name, value }) === MAX_HEADERS) break;
  }
  return headers;
}

/** The user of the address that has forwarded the call; null: the INVITE names none. FreeSWITCH keeps one Diversion, and all of History-Info (sofia.c, sofia_handle_sip_i_invite). */
export function forwarderOf(variables: Variables): string | null {
  const [, diversion = ""] = Object.entries(variables).find(([name]) => name.toLowerCase() === `${OF_INVITE}diversion`) ?? [];
  const [named] = usersIn(diversion);
  if (named !== undefined) return named;
  // The last address is whom the call is for now (RFC 7044); one that differs from it stands for who has sent it on.
  const users = usersIn(variables["variable_sip_history_info"] ?? "");
  const target = users.at(-1);
  return users.findLast((user) => user !== target) ?? null;
}

/** The users of SIP and telephone addresses. Names in quotes, which may look like one, do not count. */
function usersIn(text: string): readonly string[] {
  const addresses = text.slice(0, MAX_ADDRESSES).replace(/"(?:[^"\\]|\\.)*"/g, "");
  const named = [...addresses.matchAll(/\b(?:sips?:([^@;>?,\s]+)@|tel:([^;>?,\s]+))/gi)].map(([, user, number]) => user ?? number ?? "");
  return named.filter((user) => /^[A-Za-z0-9+*#._~-]{1,64}$/.test(user));
}
