/** One simulated channel: its state, and the steps that change it and tell of it (switch_channel.c). */
import type { HangupCause } from "../../freeswitch/index.js";
import { channelHeaders } from "./channel-events.js";
import { Pauser } from "./pauser.js";
import { HeardPackets } from "../heard-packets.js";
import type { Unicast } from "../unicast.js";
import type { AppCall, ChannelHost, ChannelInit, Codec, FarEnd, PrivateEvent, StateHandler } from "./channel-parts.js";
import { newTimes, type CallerProfile } from "./profile.js";
import { CALL_STATES, CHANNEL_STATES, type CallState, type ChannelFlag, type ChannelState } from "./states.js";

/** Node.js fires a timer that is longer at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class Channel {
  readonly uuid: string;
  readonly sessionId: number;
  readonly direction: "inbound" | "outbound";
  readonly name: string;
  readonly sofiaProfile: "internal" | "external";
  readonly farEnd: FarEnd;
  readonly sipCallId: string;
  readonly host: ChannelHost;
  readonly pauser: Pauser;
  /** Who else must look again when this channel changes: its partner's thread, a spy, the originator. */
  readonly watchers = new Set<Pauser>();
  readonly variables = new Map<string, string>();
  readonly privateEvents: PrivateEvent[] = [];
  /** Digits that arrived from the far end and were not taken yet. */
  readonly digits: string[] = [];
  /** What a digit does while it is bound (bind_digit_action). */
  readonly digitActions = new Map<string, () => void>();
  /** Digits that were sent to the far end. */
  readonly sentDigits: string[] = [];
  /** `eavesdrop-command`s that `sendevent COMMAND` put on this session. */
  readonly eavesdropCommands: string[] = [];
  readonly flags = new Set<ChannelFlag>();

  state: ChannelState = "CS_NEW";
  runningState: ChannelState = "CS_NEW";
  callState: CallState = "DOWN";
  hangupCause: HangupCause | undefined;
  profile: CallerProfile;
  other: { readonly type: "originator" | "originatee"; readonly profile: CallerProfile } | undefined;
  codec: Codec = "";
  readCodec: Codec = "";
  handler: StateHandler = "none";
  /** The applications still to be executed in CS_EXECUTE. */
  extension: AppCall[] = [];
  /** Recorders and the like on this channel, by what they were started for. */
  readonly recordings = new Map<string, "recording" | "paused" | "masked">();
  mute: { read: boolean; write: boolean } = { read: false, write: false };
  /** The far end speaks until then, microseconds; 0: it has said nothing. */
  speaksUntilUs = 0;
  /** What is played to the far end now, "" when nothing. */
  playing = "";
  /** Spies on this channel, told to let go when it ends. */
  readonly spies = new Set<() => void>();
  /** The far end of a loopback, of its near end alone. */
  loopback: Channel | null = null;
  /** The other way round. */
  loopbackNear: Channel | null = null;
  /** Audio by UDP, while the channel is parked. */
  unicast: Unicast | null = null;
  /** What came by it. */
  readonly heard = new HeardPackets();
  /** The party says nothing for the time being. */
  quiet = false;
  /** Times at which the phone's or customer's behaviour acts; cleared when the channel ends. */
  readonly timers = new Set<NodeJS.Timeout>();

  #abandoned = false;

  constructor(host: ChannelHost, init: ChannelInit) {
    this.host = host;
    this.uuid = init.uuid;
    this.sessionId = init.sessionId;
    this.direction = init.direction;
    this.name = init.name;
    this.sofiaProfile = init.sofiaProfile;
    this.farEnd = init.farEnd;
    this.sipCallId = init.sipCallId;
    this.pauser = new Pauser(host.frameMs);
    this.profile = {
      ...init.profile,
      uuid: init.uuid,
      channelName: init.name,
      direction: init.direction,
      logicalDirection: init.direction,
      times: newTimes(host.clock.nowUs()),
    };
  }

  has(flag: ChannelFlag): boolean {
    return this.flags.has(flag);
  }

  set(...flags: ChannelFlag[]): void {
    for (const flag of flags) this.flags.add(flag);
    this.changed();
  }

  clear(...flags: ChannelFlag[]): void {
    for (const flag of flags) this.flags.delete(flag);
    this.changed();
  }

  /** Wakes this channel's thread and those that watch it. */
  changed(): void {
    this.pauser.wake();
    for (const watcher of this.watchers) watcher.wake();
  }

  variable(name: string): string | undefined {
    return this.variables.get(name);
  }

  isTrue(name: string): boolean {
    const value = this.variables.get(name);
    return value !== undefined && /^(?:true|yes|on|enable|enabled|active|allow|[1-9]\d*)$/i.test(value);
  }

  setVariable(name: string, value: string | undefined): void {
    if (value === undefined || value === "") this.variables.delete(name);
    else this.variables.set(name, value);
  }

  get stateNumber(): number {
    return CHANNEL_STATES[this.state];
  }

  /** Not hung up yet (switch_channel_up). */
  get up(): boolean {
    return this.stateNumber < CHANNEL_STATES.CS_HANGUP;
  }

  /** Free to go on with what it does (switch_channel_ready). */
  get ready(): boolean {
    return this.hangupCause === undefined && this.stateNumber > CHANNEL_STATES.CS_ROUTING && this.up && this.state !== "CS_RESET" && !this.has("TRANSFER");
  }

  get answered(): boolean {
    return this.has("ANSWERED");
  }

  get answerState(): "ringing" | "early" | "answered" | "hangup" {
    if (!this.up || this.hangupCause !== undefined) return "hangup";
    if (this.answered) return "answered";
    return this.has("EARLY_MEDIA") ? "early" : "ringing";
  }

  /** The other leg of a bridge or of a pair under control: who gets the hold music (switch_channel_get_partner_uuid). */
  get partnerUuid(): string | undefined {
    return this.variables.get("signal_bond");
  }

  /** The switch that it was on has ended: nothing is told any more. */
  abandon(): void {
    this.#abandoned = true;
    this.unicast?.close();
    this.pauser.stop();
    // Whoever waits for this leg (an originate) has been restarted with it.
    for (const watcher of this.watchers) watcher.stop();
    this.stopTimers();
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  emit(name: string, extra: readonly [string, string][] = [], subclass?: string): void {
    if (this.#abandoned) return;
    this.host.table.apply(name, this, extra);
    this.host.bus.fire(name, { ...(subclass === undefined ? {} : { subclass }), headers: () => channelHeaders(this, name, extra) });
  }

  setState(state: ChannelState): void {
    if (this.stateNumber >= CHANNEL_STATES.CS_HANGUP && CHANNEL_STATES[state] <= this.stateNumber) return;
    this.state = state;
    this.changed();
  }

  setCallState(callState: CallState): void {
    if (this.callState === callState) return;
    const original = this.callState;
    this.callState = callState;
    this.emit("CHANNEL_CALLSTATE", [
      ["Original-Channel-Call-State", original],
      ["Channel-Call-State-Number", String(CALL_STATES[callState])],
    ]);
  }

  ringReady(): void {
    if (this.has("RING_READY") || this.answered || !this.up) return;
    this.flags.add("RING_READY");
    this.profile.times.progress = this.host.clock.nowUs();
    this.emit("CHANNEL_PROGRESS");
    if (this.direction === "outbound") this.setCallState("RINGING");
    this.changed();
  }

  /** We play to the far end before anybody has answered. */
  earlyMedia(): void {
    if (this.has("EARLY_MEDIA") || this.answered || !this.up) return;
    this.flags.add("EARLY_MEDIA");
    this.emit("CHANNEL_PROGRESS_MEDIA");
    this.setCallState("EARLY");
    this.changed();
  }

  answer(): void {
    if (this.answered || !this.up) return;
    // mod_loopback answers the near end on the way.
    if (this.loopbackNear?.up === true) {
      this.loopbackNear.setCodec("L16");
      this.loopbackNear.answer();
    }
    if (this.codec === "") this.setCodec("PCMU");
    this.flags.add("ANSWERED");
    this.profile.times.answered = this.host.clock.nowUs();
    this.setVariable("endpoint_disposition", "ANSWER");
    this.emit("CHANNEL_ANSWER");
    this.setCallState("ACTIVE");
    this.changed();
  }

  setCodec(codec: Codec): void {
    this.codec = codec;
    this.readCodec = codec;
    this.emit("CODEC");
    this.emit("CODEC");
  }

  setReadCodec(codec: Codec): void {
    this.readCodec = codec;
    this.emit("CODEC");
  }

  hangup(cause: HangupCause): void {
    if (!this.up) return;
    if (this.has("LEG_HOLDING")) {
      this.markUnheld();
      this.flags.add("HANGUP_HELD");
    }
    this.flags.delete("HOLD");
    this.hangupCause = cause;
    this.profile.times.hangup = this.host.clock.nowUs();
    this.state = "CS_HANGUP";
    this.emit("CHANNEL_HANGUP");
    this.changed();
  }

  /** A held leg that ends, or leaves its bridge, is unheld first. */
  markUnheld(): void {
    if (!this.has("LEG_HOLDING")) return;
    this.flags.delete("LEG_HOLDING");
    this.flags.delete("HOLD");
    this.setCallState("UNHELD");
    this.emit("CHANNEL_UNHOLD");
  }

  stopBroadcast(): void {
    if (this.has("BROADCAST")) this.set("STOP_BROADCAST", "BREAK");
  }

  /** Swaps caller and callee of an outbound leg that enters the dialplan (switch_channel_flip_cid). */
  flipCallerId(): void {
    const { cidName, cidNumber } = this.profile;
    this.setVariable("pre_transfer_caller_id_name", cidName);
    this.setVariable("pre_transfer_caller_id_number", cidNumber);
    this.profile.cidName = this.profile.calleeName;
    this.profile.cidNumber = this.profile.calleeNumber;
    this.profile.calleeName = this.has("BRIDGED") ? "" : cidName;
    this.profile.calleeNumber = this.has("BRIDGED") ? "" : cidNumber;
    this.setVariable("channel_cid_flipped", "yes");
    this.emit("CALL_UPDATE", [["Direction", "RECV"]]);
  }

  /** Shows the far end whom it talks to; mod_sofia sends no update that would tell nothing new. */
  updateDisplay(name: string, number: string, extra: readonly [string, string][]): void {
    if (this.variables.get("last_sent_callee_id_name") === name && this.variables.get("last_sent_callee_id_number") === number) return;
    this.setVariable("last_sent_callee_id_name", name);
    this.setVariable("last_sent_callee_id_number", number);
    this.emit("CALL_UPDATE", [["Direction", "SEND"], ["Sent-Callee-ID-Name", name], ["Sent-Callee-ID-Number", number], ...extra]);
  }

  /** Runs `action` after `ms`, unless the channel has ended by then. */
  after(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, Math.min(ms, MAX_TIMER_MS));
    this.timers.add(timer);
  }

  stopTimers(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
