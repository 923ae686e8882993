import { CallplaneError } from "../errors.js";
import type { Logger } from "../logger.js";
import { OutboundError, SIGNATURE_HEADER, signature, type AddressGuard } from "../outbound/index.js";
import type { StreamCounts } from "./counts.js";
import { STREAM_ERRORS, StreamError, type StreamEnd } from "./errors.js";
import type { Track } from "./messages.js";
import type { Pacer } from "./pacer.js";
import { ProgramSocket, type SocketLimits } from "./program-socket.js";
import { streamParameters, streamUrl, type StreamRequest } from "./request.js";
import { MediaStream } from "./stream.js";

/** The leg's side of a stream. */
export interface SessionAudio {
  /** Null: the program only listens. */
  readonly play: ((mulaw: Buffer) => void) | null;
  /** Begins the audio; the stream has been started. */
  readonly open: (stream: MediaStream, signal: AbortSignal) => Promise<void>;
  /** Ends it, however far it has come; once more when it was being opened. Must not reject. */
  readonly close: (end: StreamEnd) => Promise<void>;
  /** Whether the URL may have a query. */
  readonly query?: boolean;
}

export interface SessionOptions {
  readonly sid: string;
  readonly kind: string;
  readonly request: StreamRequest;
  readonly tracks: readonly Track[];
  readonly audio: SessionAudio;
  readonly guard: Pick<AddressGuard, "assertUrl" | "lookup">;
  readonly pacer: Pick<Pacer, "add">;
  readonly counts: StreamCounts;
  readonly logger: Logger;
  readonly limits?: Partial<SocketLimits>;
  readonly onStarted: () => void;
  readonly onRoundTrip: (ms: number) => void;
}

/** One stream from its handshake to its end, whichever side ends it. */
export class Session {
  readonly #options: SessionOptions;
  /** Aborts what is being opened. */
  readonly #over = new AbortController();
  #end: StreamEnd | null = null;
  #stream: MediaStream | null = null;
  #socket: ProgramSocket | null = null;
  #finish: (end: StreamEnd) => void = () => undefined;
  readonly #finished: Promise<StreamEnd>;
  #closed: () => void = () => undefined;
  /** Resolves when the audio and the connection are closed. */
  readonly closed: Promise<void>;
  /** What FreeSWITCH or the calls room refused, when that is why it failed. */
  cause: CallplaneError | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#finished = new Promise((resolve) => (this.#finish = resolve));
    this.closed = new Promise((resolve) => (this.#closed = resolve));
  }

  /** Whether the program has been told `start`. */
  get started(): boolean {
    return this.#stream !== null;
  }

  /** Ends it: `stop` is sent, and the connection closed. Idempotent. */
  end(end: StreamEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#over.abort(new StreamError(STREAM_ERRORS.connection, "The stream ended."));
    this.#stream?.end(end);
    this.#finish(end);
  }

  /** Resolves with its end, when all is closed. Never rejects. */
  async run(signal: AbortSignal): Promise<StreamEnd> {
    const stopped = (): void => this.end({ reason: "stopped" });
    if (signal.aborted) stopped();
    signal.addEventListener("abort", stopped, { once: true });
    let isOpening = true;
    const opening = this.#open().finally(() => (isOpening = false));
    const end = await this.#finished;
    signal.removeEventListener("abort", stopped);
    this.#socket?.close();
    const wasOpening = isOpening;
    await this.#closeAudio(end);
    // What has come to be open after that is closed too.
    if (wasOpening) {
      await opening;
      await this.#closeAudio(end);
    }
    this.#closed();
    return end;
  }

  async #closeAudio(end: StreamEnd): Promise<void> {
    const { audio, logger, sid } = this.#options;
    await audio.close(end).catch((error: unknown) => logger.error({ err: error, stream: sid }, "a stream's audio could not be closed"));
  }

  async #open(): Promise<void> {
    const { audio } = this.#options;
    try {
      this.#socket = await this.#connect(this.#over.signal);
      this.#over.signal.throwIfAborted();
      const stream = (this.#stream = this.#makeStream(this.#socket));
      this.#options.onStarted();
      await audio.open(stream, this.#over.signal);
    } catch (error) {
      if (error instanceof CallplaneError) this.cause = error;
      this.end({ reason: "error", error: error instanceof StreamError ? error : new StreamError(STREAM_ERRORS.audio, error instanceof CallplaneError ? error.message : "An unexpected error.") });
      if (!(error instanceof StreamError) && !(error instanceof CallplaneError)) this.#options.logger.error({ err: error, stream: this.#options.sid }, "a stream failed");
      // It may have been opened after the end.
      this.#socket?.close();
    }
  }

  #connect(signal: AbortSignal): Promise<ProgramSocket> {
    const { request, guard, limits, audio, onRoundTrip } = this.#options;
    const url = streamUrl(request.url, { query: audio.query === true });
    try {
      guard.assertUrl(url, ["wss:", "ws:"]);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw new StreamError(STREAM_ERRORS.connection, error.message);
    }
    return ProgramSocket.open(
      {
        url,
        headers: { [SIGNATURE_HEADER]: signature(request.authToken, url.href), "user-agent": "Callplane" },
        lookup: guard.lookup(url),
        ...(limits === undefined ? {} : { limits }),
        onMessage: (text) => this.#stream?.message(text),
        onEnd: (error) => this.end(error === null ? { reason: "peer" } : { reason: "error", error }),
        onRoundTrip,
      },
      signal,
    );
  }

  #makeStream(socket: ProgramSocket): MediaStream {
    const { sid, request, tracks, audio, pacer, counts, logger } = this.#options;
    const onWarning = (text: string): void => {
      logger.info({ stream: sid, call: request.callSid }, text);
      request.onWarning?.(text);
    };
    return new MediaStream({
      start: { accountSid: request.accountSid, callSid: request.callSid, streamSid: sid, tracks, customParameters: streamParameters(request.parameters, onWarning) },
      play: audio.play,
      send: (text) => socket.send(text),
      pacer,
      now: () => performance.now(),
      counts,
      onEnd: (end) => this.end(end),
      hold: (ms) => socket.hold(ms),
      onWarning,
    });
  }
}
