/** What somebody wants streamed, checked. */
import { STREAM_ERRORS, StreamError } from "./errors.js";
import type { Track } from "./messages.js";

/** Under which identity the program is spoken to. */
export interface StreamAccount {
  readonly accountSid: string;
  /** Signs the handshake. */
  readonly authToken: string;
  /** The phone line whose token that is, where it has one; absent: the account's. Signs what is told of the stream. */
  readonly line?: number | undefined;
}

export interface StreamRequest extends StreamAccount {
  readonly organizationId: number;
  readonly callSid: string;
  /** `wss:`; `ws:` to this host alone. */
  readonly url: string;
  /** Unique among the streams of the leg; by default the stream's sid. */
  readonly name?: string | undefined;
  /** The `customParameters` of `start`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly statusCallback?: { readonly url: string; readonly method: "GET" | "POST" } | undefined;
  /** What is odd and was passed over, for the call's log. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

export const TRACK_WORDS = ["inbound_track", "outbound_track", "both_tracks"] as const;
export type TrackWord = (typeof TRACK_WORDS)[number];

export const tracksOf = (word: TrackWord): readonly Track[] => (word === "both_tracks" ? ["inbound", "outbound"] : [word === "inbound_track" ? "inbound" : "outbound"]);

/** Of a parameter, name and value together (www.twilio.com/docs/voice/twiml/stream). */
const MAX_PARAMETER = 500;
const MAX_PARAMETERS = 100;
const LOCAL = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Throws StreamError 31922 for a URL that no stream may have. */
export function streamUrl(text: string, options: { readonly query: boolean }): URL {
  const refuse = (why: string): never => {
    throw new StreamError(STREAM_ERRORS.url, `The stream's URL ${why}.`);
  };
  if (!URL.canParse(text)) return refuse("is none");
  const url = new URL(text);
  if (url.protocol !== "wss:" && !(url.protocol === "ws:" && LOCAL.test(url.hostname))) return refuse("is not wss");
  if (url.search !== "" && !options.query) return refuse("has a query; data for the program goes into parameters");
  if (url.username !== "" || url.password !== "") return refuse("holds a user or a password");
  url.hash = "";
  return url;
}

/** Those that may be sent; each that is left out is told. */
export function streamParameters(all: Readonly<Record<string, string>>, onWarning: (text: string) => void): Record<string, string> {
  const fit = Object.entries(all).filter(([name, value]) => {
    const fits = name !== "" && name.length + value.length <= MAX_PARAMETER;
    if (!fits) onWarning(`A parameter without a name, or of more than ${MAX_PARAMETER} characters, is left out.`);
    return fits;
  });
  if (fit.length > MAX_PARAMETERS) onWarning(`Parameters after the first ${MAX_PARAMETERS} are left out.`);
  return Object.fromEntries(fit.slice(0, MAX_PARAMETERS));
}

/** Whether a stream may be asked for with this URL, as far as its text tells. */
export function isStreamUrl(text: string): boolean {
  try {
    return streamUrl(text, { query: true }) instanceof URL;
  } catch {
    return false;
  }
}
