import { CHANNEL_COLUMNS, type ChannelColumn, type ChannelEvent, type ChannelRow, type ChannelUuid } from "../freeswitch/index.js";
import type { Call } from "./call.js";
import type { LegRole, LegState } from "./types.js";
import type { SupervisionMode } from "../people/index.js";

type Columns = Record<ChannelColumn, string>;

function emptyColumns(): Columns {
  // One literal, so that every channel's columns share one hidden class.
  return {
    uuid: "", direction: "", created: "", created_epoch: "", name: "", state: "", cid_name: "", cid_num: "", ip_addr: "", dest: "",
    application: "", application_data: "", dialplan: "", context: "", read_codec: "", read_rate: "", read_bit_rate: "", write_codec: "",
    write_rate: "", write_bit_rate: "", secure: "", hostname: "", presence_id: "", presence_data: "", accountcode: "", callstate: "",
    callee_name: "", callee_num: "", callee_direction: "", call_uuid: "", sent_callee_name: "", sent_callee_num: "",
    initial_cid_name: "", initial_cid_num: "", initial_ip_addr: "", initial_dest: "", initial_dialplan: "", initial_context: "",
  };
}

/** In E.164, or null for what is no phone number of the outside. */
export type ReadNumber = (organizationId: number, written: string) => string | null;

/** What is shorter is an extension. */
const SHORTEST = 7;
const MAX_READINGS = 4;
const E164 = /^\+[1-9][0-9]{6,14}$/;

/** What a supervisor's leg does. */
export interface Watch {
  readonly agentId: string;
  readonly since: Date;
  mode: SupervisionMode;
  /** The leg that is listened to; changes when the call moves to another agent. */
  target: ChannelUuid;
}

/** One live FreeSWITCH leg, kept by the registry from events. Only the registry writes to it. */
export class Channel {
  readonly uuid: ChannelUuid;
  readonly node: string;
  readonly #read: ReadNumber | undefined;
  readonly columns: Columns = emptyColumns();
  organizationId: number | null = null;
  /** The agent whose phone this is. */
  agentId: string | null = null;
  role: LegRole = "customer";
  /** Our own state said the role, which what is proven later does not change. */
  roleKept = false;
  /** Of a leg that called FreeSWITCH: its presence id as far as it is proven. */
  provenPresence = "";
  call: Call | null = null;
  partner: Channel | null = null;
  rang = false;
  answered = false;
  parked = false;
  /** How often it was parked: a proof asks for one more. */
  parks = 0;
  hungUp = false;
  muted = false;
  inConference = false;
  /** The owner consults this leg; it must not make its agent the owner. */
  consult = false;
  /** How often an eavesdropper has begun on this leg: a proof asks for one more. */
  eavesdrops = 0;
  playing = false;
  /** A digit is bound for a waiting caller (control/waiting.ts). */
  keyBound = false;
  /** Application-UUID of what was last executed to its end. */
  completed = "";
  sipCallId: string | null = null;
  hangupCause = "";
  /** Of FreeSWITCH's clock; null while it is up, and when its end was not seen. */
  hungUpAt: Date | null = null;
  /** FreeSWITCH's word for who ended the dialog; "" when that was FreeSWITCH. */
  hangupDisposition = "";
  /** The FreeSWITCH process that it lives in; with `uuid` the key of its call detail record. */
  coreUuid = "";
  /** The dialplan wants its conversations recorded. */
  toBeRecorded = false;
  answeredAt: Date | null = null;
  /** The queue variable as last seen: only a change of it queues the call. */
  queueVariable = "";
  /** Bounded by the recordings of this leg that are under way: RECORD_STOP takes one out. */
  recordings: string[] = [];
  watch: Watch | null = null;
  createdSequence = 0;
  /** Event-Sequence of its newest event; a snapshot that is not past it may show what was before. */
  lastSequence = 0;
  /** To the millisecond when its CREATE was seen, to the second when it was found. */
  createdAt = new Date();
  /** The presence data that we last wrote or found. */
  presenceData = "";
  #json: string | null = null;
  /** As its organization reads them; a leg has two or three numbers. Bounded by `MAX_READINGS`: beyond it all are read anew. */
  readonly #readings = new Map<string, string>();
  #readFor: number | null = null;

  /** `read`: how its organization's people write numbers, undefined where nobody reads them. */
  constructor(uuid: ChannelUuid, node: string, read?: ReadNumber) {
    this.uuid = uuid;
    this.node = node;
    this.#read = read;
    this.columns.uuid = uuid;
  }

  /** Takes the columns that an event or a row carries; `presence_data` is ours alone and never shown. Returns whether any changed. */
  merge(columns: Readonly<Partial<Record<ChannelColumn, string>>>): boolean {
    let changed = false;
    for (const column of CHANNEL_COLUMNS) {
      const value = columns[column];
      if (value === undefined || column === "presence_data" || this.columns[column] === value) continue;
      this.columns[column] = value;
      changed = true;
    }
    if (changed) this.#json = null;
    return changed;
  }

  /** The row as JSON text, kept until a column changes. */
  get json(): string {
    return (this.#json ??= JSON.stringify(this.columns));
  }

  get row(): ChannelRow {
    return this.columns;
  }

  /** Whose phone it is, as `extension@domain`; "" unless proven. A leg that FreeSWITCH calls has it from the dial string alone. */
  get presence(): string {
    return this.columns.direction === "inbound" ? this.provenPresence : this.columns.presence_id;
  }

  get isAgentLeg(): boolean {
    return this.role === "agent";
  }

  /** Nobody of the organization: neither an agent nor an extension that is no agent's. */
  get isOutside(): boolean {
    return this.agentId === null && this.presence === "";
  }

  get heldByPhone(): boolean {
    return this.columns.callstate === "HELD";
  }

  get legState(): LegState {
    if (this.hungUp) return "ended";
    if (!this.answered) return "ringing";
    // Parked is only how FreeSWITCH keeps a supervisor's leg.
    if (this.watch !== null) return "active";
    if (this.heldByPhone) return "held";
    if (this.parked) return this.call?.mode === "held" ? "held" : "parked";
    return "active";
  }

  /** The number or extension at the far end of this leg. */
  get number(): string {
    const { direction, cid_num, initial_cid_num, callee_num, initial_dest, dest } = this.columns;
    if (this.agentId !== null || this.role === "agent" || this.role === "supervisor") return this.presence.split("@")[0] ?? "";
    return this.shown(direction === "inbound" ? initial_cid_num || cid_num : initial_dest || dest || callee_num);
  }

  /** A number as it is shown: in E.164 as far as it is one. */
  shown(written: string): string {
    const organizationId = this.organizationId ?? this.call?.organizationId ?? null;
    // No phone number, or read already: the common cases.
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

/** Whether the event says that the far end has picked up. */
export function saysAnswered(event: ChannelEvent): boolean {
  return event.answeredUs > 0 || event.answerState === "answered" || event.name === "CHANNEL_ANSWER";
}

/** Takes a leg out of its bridge, if it is in one. */
export function unlink(channel: Channel): void {
  if (channel.partner?.partner === channel) channel.partner.partner = null;
  channel.partner = null;
}
