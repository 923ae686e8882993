/** The messages of Twilio's Media Streams, to the letter (www.twilio.com/docs/voice/media-streams/websocket-messages). Numbers are strings, but in `mediaFormat`. */

/** Of a leg: what its party says (`inbound`), and what its party hears. */
export type Track = "inbound" | "outbound";

export interface StartData {
  readonly accountSid: string;
  readonly callSid: string;
  readonly streamSid: string;
  readonly tracks: readonly Track[];
  readonly customParameters: Readonly<Record<string, string>>;
}

export const CONNECTED = JSON.stringify({ event: "connected", protocol: "Call", version: "1.0.0" });

const MEDIA_FORMAT = { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 };

/** Makes what is sent to the program, each message with the next number. */
export class MessageWriter {
  readonly #start: StartData;
  readonly #chunks: Record<Track, number> = { inbound: 0, outbound: 0 };
  #sequence = 0;

  constructor(start: StartData) {
    this.#start = start;
  }

  start(): string {
    const { accountSid, callSid, streamSid, tracks, customParameters } = this.#start;
    return JSON.stringify({ event: "start", sequenceNumber: this.#next(), start: { accountSid, streamSid, callSid, tracks, mediaFormat: MEDIA_FORMAT, customParameters }, streamSid });
  }

  /** @param timestampMs of the audio's beginning, from the stream's start */
  media(track: Track, timestampMs: number, mulaw: Buffer): string {
    const chunk = ++this.#chunks[track];
    // By hand, since there are fifty a second of each stream. Nothing in it needs escaping.
    return `{"event":"media","sequenceNumber":"${this.#next()}","media":{"track":"${track}","chunk":"${chunk}","timestamp":"${timestampMs}","payload":"${mulaw.toString("base64")}"},"streamSid":"${this.#start.streamSid}"}`;
  }

  dtmf(digit: string): string {
    return JSON.stringify({ event: "dtmf", streamSid: this.#start.streamSid, sequenceNumber: this.#next(), dtmf: { track: "inbound_track", digit } });
  }

  mark(name: string): string {
    return JSON.stringify({ event: "mark", sequenceNumber: this.#next(), streamSid: this.#start.streamSid, mark: { name } });
  }

  stop(): string {
    const { accountSid, callSid, streamSid } = this.#start;
    return JSON.stringify({ event: "stop", sequenceNumber: this.#next(), streamSid, stop: { accountSid, callSid } });
  }

  #next(): string {
    return String(++this.#sequence);
  }
}

/** What a program may send. */
export type ProgramMessage = { readonly streamSid: string } & (
  | { readonly event: "media"; readonly mulaw: Buffer }
  | { readonly event: "mark"; readonly name: string }
  | { readonly event: "clear" }
);

/** A mark's name is a word of the program's, no store. */
const MAX_MARK_NAME = 1024;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Null for what is no message of the protocol. */
export function readMessage(text: string): ProgramMessage | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(message)) return null;
  const { event, streamSid, media, mark } = message;
  if (typeof streamSid !== "string") return null;
  if (event === "clear") return { event, streamSid };
  if (event === "mark") {
    const name = isObject(mark) ? mark["name"] : undefined;
    return typeof name === "string" && name.length <= MAX_MARK_NAME ? { event, streamSid, name } : null;
  }
  if (event !== "media" || !isObject(media)) return null;
  const mulaw = typeof media["payload"] === "string" ? fromBase64(media["payload"]) : null;
  return mulaw === null ? null : { event, streamSid, mulaw };
}

/** Null for what is no base64. By its length: Node.js passes over what is none of its characters, and stops at the padding. */
function fromBase64(text: string): Buffer | null {
  const characters = text.length - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
  const bytes = Buffer.from(text, "base64");
  return characters % 4 !== 1 && bytes.length === (characters * 3) >> 2 ? bytes : null;
}
