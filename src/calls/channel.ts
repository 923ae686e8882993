import { NO_VARIABLES, type CarriedColumns, type ChannelUuid, type ChannelVariables, type MediaSource } from "../freeswitch/index.js";
import { NO_ATTRIBUTES, type Attributes } from "./attributes.js";
import type { Call, MutableCall } from "./call.js";
import { emptyColumns, type Columns } from "./columns.js";
import { displayName } from "./names.js";
import { numberText } from "./number-text.js";
import type { Quality } from "./quality.js";
import { isEnd } from "./row-facts.js";
import type { LegRole, LegState } from "./types.js";
import type { SupervisionMode } from "../people/index.js";

/** Reads a number as its organization writes it: in E.164, or null when it is no phone number. */
export type ReadNumber = (organizationId: number, written: string) => string | null;

/** A shorter number is an extension. */
const SHORTEST = 7;
const MAX_READINGS = 4;
const E164 = /^\+[1-9][0-9]{6,14}$/;

/** What a supervisor's leg does. */
export interface LegSupervision {
  /** The supervisor's agent id. */
  readonly agentId: string;
  readonly since: Date;
  mode: SupervisionMode;
  /** The leg that is listened to; changes when the call moves to another agent. */
  target: ChannelUuid;
}

/** What a leg copies to a program. */
export interface LegCopy {
  /** The stream's sid. */
  readonly stream: string;
  /** The leg whose audio it is. */
  readonly target: ChannelUuid;
}

/** A live FreeSWITCH leg for all but the registry, the only writer. Its fields go on changing, also after it has left its call. */
export interface Channel extends Readonly<Omit<MutableChannel, "call" | "partner" | "supervision" | "columns" | "recordings" | "merge">> {
  readonly call: Call | null;
  readonly partner: Channel | null;
  readonly supervision: Readonly<LegSupervision> | null;
  readonly columns: Readonly<Columns>;
  readonly recordings: readonly string[];
}

/** The registry's own side of a `Channel`. */
export class MutableChannel {
  readonly uuid: ChannelUuid;
  readonly node: string;
  readonly #read: ReadNumber | undefined;
  readonly columns: Columns = emptyColumns();
  organizationId: number | null = null;
  /** The agent whose phone this is. */
  agentId: string | null = null;
  role: LegRole = "customer";
  /** The role comes from our own state, and later proofs do not change it. */
  roleKept = false;
  /** The presence id of a leg that called FreeSWITCH; "" while it is unproven. */
  provenPresence = "";
  call: MutableCall | null = null;
  partner: MutableChannel | null = null;
  /** It is the second leg of its bridge, which FreeSWITCH has made, or has told by the event of this number and may not have made yet; null: in none, or the first of it. */
  second: number | "made" | null = null;
  /** The other leg of its bridge has hung up, and FreeSWITCH has not told yet that this one has left the bridge: it may go on playing in it. */
  inDeadBridge = false;
  rang = false;
  answered = false;
  parked = false;
  /** Whether its phone wanted to hear anything when it was parked; null: not parked, or not known. */ listens: boolean | null = null;
  /** How often it was parked: a proof waits for the next time. */
  parks = 0;
  /** How many of them were a state of FreeSWITCH's, and not the application. */
  strays = 0;
  /** How many the application made with a limit (`park_timeout`), after which FreeSWITCH ends the leg. */
  limitedParks = 0;
  /** That of its next park, or of the one that lasts; `staying`: the park takes its `park_after_bridge` away, too. Null: none, or none is known. */
  limit: "plain" | "staying" | null = null;
  /** Which of its parks FreeSWITCH ends by itself, in silence: while music plays it does not look at the clock. */
  timedPark = -1;
  /** Which ringing made it (`rungBy`); null: none of this process's. */
  ring: string | null = null;
  hungUp = false;
  muted = false;
  inConference = false;
  /** Its number as a member of its conference; "" when it is in none, and for one that was in it before it was known here. */
  memberId = "";
  /** How often it was muted or unmuted in a conference. */
  mutes = 0;
  /** As a member of its conference it hears music, and the others do not hear it. */
  heldInConference = false;
  /** When the registration of its phone ended; null while it is registered, or never was. */
  lostAt: Date | null = null;
  /** The owner consults this leg, so that its agent does not become the owner. */
  consult = false;
  /** The consulted party waits while the owner talks to the caller. */
  consultHeld = false;
  /** Rung for an operation that has not joined it with anybody yet. */
  unjoined = false;
  /** How often eavesdropping on this leg began: a proof waits for the next time. */
  eavesdrops = 0;
  playing = false;
  /** FreeSWITCH runs `record` on it, or is about to, and would end a leg that is taken out of it (mod_dptools.c, record_function). */
  inRecord = false;
  /** A sound was asked for and has not begun. What stops a leg's sounds does not stop it yet: FreeSWITCH forgets a break when it begins to execute (switch_core_session.c:2953). */
  soundDue = false;
  /** Hears the music with which FreeSWITCH covers the hold by its partner's phone. */
  holdMusic = false;
  /** What the department's callers hear; null: FreeSWITCH's hold music. */
  music: MediaSource | null = null;
  /** A digit is bound for a waiting caller (`CallLegs.bindKey`). */
  keyBound = false;
  /** Application-UUID of the last application that ended. */
  completed = "";
  sipCallId: string | null = null;
  /** "" when its end was not seen: it was missing in FreeSWITCH's table. */
  hangupCause = "";
  /** The SIP status with which its far end refused our call; null: it did not, or that was not seen. */
  refusedWith: number | null = null;
  /** By FreeSWITCH's clock; null while it is up, and when its end was not seen. */
  hungUpAt: Date | null = null;
  /** `number` for people. */ readonly numberText = numberText();
  /** The program that runs this leg; null: none. */
  program: string | null = null;
  /** Its star ends whom it talks to, as its program wishes. */
  hangupOnStar = false;
  /** The program variable as last seen: only a change of it begins a program. */
  programVariable = "";
  /** FreeSWITCH's word for who ended the dialog; "" when FreeSWITCH did. */
  hangupDisposition = "";
  /** The FreeSWITCH process that it lives in; with `uuid` the key of its call detail record. */
  coreUuid = "";
  /** It ended with its FreeSWITCH. */ lost = false;
  /** The dialplan wants its conversations recorded. */ toBeRecorded = false;
  answeredAt: Date | null = null;
  /** The queue variable as last seen: only a change of it queues the call. */
  queueVariable = "";
  /** Those that the operator asks for, as the newest event with variables told. A change of them alone is no change of the call. */
  variables: ChannelVariables = NO_VARIABLES;
  /** Files on FreeSWITCH's disk that it is being recorded to. Bounded by the recordings under way: RECORD_STOP removes one. */
  recordings: string[] = [];
  /** What is said now is not recorded. */
  recordingPaused = false;
  /** The attributes that the dialplan has set on it, as last seen: only a change counts. Null: an earlier process has seen them. */
  dialplanAttributes: Attributes | null = NO_ATTRIBUTES;
  /** The call's attributes as they stand on it; "": none. */
  attributesData = "";
  /** How good the phone behind it says that the connection is; null: it has not said. */
  quality: Quality | null = null;
  /** Of a supervisor's leg alone. */
  supervision: LegSupervision | null = null;
  /** Of a leg alone that copies audio to a program; such a leg is in no list of its call. */
  copy: LegCopy | null = null;
  createdSequence = 0;
  /** Event-Sequence of its newest event: an older snapshot may show an older state. */
  lastSequence = 0;
  /** Exact to the millisecond when its CREATE was seen, otherwise to the second. */
  createdAt = new Date();
  /** The `presence_data` that we last wrote or found; "": unknown. */
  presenceData = "";
  #json: string | null = null;
  /** Undefined: to be read from the columns. */
  #callerName: string | null | undefined;
  #changed = false;
  /** Numbers as its organization reads them. Bounded by `MAX_READINGS`: beyond it all are read again. */
  readonly #readings = new Map<string, string>();
  #readFor: number | null = null;

  /** @param read how its organization writes numbers; without it they are shown as they are */
  constructor(uuid: ChannelUuid, node: string, read?: ReadNumber) {
    this.uuid = uuid;
    this.node = node;
    this.#read = read;
    this.columns.uuid = uuid;
  }

  /** Takes over the columns of an event or a row, except `presence_data`, which is never shown. Returns whether any changed. */
  merge(carried: CarriedColumns): boolean {
    const { columns } = this;
    this.#changed = false;
    // One by one: a loop over the names takes ten times as long, for each event of each call.
    columns.direction = this.#newer(carried.direction, columns.direction);
    columns.created = this.#newer(carried.created, columns.created);
    columns.created_epoch = this.#newer(carried.created_epoch, columns.created_epoch);
    columns.name = this.#newer(carried.name, columns.name);
    columns.state = this.#newer(isEnd(carried.state) ? undefined : carried.state, columns.state);
    columns.cid_name = this.#newer(carried.cid_name, columns.cid_name);
    columns.cid_num = this.#newer(carried.cid_num, columns.cid_num);
    columns.ip_addr = this.#newer(carried.ip_addr, columns.ip_addr);
    // FreeSWITCH's table keeps the inline program of a transfer as the destination (switch_core_sqldb.c, CS_ROUTING); here the dialled number stays.
    if (carried.dialplan !== "inline" || columns.dest === "") columns.dest = this.#newer(carried.dest, columns.dest);
    columns.application = this.#newer(carried.application, columns.application);
    columns.application_data = this.#newer(carried.application_data, columns.application_data);
    columns.dialplan = this.#newer(carried.dialplan, columns.dialplan);
    columns.context = this.#newer(carried.context, columns.context);
    columns.read_codec = this.#newer(carried.read_codec, columns.read_codec);
    columns.read_rate = this.#newer(carried.read_rate, columns.read_rate);
    columns.read_bit_rate = this.#newer(carried.read_bit_rate, columns.read_bit_rate);
    columns.write_codec = this.#newer(carried.write_codec, columns.write_codec);
    columns.write_rate = this.#newer(carried.write_rate, columns.write_rate);
    columns.write_bit_rate = this.#newer(carried.write_bit_rate, columns.write_bit_rate);
    columns.secure = this.#newer(carried.secure, columns.secure);
    columns.hostname = this.#newer(carried.hostname, columns.hostname);
    columns.presence_id = this.#newer(carried.presence_id, columns.presence_id);
    columns.accountcode = this.#newer(carried.accountcode, columns.accountcode);
    columns.callstate = this.#newer(isEnd(carried.callstate) ? undefined : carried.callstate, columns.callstate);
    columns.callee_name = this.#newer(carried.callee_name, columns.callee_name);
    columns.callee_num = this.#newer(carried.callee_num, columns.callee_num);
    columns.callee_direction = this.#newer(carried.callee_direction, columns.callee_direction);
    columns.call_uuid = this.#newer(carried.call_uuid, columns.call_uuid);
    columns.sent_callee_name = this.#newer(carried.sent_callee_name, columns.sent_callee_name);
    columns.sent_callee_num = this.#newer(carried.sent_callee_num, columns.sent_callee_num);
    columns.initial_cid_name = this.#newer(carried.initial_cid_name, columns.initial_cid_name);
    columns.initial_cid_num = this.#newer(carried.initial_cid_num, columns.initial_cid_num);
    columns.initial_ip_addr = this.#newer(carried.initial_ip_addr, columns.initial_ip_addr);
    columns.initial_dest = this.#newer(carried.initial_dest, columns.initial_dest);
    columns.initial_dialplan = this.#newer(carried.initial_dialplan, columns.initial_dialplan);
    columns.initial_context = this.#newer(carried.initial_context, columns.initial_context);
    if (this.#changed) {
      this.#json = null;
      this.#callerName = undefined;
    }
    return this.#changed;
  }

  #newer(carried: string | undefined, known: string): string {
    if (carried === undefined || carried === known) return known;
    this.#changed = true;
    return carried;
  }

  /** The row as JSON text, kept until a column changes. */
  get json(): string {
    return (this.#json ??= JSON.stringify(this.columns));
  }

  /** Whose phone it is, as `extension@domain`; "" unless proven. For a leg that FreeSWITCH calls the dial string is the proof. */
  get presence(): string {
    return this.columns.direction === "inbound" ? this.provenPresence : this.columns.presence_id;
  }

  /** Nobody of the organization: neither an agent nor an extension without an agent. */
  get isOutside(): boolean {
    return this.agentId === null && this.presence === "";
  }

  get heldByPhone(): boolean {
    return this.columns.callstate === "HELD";
  }

  get legState(): LegState {
    if (this.hungUp) return "ended";
    if (!this.answered) return "ringing";
    // FreeSWITCH parks a supervisor's leg between two eavesdrops.
    if (this.supervision !== null) return "active";
    if (this.heldByPhone || this.heldInConference) return "held";
    if (this.program !== null && this.call?.mode == null) return "active";
    if (this.parked) return this.call?.mode === "held" ? "held" : "parked";
    return "active";
  }

  /** The number or extension at the far end of this leg. */
  get number(): string {
    const { direction, cid_num, initial_cid_num, callee_num, initial_dest, dest } = this.columns;
    if (this.agentId !== null || this.role === "agent" || this.role === "supervisor") return this.presence.split("@")[0] ?? "";
    return this.shown(direction === "inbound" ? initial_cid_num || cid_num : initial_dest || dest || callee_num);
  }

  /** Who is at the far end, as that party's phone or trunk says, if it is more than the number; null for who was called. */
  get callerName(): string | null {
    if (this.#callerName === undefined) this.#callerName = this.#readName();
    return this.#callerName;
  }

  #readName(): string | null {
    const { direction, cid_name, initial_cid_name, cid_num, initial_cid_num } = this.columns;
    return direction === "inbound" ? displayName(initial_cid_name || cid_name, initial_cid_num || cid_num) : null;
  }

  /** A phone number in E.164, anything else as it is. */
  shown(written: string): string {
    const organizationId = this.organizationId ?? this.call?.organizationId ?? null;
    if (this.#read === undefined || organizationId === null || written.length < SHORTEST || E164.test(written)) return written;
    if (this.#readFor !== organizationId || this.#readings.size > MAX_READINGS) this.#readings.clear();
    this.#readFor = organizationId;
    const known = this.#readings.get(written);
    if (known !== undefined) return known;
    const number = this.#read(organizationId, written) ?? written;
    this.#readings.set(written, number);
    return number;
  }
}

/** Takes a leg out of its bridge, if it is in one. */
export function unlink(channel: MutableChannel): void {
  for (const leg of [channel, channel.partner]) if (leg !== null) leg.second = null;
  if (channel.partner?.partner === channel) channel.partner.partner = null;
  channel.partner = null;
  channel.inDeadBridge = false;
}
