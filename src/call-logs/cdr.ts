/** FreeSWITCH's call detail record of one channel, as mod_json_cdr writes it (switch_ivr.c, switch_ivr_generate_json_cdr). */
import { z } from "zod";
import { ATTRIBUTE_PREFIX, ATTRIBUTES_VARIABLE, attributesOfVariables, type ChannelState, decodeChannelState, displayName, provenPresence } from "../calls/index.js";
import { isChannelUuid } from "../freeswitch/index.js";

const profile = z.object({
  caller_id_number: z.string().catch(""),
  caller_id_name: z.string().catch(""),
  destination_number: z.string().catch(""),
  originator: z.object({ originator_caller_profiles: z.array(z.object({ uuid: z.string().catch("") })) }).optional(),
});
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "is not a uuid");

const schema = z.object({
  "core-uuid": uuid,
  switchname: z.string().catch(""),
  channel_data: z.object({ direction: z.enum(["inbound", "outbound"]) }),
  variables: z.record(z.string(), z.unknown()),
  callflow: z.array(z.object({ caller_profile: profile })).min(1),
});

export interface Cdr {
  readonly coreUuid: string;
  readonly channelUuid: string;
  readonly switchName: string;
  readonly direction: "inbound" | "outbound";
  /** "" unless FreeSWITCH authenticated it. */
  readonly presenceId: string;
  readonly state: ChannelState | undefined;
  /** Of its call, as they stood on it. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Related channels, the closest first: the one that made it, those it was bridged to. */
  readonly related: readonly string[];
  /** The channel that made this leg; "" for a leg that began a call. */
  readonly originator: string;
  readonly organization: string;
  readonly domain: string;
  readonly queue: string;
  readonly callerNumber: string;
  /** As a leg that came in gave it. */
  readonly callerName: string | null;
  readonly destination: string;
  readonly startedAt: Date;
  readonly answeredAt: Date | null;
  readonly endedAt: Date;
  readonly hangupCause: string;
  /** `recv_bye` and the like when the far end ended it; "" when FreeSWITCH did. */
  readonly hangupDisposition: string;
  readonly sipCallId: string | null;
}

/** Not a call detail record; the message tells the operator why. */
export class CdrError extends Error {
  override readonly name = "CdrError";
}

/** Throws CdrError. */
export function parseCdr(text: string): Cdr {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new CdrError("is no JSON");
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CdrError(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is malformed"}`);
  }
  const { data } = parsed;
  const variable = reader(data.variables);
  const channelUuid = variable("uuid");
  if (!isChannelUuid(channelUuid)) throw new CdrError("variables.uuid: is not a uuid");
  const startedAt = moment(variable("start_uepoch"));
  const endedAt = moment(variable("end_uepoch"));
  if (startedAt === null || endedAt === null) throw new CdrError("variables: start_uepoch or end_uepoch is missing");
  // Newest first: the last one is as the channel began.
  const first = data.callflow.at(-1)?.caller_profile;
  const originator = data.callflow.flatMap(({ caller_profile }) => caller_profile.originator?.originator_caller_profiles ?? []).map((each) => each.uuid).find(isChannelUuid) ?? "";
  const bonds = ["signal_bond", "bridge_uuid", "last_bridge_to", "originating_leg_uuid", "call_uuid"].map(variable);
  return {
    coreUuid: data["core-uuid"],
    channelUuid,
    switchName: data.switchname,
    direction: data.channel_data.direction,
    presenceId: provenPresence({ direction: data.channel_data.direction, presenceId: variable("presence_id"), user: variable("user_name"), domain: variable("domain_name"), from: variable("sip_from_uri") }),
    state: decodeChannelState(variable("presence_data")),
    attributes: attributesOfVariables(variable(ATTRIBUTES_VARIABLE), setByDialplan(data, variable)),
    related: [...new Set([originator, ...bonds])].filter((each) => each !== channelUuid && isChannelUuid(each)),
    originator: originator === channelUuid ? "" : originator,
    organization: variable("callplane_org"),
    domain: variable("domain_name"),
    queue: variable("callplane_queue"),
    callerNumber: first?.caller_id_number ?? "",
    callerName: data.channel_data.direction === "inbound" && first !== undefined ? displayName(first.caller_id_name, first.caller_id_number) : null,
    destination: first?.destination_number ?? "",
    startedAt,
    answeredAt: moment(variable("answer_uepoch")),
    endedAt,
    hangupCause: variable("hangup_cause") || "UNKNOWN",
    hangupDisposition: variable("sip_hangup_disposition"),
    sipCallId: variable("sip_call_id") || null,
  };
}

/** Variables of a leg that Callplane or FreeSWITCH dialled are no dialplan's word about the caller. */
function setByDialplan({ channel_data, variables }: z.output<typeof schema>, variable: (name: string) => string): Readonly<Record<string, string>> {
  if (channel_data.direction !== "inbound") return {};
  const names = Object.keys(variables).filter((name) => name.startsWith(ATTRIBUTE_PREFIX));
  return Object.fromEntries(names.map((name): [string, string] => [name.slice(ATTRIBUTE_PREFIX.length), variable(name)]));
}

/** With `encode-values` (mod_json_cdr's default) every value is percent-encoded, which a channel's name shows: it has slashes. */
function reader(variables: Readonly<Record<string, unknown>>): (name: string) => string {
  const raw = (name: string): string => {
    const value = variables[name];
    return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
  };
  const encoded = /%2F/i.test(raw("channel_name")) && !raw("channel_name").includes("/");
  return (name) => {
    if (!encoded) return raw(name);
    try {
      return decodeURIComponent(raw(name));
    } catch {
      return raw(name);
    }
  };
}

/** Microseconds since the epoch; null for 0, which means never. */
function moment(us: string): Date | null {
  return /^[1-9]\d{6,17}$/.test(us) ? new Date(Number(us) / 1000) : null;
}
