/** Typed events straight from the bytes of `text/event-plain` frames. */
import { channelEvent, type EventOrigin } from "./channel-event-reader.js";
import { askedVariables, type ChannelVariables } from "./channel-variables.js";
import { HEADER } from "./event-headers.js";
import { EventScanner } from "./event-scanner.js";
import { CHANNEL_EVENT_NAMES } from "./types.js";
import type { ChannelEventName, ConferenceEvent, RegistrationEvent, RegistrationFailureEvent, SwitchEvent } from "./types.js";

/** What arrives on the event socket: what a node passes on, and what is its own business. */
export type { EventOrigin };

export type ParsedEvent =
  | SwitchEvent
  | { readonly kind: "job"; readonly jobUuid: string; readonly body: string };

/** Each session sets it for its channel, so an event without it carries no variables. */
const UUID_VARIABLE = "variable_uuid";

/** Of conference::maintenance, those that are delivered. */
export const CONFERENCE_ACTIONS: ReadonlySet<string> = new Set([
  "add-member", "del-member", "mute-member", "unmute-member", "hold-member", "unhold-member", "conference-create", "conference-destroy", "play-file-done", "play-file-member-done", "stop-recording",
  "start-talking", "stop-talking",
]);

/** Not reentrant: one parser for one socket. */
export class EventParser {
  readonly #scanner: EventScanner;
  /** The channel variables that are asked for, and the numbers of their headers. */
  readonly #variables: readonly string[];
  readonly #headers: readonly number[];
  readonly #uuidVariable: number;
  readonly #channelNames: ReadonlyMap<string, ChannelEventName> = new Map(CHANNEL_EVENT_NAMES.map((name) => [name, name]));

  /** @param variables channel variables whose values are wanted besides those that have a field of their own */
  constructor(variables: readonly string[] = []) {
    const headers = variables.map((name) => `variable_${name}`);
    this.#scanner = new EventScanner(headers.length === 0 ? [] : [UUID_VARIABLE, ...headers]);
    this.#uuidVariable = this.#scanner.id(UUID_VARIABLE);
    this.#variables = variables;
    this.#headers = headers.map((header) => this.#scanner.id(header));
  }

  /**
   * Reads one body. Null for events that Callplane has no use for. `seen` is told of every event, also of those.
   * Never throws: an event without what it must have is null.
   */
  parse(body: Buffer, seen?: (origin: EventOrigin) => void): ParsedEvent | null {
    const scanner = this.#scanner;
    scanner.scan(body);
    const name = scanner.text(HEADER.name);
    const origin: EventOrigin = {
      name,
      coreUuid: scanner.text(HEADER.coreUuid),
      sequence: scanner.number(HEADER.sequence),
      timestampUs: scanner.number(HEADER.timestamp),
    };
    seen?.(origin);
    const channelName = this.#channelNames.get(name);
    const event = channelName === undefined ? this.#other(name, origin) : channelEvent(channelName, origin, scanner, this.#variables.length === 0 ? null : this.#asked());
    scanner.release();
    return event;
  }

  /** Null for an event without variables: the channel has them all the same. */
  #asked(): ChannelVariables | null {
    const scanner = this.#scanner;
    if (scanner.value(this.#uuidVariable) === undefined) return null;
    return askedVariables(this.#variables, (_name, index) => scanner.value(this.#headers[index] ?? -1));
  }

  #other(name: string, { coreUuid, sequence, timestampUs }: EventOrigin): ParsedEvent | null {
    switch (name) {
      case "CUSTOM":
        return this.#custom(coreUuid, sequence, timestampUs);
      case "BACKGROUND_JOB":
        return { kind: "job", jobUuid: this.#scanner.text(HEADER.jobUuid), body: this.#scanner.body() };
      case "HEARTBEAT":
        return { kind: "heartbeat", coreUuid, timestampUs };
      case "SHUTDOWN":
        return { kind: "shutdown", coreUuid };
      default:
        return null;
    }
  }

  #custom(coreUuid: string, sequence: number, timestampUs: number): ConferenceEvent | RegistrationEvent | RegistrationFailureEvent | null {
    const subclass = this.#scanner.text(HEADER.subclass);
    switch (subclass) {
      case "conference::maintenance":
        return this.#conference(coreUuid, sequence, timestampUs);
      case "sofia::register":
        return this.#registration("register", sequence, timestampUs);
      case "sofia::unregister":
        return this.#registration("unregister", sequence, timestampUs);
      case "sofia::expire":
        return this.#registration("expire", sequence, timestampUs);
      case "sofia::register_failure":
        return this.#registrationFailure(timestampUs);
      default:
        return null;
    }
  }

  #registrationFailure(timestampUs: number): RegistrationFailureEvent {
    const scanner = this.#scanner;
    return {
      kind: "registration-failure",
      method: scanner.text(HEADER.registrationType) === "INVITE" ? "INVITE" : "REGISTER",
      user: scanner.text(HEADER.toUser),
      domain: scanner.text(HEADER.toHost),
      networkIp: scanner.text(HEADER.networkIp),
      networkPort: scanner.text(HEADER.networkPort),
      userAgent: scanner.text(HEADER.userAgent),
      timestampUs,
    };
  }

  #conference(coreUuid: string, sequence: number, timestampUs: number): ConferenceEvent | null {
    const scanner = this.#scanner;
    const action = scanner.text(HEADER.action);
    if (!CONFERENCE_ACTIONS.has(action)) return null;
    return {
      kind: "conference",
      action,
      conference: scanner.text(HEADER.conference),
      uuid: scanner.text(HEADER.uuid),
      memberId: scanner.text(HEADER.memberId),
      file: scanner.value(HEADER.file) ?? scanner.text(HEADER.path),
      coreUuid,
      sequence,
      timestampUs,
    };
  }

  /** `sofia::expire` names its headers otherwise than the two others (sofia_reg.c). `from-user` is the address of record, `to-user` the sender. */
  #registration(action: RegistrationEvent["action"], sequence: number, timestampUs: number): RegistrationEvent {
    const scanner = this.#scanner;
    return {
      kind: "registration",
      action,
      user: scanner.value(HEADER.fromUser) ?? scanner.text(HEADER.user),
      domain: scanner.value(HEADER.fromHost) ?? scanner.text(HEADER.host),
      contact: scanner.text(HEADER.contact),
      networkIp: scanner.text(HEADER.networkIp),
      networkPort: scanner.text(HEADER.networkPort),
      userAgent: scanner.text(HEADER.userAgent),
      // In `sofia::expire` this is the moment of expiry, not a duration.
      expiresS: action === "register" ? scanner.number(HEADER.expires) : 0,
      callId: scanner.text(HEADER.callId),
      metadata: scanner.text(HEADER.metadata),
      sequence,
      timestampUs,
    };
  }
}
