/** Bytes as FreeSWITCH writes them, for the tests of this room. */
import { asEventPlain, type RecordedEvent, type RecordingEntry } from "../support/recordings.js";

export interface WireFrame {
  readonly contentType: string;
  readonly replyText: string;
  readonly body: string;
  readonly bytes: Buffer;
}

const text = (value: string | string[] | undefined): string => (Array.isArray(value) ? value.join("") : (value ?? ""));

export function frame(headers: Readonly<Record<string, string>>, body: Buffer | string = ""): Buffer {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ ...headers, ...(bytes.length > 0 ? { "Content-Length": String(bytes.length) } : {}) }).map(([name, value]) => `${name}: ${value}\n`);
  return Buffer.concat([Buffer.from(`${lines.join("")}\n`), bytes]);
}

export const eventFrame = (event: RecordedEvent): Buffer => frame({ "Content-Type": "text/event-plain" }, asEventPlain(event));
export const commandReply = (reply: string): Buffer => frame({ "Content-Type": "command/reply", "Reply-Text": reply });
export const apiResponse = (body: string): Buffer => frame({ "Content-Type": "api/response", ...(body === "" ? { "Content-Length": "0" } : {}) }, body);

/** What FreeSWITCH sent in a recording, with events rendered as `text/event-plain`. */
export function wireFrames(entries: readonly RecordingEntry[]): WireFrame[] {
  return entries.flatMap((entry): WireFrame[] => {
    if (entry.dir === "event") {
      const body = asEventPlain(entry.event);
      return [{ contentType: "text/event-plain", replyText: "", body: body.toString("latin1"), bytes: frame({ "Content-Type": "text/event-plain" }, body) }];
    }
    if (entry.dir !== "frame") return [];
    const headers = Object.fromEntries(Object.entries(entry.headers).filter(([name]) => name !== "Content-Length").map(([name, value]) => [name, text(value)]));
    const body = entry.body ?? "";
    return [{ contentType: text(headers["Content-Type"]), replyText: text(headers["Reply-Text"]), body: Buffer.from(body).toString("latin1"), bytes: frame(headers, body) }];
  });
}

/** A small generator of numbers from 0 up to 1 that gives the same ones for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
