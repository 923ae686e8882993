/** What a program (TwiML) does with the leg that it runs: answer, play, hear digits, record, end. No face uses it. */
import { underAny } from "../abort.js";
import { conflict } from "../errors.js";
import { commands, dtmfDigits, mediaSource, variableName, variableValue, type HangupCause } from "../freeswitch/index.js";
import type { Doer } from "./activities.js";
import { joined, type Attributes } from "./attributes.js";
import type { Held } from "./held.js";
import type { Call } from "./call.js";
import type { LiveCall, LiveLeg } from "./call-legs.js";
import type { Channel } from "./channel.js";
import { breakOff, soon } from "./control/break-off.js";
import { confirmed, whileUp } from "./control/confirm.js";
import { attempt, FILE_COMPLETE_MS, newUuid, nodeOf, type ControlContext } from "./control/context.js";
import { newRecording } from "./control/recording.js";
import { end, part, playTo } from "./control/legs.js";
import { ProgramTidings } from "./program-news.js";
import type { LegChange, TracedLeg } from "./trace.js";

/** The name of the long activity. */
export const PROGRAM = "program";

/** `taken`: another program runs the leg from now on, or none. */
export type ProgramLegChange = LegChange | { readonly type: "taken"; readonly leg: TracedLeg; readonly at: Date };

export interface RecordLimits {
  /** Seconds that the recording may last. */
  readonly maxS: number;
  /** Seconds of silence that end it; 0: none. */
  readonly silenceS: number;
  /** Told when it has begun, with the path on FreeSWITCH's disk. */
  readonly began?: (path: string) => void;
}

export interface VoiceRecording {
  /** On FreeSWITCH's disk. */
  readonly path: string;
  readonly durationMs: number;
}

/** Longer than any sound: who wants to hear no more hangs up, or the program stops it. */
const SOUND_MS = 4 * 3_600_000;
/** How long FreeSWITCH takes to begin a sound at most. */
const BEGINS_MS = 1000;
/** The same where it must not be missed; a sound that it does not have never begins. */
const DUE_MS = 3000;
/** Below it FreeSWITCH takes what it records for silence: its score of a frame, as its own examples have it. */
const SILENCE_THRESHOLD = 200;
const NEVER = new AbortController().signal;
const TERMINATORS = variableName("playback_terminators", "variable");
const NONE = variableValue("none", "terminators");
const PROGRAM_VARIABLE = variableName("callplane_program", "variable");
const UNSET = variableValue("", "program");

/** Every operation throws Conflict for a leg that has hung up, SwitchUnavailable or Timeout. Aborting `signal` cancels it. */
export class ProgramLegs {
  readonly #context: ControlContext;
  /** Which legs have a program. */
  readonly tidings: ProgramTidings;
  /** By leg. Bounded by the programs that run: each takes its handlers back. */
  readonly #hearing = new Map<string, Set<(change: ProgramLegChange) => void>>();
  /** Keys that programs hold. Bounded by the programs that run. */
  readonly #holding = new Set<string>();
  readonly #stop: () => void;

  /** @param clear resolves when the state of all legs is known again; null: it is known now */
  constructor(context: ControlContext, clear: () => Promise<void> | null) {
    this.#context = context;
    this.tidings = new ProgramTidings(context, clear);
    this.#stop = context.registry.onLeg((change) => this.#hear(change));
  }

  close(): void {
    this.#stop();
    this.tidings.close();
    this.#hearing.clear();
  }

  leg(uuid: string): LiveLeg | undefined {
    return this.#context.registry.channel(uuid);
  }

  /** The live leg of this uuid, or one that the ringing of this id has made: an answered one first. */
  legOrRung(uuid: string): LiveLeg | undefined {
    const { registry } = this.#context;
    const rung = [...registry.index.rungBy(uuid)].filter(({ hungUp }) => !hungUp);
    const own = registry.channel(uuid);
    return own?.hungUp === false ? own : (rung.find(({ answered }) => answered) ?? rung[0]);
  }

  /** Whether every FreeSWITCH is connected, and its legs are known. */
  get knowsAll(): boolean {
    const nodes = this.#context.nodes.all();
    return nodes.length > 0 && nodes.every((node) => node.status().state === "ready" && this.tidings.knowsAll(node.name));
  }

  /** The call of a live leg. Throws Conflict for a leg that has none. */
  callOf({ uuid }: LiveLeg): LiveCall {
    return this.#call(uuid);
  }

  /** The time of the leg's FreeSWITCH. */
  now({ node }: LiveLeg): Date {
    return this.#context.registry.now(node);
  }

  /**
   * Holds the leg's call for as long as `work` runs: nobody takes it over, and what would move its legs is refused. Whoever may hang up still may, which aborts
   * `Held.signal`. Where another leg of the call has a program already, this one holds its leg alone. Throws Conflict when somebody else holds the call.
   */
  async hold<T>(leg: LiveLeg, by: Doer, work: (held: Held) => Promise<T>): Promise<T> {
    const { id } = this.#call(leg.uuid);
    const key = this.#holding.has(id) ? `leg:${leg.uuid}` : id;
    this.#holding.add(key);
    try {
      return await this.#context.activities.hold(key, { name: PROGRAM, by, terms: "refuses" }, work);
    } finally {
      this.#holding.delete(key);
    }
  }

  /** From now on this program runs the leg, and a later process knows it. */
  mark(leg: LiveLeg, name: string | null): void {
    const { registry } = this.#context;
    const channel = registry.channel(leg.uuid);
    if (channel === undefined || channel.program === name) return;
    this.tidings.begun(channel);
    registry.annotateLeg(channel, { program: name });
    this.#hear({ type: "taken", leg: channel, at: this.now(channel) });
    if (channel.call !== null && !channel.hungUp) registry.markChanged(channel.call);
  }

  /** Makes the leg ready for a program: no key of the caller's stops what plays but by the program. */
  async makeReady(leg: LiveLeg): Promise<void> {
    const channel = this.#leg(leg);
    await nodeOf(this.#context, channel).api(commands.setVariable(channel.uuid, TERMINATORS, NONE));
  }

  /** No program runs the leg any more. */
  async unmark(leg: LiveLeg): Promise<void> {
    const channel = this.#context.registry.channel(leg.uuid);
    if (channel === undefined || channel.hungUp) return;
    this.mark(channel, null);
    await attempt(this.#context, this.#context.nodes.get(channel.node), commands.setVariable(channel.uuid, PROGRAM_VARIABLE, UNSET));
  }

  /** Tells of the leg's digits, its answer and its end, and when another program takes it. Returns the unsubscribe function. */
  onLeg(uuid: string, handler: (change: ProgramLegChange) => void): () => void {
    const handlers = this.#hearing.get(uuid) ?? new Set();
    this.#hearing.set(uuid, handlers);
    handlers.add(handler);
    return () => {
      handlers.delete(handler);
      if (handlers.size === 0 && this.#hearing.get(uuid) === handlers) this.#hearing.delete(uuid);
    };
  }

  /** The caller's phone network is told that it rings (180). */
  async ringing(leg: LiveLeg): Promise<void> {
    const channel = this.#leg(leg);
    if (!channel.answered && channel.columns.direction === "inbound") await nodeOf(this.#context, channel).send(commands.execute(channel.uuid, "ring_ready", null, newUuid()));
  }

  /** A success when it is answered already. */
  async answer(leg: LiveLeg, signal: AbortSignal): Promise<void> {
    const channel = this.#leg(leg);
    if (channel.answered) return;
    const node = nodeOf(this.#context, channel);
    await confirmed(this.#context, node, () => node.send(commands.execute(channel.uuid, "answer", null, newUuid())), {
      uuids: [channel.uuid],
      proof: () => whileUp(channel.answered, [channel, "caller"]),
      of: "CHANNEL_ANSWER",
      signal,
      ask: [channel],
    });
  }

  /** Plays to the end; when the signal is aborted the sound is stopped, and the signal's reason thrown. A sound that FreeSWITCH does not have is silence. */
  async play(leg: LiveLeg, sound: string, signal: AbortSignal): Promise<void> {
    const channel = this.#leg(leg);
    const source = mediaSource(sound, "sound");
    const eventUuid = newUuid();
    await this.#until(channel, eventUuid, "playback", () => nodeOf(this.#context, channel).send(commands.execute(channel.uuid, "playback", source, eventUuid)), SOUND_MS, signal);
  }

  /** Plays to who waits until something else happens to the leg. Resolves when it has begun: it could not be stopped before. */
  async playOn(leg: LiveLeg, sound: string): Promise<void> {
    const channel = this.#leg(leg);
    if (!(await playTo(this.#context, nodeOf(this.#context, channel), channel, mediaSource(sound, "sound")))) return;
    await soon(this.#context, channel, "PLAYBACK_START", () => channel.playing, BEGINS_MS);
  }

  /** Stops what plays to who waits, music included, or is about to. FreeSWITCH executes nothing on the leg before. */
  async silence(leg: LiveLeg): Promise<void> {
    const channel = this.#leg(leg);
    if (channel.soundDue) await soon(this.#context, channel, "PLAYBACK_START", () => !channel.soundDue, DUE_MS);
    this.#context.registry.annotateLeg(channel, { soundDue: false });
    await breakOff(this.#context, channel, "PLAYBACK_STOP", () => !channel.playing);
  }

  /**
   * Records the far end's voice until it is silent, hangs up, the time is over, or `stop` or `signal` is aborted: what was recorded by then is the recording. Throws the
   * reason of `signal` when it has not begun.
   */
  async record(leg: LiveLeg, { maxS, silenceS, began: tell }: RecordLimits, stop: AbortSignal, signal: AbortSignal): Promise<VoiceRecording> {
    const channel = this.#leg(leg);
    const node = nodeOf(this.#context, channel);
    const { path } = newRecording(this.#context, channel);
    const eventUuid = newUuid();
    // Known from now on: what comes next may be that the leg is to leave it.
    this.#context.registry.annotateLeg(channel, { inRecord: true });
    const sent = (): Promise<string> => node.send(commands.recordVoice(channel.uuid, path, { limitS: maxS, threshold: SILENCE_THRESHOLD, silenceS }, eventUuid));
    await confirmed(this.#context, node, sent, { uuids: [channel.uuid], proof: () => whileUp(channel.recordings.includes(path) || channel.completed === eventUuid, [channel, "caller"]), of: "RECORD_START", signal });
    const began = performance.now();
    tell?.(path);
    await underAny([stop, signal], (over) => this.#until(channel, eventUuid, "record", () => Promise.resolve(), (maxS + 10) * 1000, NEVER, over));
    const durationMs = Math.round(performance.now() - began);
    // The file of a leg that has hung up is complete a moment later. When FreeSWITCH does not say so, the recording is what there is.
    const complete = (): true | undefined => (channel.recordings.includes(path) ? undefined : true);
    await this.#context.registry.proofs.until([channel.uuid], complete, { of: "RECORD_STOP", timeoutMs: FILE_COMPLETE_MS, node: channel.node }).catch(() => undefined);
    return { path, durationMs };
  }

  /** Sends keypad digits to the far end. FreeSWITCH sends no event for it: its reply is the confirmation. */
  async sendDigits(leg: LiveLeg, digits: string): Promise<void> {
    const channel = this.#leg(leg);
    await nodeOf(this.#context, channel).api(commands.sendDtmf(channel.uuid, dtmfDigits(digits, "digits")));
  }

  /** Notes attributes of the leg's call, over those of the same name; gives the names of those that cannot be, or for which there is no room. */
  note(leg: LiveLeg, attributes: Attributes): readonly string[] {
    const call = this.#call(leg.uuid);
    const after = joined(call.attributes, attributes, true);
    const isNew = Object.entries(after).some(([name, value]) => !Object.hasOwn(call.attributes, name) || call.attributes[name] !== value);
    if (isNew) this.#context.registry.annotate(call, { attributes: after });
    return Object.keys(attributes).filter((name) => !Object.hasOwn(after, name) || after[name] !== attributes[name]);
  }

  /** Takes the leg out of whatever it is in, and parks it. Who it talked to is hung up, unless a variable of that leg says otherwise. */
  async park(leg: LiveLeg, signal: AbortSignal): Promise<void> {
    await part(this.#context, this.#leg(leg), null, signal);
  }

  /** Ends the leg; before the answer the cause is what the caller's network is told. A success when it has ended. */
  async end(leg: LiveLeg, cause: HangupCause = "NORMAL_CLEARING"): Promise<void> {
    const channel = this.#context.registry.channel(leg.uuid);
    if (channel !== undefined) await end(this.#context, channel, cause);
  }

  /**
   * Sends and waits until the application has ended. `stop` ends it as if it had come to its end; so does the end of the leg, which throws Conflict unless `stop` is
   * given.
   */
  async #until(channel: Channel, eventUuid: string, app: string, send: () => Promise<unknown>, timeoutMs: number, signal: AbortSignal, stop?: AbortSignal): Promise<void> {
    const node = nodeOf(this.#context, channel);
    const proof = (): true | undefined => (stop !== undefined && channel.hungUp ? true : whileUp(channel.completed === eventUuid, [channel, "caller"]));
    try {
      await underAny(stop === undefined ? [signal] : [signal, stop], (either) => confirmed(this.#context, node, send, { uuids: [channel.uuid], proof, of: `CHANNEL_EXECUTE_COMPLETE of ${app}`, signal: either, timeoutMs }));
    } catch (error) {
      if (!signal.aborted && stop?.aborted !== true) throw error;
      const isOver = (): boolean => channel.completed === eventUuid;
      if (!isOver()) await breakOff(this.#context, channel, `the end of ${app}`, isOver);
      signal.throwIfAborted();
    }
  }

  #hear(change: ProgramLegChange): void {
    const handlers = this.#hearing.get(change.leg.uuid);
    if (handlers !== undefined) for (const handler of [...handlers]) handler(change);
  }

  #call(uuid: string): Call {
    const call = this.#context.registry.channel(uuid)?.call;
    if (call == null || call.ended) throw conflict(`The leg ${uuid} is on no call.`);
    return call;
  }

  #leg({ uuid }: LiveLeg): Channel {
    const channel = this.#context.registry.channel(uuid);
    if (channel === undefined || channel.hungUp) throw conflict("The leg hung up.");
    return channel;
  }
}
