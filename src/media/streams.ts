import type { AudioLeg, CallsRoom, CopiedSide } from "../calls/index.js";
import { conflict, notFound } from "../errors.js";
import type { ChannelUuid } from "../freeswitch/index.js";
import type { Logger } from "../logger.js";
import type { AddressGuard, DeliveryQueue } from "../outbound/index.js";
import type { Actor, SupervisionMode } from "../people/index.js";
import { callSid, newSid } from "../sids.js";
import { openCopy, openLink, type OpenCopy } from "./copies.js";
import type { StreamCounts } from "./counts.js";
import { STREAM_ERRORS, StreamError, type StreamEnd } from "./errors.js";
import type { LegLink } from "./leg-link.js";
import { listen } from "./listening.js";
import type { Track } from "./messages.js";
import { deferred, unreachable } from "./outcome.js";
import type { Pacer } from "./pacer.js";
import type { MediaPlace } from "./place.js";
import type { PortPool } from "./ports.js";
import type { SocketLimits } from "./program-socket.js";
import { tracksOf, type StreamAccount, type StreamRequest, type TrackWord } from "./request.js";
import { Session, type SessionAudio } from "./session.js";
import { tellStatus } from "./status-callbacks.js";
import { SupervisedAudio, tracksHeard, type Heard } from "./supervised.js";

export interface StreamsOptions {
  readonly audio: CallsRoom["audio"];
  readonly programs: CallsRoom["programs"];
  readonly guard: Pick<AddressGuard, "assertUrl" | "lookup">;
  readonly deliveries: Pick<DeliveryQueue, "enqueue">;
  readonly ports: PortPool;
  readonly pacer: Pacer;
  readonly counts: StreamCounts;
  /** Where the node's FreeSWITCH and Callplane meet. */
  readonly place: (node: string) => Promise<MediaPlace>;
  /** Identity of the organization for its programs; of the line, where the number is one of its lines. */
  readonly account: (organizationId: number, called: string) => Promise<StreamAccount>;
  readonly metrics: { streamEnded(kind: StreamKind, reason: string): void; streamRoundTrip(ms: number): void };
  readonly logger: Logger;
  readonly limits?: Partial<SocketLimits>;
  readonly firstAudioMs?: number;
}

/** `connect`: both directions of a parked leg; `start`: a copy of a leg; `supervise`: a program as a supervisor. */
export const STREAM_KINDS = ["connect", "start", "supervise"] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

export interface StartedStream {
  readonly sid: string;
  /** Never rejects. */
  readonly ended: Promise<StreamEnd>;
}

export interface StoppedStream {
  readonly sid: string;
  /** Null: it was given none. */
  readonly name: string | null;
  readonly closed: Promise<void>;
}

export interface SuperviseStream {
  readonly url: string;
  readonly mode: SupervisionMode;
  readonly heard: Heard;
  readonly parameters: Readonly<Record<string, string>>;
}

interface Running {
  readonly kind: StreamKind;
  readonly name: string;
  /** The leg's uuid; of a supervision the call's id. */
  readonly of: string;
  readonly session: Session;
  readonly tracks: readonly Track[];
  /** Of a supervision alone. */
  readonly supervised: { readonly audio: SupervisedAudio; mode: SupervisionMode; readonly switched: (mode: SupervisionMode, by: string) => void } | null;
}

/** Tracks that may be started of one leg (www.twilio.com/docs/voice/twiml/stream). */
const MAX_TRACKS = 4;

/** All streams of the process. */
export class Streams {
  readonly #options: StreamsOptions;
  /** By sid. Bounded by the ports (`PortPool`) and by `MAX_TRACKS` and `MAX_PROGRAMS` of a call. */
  readonly #running = new Map<string, Running>();
  #closed = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  /** Streams that are open, by kind. */
  count(kind: StreamKind): number {
    return [...this.#running.values()].filter((each) => each.kind === kind).length;
  }

  /**
   * Both directions of an answered, parked leg, until the program closes, the leg hangs up or the signal is aborted; never rejects. The leg is parked anew
   * afterwards, and nothing else may be done with it meanwhile.
   */
  async connect(legUuid: string, request: StreamRequest, signal: AbortSignal): Promise<StreamEnd & { readonly sid: string }> {
    const sid = newSid("MZ");
    const { audio } = this.#options;
    const leg = audio.find(legUuid);
    if (leg === undefined || !leg.answered || !leg.parked) return { sid, ...failed(new StreamError(STREAM_ERRORS.audio, "The leg is not parked.")) };
    let link: LegLink | null = null;
    // Bounded by what is listened to: two.
    const ends: (() => void)[] = [];
    const session = this.#session("connect", sid, request, ["inbound"], {
      play: (mulaw) => link?.play(mulaw),
      open: async (stream, opening) => {
        ends.push(audio.onDigit(leg.uuid, (digit) => stream.digit(digit)));
        link = await this.#link(leg, (pcm) => stream.audio("inbound", pcm), opening);
      },
      close: async () => {
        for (const stop of ends) stop();
        await link?.close();
        // Otherwise the next stream on this park would be deaf and dumb.
        if (link !== null && !leg.hungUp && !this.#closed) await audio.parkAnew(leg).catch((error: unknown) => this.#options.logger.warn({ err: error, channel: leg.uuid }, "a leg could not be parked anew after its stream"));
      },
    });
    ends.push(audio.onEnd(leg.uuid, () => session.end({ reason: "call-ended" })));
    return { sid, ...(await this.#run({ kind: "connect", name: request.name ?? sid, of: leg.uuid, session, tracks: ["inbound"], supervised: null }, sid, request, signal)) };
  }

  /**
   * Begins a copy of any answered leg, and returns at once. It goes on whatever the leg does, until it is stopped or the leg hangs up.
   * Throws StreamError 31941 when the leg has no track left, or Conflict for a name that is taken.
   */
  start(legUuid: string, word: TrackWord, request: StreamRequest): StartedStream {
    const sid = newSid("MZ");
    const { audio } = this.#options;
    const tracks = tracksOf(word);
    const others = [...this.#running.values()].filter(({ kind, of }) => kind === "start" && of === legUuid);
    if (request.name !== undefined && others.some(({ name }) => name === request.name)) throw conflict(`The stream ${request.name} of this call is under way already.`);
    if (others.reduce((sum, each) => sum + each.tracks.length, tracks.length) > MAX_TRACKS) throw new StreamError(STREAM_ERRORS.track, `A call has ${MAX_TRACKS} tracks at most.`);
    const leg = audio.find(legUuid);
    if (leg === undefined) throw conflict("The leg hung up.");
    // Bounded by the tracks, one or two.
    const copies: OpenCopy[] = [];
    // Bounded by the copies, and the leg.
    const ends: (() => void)[] = [];
    const session = this.#session("start", sid, request, tracks, {
      play: null,
      open: async (stream, opening) => {
        for (const track of tracks) {
          const copy = await this.#copy(sid, leg.uuid, track === "inbound" ? "said" : "heard", null, (pcm) => stream.audio(track, pcm), opening);
          copies.push(copy);
          ends.push(audio.onEnd(copy.near.uuid, () => session.end(leg.hungUp ? { reason: "call-ended" } : failed(new StreamError(STREAM_ERRORS.audio, "FreeSWITCH ended the copy of the call.")))));
        }
      },
      close: async () => {
        for (const stop of ends) stop();
        await Promise.all(copies.map(async ({ link, near }) => Promise.all([link.close(), audio.release(near)])));
      },
    });
    ends.push(audio.onEnd(leg.uuid, () => session.end({ reason: "call-ended" })));
    const ended = this.#run({ kind: "start", name: request.name ?? sid, of: leg.uuid, session, tracks, supervised: null }, sid, request, new AbortController().signal);
    return { sid, ended };
  }

  /** Ends a started stream of the leg, by its name or sid; null: the newest. Null when there is none; `closed` resolves when its connection is. */
  stop(legUuid: string, nameOrSid: string | null): StoppedStream | null {
    const found = [...this.#running].findLast(([sid, { kind, of, name }]) => kind === "start" && of === legUuid && (nameOrSid === null || name === nameOrSid || sid === nameOrSid));
    if (found === undefined) return null;
    const [sid, { session, name }] = found;
    session.end({ reason: "stopped" });
    return { sid, name: name === sid ? null : name, closed: session.closed };
  }

  /**
   * A program supervises the call: it hears it from now on, and is heard as its mode says. Resolves with the stream's sid once both are so.
   * Throws NotFound, Forbidden, Conflict, InvalidParameter for the URL, PROGRAM_UNREACHABLE, SwitchUnavailable, Busy.
   */
  async supervise(actor: Actor, callId: string, { url, mode, heard, parameters }: SuperviseStream): Promise<{ readonly id: string }> {
    const { programs, audio, logger } = this.#options;
    const call = programs.check(actor, callId, mode);
    if (call.organizationId === null) throw conflict(`The call ${call.id} belongs to no organization.`);
    const account = await this.#options.account(call.organizationId, call.to);
    const sid = newSid("MZ");
    const request: StreamRequest = { ...account, organizationId: call.organizationId, callSid: callSid(call.id), url, parameters };
    const tracks = tracksHeard(heard);
    let supervised: SupervisedAudio | null = null;
    const began = deferred();
    let over: (end: StreamEnd) => void = () => undefined;
    const session = this.#session("supervise", sid, request, tracks, {
      query: true,
      play: (mulaw) => supervised?.play(mulaw),
      open: async (stream, opening) => {
        const supervising = programs.begin(actor, call.id, { stream: sid, mode, host: new URL(url).host });
        if (supervising.ears() === null) {
          supervising.ended("failed");
          throw conflict(`Nobody is heard on the call ${call.id} yet.`);
        }
        const open = (of: ChannelUuid, side: CopiedSide, speaks: Exclude<SupervisionMode, "listen"> | null, onAudio: (pcm: Buffer) => void, copying: AbortSignal): Promise<OpenCopy> => this.#copy(sid, of, side, speaks, onAudio, copying);
        const made = (supervised = new SupervisedAudio({ audio, supervising, heard, open, onAudio: (track, pcm) => stream.audio(track, pcm), logger, signal: opening }, mode));
        const digits = audio.onDigit(supervising.ears() ?? "", (digit) => stream.digit(digit));
        const changes = supervising.onChange((live) => {
          if (live === null) session.end({ reason: "call-ended" });
        });
        over = (end) => {
          digits();
          changes();
          supervising.ended(end.reason === "peer" ? "hung_up" : end.reason === "call-ended" ? "call_ended" : end.reason === "error" ? "failed" : "asked");
        };
        this.#running.set(sid, { kind: "supervise", name: sid, of: call.id, session, tracks, supervised: { audio: made, mode, switched: (to, by) => supervising.switched(to, by) } });
        await made.begin();
        began.resolve();
      },
      close: async (end) => {
        const tell = over;
        over = () => undefined;
        tell(end);
        await supervised?.close();
      },
    });
    const ended = this.#run({ kind: "supervise", name: sid, of: call.id, session, tracks, supervised: null }, sid, request, new AbortController().signal);
    void ended.then((end) => began.reject(end.reason === "error" ? (session.cause ?? unreachable(end.error)) : conflict("The stream ended at once.")));
    await began.promise;
    return { id: sid };
  }

  /** Another mode for a program that supervises the call. Throws NotFound, Forbidden, Conflict. */
  async switchMode(actor: Actor, callId: string, sid: string, mode: SupervisionMode): Promise<void> {
    const running = this.#supervision(actor, callId, sid, mode);
    if (running.supervised === null || running.supervised.mode === mode) return;
    await running.supervised.audio.switchTo(mode);
    running.supervised.mode = mode;
    running.supervised.switched(mode, actor.name);
  }

  /** Ends one program's supervision of the call, or that of all. Resolves when it has ended. Throws NotFound, Forbidden. */
  async endSupervision(actor: Actor, callId: string, sid: string | null): Promise<void> {
    const call = this.#options.programs.check(actor, callId, "off");
    const sids = sid === null ? this.#options.programs.streams(call) : [sid];
    const running = sids.map((each) => this.#supervision(actor, callId, each, "off"));
    await Promise.all(
      running.map(({ session }) => {
        session.end({ reason: "stopped" });
        return session.closed;
      }),
    );
  }

  /** A leg's audio for who listens on this side, such as a recognizer; see `listen`. */
  listen(legUuid: string, side: "said" | "heard", signal: AbortSignal): AsyncGenerator<Buffer> {
    return listen(this.#options, legUuid, side, signal);
  }

  /** Ends all streams. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#running.values()];
    for (const { session } of all) session.end({ reason: "shutdown" });
    await Promise.all(all.map(({ session }) => session.closed));
    this.#options.pacer.close();
  }

  #supervision(actor: Actor, callId: string, sid: string, mode: SupervisionMode | "off"): Running {
    const call = this.#options.programs.check(actor, callId, mode);
    const running = this.#running.get(sid);
    if (running?.kind !== "supervise" || !this.#options.programs.streams(call).includes(sid)) throw notFound(`The stream ${sid}`);
    return running;
  }

  #session(kind: StreamKind, sid: string, request: StreamRequest, tracks: readonly Track[], audio: SessionAudio): Session {
    const { guard, pacer, counts, logger, limits, metrics } = this.#options;
    return new Session({ sid, request, tracks, audio, guard, pacer, counts, logger, ...(limits === undefined ? {} : { limits }), onRoundTrip: (ms) => metrics.streamRoundTrip(ms), onStarted: () => tellStatus(this.#options.deliveries, logger, request, sid, "stream-started"), kind });
  }

  async #run(running: Running, sid: string, request: StreamRequest, signal: AbortSignal): Promise<StreamEnd> {
    const { audio, logger, deliveries, metrics } = this.#options;
    const { session, kind } = running;
    if (this.#closed) return { reason: "shutdown" };
    this.#running.set(sid, running);
    audio.begin(sid);
    const end = await session.run(signal);
    this.#running.delete(sid);
    audio.finish(sid);
    if (end.reason === "error") tellStatus(deliveries, logger, request, sid, "stream-error", end.error);
    if (session.started) tellStatus(deliveries, logger, request, sid, "stream-stopped");
    metrics.streamEnded(kind, end.reason === "error" ? String(end.error.code) : end.reason);
    logger.info({ stream: sid, kind, call: request.callSid, reason: end.reason, ...(end.reason === "error" ? { code: end.error.code, why: end.error.message } : {}) }, "a stream ended");
    return end;
  }

  #link(leg: AudioLeg, onAudio: (pcm: Buffer) => void, signal: AbortSignal): Promise<LegLink> {
    return openLink(this.#options, leg, onAudio, signal);
  }

  #copy(stream: string, of: ChannelUuid, side: CopiedSide, speaks: Exclude<SupervisionMode, "listen"> | null, onAudio: (pcm: Buffer) => void, signal: AbortSignal): Promise<OpenCopy> {
    return openCopy(this.#options, { stream, of, side, speaks }, onAudio, signal);
  }
}

const failed = (error: StreamError): StreamEnd & { readonly reason: "error" } => ({ reason: "error", error });
