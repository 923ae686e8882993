/** `<Dial>`: connects the caller with somebody else (https://www.twilio.com/docs/voice/twiml/dial). */
import type { Callback, HttpMethod } from "../attributes.js";
import { client, type ClientNoun } from "../nouns/client.js";
import { conference, type ConferenceNoun } from "../nouns/conference.js";
import { number, plainNumber, type NumberNoun } from "../nouns/number.js";
import { queue, type QueueNoun } from "../nouns/queue.js";
import { RECORDING_EVENTS, type RecordingEvent } from "../nouns/recording.js";
import { sip, type SipNoun } from "../nouns/sip.js";
import type { ElementReader, Reading } from "../reading.js";
import type { XmlElement } from "../xml.js";

export type PartyNoun = NumberNoun | ClientNoun | SipNoun;

/** Whom Dial connects the caller with. */
export type DialTarget =
  /** They ring together, or one after another; none: nobody could be read. */
  { readonly kind: "parties"; readonly parties: readonly PartyNoun[] } | { readonly kind: "queue"; readonly queue: QueueNoun } | { readonly kind: "conference"; readonly conference: ConferenceNoun };

/** How the connected call is recorded. */
export interface DialRecording {
  readonly from: "answer" | "ringing";
  /** Two channels: the caller left, the other party right. */
  readonly dual: boolean;
  readonly track: "both" | "inbound" | "outbound";
  readonly trim: boolean;
  readonly callback: Callback<RecordingEvent> | null;
}

export interface Dial {
  readonly verb: "Dial";
  readonly line: number;
  readonly target: DialTarget;
  /** Requested with what became of it; null: the next verb follows. */
  readonly action: string | null;
  readonly method: HttpMethod;
  /** Seconds of ringing. */
  readonly timeoutS: number;
  /** Seconds of the connection. */
  readonly timeLimitS: number;
  /** The number that the called party sees; null: the caller's own. */
  readonly callerId: string | null;
  /** The caller hears ringing, unanswered, until the called party answers. */
  readonly answerOnBridge: boolean;
  /** The caller's `*` ends the connection. */
  readonly hangupOnStar: boolean;
  /** The country whose ringing the caller hears; null: as the called party's network plays it. */
  readonly ringTone: string | null;
  /** Call the parties one after another. */
  readonly sequential: boolean;
  readonly recording: DialRecording | null;
  /** Asked for the caller's next document when the party sends REFER; null: the dialplan decides, as for any agent's phone. */
  readonly referUrl: string | null;
  readonly referMethod: HttpMethod;
}

const RECORD = ["do-not-record", "record-from-answer", "record-from-ringing", "record-from-answer-dual", "record-from-ringing-dual", "true", "false"] as const;
/** Countries whose ringing Twilio plays. */
const RING_TONES = [
  "at", "au", "bg", "br", "be", "ch", "cl", "cn", "cz", "de", "dk", "ee", "es", "fi", "fr", "gr", "hu", "il", "in", "it", "lt", "jp", "mx", "my", "nl", "no", "nz", "ph", "pl", "pt", "ru", "se", "sg", "th",
  "uk", "us", "us-old", "tw", "ve", "za",
] as const;
const MAX_PARTIES = 10;

export const dial: ElementReader<Dial> = (element, reading) => {
  const attributes = reading.attributes(element);
  const record = attributes.oneOf("record", RECORD, "do-not-record");
  const recording: DialRecording = {
    from: record.includes("ringing") ? "ringing" : "answer",
    dual: record.endsWith("dual"),
    track: attributes.oneOf("recordingTrack", ["both", "inbound", "outbound"], "both"),
    trim: attributes.oneOf("trim", ["trim-silence", "do-not-trim"], "do-not-trim") === "trim-silence",
    callback: attributes.callback("recordingStatusCallback", RECORDING_EVENTS, ["completed"]),
  };
  const callerId = attributes.shortText("callerId", 128)?.trim() ?? "";
  const verb: Dial = {
    verb: "Dial",
    line: element.line,
    target: target(element, reading),
    action: attributes.url("action"),
    method: attributes.method("method"),
    timeoutS: attributes.integer("timeout", 30, { min: 5, max: 600 }),
    timeLimitS: attributes.integer("timeLimit", 14_400, { min: 1, max: 86_400 }),
    callerId: callerId === "" ? null : callerId,
    answerOnBridge: attributes.flag("answerOnBridge", false),
    hangupOnStar: attributes.flag("hangupOnStar", false),
    ringTone: attributes.oneOf("ringTone", RING_TONES, null),
    sequential: attributes.flag("sequential", false),
    recording: record === "do-not-record" || record === "false" ? null : recording,
    referUrl: attributes.url("referUrl"),
    referMethod: attributes.method("referMethod"),
  };
  attributes.ignore("recordingConfigurationId");
  attributes.unavailable("callReason", "events", "passports");
  attributes.done();
  return verb;
};

type Noun = PartyNoun | QueueNoun | ConferenceNoun;

const NOUNS = new Map<string, ElementReader<Noun>>([
  ["Number", number],
  ["Client", client],
  ["Sip", sip],
  ["Queue", queue],
  ["Conference", conference],
]);

function target(element: XmlElement, reading: Reading): DialTarget {
  const { children: nouns, text: plain } = reading.mixed(element, NOUNS);
  const [first] = nouns;
  if (first === undefined) return { kind: "parties", parties: plain === "" ? [] : [plainNumber(plain, element.line)] };
  if (plain !== "") reading.warn(element, "Text beside its nouns is left out.");
  if (first.noun === "Queue" || first.noun === "Conference") {
    if (nouns.length > 1) reading.warn(element, `Beside <${first.noun}> there is nobody else; the others are left out.`);
    return first.noun === "Queue" ? { kind: "queue", queue: first } : { kind: "conference", conference: first };
  }
  const parties = nouns.flatMap((noun) => (noun.noun === "Queue" || noun.noun === "Conference" ? [] : [noun]));
  if (parties.length < nouns.length) reading.warn(element, "A queue or a conference beside other parties is left out.");
  if (parties.length > MAX_PARTIES) reading.warn(element, `It calls ${MAX_PARTIES} parties at most; the others are left out.`);
  return { kind: "parties", parties: parties.slice(0, MAX_PARTIES) };
}
