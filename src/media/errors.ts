/** Why a stream failed, in the codes that Twilio documents (www.twilio.com/docs/api/errors/31920 and so on). */
export const STREAM_ERRORS = {
  /** The handshake was answered with something other than 101. */
  handshake: 31_920,
  tls: 31_910,
  /** The connection was refused, could not be made, or was lost. */
  connection: 31_921,
  url: 31_922,
  malformedAnswer: 31_923,
  /** What the program sent is no message of the protocol, too large, or more than can be kept. */
  protocol: 31_924,
  track: 31_941,
  /** Ours: the leg's audio could not be reached in FreeSWITCH. */
  audio: 31_951,
} as const;

export type StreamErrorCode = (typeof STREAM_ERRORS)[keyof typeof STREAM_ERRORS];

/** The stream could not begin or go on. The message may be shown to the application: it holds no secret. */
export class StreamError extends Error {
  readonly code: StreamErrorCode;

  constructor(code: StreamErrorCode, message: string) {
    super(message);
    this.name = "StreamError";
    this.code = code;
  }
}

/** How a stream ended. */
export type StreamEnd =
  /** The program closed its socket. */
  | { readonly reason: "peer" }
  /** The leg hung up, or the call ended. */
  | { readonly reason: "call-ended" }
  /** By `<Stop>`, REST, or whoever asked for it. */
  | { readonly reason: "stopped" }
  /** Callplane stops. */
  | { readonly reason: "shutdown" }
  | { readonly reason: "error"; readonly error: StreamError };
