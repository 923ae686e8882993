/** The door of the simulator room. */
import type { Dialplan } from "./core/switch-core.js";
import type { PartyBehaviour } from "./core/far-ends.js";
import type { Clock } from "./core/clock.js";
import type { Row } from "./core/channel-table.js";
import type { BulkOptions } from "./bulk.js";
import type { Fault } from "./faults.js";
import type { DemoOptions } from "./demo.js";
import type { IncomingCall } from "./calls.js";

export type { BulkOptions, Clock, DemoOptions, Dialplan, Fault, IncomingCall, PartyBehaviour, Row };

export interface PhoneOptions {
  readonly extension: string;
  /** The switch's own domain unless given. */
  readonly domain?: string;
  /** Default true. */
  readonly registered?: boolean;
  readonly behaviour?: PartyBehaviour;
}

export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly password: string;
  /** The SIP domain of the phones. */
  readonly domain: string;
  /** Default 1001 to 1005 registered, 1009 not. */
  readonly phones?: readonly (string | PhoneOptions)[];
  /** Default `trunk`. */
  readonly gateways?: readonly string[];
  /** Numbers that the trunk knows; default those under +1212 and +1555 (with or without `+`). */
  readonly knownNumbers?: RegExp;
  /** What phones and numbers do unless told otherwise; default: answer after 100 ms. */
  readonly defaultBehaviour?: PartyBehaviour;
  /** Milliseconds between a change and a session's seeing it; default 2 (FreeSWITCH: 20). */
  readonly frameMs?: number;
  /** Seconds between HEARTBEAT events; default 20. */
  readonly heartbeatS?: number;
  /** FreeSWITCH's global variables; `hold_music` is a tone unless given. */
  readonly globals?: Readonly<Record<string, string>>;
  readonly dialplan?: Dialplan;
  /** Leaves a call detail record of each channel in this directory, as mod_json_cdr does; none unless given. */
  readonly cdrDir?: string;
  /** Recordings below this directory are files: some seconds of the tone of whoever was recorded. None unless given, but for what a caller says, where its directory exists. */
  readonly recordingsDir?: string;
  readonly clock?: Clock;
}

export interface ChannelSnapshot {
  readonly uuid: string;
  /** Extension, or number behind the trunk, of the far end. */
  readonly party: string;
  readonly direction: "inbound" | "outbound";
  readonly state: string;
  readonly callState: string;
  readonly answered: boolean;
  readonly parked: boolean;
  readonly bridgedTo: string | undefined;
  /** What is played to the far end, "" when nothing. */
  readonly playing: string;
  /** Digits that were sent to the far end (uuid_send_dtmf). */
  readonly sentDigits: string;
  readonly recordings: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** A FreeSWITCH that speaks the event socket. Its media is told (`hears`), and sounds only where a unicast carries it: each party says a tone of its own. */
export interface Simulator {
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  /** `esl://:password@host:port`, the password percent-encoded. */
  readonly eslUrl: string;
  /** Changes with every restart. */
  readonly coreUuid: string;

  setPhone(extension: string, behaviour: PartyBehaviour): void;
  setTrunk(number: string, behaviour: PartyBehaviour): void;
  addPhone(phone: string | PhoneOptions): void;
  /** A REGISTER or un-REGISTER of the user's phone; `phone`: of another one, whose party is `extension/phone`. Throws when there is no such user. */
  register(extension: string, registered: boolean, domain?: string, phone?: string): void;
  /** The phone's registration runs out (sofia::expire). */
  expireRegistration(extension: string, domain?: string): void;
  /** A phone gives a wrong password, or a user that there is not (sofia::register_failure). */
  refuseRegistration(phone: { readonly user: string; readonly domain?: string; readonly address: string; readonly method?: "REGISTER" | "INVITE" }): void;
  /** A customer calls in; returns the channel's uuid. */
  callIn(call: IncomingCall): string;
  /** A phone dials; returns its channel's uuid. */
  dialFrom(extension: string, to: string, domain?: string): string;
  /** Answers the party's phones that ring, whatever they do by themselves; returns how many. */
  answer(party: string): number;
  /** Hangs up every leg of the party from the far end; returns how many. */
  hangUp(party: string): number;
  /** The party refers whom it talks to elsewhere (REFER); returns how many. */
  refer(party: string, uri: string): number;
  /** The phone holds its calls by itself, or takes them back. */
  holdAtPhone(party: string, on: boolean): void;
  /** The phone has lost its power and sends nothing any more: its calls are as they are when FreeSWITCH has waited for long enough. */
  loseMedia(party: string): void;
  /** The party speaks for so long: a recorder hears it. */
  speak(party: string, ms: number): void;
  /** What the party says from its answer on, once, in place of its tone: linear PCM, 8 kHz, 16 bits, little-endian; null: its tone again. */
  say(party: string, pcm: Buffer | null): void;
  /** The party presses keys. */
  press(party: string, digits: string): void;
  hears(party: string): ReadonlySet<string>;
  /** Hertz of the tone that the party says. */
  voice(party: string): number;
  /** The party says nothing, or speaks again. */
  hush(party: string, quiet: boolean): void;
  /** What programs play to the party now, by unicast: linear PCM, 8 kHz; empty when nothing. */
  playedTo(party: string): Buffer;

  channels(): readonly ChannelSnapshot[];
  channel(uuid: string): ChannelSnapshot | undefined;
  /** Creates calls without events, for loads of thousands; returns the customers' uuids. */
  loadCalls(options: BulkOptions): readonly string[];

  /** Misbehaves until the returned function (or clearFaults) is called. */
  fault(fault: Fault): () => void;
  clearFaults(): void;
  /** Resolves when all requested changes of the listening port are done. */
  settled(): Promise<void>;
  /** Event-socket clients that are connected. */
  readonly clientCount: number;
  /** Closes every event socket; calls go on. */
  dropClients(options?: { readonly abrupt?: boolean }): void;
  /** Ends the process and starts it again at the same address: calls are lost, the core uuid is another. `downMs`: how long nobody listens (default 0). */
  restart(options?: { readonly downMs?: number }): Promise<void>;

  /** Live traffic for a demonstration; gives the function that stops it (calls then go on as they are). */
  startDemo(options?: DemoOptions): () => void;
  /** Idempotent. */
  close(): Promise<void>;
}
