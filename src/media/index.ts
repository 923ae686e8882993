/** The door of the media room: live audio between legs and programs. */
export { STREAM_ERRORS, StreamError, type StreamEnd, type StreamErrorCode } from "./errors.js";
export { newCounts, type StreamCounts } from "./counts.js";
export { Pacer, processTime, type PacerTime } from "./pacer.js";
export { PortPool, type PortRange } from "./ports.js";
export { placeOf, type MediaPlace } from "./place.js";
export { SOCKET_LIMITS, type SocketLimits } from "./program-socket.js";
export { isStreamUrl, streamParameters, streamUrl, TRACK_WORDS, tracksOf, type StreamAccount, type StreamRequest, type TrackWord } from "./request.js";
export { STREAM_KINDS, Streams, type StartedStream, type StreamKind, type StreamsOptions, type SuperviseStream } from "./streams.js";
export { HEARD, type Heard } from "./supervised.js";
