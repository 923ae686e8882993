import { STREAM_ERRORS, StreamError, type StreamEnd } from "./errors.js";
import { FRAME_BYTES, FRAME_MS } from "./frames.js";
import { CONNECTED, MessageWriter, readMessage, type ProgramMessage, type StartData, type Track } from "./messages.js";
import { SILENCE, toMulaw } from "../g711.js";
import type { Pacer } from "./pacer.js";
import { MAX_MARKS, PlayoutQueue, QueueFull } from "./playout.js";
import type { StreamCounts } from "./counts.js";

/** Audio that is later than that is replaced by silence, so that a track's time goes on. */
const GAP_MS = 80;
/** Single packets that were lost are made up for after so many ticks in which a track was behind throughout. */
const BEHIND_TICKS = 50;
/** Messages for another stream that are passed over; a program that goes on is broken. */
const MAX_STRAY = 10;
/** Messages without audio: as many at once as marks may wait, and then two for each packet of 20 ms. What comes faster is read more slowly. */
const COMMANDS = { atOnce: MAX_MARKS, aSecond: 100 } as const;

export interface StreamOptions {
  readonly start: StartData;
  /** Plays 20 ms of µ-law to the leg; null: the program only listens, and anything that it sends ends the stream. */
  readonly play: ((mulaw: Buffer) => void) | null;
  readonly send: (text: string) => void;
  readonly pacer: Pick<Pacer, "add">;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly counts: StreamCounts;
  /** Called once. The socket and the audio are the owner's to close; `stop` has been sent. */
  readonly onEnd: (end: StreamEnd) => void;
  /** Nothing more of the program is to be read for so many milliseconds. */
  readonly hold: (ms: number) => void;
  /** What is odd and was passed over, for the call's log. */
  readonly onWarning: (text: string) => void;
}

interface TrackState {
  /** µ-law that is less than a frame. */
  rest: Buffer;
  sentMs: number;
  /** When audio came last, from the stream's start; null: never. */
  cameAt: number | null;
  /** How far it was behind at least, in the ticks of this round. */
  leastBehind: number;
}

const SILENT_FRAME = Buffer.alloc(FRAME_BYTES, SILENCE);

/** One stream between a leg and a program: makes the messages, keeps the tracks' time, and paces what is played. It knows neither sockets nor FreeSWITCH. */
export class MediaStream {
  readonly #options: StreamOptions;
  readonly #writer: MessageWriter;
  readonly #queue: PlayoutQueue;
  readonly #startedAt: number;
  readonly #tracks: ReadonlyMap<Track, TrackState>;
  readonly #leave: () => void;
  #stray = 0;
  /** Messages without audio that may come now; below 0: it is being held. */
  #commands: number = COMMANDS.atOnce;
  #commandAt: number;
  #isFlooding = false;
  #ticks = 0;
  #tickedAt = 0;
  #over = false;

  /** Sends `connected` and `start`. */
  constructor(options: StreamOptions) {
    this.#options = options;
    this.#writer = new MessageWriter(options.start);
    this.#queue = new PlayoutQueue((mark) => this.#send(this.#writer.mark(mark)));
    this.#startedAt = options.now();
    this.#commandAt = this.#startedAt;
    this.#tracks = new Map(options.start.tracks.map((track) => [track, { rest: Buffer.alloc(0), sentMs: 0, cameAt: null, leastBehind: Infinity }]));
    options.send(CONNECTED);
    options.send(this.#writer.start());
    this.#leave = options.pacer.add(() => this.#tick());
  }

  /** Audio that waits to be played, milliseconds. */
  get queuedMs(): number {
    return this.#queue.queuedMs;
  }

  /** Linear PCM at 8 kHz, of any length. */
  audio(track: Track, pcm: Buffer): void {
    const state = this.#tracks.get(track);
    if (this.#over || state === undefined) return;
    const elapsed = this.#elapsed();
    state.cameAt = elapsed;
    const bytes = state.rest.length === 0 ? toMulaw(pcm) : Buffer.concat([state.rest, toMulaw(pcm)]);
    let at = 0;
    for (; at + FRAME_BYTES <= bytes.length; at += FRAME_BYTES) {
      // A burst after a gap: silence stands in its place already.
      if (state.sentMs > elapsed + GAP_MS) this.#options.counts.late++;
      else this.#frame(track, state, bytes.subarray(at, at + FRAME_BYTES));
    }
    state.rest = bytes.subarray(at);
  }

  /** The caller pressed a key. */
  digit(digit: string): void {
    if (!this.#over && this.#options.play !== null) this.#send(this.#writer.dtmf(digit));
  }

  /** A text of the program. */
  message(text: string): void {
    if (this.#over) return;
    if (this.#options.play === null) {
      this.#fail("The stream goes one way, and the program sent something.");
      return;
    }
    const message = readMessage(text);
    if (message === null) this.#fail("The program sent something that is no message of the protocol.");
    else if (message.streamSid !== this.#options.start.streamSid) this.#strayed();
    else this.#take(message);
  }

  /** Sends `stop`. Idempotent. */
  end(end: StreamEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#leave();
    this.#options.send(this.#writer.stop());
    this.#options.onEnd(end);
  }

  /** A program that sends marks and clears without end costs its own stream alone. */
  #count(): void {
    const now = this.#options.now();
    this.#commands = Math.min(COMMANDS.atOnce, this.#commands + ((now - this.#commandAt) * COMMANDS.aSecond) / 1000) - 1;
    this.#commandAt = now;
    if (this.#commands >= 0) return;
    this.#options.counts.held++;
    if (!this.#isFlooding) this.#options.onWarning(`The program sends more than ${COMMANDS.aSecond} marks and clears a second; it is read more slowly.`);
    this.#isFlooding = true;
    this.#options.hold((-this.#commands * 1000) / COMMANDS.aSecond);
  }

  #take(message: ProgramMessage): void {
    if (message.event !== "media" || message.mulaw.length === 0) this.#count();
    try {
      if (message.event === "media") this.#queue.add(message.mulaw);
      else if (message.event === "mark") this.#queue.mark(message.name);
      else {
        this.#options.counts.cleared += Math.ceil(this.#queue.queuedMs / FRAME_MS);
        this.#queue.clear();
      }
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error;
      this.#fail(error.message);
    }
  }

  #strayed(): void {
    if (++this.#stray === 1) this.#options.onWarning("The program sent a message with another stream's streamSid; such messages are passed over.");
    if (this.#stray > MAX_STRAY) this.#fail("The program goes on sending messages of another stream.");
  }

  #fail(message: string): void {
    this.end({ reason: "error", error: new StreamError(STREAM_ERRORS.protocol, message) });
  }

  /** Every 20 ms. */
  #tick(): void {
    const frame = this.#queue.next();
    if (frame !== null) {
      this.#options.play?.(frame);
      this.#options.counts.framesOut++;
      this.#queue.played();
    }
    const elapsed = this.#elapsed();
    const heldUp = elapsed - this.#tickedAt > 2 * FRAME_MS;
    this.#tickedAt = elapsed;
    const roundEnds = ++this.#ticks % BEHIND_TICKS === 0;
    for (const [track, state] of this.#tracks) {
      const behind = elapsed - state.sentMs;
      state.leastBehind = Math.min(state.leastBehind, behind);
      // After a delay of this process the audio is there, and will be read next.
      if (elapsed - (state.cameAt ?? 0) > GAP_MS && !heldUp) this.#silence(track, state, behind - GAP_MS);
      else if (roundEnds && state.leastBehind > GAP_MS) this.#silence(track, state, state.leastBehind - FRAME_MS);
      if (roundEnds) state.leastBehind = Infinity;
    }
  }

  #silence(track: Track, state: TrackState, ms: number): void {
    for (let filled = 0; filled < ms; filled += FRAME_MS) {
      if (state.cameAt !== null) this.#options.counts.gaps++;
      this.#frame(track, state, SILENT_FRAME);
    }
  }

  #frame(track: Track, state: TrackState, mulaw: Buffer): void {
    this.#options.counts.framesIn++;
    this.#send(this.#writer.media(track, state.sentMs, mulaw));
    state.sentMs += FRAME_MS;
  }

  #elapsed(): number {
    return this.#options.now() - this.#startedAt;
  }

  #send(text: string): void {
    if (!this.#over) this.#options.send(text);
  }
}
