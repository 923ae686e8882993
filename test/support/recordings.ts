/** Real event-socket traffic of FreeSWITCH 1.10.12 (test/fixtures/recordings), as frames, commands and events. */
import { readFileSync, readdirSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { z } from "zod";

const FOLDER = new URL("../fixtures/recordings/", import.meta.url);

const headerValue = z.union([z.string(), z.array(z.string())]);
const entry = z.discriminatedUnion("dir", [
  z.object({ t: z.number(), dir: z.literal("send"), command: z.string() }),
  z.object({ t: z.number(), dir: z.literal("frame"), headers: z.record(z.string(), headerValue), body: z.string().optional() }),
  z.object({ t: z.number(), dir: z.literal("event"), event: z.record(z.string(), headerValue) }),
  z.object({ t: z.number(), dir: z.literal("closed") }),
]);
export type RecordingEntry = z.infer<typeof entry>;
export type RecordedEvent = Readonly<Record<string, string | string[]>>;

export const recordingNames = (): string[] => readdirSync(FOLDER).map((file) => file.replace(/\.jsonl\.gz$/, ""));

/** Everything after the first line, which only says what happened. */
export function recording(name: string): RecordingEntry[] {
  const text = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, FOLDER))).toString("utf8");
  return text
    .split("\n")
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => entry.parse(JSON.parse(line)));
}

export const recordedEvents = (name: string): RecordedEvent[] => recording(name).flatMap((item) => (item.dir === "event" ? [item.event] : []));

/** The body of a `text/event-plain` frame, as FreeSWITCH writes it (switch_event.c, switch_event_serialize with encoding). */
export function asEventPlain(event: RecordedEvent): Buffer {
  const lines: string[] = [];
  let body = "";
  for (const [name, value] of Object.entries(event)) {
    if (name === "_body") body = typeof value === "string" ? value : value.join("");
    else if (name !== "Content-Length") lines.push(`${name}: ${percentEncode(typeof value === "string" ? value : `ARRAY::${value.join("|:")}`)}`);
  }
  const head = lines.join("\n");
  return body === "" ? Buffer.from(`${head}\n\n`) : Buffer.from(`${head}\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`);
}

/** FreeSWITCH's url encoding (switch_utils.h, SWITCH_URL_UNSAFE): what looks like an escape already stays, and an empty value is written out. */
function percentEncode(value: string): string {
  if (value === "") return "_undef_";
  return value.replace(/%(?![0-9A-F]{2})|[ #&+:;<=>?@[\\\]^`{|}"\p{Cc}\u0080-\u{10ffff}]/gu, (char) => [...Buffer.from(char)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""));
}
