/** What people do: a customer calls in, a phone dials, somebody hangs up. */
import type { Channel } from "./core/channel.js";
import { refuse } from "./core/far-ends.js";
import type { SwitchCore } from "./core/switch-core.js";
import { partyOf } from "./dial/endpoints.js";

export interface IncomingCall {
  readonly from: string;
  readonly to: string;
  readonly name?: string;
  /** Further headers of the INVITE. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A customer's INVITE arrives at the external profile, context `public`. */
export function callIn(core: SwitchCore, call: IncomingCall): Channel {
  const name = call.name ?? "Customer";
  const channel = core.newChannel({
    direction: "inbound",
    name: `sofia/external/${call.from}@127.0.0.1`,
    sofiaProfile: "external",
    farEnd: { kind: "trunk", party: call.from },
    profile: {
      username: call.from, dialplan: "XML", cidName: name, cidNumber: call.from, originalCidName: name, originalCidNumber: call.from,
      calleeName: "", calleeNumber: "", networkAddr: "127.0.0.1", ani: call.from, destination: call.to, context: "public",
    },
  });
  channel.setVariable("initial_destination", call.to);
  channel.setVariable("endpoint_disposition", "RECEIVED");
  for (const [name, value] of Object.entries(call.headers ?? {})) keepHeader(channel, name, value);
  ringing(core, channel);
  return channel;
}

/** What FreeSWITCH keeps of an INVITE's headers that it does not know (sofia.c, sofia_handle_sip_i_invite). */
function keepHeader(channel: Channel, name: string, value: string): void {
  if (/^history-info$/i.test(name)) channel.setVariable("sip_history_info", value);
  else if (/^(?:[xpk]-|on|diversion$|accept-language$|user-to-user$)/i.test(name)) channel.setVariable(`sip_h_${name}`, value);
}

/** A registered phone's INVITE arrives at the internal profile, context `default`. Throws when the phone does not exist. */
export function dialFrom(core: SwitchCore, extension: string, to: string, domain: string = core.domain): Channel {
  const user = core.directory.find(extension, domain);
  if (user === undefined) throw new Error(`There is no phone ${extension}@${domain}.`);
  const channel = core.newChannel({
    direction: "inbound",
    name: `sofia/internal/${extension}@${domain}`,
    sofiaProfile: "internal",
    farEnd: { kind: "phone", party: partyOf(core, user) },
    profile: {
      username: extension, dialplan: "XML", cidName: `Agent ${extension}`, cidNumber: extension, originalCidName: `Agent ${extension}`, originalCidNumber: extension,
      calleeName: "", calleeNumber: "", networkAddr: "127.0.0.1", ani: extension, destination: to, context: "default",
    },
  });
  for (const [name, value] of [
    ["initial_destination", to],
    ["user_name", extension],
    ["domain_name", domain],
    ["user_context", "default"],
    ["presence_id", `${extension}@${domain}`],
    ["sip_auth_username", extension],
    ["sip_auth_realm", domain],
    ["effective_caller_id_name", `Agent ${extension}`],
    ["effective_caller_id_number", extension],
    ["endpoint_disposition", "RECEIVED"],
  ] as const) {
    channel.setVariable(name, value);
  }
  ringing(core, channel);
  return channel;
}

function ringing(core: SwitchCore, channel: Channel): void {
  channel.emit("CHANNEL_STATE");
  channel.setCodec("PCMU");
  core.run(channel);
}

/** Hangs up every leg of the party; returns how many. */
export function answerParty(core: SwitchCore, party: string): number {
  const ringing = [...core.channels.values()].filter((channel) => channel.farEnd.party === party && channel.direction === "outbound" && channel.up && !channel.answered);
  for (const leg of ringing) leg.answer();
  return ringing.length;
}

export function hangUpParty(core: SwitchCore, party: string): number {
  const legs = [...core.channels.values()].filter((channel) => channel.farEnd.party === party && channel.up);
  for (const leg of legs) hangUpLeg(leg);
  return legs.length;
}

/** What the far end's giving up means: an end, a cancelled call, or a refusal. */
export function hangUpLeg(leg: Channel): void {
  if (leg.answered) {
    leg.setVariable("sip_term_status", "200");
    leg.hangup("NORMAL_CLEARING");
    // As mod_sofia does: the first event of the end goes out without it.
    leg.setVariable("sip_hangup_disposition", "recv_bye");
    return;
  }
  const incoming = leg.direction === "inbound";
  leg.setVariable("sip_hangup_disposition", incoming ? "recv_cancel" : "recv_refuse");
  if (incoming) leg.hangup("ORIGINATOR_CANCEL");
  else refuse(leg);
}

