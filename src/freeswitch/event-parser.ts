/** Typed events straight from the bytes of `text/event-plain` frames. */
import { EventScanner, type WantedHeader } from "./event-scanner.js";
import { CHANNEL_EVENT_NAMES } from "./types.js";
import type { ChannelColumn, ChannelEvent, ChannelEventName, ConferenceEvent, RegistrationEvent, RegistrationFailureEvent, SwitchEvent } from "./types.js";
import { isChannelUuid } from "./words.js";

/** What arrives on the event socket: what a node passes on, and what is its own business. */
export type ParsedEvent =
  | SwitchEvent
  | { readonly kind: "job"; readonly jobUuid: string; readonly body: string };

/** What is common to all events, for the node's own bookkeeping. */
export interface EventOrigin {
  readonly name: string;
  readonly coreUuid: string;
  readonly sequence: number;
  /** Microseconds since the epoch. */
  readonly timestampUs: number;
}

/** Row columns that any channel event carries (as switch_core_sqldb.c fills them). */
const ROW_HEADERS: Readonly<Partial<Record<ChannelColumn, WantedHeader>>> = {
  direction: "Call-Direction",
  name: "Channel-Name",
  state: "Channel-State",
  cid_name: "Caller-Caller-ID-Name",
  cid_num: "Caller-Caller-ID-Number",
  ip_addr: "Caller-Network-Addr",
  dest: "Caller-Destination-Number",
  dialplan: "Caller-Dialplan",
  context: "Caller-Context",
  read_codec: "Channel-Read-Codec-Name",
  read_rate: "Channel-Read-Codec-Rate",
  read_bit_rate: "Channel-Read-Codec-Bit-Rate",
  write_codec: "Channel-Write-Codec-Name",
  write_rate: "Channel-Write-Codec-Rate",
  write_bit_rate: "Channel-Write-Codec-Bit-Rate",
  presence_id: "Channel-Presence-ID",
  presence_data: "Channel-Presence-Data",
  accountcode: "variable_accountcode",
  callstate: "Channel-Call-State",
  callee_name: "Caller-Callee-ID-Name",
  callee_num: "Caller-Callee-ID-Number",
  call_uuid: "Channel-Call-UUID",
};

/** Columns that one event alone sets. */
const CREATE_HEADERS: Readonly<Partial<Record<ChannelColumn, WantedHeader>>> = {
  created: "Event-Date-Local",
  hostname: "FreeSWITCH-Switchname",
  initial_cid_name: "Caller-Caller-ID-Name",
  initial_cid_num: "Caller-Caller-ID-Number",
  initial_ip_addr: "Caller-Network-Addr",
  initial_dest: "Caller-Destination-Number",
  initial_dialplan: "Caller-Dialplan",
  initial_context: "Caller-Context",
};
const UPDATE_HEADERS: Readonly<Partial<Record<ChannelColumn, WantedHeader>>> = {
  callee_direction: "Direction",
  sent_callee_name: "Sent-Callee-ID-Name",
  sent_callee_num: "Sent-Callee-ID-Number",
};
const EXECUTE_HEADERS: Readonly<Partial<Record<ChannelColumn, WantedHeader>>> = {
  application: "Application",
  application_data: "Application-Data",
};

const CONFERENCE_ACTIONS: ReadonlySet<string> = new Set([
  "add-member", "del-member", "mute-member", "unmute-member", "conference-create", "conference-destroy",
]);

interface ColumnSource {
  readonly column: ChannelColumn;
  readonly id: number;
}

/** Not reentrant: one parser for one socket. */
export class EventParser {
  readonly #scanner = new EventScanner();
  readonly #channelNames: ReadonlyMap<string, ChannelEventName> = new Map(CHANNEL_EVENT_NAMES.map((name) => [name, name]));
  readonly #row = this.#sources(ROW_HEADERS);
  readonly #create = this.#sources(CREATE_HEADERS);
  readonly #update = this.#sources(UPDATE_HEADERS);
  readonly #execute = this.#sources(EXECUTE_HEADERS);
  readonly #id = this.#ids();

  /**
   * Reads one body. Null for events that Callplane has no use for. `seen` is told of every event, also of those.
   * Never throws: an event without what it must have is null.
   */
  parse(body: Buffer, seen?: (origin: EventOrigin) => void): ParsedEvent | null {
    const scanner = this.#scanner;
    scanner.scan(body);
    const name = scanner.text(this.#id.name);
    const origin: EventOrigin = {
      name,
      coreUuid: scanner.text(this.#id.coreUuid),
      sequence: scanner.number(this.#id.sequence),
      timestampUs: scanner.number(this.#id.timestamp),
    };
    seen?.(origin);
    const channelName = this.#channelNames.get(name);
    const event = channelName === undefined ? this.#other(name, origin) : this.#channel(channelName, origin);
    scanner.release();
    return event;
  }

  #other(name: string, { coreUuid, sequence, timestampUs }: EventOrigin): ParsedEvent | null {
    switch (name) {
      case "CUSTOM":
        return this.#custom(coreUuid, sequence, timestampUs);
      case "BACKGROUND_JOB":
        return { kind: "job", jobUuid: this.#scanner.text(this.#id.jobUuid), body: this.#scanner.body() };
      case "HEARTBEAT":
        return { kind: "heartbeat", coreUuid, timestampUs };
      case "SHUTDOWN":
        return { kind: "shutdown", coreUuid };
      default:
        return null;
    }
  }

  #channel(name: ChannelEventName, { coreUuid, sequence, timestampUs }: EventOrigin): ChannelEvent | null {
    const scanner = this.#scanner;
    const id = this.#id;
    const uuid = scanner.text(id.uuid);
    if (!isChannelUuid(uuid)) return null;
    const row: Partial<Record<ChannelColumn, string>> = { uuid };
    this.#fill(row, this.#row);
    if (name === "CHANNEL_CREATE") {
      this.#fill(row, this.#create);
      const createdUs = scanner.number(id.created) || timestampUs;
      row.created_epoch = String(Math.trunc(createdUs / 1_000_000));
    } else if (name === "CALL_UPDATE") {
      this.#fill(row, this.#update);
    } else if (name === "CHANNEL_EXECUTE") {
      // An application without data has no such header, and must not keep the data of the one before.
      row.application_data = "";
      this.#fill(row, this.#execute);
    }
    return {
      kind: "channel",
      name,
      uuid,
      coreUuid,
      sequence,
      timestampUs,
      row,
      answerState: scanner.text(id.answerState),
      otherLeg: scanner.text(id.otherLeg),
      otherType: scanner.text(id.otherType),
      bridgeA: scanner.text(id.bridgeA),
      bridgeB: scanner.text(id.bridgeB),
      hangupCause: scanner.text(id.hangupCause),
      application: scanner.text(id.application),
      applicationData: scanner.text(id.applicationData),
      applicationUuid: scanner.text(id.applicationUuid),
      applicationResponse: scanner.text(id.applicationResponse),
      mediaBug: scanner.text(id.mediaBug),
      digit: scanner.text(id.digit),
      digitDuration: scanner.number(id.digitDuration),
      recordPath: scanner.text(id.recordPath),
      orgVariable: scanner.text(id.orgVariable),
      queueVariable: scanner.text(id.queueVariable),
      priorityVariable: scanner.text(id.priorityVariable),
      domainVariable: scanner.text(id.domainVariable),
      userVariable: scanner.text(id.userVariable),
      fromVariable: scanner.text(id.fromVariable),
      sipCallId: scanner.text(id.sipCallId),
      hangupDisposition: scanner.text(id.hangupDisposition),
      recordedVariable: scanner.text(id.recordedVariable),
      answeredUs: scanner.number(id.answered),
      hangupUs: scanner.number(id.hangup),
    };
  }

  #fill(row: Partial<Record<ChannelColumn, string>>, sources: readonly ColumnSource[]): void {
    for (const { column, id } of sources) {
      const value = this.#scanner.value(id);
      if (value !== null) row[column] = value;
    }
  }

  #custom(coreUuid: string, sequence: number, timestampUs: number): ConferenceEvent | RegistrationEvent | RegistrationFailureEvent | null {
    const subclass = this.#scanner.text(this.#id.subclass);
    switch (subclass) {
      case "conference::maintenance":
        return this.#conference(coreUuid, sequence, timestampUs);
      case "sofia::register":
        return this.#registration("register", timestampUs);
      case "sofia::unregister":
        return this.#registration("unregister", timestampUs);
      case "sofia::expire":
        return this.#registration("expire", timestampUs);
      case "sofia::register_failure":
        return this.#registrationFailure(timestampUs);
      default:
        return null;
    }
  }

  #registrationFailure(timestampUs: number): RegistrationFailureEvent {
    const scanner = this.#scanner;
    const id = this.#id;
    return {
      kind: "registration-failure",
      method: scanner.text(id.registrationType) === "INVITE" ? "INVITE" : "REGISTER",
      user: scanner.text(id.toUser),
      domain: scanner.text(id.toHost),
      networkIp: scanner.text(id.networkIp),
      networkPort: scanner.text(id.networkPort),
      userAgent: scanner.text(id.userAgent),
      timestampUs,
    };
  }

  #conference(coreUuid: string, sequence: number, timestampUs: number): ConferenceEvent | null {
    const scanner = this.#scanner;
    const action = scanner.text(this.#id.action);
    if (!CONFERENCE_ACTIONS.has(action)) return null;
    return {
      kind: "conference",
      action,
      conference: scanner.text(this.#id.conference),
      uuid: scanner.text(this.#id.uuid),
      memberId: scanner.text(this.#id.memberId),
      coreUuid,
      sequence,
      timestampUs,
    };
  }

  /** `sofia::expire` names its headers otherwise than the two others (sofia_reg.c). `from-user` is the address of record, `to-user` the sender. */
  #registration(action: RegistrationEvent["action"], timestampUs: number): RegistrationEvent {
    const scanner = this.#scanner;
    const id = this.#id;
    return {
      kind: "registration",
      action,
      user: scanner.value(id.fromUser) ?? scanner.text(id.user),
      domain: scanner.value(id.fromHost) ?? scanner.text(id.host),
      contact: scanner.text(id.contact),
      networkIp: scanner.text(id.networkIp),
      networkPort: scanner.text(id.networkPort),
      userAgent: scanner.text(id.userAgent),
      // In `sofia::expire` this is the moment of expiry, not a duration.
      expiresS: action === "register" ? scanner.number(id.expires) : 0,
      callId: scanner.text(id.callId),
      metadata: scanner.text(id.metadata),
      timestampUs,
    };
  }

  #sources(headers: Readonly<Partial<Record<ChannelColumn, WantedHeader>>>): readonly ColumnSource[] {
    const sources: ColumnSource[] = [];
    let column: keyof typeof headers;
    for (column in headers) {
      const header = headers[column];
      if (header !== undefined) sources.push({ column, id: this.#scanner.id(header) });
    }
    return sources;
  }

  #ids() {
    const id = (header: WantedHeader): number => this.#scanner.id(header);
    return {
      name: id("Event-Name"),
      subclass: id("Event-Subclass"),
      coreUuid: id("Core-UUID"),
      sequence: id("Event-Sequence"),
      timestamp: id("Event-Date-Timestamp"),
      uuid: id("Unique-ID"),
      created: id("Caller-Channel-Created-Time"),
      answered: id("Caller-Channel-Answered-Time"),
      hangup: id("Caller-Channel-Hangup-Time"),
      answerState: id("Answer-State"),
      otherLeg: id("Other-Leg-Unique-ID"),
      otherType: id("Other-Type"),
      bridgeA: id("Bridge-A-Unique-ID"),
      bridgeB: id("Bridge-B-Unique-ID"),
      hangupCause: id("Hangup-Cause"),
      application: id("Application"),
      applicationData: id("Application-Data"),
      applicationUuid: id("Application-UUID"),
      applicationResponse: id("Application-Response"),
      mediaBug: id("Media-Bug-Function"),
      digit: id("DTMF-Digit"),
      digitDuration: id("DTMF-Duration"),
      recordPath: id("Record-File-Path"),
      orgVariable: id("variable_callplane_org"),
      queueVariable: id("variable_callplane_queue"),
      priorityVariable: id("variable_callplane_priority"),
      domainVariable: id("variable_domain_name"),
      userVariable: id("variable_user_name"),
      fromVariable: id("variable_sip_from_uri"),
      sipCallId: id("variable_sip_call_id"),
      hangupDisposition: id("variable_sip_hangup_disposition"),
      recordedVariable: id("variable_callplane_recorded"),
      jobUuid: id("Job-UUID"),
      action: id("Action"),
      conference: id("Conference-Name"),
      memberId: id("Member-ID"),
      fromUser: id("from-user"),
      fromHost: id("from-host"),
      user: id("user"),
      host: id("host"),
      contact: id("contact"),
      networkIp: id("network-ip"),
      networkPort: id("network-port"),
      userAgent: id("user-agent"),
      expires: id("expires"),
      callId: id("call-id"),
      toUser: id("to-user"),
      toHost: id("to-host"),
      registrationType: id("registration-type"),
      metadata: id("registration_metadata"),
    };
  }
}
