/** Memory of the registry: for each live channel, and over calls that come and go. */
import { Registry } from "../../src/calls/index.js";
import { channelRows, pageOfCalls } from "../../src/calls/listing.js";
import { jsonOf } from "../../src/calls/views.js";
import { channelUuid, type ChannelEvent } from "../../src/freeswitch/index.js";
import { EventParser } from "../../src/freeswitch/event-parser.js";
import { directory, supervisor } from "../calls/world.js";
import { asEventPlain, recordedEvents } from "../support/recordings.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { isChannelEvent, UUID } from "./support/recorded-events.js";

/** A customer calls, an agent answers, they talk; two channels. */
const RECORDING = "inbound-answer-hangup";
const CUSTOMER_NUMBER = /1555123(0001)/g;
const LIVE_CALLS = 25_000;
const CHANNELS = 2 * LIVE_CALLS;
const GONE_CALLS = 1_000_000;
const LOOK_EVERY = 100_000;
/** What the registry itself makes of a call; the others only change columns. */
const TELLING: ReadonlySet<string> = new Set(["CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE", "CHANNEL_HANGUP", "CHANNEL_DESTROY"]);

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const newRegistry = (): Registry => new Registry({ directory, logger: silent, metrics: { incident: () => undefined } });

/** Bytes in use, heap and external, when all that can be collected has been. */
function bytesInUse(): number {
  if (gc === undefined) throw new Error("needs node --expose-gc");
  for (let i = 0; i < 3; i++) gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const events = () => recordedEvents(RECORDING).filter(isChannelEvent);

/** The bodies of events, in which uuids and the customer's number are written over for each call. */
class CallTemplate {
  readonly #bodies: { readonly bytes: Buffer; readonly uuids: readonly number[]; readonly numbers: readonly number[] }[];

  constructor() {
    const all = events();
    const end = all.findIndex((event) => event["Event-Name"] === "CHANNEL_HANGUP");
    this.#bodies = all.slice(0, end).map((event) => {
      const bytes = asEventPlain(event);
      // Everything in it is one byte a character, so places in the text are places in the bytes.
      const text = bytes.toString("latin1");
      const core = String(event["Core-UUID"]);
      return {
        bytes,
        uuids: [...text.matchAll(UUID)].filter(([uuid]) => uuid !== core).map(({ index }) => index),
        numbers: [...text.matchAll(CUSTOMER_NUMBER)].map(({ index }) => index),
      };
    });
  }

  feed(registry: Registry, parser: EventParser, nth: number): void {
    const prefix = nth.toString(16).padStart(8, "0");
    const number = `1555${String(nth).padStart(7, "0")}`;
    for (const { bytes, uuids, numbers } of this.#bodies) {
      for (const at of uuids) bytes.write(prefix, at, "latin1");
      for (const at of numbers) bytes.write(number, at, "latin1");
      const event = parser.parse(bytes);
      if (event?.kind === "channel") registry.channelEvent("fs", event);
    }
  }
}

/** Asks for every list once, so that what is kept serialised is there. */
function listEverything(registry: Registry): void {
  const { rows } = channelRows(registry, supervisor, {});
  const views = pageOfCalls(registry, supervisor, {}, { limit: Infinity }).calls.map((call) => jsonOf(registry, supervisor, call));
  if (rows.length !== CHANNELS || views.length !== LIVE_CALLS) throw new Error(`${rows.length} channels and ${views.length} calls are listed`);
}

function perChannel(): Finding[] {
  const template = new CallTemplate();
  const parser = new EventParser();
  const warm = newRegistry();
  for (let nth = 1; nth <= 1000; nth++) template.feed(warm, parser, nth);
  const registry = newRegistry();
  const before = bytesInUse();
  for (let nth = 1; nth <= LIVE_CALLS; nth++) template.feed(registry, parser, nth);
  const fed = bytesInUse() - before;
  const states = new Set([...registry.index.calls.values()].map((call) => call.state));
  if (registry.index.channels.size !== CHANNELS || states.size !== 1 || !states.has("active")) throw new Error(`the registry holds ${registry.index.channels.size} channels, ${[...states].join()}`);
  listEverything(registry);
  const listed = bytesInUse() - before;
  const kib = (bytes: number): number => bytes / CHANNELS / 1024;
  return [
    { what: `A live channel at ${CHANNELS} channels, fed with recorded events`, measured: `${(fed / 1e6).toFixed(0)} MB in all, heap and external`, value: kib(fed), unit: "KB", target: { atMost: 6 } },
    { what: "The same after every list was asked for, rows and views being kept as text", measured: `${(listed / 1e6).toFixed(0)} MB in all`, value: kib(listed), unit: "KB", target: { atMost: 6 } },
  ];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The events of one whole call, typed, which `renew` makes those of another: the registry keeps nothing of an event but its strings. */
class WholeCall {
  readonly events: readonly ChannelEvent[];
  readonly #renewals: ((nth: number, prefix: string) => void)[] = [];

  constructor() {
    const parser = new EventParser();
    this.events = events().flatMap((recorded) => {
      const parsed = parser.parse(asEventPlain(recorded));
      return parsed?.kind === "channel" && TELLING.has(parsed.name) ? [this.#renewable(parsed)] : [];
    });
  }

  renew(nth: number): void {
    const prefix = nth.toString(16).padStart(8, "0");
    for (const renewal of this.#renewals) renewal(nth, prefix);
  }

  #renewable(parsed: ChannelEvent): ChannelEvent {
    const row: Mutable<ChannelEvent["row"]> = { ...parsed.row };
    const event: Mutable<ChannelEvent> = { ...parsed, row };
    const renewed = (prefix: string, uuid: string): string => (uuid === "" ? "" : prefix + uuid.slice(8));
    this.#renewals.push((nth, prefix) => {
      event.uuid = channelUuid(renewed(prefix, event.uuid));
      event.otherLeg = renewed(prefix, event.otherLeg);
      event.bridgeA = renewed(prefix, event.bridgeA);
      event.bridgeB = renewed(prefix, event.bridgeB);
      event.sipCallId = renewed(prefix, event.sipCallId);
      row.uuid = event.uuid;
      row.call_uuid = renewed(prefix, row.call_uuid ?? "");
      row.cid_num = `1555${String(nth).padStart(7, "0")}`;
    });
    return event;
  }
}

function comeAndGone(): Finding {
  const call = new WholeCall();
  const registry = newRegistry();
  let ended = 0;
  registry.onChange((change) => {
    if (change.type === "ended") ended++;
  });
  const looks: number[] = [];
  for (let nth = 1; nth <= GONE_CALLS; nth++) {
    call.renew(nth);
    for (const event of call.events) registry.channelEvent("fs", event);
    if (nth % LOOK_EVERY === 0) looks.push(bytesInUse());
  }
  if (ended !== GONE_CALLS || registry.index.channels.size !== 0) throw new Error(`${ended} calls ended, ${registry.index.channels.size} channels are left`);
  const [first = NaN] = looks;
  const last = looks.at(-1) ?? NaN;
  return {
    what: `Memory after ${GONE_CALLS} calls have come and gone, against after ${LOOK_EVERY}`,
    measured: `${looks.map((bytes) => (bytes / 1e6).toFixed(2)).join(", ")} MB; ${call.events.length} events a call`,
    value: last / first,
    unit: "x",
    target: { atMost: 1.05 },
  };
}

export const memory: Benchmark = {
  title: "Memory",
  async run() {
    return [...perChannel(), comeAndGone()];
  },
};
