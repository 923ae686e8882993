/** The door of the freeswitch room: what other rooms see of the event socket. */
import type { ChannelVariables } from "./channel-variables.js";
import type { NodeAddress } from "./session.js";
import type { ChannelUuid } from "./words.js";

/** A row of `show channels as json`, the columns of FreeSWITCH 1.10 in its order (`seeds/003_0cbea820782a669e.txt`'s row fields, and `accountcode`). */
export const CHANNEL_COLUMNS = [
  "uuid", "direction", "created", "created_epoch", "name", "state", "cid_name", "cid_num", "ip_addr", "dest",
  "application", "application_data", "dialplan", "context", "read_codec", "read_rate", "read_bit_rate", "write_codec",
  "write_rate", "write_bit_rate", "secure", "hostname", "presence_id", "presence_data", "accountcode", "callstate",
  "callee_name", "callee_num", "callee_direction", "call_uuid", "sent_callee_name", "sent_callee_num",
  "initial_cid_name", "initial_cid_num", "initial_ip_addr", "initial_dest", "initial_dialplan", "initial_context",
] as const;
export type ChannelColumn = (typeof CHANNEL_COLUMNS)[number];
export type ChannelRow = Readonly<Record<ChannelColumn, string>>;

/** Those columns that an event carries; the others are undefined. */
export type CarriedColumns = { readonly [column in ChannelColumn]?: string | undefined };

/** The channel events that are subscribed; each is an event name of FreeSWITCH's core. */
export const CHANNEL_EVENT_NAMES = [
  "CHANNEL_CREATE", "CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE",
  "CHANNEL_HOLD", "CHANNEL_UNHOLD", "CHANNEL_PARK", "CHANNEL_UNPARK", "CHANNEL_EXECUTE", "CHANNEL_EXECUTE_COMPLETE",
  "CHANNEL_CALLSTATE", "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY", "CALL_UPDATE",
  "MEDIA_BUG_START", "MEDIA_BUG_STOP", "RECORD_START", "RECORD_STOP", "PLAYBACK_START", "PLAYBACK_STOP", "DTMF",
] as const;
export type ChannelEventName = (typeof CHANNEL_EVENT_NAMES)[number];

/**
 * One channel event, decoded once from the wire. Strings are fresh copies (never slices of the frame), "" where the header is absent:
 * one shape for every event keeps the registry's intake monomorphic.
 */
export interface ChannelEvent {
  readonly kind: "channel";
  readonly name: ChannelEventName;
  /** Unique-ID. */
  readonly uuid: ChannelUuid;
  readonly coreUuid: string;
  readonly sequence: number;
  /** Event-Date-Timestamp, microseconds since the epoch. */
  readonly timestampUs: number;
  /** The row columns that this event carries, by column (Channel-State → state, Caller-Caller-ID-Number → cid_num, …). `application` and `application_data` only from CHANNEL_EXECUTE. */
  readonly row: CarriedColumns;
  readonly answerState: string;
  readonly otherLeg: string;
  /** Other-Type: `originator` on a B leg's events, `originatee` on an A leg's. */
  readonly otherType: string;
  readonly bridgeA: string;
  readonly bridgeB: string;
  readonly hangupCause: string;
  readonly application: string;
  readonly applicationData: string;
  readonly applicationUuid: string;
  readonly applicationResponse: string;
  /** Media-Bug-Function: `eavesdrop`, `audio` (mute), `session_record`. */
  readonly mediaBug: string;
  /** DTMF-Digit, and DTMF-Duration in units of 1/8 ms. */
  readonly digit: string;
  readonly digitDuration: number;
  /** Record-File-Path. */
  readonly recordPath: string;
  /** Channel variables that Callplane reads, "" where unset. */
  readonly orgVariable: string; // callplane_org
  readonly queueVariable: string; // callplane_queue
  readonly attributesVariable: string; // callplane_attributes
  /** What a dialplan has set as `callplane_attr_<name>`, by name; null: nothing. */
  readonly attributes: Readonly<Record<string, string>> | null;
  readonly priorityVariable: string; // callplane_priority
  /** The program that runs the channel once it is parked, set by the dialplan. */
  readonly programVariable: string; // callplane_program
  /** For the next park: `<seconds>[:<cause>]`. */
  readonly parkLimit: string; // park_timeout
  /** `true`: parked, and not ended, when the other leg of its bridge ends. */
  readonly stayVariable: string; // park_after_bridge
  /** Whether the far end wants to hear anything, as its last session description says. Null where that is not told, and of all events but CHANNEL_PARK. */
  readonly listens: boolean | null; // switch_r_sdp
  readonly domainVariable: string; // domain_name
  readonly userVariable: string; // user_name
  readonly fromVariable: string; // sip_from_uri
  readonly sipCallId: string; // sip_call_id
  /** Who ended the dialog: `recv_bye`, `recv_cancel`, … when the far end did (sofia.c); "" when FreeSWITCH did, or before the end. */
  readonly hangupDisposition: string; // sip_hangup_disposition
  /** The SIP status with which the far end refused the call (sofia.c, sofia_handle_sip_i_bye); 200 for its BYE; 0 when FreeSWITCH ended it, or before the end. */
  readonly sipStatus: number; // sip_term_status
  /** `true`: whatever is said on this channel's call is recorded (set by the dialplan of its line). */
  readonly recordedVariable: string; // callplane_recorded
  /**
   * All variables that the operator asks for (`NodesOptions.variables`). Null when none is, and for an event without variables: as FreeSWITCH is configured by default
   * these are CHANNEL_CALLSTATE and DTMF of those subscribed here (switch_channel.c, switch_channel_event_set_extended_data).
   */
  readonly asked: ChannelVariables | null;
  /** Caller-Channel-Answered-Time, microseconds, 0 while unanswered. */
  readonly answeredUs: number;
  /** Caller-Channel-Hangup-Time, microseconds, 0 before the end. */
  readonly hangupUs: number;
}

export interface ConferenceEvent {
  readonly kind: "conference";
  /** Action of conference::maintenance: add-member, del-member, hold-member, unhold-member, conference-create, conference-destroy, play-file-done, play-file-member-done, stop-recording, start-talking, stop-talking, …; others are not delivered. */
  readonly action: string;
  readonly conference: string;
  /** Unique-ID of the member, "" for events of the whole conference. */
  readonly uuid: string;
  readonly memberId: string;
  /** What has been played, or recorded into, as the command named it; "" for events of nothing such. */
  readonly file: string;
  readonly coreUuid: string;
  readonly sequence: number;
  readonly timestampUs: number;
}

export interface RegistrationEvent {
  readonly kind: "registration";
  readonly action: "register" | "unregister" | "expire";
  readonly user: string;
  readonly domain: string;
  readonly contact: string;
  readonly networkIp: string;
  readonly networkPort: string;
  readonly userAgent: string;
  /** Seconds until it expires, 0 when unknown. */
  readonly expiresS: number;
  readonly callId: string;
  /** The directory user's variable `registration_metadata`, "" when there is none (sofia_reg.c). */
  readonly metadata: string;
  readonly sequence: number;
  readonly timestampUs: number;
}

/** A phone was refused for good: a wrong password or an unknown user (`sofia::register_failure`, sofia_reg.c). */
export interface RegistrationFailureEvent {
  readonly kind: "registration-failure";
  /** What it wanted. */
  readonly method: "REGISTER" | "INVITE";
  /** Its address of record, as it wrote it. */
  readonly user: string;
  readonly domain: string;
  readonly networkIp: string;
  readonly networkPort: string;
  readonly userAgent: string;
  readonly timestampUs: number;
}

export interface SwitchShutdownEvent {
  readonly kind: "shutdown";
  readonly coreUuid: string;
}

/** HEARTBEAT: FreeSWITCH lives, be there calls or not (every 20 s by default). */
export interface SwitchHeartbeatEvent {
  readonly kind: "heartbeat";
  readonly coreUuid: string;
  readonly timestampUs: number;
}

/** What a node passes on; BACKGROUND_JOB is the node's own business. */
export type SwitchEvent = ChannelEvent | ConferenceEvent | RegistrationEvent | RegistrationFailureEvent | SwitchShutdownEvent | SwitchHeartbeatEvent;

/** A row of `show registrations as json`. */
export interface RegistrationRow {
  readonly reg_user: string;
  readonly realm: string;
  readonly token: string;
  readonly url: string;
  readonly expires: string;
  readonly network_ip: string;
  readonly network_port: string;
  readonly network_proto: string;
  readonly hostname: string;
  /** The directory user's variable `registration_metadata` at the time, "" when there was none. */
  readonly metadata: string;
}

/** What a node tells; implemented by the registry's feed in the composition root. Handlers must not throw; a node contains and logs it if they do. */
export interface SwitchSink {
  event(node: string, event: SwitchEvent): void;
  /** The whole truth of a node, after (re)connect and every drift check: channels not in it are gone. `coreUuid` differs from the last one after a restart of FreeSWITCH. */
  snapshot(node: string, snapshot: SwitchSnapshot): void;
  status(node: string, status: NodeStatus): void;
  /** It is followed no more: what it told is to be forgotten, and its calls, which go on, have not ended. Nothing is told of it afterwards, unless it is added again. */
  removed(node: string): void;
}

export interface SwitchSnapshot {
  readonly coreUuid: string;
  readonly channels: readonly ChannelRow[];
  readonly registrations: readonly RegistrationRow[];
  /**
   * Rows show the effect of every event up to this Event-Sequence, and perhaps of later ones; 0 when none is sure. FreeSWITCH writes rows up to 0.2 s
   * after the event, so this is the sequence of a second before the question: a channel created later may be missing here, and a column changed later may be old.
   * Rows of channels whose CHANNEL_DESTROY has been seen are left out.
   */
  readonly afterSequence: number;
  readonly reason: "connect" | "drift";
}

export type NodeState = "connecting" | "reconciling" | "ready" | "down" | "unusable" | "closed";

export interface NodeStatus {
  readonly name: string;
  readonly state: NodeState;
  /** Why it is down or unusable, in words for an operator, without secrets. */
  readonly error: string | null;
  readonly since: Date;
  /** Grows by one with each connection. */
  readonly epoch: number;
  /** FreeSWITCH's version line, "" until known. */
  readonly version: string;
  /** Names the process that it was connected to last, from its start to its end; "" until known. */
  readonly coreUuid: string;
  /** True while reads may be behind: not ready, or reconciling. */
  readonly stale: boolean;
  /** FreeSWITCH's own global variable `hold_music`, "" when unset. */
  readonly holdMusic: string;
}

/** A command that only the builder (commands.ts) makes. `kind` names it for metrics: `uuid_hold`, `originate`, … */
export interface SwitchCommand {
  readonly kind: string;
  readonly line: string;
}

export interface CommandOptions {
  /** Milliseconds; default 3000 for api, 30000 for bgapi. Timeout is thrown after it, and a late reply is dropped. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Thrown when FreeSWITCH answers `-ERR …` or `-USAGE …`. `reply` is the line without its newline, `cause` the word behind -ERR when it is one (USER_BUSY). */
export interface CommandRefusedShape {
  readonly reply: string;
  readonly causeWord: string;
}

/** One FreeSWITCH server. All methods throw CallplaneError SwitchUnavailable when it is not ready, Timeout past the limit; CommandRefused on -ERR / -USAGE. */
export interface SwitchNode {
  readonly name: string;
  status(): NodeStatus;
  /** `api …` on the command socket; resolves to the body. */
  api(command: SwitchCommand, options?: CommandOptions): Promise<string>;
  /** `bgapi …`, matched by Job-UUID; resolves to the body of BACKGROUND_JOB. */
  bgapi(command: SwitchCommand, options?: CommandOptions): Promise<string>;
  /** `sendmsg` / `sendevent` (whole multi-line text from the builder); resolves to Reply-Text. */
  send(command: SwitchCommand, options?: CommandOptions): Promise<string>;
  /** Asks for `show channels` now and feeds the sink a snapshot. */
  reconcile(): Promise<void>;
  /** Idempotent; rejects everything pending with SwitchUnavailable. */
  close(): Promise<void>;
}

export interface SwitchNodes {
  /** Throws SwitchUnavailable for an unknown name. */
  get(name: string): SwitchNode;
  all(): readonly SwitchNode[];
  /** Whether it is connected and its calls and registrations are known; false for an unknown name. */
  isReady(name: string): boolean;
  /** Begins to follow a node. Throws TypeError for the name of one that is followed already. */
  add(address: NodeAddress): SwitchNode;
  /** Follows it no more: commands are refused with SwitchUnavailable from now on. Resolves when its sockets are closed; for an unknown name at once. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}
