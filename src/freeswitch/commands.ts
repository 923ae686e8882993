/**
 * The one place that builds text for FreeSWITCH, with the parts that it draws in. All inputs are branded types, and the result is checked again, so that no value can end a line,
 * open a variable block or start a second command.
 *
 * A `SwitchCommand.line` has neither `api` nor `bgapi` before it (node.api() and node.bgapi() add it) and no blank line behind it;
 * the commands for node.send() (`execute`, `eavesdropMode`) are whole messages of several lines.
 */
import { isIPv4 } from "node:net";
import { invalid } from "../errors.js";
import type { Application } from "./applications.js";
import { command, message, oneWord } from "./command-text.js";
import { conferenceCommands } from "./conference-commands.js";
import type { CopyingEndpoint, Endpoint } from "./endpoints.js";
import type { HangupCause } from "./hangup-causes.js";
import type { MediaSource, RecordingPath } from "./media.js";
import type { SwitchCommand } from "./types.js";
import { variableName, variableValue } from "./words.js";
import type { Branded, ChannelUuid, DomainName, DtmfDigits, Extension, RegistrationId, SofiaName, VariableName, VariableValue } from "./words.js";

/** What an application may be given; each kind has been checked by its own validator. */
export type ApplicationArgument = VariableValue | ChannelUuid | MediaSource | RecordingPath | Endpoint | DialledLeg;

export interface ApplicationCall {
  readonly app: Application;
  readonly argument?: ApplicationArgument;
}

export interface OriginateOptions {
  /** The uuid that the new channel gets; null: FreeSWITCH's own. With one of ours, one phone alone of a user rings. */
  readonly uuid: ChannelUuid | null;
  readonly endpoint: Endpoint | CopyingEndpoint;
  /** What the channel runs once answered; park by default. */
  readonly application?: ApplicationCall;
  /** What it runs after that, one after the other. */
  readonly then?: readonly ApplicationCall[];
  /** Channel variables, set before the call leaves. Names and values are checked here; an empty value leaves the variable unset. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Seconds that it may ring. */
  readonly timeoutS: number;
}

const MARK_GROUP = "callplane_mark";
/** FreeSWITCH's delimiter of an enterprise originate (switch_types.h), looked for in the whole string, values included. */
const ENTERPRISE = ":_:";
const RESERVED_VARIABLES: ReadonlySet<string> = new Set(["origination_uuid", "originate_timeout", "origination_nested_vars"]);

// A blank would split the command's words; FreeSWITCH reads `\s` as one (switch_utils.c, unescape_char).
const escapeBlanks = (value: string): string => value.replaceAll(" ", "\\s");

/** FreeSWITCH finds the end of the block by counting braces, without regard for quotes or escapes (switch_utils.c, switch_find_end_paren). */
function bracesBalance(value: string): boolean {
  let depth = 0;
  for (const char of value) {
    if (char === "{") depth += 1;
    else if (char === "}" && --depth < 0) return false;
  }
  return depth === 0;
}

function originateVariable(name: string, value: string): string {
  variableName(name, "variable");
  if (RESERVED_VARIABLES.has(name.toLowerCase())) throw invalid(name, "is set by Callplane itself.");
  variableValue(value, name);
  if (!bracesBalance(value) || value.includes(ENTERPRISE)) throw invalid(name, "holds characters that may not reach FreeSWITCH.");
  return `${name}=${escapeBlanks(value).replaceAll(",", "\\,")}`;
}

/** The second leg of a bridge, with a uuid and variables of its own. */
export type DialledLeg = Branded<string, "DialledLeg">;
const isDialledLeg = (value: string): value is DialledLeg => /^\{[^{}()]+\}[^{}()]+$/.test(value);

/**
 * What every leg has that FreeSWITCH calls: a redirect (3xx) is a refusal and not a new destination, past every rule on what may be dialled (sofia.c, sofia_handle_sip_r_invite),
 * and headers of one leg (X-*, Diversion, P-Charge-Info) are not copied to the other (mod_sofia.c, sofia_outgoing_channel).
 */
const CLOSED = ["outbound_redirect_fatal=true", "sip_copy_custom_headers=false"];

/**
 * An endpoint for the application `bridge`, whose leg gets these variables and, where it is given, this uuid. Their values hold no commas, brackets or parentheses,
 * since they pass two levels of unescaping. Throws InvalidParameter.
 */
export function dialledLeg(endpoint: Endpoint, uuid: ChannelUuid | null, variables: Readonly<Record<string, string>> = {}): DialledLeg {
  const block = [...(uuid === null ? [] : [`origination_uuid=${uuid}`]), ...CLOSED, ...Object.entries(variables).map(([name, value]) => originateVariable(name, value))];
  const leg = `{${block.join(",")}}${endpoint}`;
  if (block.some((each) => each.includes("\\,")) || !isDialledLeg(leg)) throw invalid("variables", "hold characters that may not reach FreeSWITCH.");
  return leg;
}

function originateApplication({ app, argument }: ApplicationCall): string {
  const text: string = argument ?? "";
  // FreeSWITCH cuts the argument at the first `)`.
  if (/[()]/.test(text)) throw invalid("argument", "may not hold parentheses here.");
  return `&${app}(${escapeBlanks(text)})`;
}

function inlineApplication({ app, argument }: ApplicationCall, separator = ","): string {
  const text: string = argument ?? "";
  // The inline dialplan splits applications at the separator and has no way to escape one.
  if (text.includes(separator)) throw invalid("argument", `may not hold a ${separator} here.`);
  return `${app}:${escapeBlanks(text)}`;
}

export type BroadcastLeg = "aleg" | "bleg" | "both";
/** `pause` leaves out what is said meanwhile, `mask` makes it silence (switch_ivr_async.c, SMBF_PAUSE and SMBF_MASK). */
export type RecordAction = "start" | "stop" | "pause" | "resume" | "mask" | "unmask";
/** 0 listen, 1 whisper to the eavesdropped leg's partner, 2 whisper to the eavesdropped leg, 3 barge (FREESWITCH.md). */
export type EavesdropDigit = "0" | "1" | "2" | "3";

/** Of a leg's audio; IPv4 alone, since FreeSWITCH makes an IPv4 socket (switch_ivr.c, switch_ivr_activate_unicast). */
export interface UdpAddress {
  readonly host: string;
  readonly port: number;
}

function udp({ host, port }: UdpAddress, which: "local" | "remote"): Record<string, string> {
  if (!isIPv4(host)) throw invalid(`${which}-ip`, "is not an IPv4 address.");
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid(`${which}-port`, "is not a port.");
  return { [`${which}-ip`]: host, [`${which}-port`]: String(port) };
}

/** For node.api(), unless a line says otherwise. Each throws InvalidParameter for what may not reach FreeSWITCH. */
export const commands = {
  showChannels: (): SwitchCommand => command("show", "channels", "as", "json"),
  showRegistrations: (): SwitchCommand => command("show", "registrations", "as", "json"),
  version: (): SwitchCommand => command("version"),
  /** Replies with the value, empty when unset. */
  globalVariable: (name: VariableName): SwitchCommand => command("global_getvar", name),
  /** Replies `true` or `false`. */
  moduleExists: (name: VariableName): SwitchCommand => command("module_exists", name),
  showCodecs: (): SwitchCommand => command("show", "codec", "as", "json"),
  /** Replies with a table for people, profiles and gateways. */
  sofiaStatus: (): SwitchCommand => command("sofia", "status"),
  /** Replies with a table of names and values, `Invalid Profile!` for an unknown one. */
  sofiaProfile: (profile: SofiaName): SwitchCommand => command("sofia", "status", "profile", profile),
  /** Replies with a table of names and values, `Invalid Gateway!` for an unknown one. */
  sofiaGateway: (gateway: SofiaName): SwitchCommand => command("sofia", "status", "gateway", gateway),
  /** Replies with the element of a module's configuration as FreeSWITCH has read it, preprocessed; passwords included. */
  xmlConfiguration: (name: "acl.conf" | "conference.conf" | "event_socket.conf" | "sofia.conf"): SwitchCommand => command("xml_locate", "configuration", "configuration", "name", name),
  /** Replies with all of FreeSWITCH's own files as one document, without what a binding such as mod_xml_curl would give; passwords included. */
  xmlRoot: (): SwitchCommand => command("xml_locate", "root"),
  /** Reads FreeSWITCH's own files again. */
  reloadXml: (): SwitchCommand => command("reloadxml"),
  /** Reads acl.conf again, and asks the directory for the networks of its domains. */
  reloadAcl: (): SwitchCommand => command("reloadacl"),
  /** Adds gateways that are new; leaves those that are there as they are. */
  rescanProfile: (profile: SofiaName): SwitchCommand => command("sofia", "profile", profile, "rescan"),
  /** Ends the registrations of a user's phones. */
  flushRegistrations: (profile: SofiaName, user: Extension, domain: DomainName): SwitchCommand => command("sofia", "profile", profile, "flush_inbound_reg", `${user}@${domain}`),
  /** Ends one registration. FreeSWITCH takes the word for a `user@host` or a host too (sofia_reg.c, sofia_reg_expire_call_id), so it must be neither of ours. */
  flushRegistration: (profile: SofiaName, callId: RegistrationId): SwitchCommand => command("sofia", "profile", profile, "flush_inbound_reg", callId),
  removeGateway: (profile: SofiaName, gateway: SofiaName): SwitchCommand => command("sofia", "profile", profile, "killgw", gateway),
  /** Replies `true` or `false`, from the directory. */
  domainExists: (domain: DomainName): SwitchCommand => command("domain_exists", domain),

  /** Replies `+OK` for an unknown uuid too: confirm by CHANNEL_HOLD. The music is heard by the channel's partner. */
  hold: (uuid: ChannelUuid): SwitchCommand => command("uuid_hold", uuid),
  unhold: (uuid: ChannelUuid): SwitchCommand => command("uuid_hold", "off", uuid),
  /** Leaves the dialplan for these applications; with `both`, the bridged partner does the same. */
  transferInline: (uuid: ChannelUuid, applications: readonly ApplicationCall[], options: { readonly both?: boolean } = {}): SwitchCommand => {
    if (applications.length === 0) throw invalid("applications", "is empty.");
    const program = applications.map((each) => inlineApplication(each)).join(",");
    return command("uuid_transfer", uuid, ...(options.both === true ? ["-both"] : []), program, "inline");
  },
  bridge: (a: ChannelUuid, b: ChannelUuid): SwitchCommand => command("uuid_bridge", a, b),
  /**
   * FreeSWITCH itself does this in so many seconds, whether or not anybody is connected then, unless the group is called off before (mod_commands.c, sched_api_function).
   * The group is a name of our own: those of a channel's uuid end with the channel, and hold tasks of FreeSWITCH's own.
   */
  later: (group: VariableName, seconds: number, { line }: SwitchCommand): SwitchCommand => {
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > 1_000_000) throw invalid("seconds", "is not a number of seconds from 1 to 1000000.");
    return command("sched_api", `+${seconds}`, group, line);
  },
  callOffLater: (group: VariableName): SwitchCommand => command("sched_del", group),
  kill: (uuid: ChannelUuid, cause: HangupCause): SwitchCommand => command("uuid_kill", uuid, cause),
  /**
   * Asks the phone at the other end of a leg that rings to answer: a NOTIFY with the event `talk` (mod_sofia.c, SWITCH_MESSAGE_INDICATE_PHONE_EVENT). Replies `+OK` whatever the
   * phone makes of it: confirm by CHANNEL_ANSWER.
   */
  askToAnswer: (uuid: ChannelUuid): SwitchCommand => command("uuid_phone_event", uuid, "talk"),
  ...conferenceCommands,
  /** An empty value unsets the variable. `presence_data` shows in the row only after an execute on the channel (FREESWITCH.md). */
  setVariable: (uuid: ChannelUuid, name: VariableName, value: VariableValue): SwitchCommand => command("uuid_setvar", uuid, name, value),
  /** Replies with the bare value, `_undef_` when unset. */
  getVariable: (uuid: ChannelUuid, name: VariableName): SwitchCommand => command("uuid_getvar", uuid, name),
  /** Replies `true` or `false`. */
  exists: (uuid: ChannelUuid): SwitchCommand => command("uuid_exists", uuid),
  /** Replies with all headers and variables as JSON. */
  dump: (uuid: ChannelUuid): SwitchCommand => command("uuid_dump", uuid, "json"),

  broadcast: (uuid: ChannelUuid, source: MediaSource, leg: BroadcastLeg): SwitchCommand => command("uuid_broadcast", uuid, source, leg),
  /** Ends what plays and flushes what is queued. */
  breakAll: (uuid: ChannelUuid): SwitchCommand => command("uuid_break", uuid, "all"),
  sendDtmf: (uuid: ChannelUuid, digits: DtmfDigits): SwitchCommand => command("uuid_send_dtmf", uuid, digits),
  /**
   * Replaces what is read from this leg by zeros, so that everybody else hears silence from it
   * (switch_ivr_async.c, session_audio_callback: a level above 1 would be comfort noise).
   */
  mute: (uuid: ChannelUuid, on: boolean): SwitchCommand =>
    on ? command("uuid_audio", uuid, "start", "read", "mute", "-4") : command("uuid_audio", uuid, "stop"),
  /** Replies `+OK` for a path that cannot be written too: confirm by RECORD_START. */
  record: (uuid: ChannelUuid, action: RecordAction, path: RecordingPath): SwitchCommand => command("uuid_record", uuid, action, path),

  /** For node.bgapi(): the job ends when the channel is answered or failed. */
  originate: ({ uuid, endpoint, application = { app: "park" }, then = [], variables = {}, timeoutS }: OriginateOptions): SwitchCommand => {
    if (!Number.isInteger(timeoutS) || timeoutS < 1 || timeoutS > 3600) throw invalid("timeoutS", "is not a number of seconds from 1 to 3600.");
    const block = [
      ...(uuid === null ? [] : [`origination_uuid=${uuid}`]),
      `originate_timeout=${timeoutS}`,
      ...CLOSED,
      ...Object.entries(variables)
        .filter(([, value]) => value !== "")
        .map(([name, value]) => originateVariable(name, value)),
    ].join(",");
    if (then.length === 0) return command("originate", `{${block}}${endpoint}`, originateApplication(application));
    return command("originate", `{${block}}${endpoint}`, `m:^:${[application, ...then].map((each) => inlineApplication(each, "^")).join("^")}`, "inline");
  },
  /** Replies `true` or `false`, from the directory. */
  userExists: (user: Extension, domain: DomainName): SwitchCommand => command("user_exists", "id", user, domain),
  /** Replies with the registered contacts, `error/user_not_registered` when there is none. */
  contact: (user: Extension, domain: DomainName): SwitchCommand => command("sofia_contact", `*/${user}@${domain}`),

  /** For node.send(): runs an application; CHANNEL_EXECUTE_COMPLETE carries `eventUuid` as Application-UUID. */
  execute: (uuid: ChannelUuid, app: Application, argument: ApplicationArgument | null, eventUuid: ChannelUuid): SwitchCommand =>
    message("execute", `sendmsg ${uuid}`, {
      "call-command": "execute",
      "execute-app-name": app,
      ...(argument === null || argument === "" ? {} : { "execute-app-arg": argument }),
      "Event-UUID": eventUuid,
      async: "true",
    }),
  /**
   * For node.send(): records what the far end says, until `limitS` seconds are over, it has been quieter than `threshold` for `silenceS` seconds (0: no matter how quiet), or
   * uuid_break. A path that cannot be written ends the call (mod_dptools.c, record_function).
   */
  recordVoice: (uuid: ChannelUuid, path: RecordingPath, { limitS, threshold, silenceS }: { readonly limitS: number; readonly threshold: number; readonly silenceS: number }, eventUuid: ChannelUuid): SwitchCommand => {
    if (![limitS, threshold, silenceS].every((value) => Number.isInteger(value) && value >= 0 && value <= 100_000)) throw invalid("limits", "are not whole numbers.");
    return message("record", `sendmsg ${uuid}`, {
      "call-command": "execute",
      "execute-app-name": "record",
      "execute-app-arg": [oneWord(path), limitS, ...(silenceS === 0 ? [] : [threshold, silenceS])].join(" "),
      "Event-UUID": eventUuid,
      async: "true",
    });
  },
  /**
   * For node.send(): while the channel lives, this keypad digit makes it run `set` with the value, at once and whatever plays (mod_dptools,
   * digit_action_callback: `exec[i]` executes in the session's own thread). CHANNEL_EXECUTE_COMPLETE of that `set` is how the digit is told.
   */
  bindDigit: (uuid: ChannelUuid, digit: DtmfDigits, name: VariableName, value: VariableValue, eventUuid: ChannelUuid): SwitchCommand => {
    if (digit.length !== 1 || value.includes(",")) throw invalid("digit", "is not one keypad digit.");
    return message("bind_digit_action", `sendmsg ${uuid}`, {
      "call-command": "execute",
      "execute-app-name": "bind_digit_action",
      "execute-app-arg": `callplane,${digit},exec[i]:set,${name}=${value}`,
      "Event-UUID": eventUuid,
      async: "true",
    });
  },
  /** For node.send(): takes all bound digits off the channel, so that they reach whom it talks to. */
  clearDigits: (uuid: ChannelUuid, eventUuid: ChannelUuid): SwitchCommand =>
    message("clear_digit_action", `sendmsg ${uuid}`, { "call-command": "execute", "execute-app-name": "clear_digit_action", "execute-app-arg": "callplane", "Event-UUID": eventUuid, async: "true" }),
  /**
   * For node.send(): the audio of a parked leg goes to `remote`, and what comes from there is played, as linear PCM at the rate of the leg's codec, one datagram a packet.
   * FreeSWITCH binds `local`. It answers `+OK` whatever becomes of it: the first datagram is the proof. It ends when the leg plays, is bridged or is parked
   * anew, and a second one on the same park does nothing (switch_ivr.c, switch_ivr_park keeps the first connection).
   */
  unicast: (uuid: ChannelUuid, local: UdpAddress, remote: UdpAddress): SwitchCommand =>
    message("unicast", `sendmsg ${uuid}`, { "call-command": "unicast", ...udp(local, "local"), ...udp(remote, "remote"), transport: "udp" }),
  /** For node.send(): switches a live eavesdropping leg, which must run with `eavesdrop_enable_dtmf=false`. */
  eavesdropMode: (uuid: ChannelUuid, digit: EavesdropDigit): SwitchCommand =>
    message("eavesdrop_mode", "sendevent COMMAND", { "unique-id": uuid, "eavesdrop-command": digit }),
  showTasks: (): SwitchCommand => command("show", "tasks", "as", "json"),
  /**
   * For node.send(): a row of the table of tasks, of which FreeSWITCH carries nothing out. Its words let it come to stand there after all that has happened to channels
   * before: a statement with them takes the queue of those statements (switch_core_sqldb.c, core_event_handler).
   */
  markTables: (id: number): SwitchCommand => message("mark_tables", "sendevent ADD_SCHEDULE", { "task-id": String(id), "task-desc": "Callplane waits for: update channels", "task-group": MARK_GROUP, "task-runtime": "0" }),
  unmarkTables: (id: number): SwitchCommand => message("unmark_tables", "sendevent DEL_SCHEDULE", { "task-id": String(id) }),
};
