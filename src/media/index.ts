/** The door of the media room: live audio between legs and programs. */
export { STREAM_ERRORS, StreamError, type StreamEnd, type StreamErrorCode } from "./errors.js";
export { newCounts, type StreamCounts } from "./counts.js";
export { Pacer, processTime, type PacerTime } from "./pacer.js";
export { PortPool, type PortRange } from "./ports.js";
export { placeOf, type MediaPlace } from "./place.js";
export { ProgramSocket, SOCKET_LIMITS, type SocketLimits } from "./program-socket.js";
export { LegLink } from "./leg-link.js";
export { streamParameters, streamUrl, TRACK_WORDS, tracksOf, type StreamAccount, type StreamRequest, type TrackWord } from "./request.js";
export { MediaStream } from "./stream.js";
export { tellStatus } from "./status-callbacks.js";
