/** Streams of recorded channel events, the calls of each repetition being new ones. */
import { CHANNEL_EVENT_NAMES } from "../../../src/freeswitch/index.js";
import { asEventPlain, recordedEvents, recordingNames, type RecordedEvent } from "../../support/recordings.js";

export type WireFormat = "plain" | "json";

export interface EventStream {
  /** Frames of `text/event-plain` or `text/event-json`, one after another. */
  readonly bytes: Buffer;
  readonly events: number;
  /** Channels that the stream creates and does not destroy. */
  readonly liveAfter: number;
}

const NAMES: ReadonlySet<unknown> = new Set(CHANNEL_EVENT_NAMES);
export const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Whether Callplane subscribes to it. */
export const isChannelEvent = (event: RecordedEvent): boolean => NAMES.has(event["Event-Name"]);

/** The channel events of all recordings, in order. */
const channelEvents = (): RecordedEvent[] => recordingNames().flatMap((name) => recordedEvents(name).filter(isChannelEvent));

/** All uuids but the switch's own become others of the same length. */
const renewUuids = (text: string, generation: number, keep: ReadonlySet<string>): string =>
  text.replace(UUID, (uuid) => (keep.has(uuid) ? uuid : generation.toString(16).padStart(8, "0") + uuid.slice(8)));

const coreUuidsOf = (events: readonly RecordedEvent[]): ReadonlySet<string> =>
  new Set(events.flatMap(({ "Core-UUID": uuid }) => (typeof uuid === "string" ? [uuid] : [])));

/** `count` events: the recordings over and over. */
export function eventStream(format: WireFormat, count: number): EventStream {
  const events = channelEvents();
  const keep = coreUuidsOf(events);
  const bodies = events.map((event) => ({
    name: event["Event-Name"],
    uuid: String(event["Unique-ID"]),
    text: format === "json" ? JSON.stringify(event) : asEventPlain(event).toString("utf8"),
  }));
  const frames: Buffer[] = [];
  const live = new Set<string>();
  for (let i = 0; i < count; i++) {
    const body = bodies[i % bodies.length];
    if (body === undefined) throw new Error("there are no recordings");
    const generation = 1 + Math.floor(i / bodies.length);
    const text = Buffer.from(renewUuids(body.text, generation, keep));
    frames.push(Buffer.from(`Content-Length: ${text.length}\nContent-Type: text/event-${format}\n\n`), text);
    const uuid = renewUuids(body.uuid, generation, keep);
    if (body.name === "CHANNEL_CREATE") live.add(uuid);
    else if (body.name === "CHANNEL_DESTROY") live.delete(uuid);
  }
  return { bytes: Buffer.concat(frames), events: count, liveAfter: live.size };
}
