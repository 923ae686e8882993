/** `<Conference>`: a room of many (https://www.twilio.com/docs/voice/twiml/conference). */
import type { Attributes, Callback, HttpMethod } from "../attributes.js";
import type { ElementReader } from "../reading.js";
import { RECORDING_EVENTS, type RecordingEvent } from "./recording.js";

/** What a conference's callbacks are asked for by. */
export const CONFERENCE_EVENTS = ["start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"] as const;
export type ConferenceEvent = (typeof CONFERENCE_EVENTS)[number];

export interface ConferenceNoun {
  readonly noun: "Conference";
  readonly line: number;
  /** Its name within the organization. */
  readonly name: string;
  readonly muted: boolean;
  /** Whether the others hear a tone when this participant comes and goes. */
  readonly beep: { readonly onEnter: boolean; readonly onExit: boolean };
  readonly startConferenceOnEnter: boolean;
  readonly endConferenceOnExit: boolean;
  /** Unique in the conference; null: none. */
  readonly participantLabel: string | null;
  /** What is heard before the conference starts; null: music; empty: silence. */
  readonly waitUrl: string | null;
  readonly waitMethod: HttpMethod;
  readonly maxParticipants: number;
  readonly record: boolean;
  readonly trim: boolean;
  readonly recordingCallback: Callback<RecordingEvent> | null;
  /** The CallSid of the participant who alone hears this one; null: everybody does. */
  readonly coach: string | null;
  /** Null: nothing is told. */
  readonly statusCallback: Callback<ConferenceEvent> | null;
}

const MAX_NAME = 128;
const MAX_LABEL = 128;

export const conference: ElementReader<ConferenceNoun> = (element, reading) => {
  const attributes = reading.attributes(element);
  const noun: ConferenceNoun = {
    noun: "Conference",
    line: element.line,
    name: reading.text(element),
    muted: attributes.flag("muted", false),
    beep: beep(attributes),
    startConferenceOnEnter: attributes.flag("startConferenceOnEnter", true),
    endConferenceOnExit: attributes.flag("endConferenceOnExit", false),
    participantLabel: attributes.shortText("participantLabel", MAX_LABEL),
    waitUrl: attributes.url("waitUrl"),
    waitMethod: attributes.method("waitMethod"),
    maxParticipants: attributes.integer("maxParticipants", 250, { min: 2, max: 250 }),
    record: attributes.oneOf("record", ["do-not-record", "record-from-start", "true", "false"], "do-not-record").match(/^(record-from-start|true)$/) !== null,
    trim: attributes.oneOf("trim", ["trim-silence", "do-not-trim"], "trim-silence") === "trim-silence",
    recordingCallback: attributes.callback("recordingStatusCallback", RECORDING_EVENTS, ["completed"]) ?? oldCallback(attributes),
    coach: attributes.shortText("coach", 64),
    statusCallback: attributes.callback("statusCallback", CONFERENCE_EVENTS, []),
  };
  attributes.ignore("region", "jitterBufferSize", "recordingConfigurationId", "eventCallbackUrl");
  attributes.done();
  if (noun.name !== "" && noun.name.length <= MAX_NAME) return noun;
  reading.warn(element, noun.name === "" ? "It names no conference, so it is skipped." : `Its name is longer than ${MAX_NAME} characters, so it is skipped.`);
  return null;
};

function beep(attributes: Attributes): ConferenceNoun["beep"] {
  const value = attributes.oneOf("beep", ["true", "false", "onEnter", "onExit"], "true");
  return { onEnter: value === "true" || value === "onEnter", onExit: value === "true" || value === "onExit" };
}

/** `eventCallbackUrl` is the earlier name of the address that a conference's recording is told to. */
function oldCallback(attributes: Attributes): Callback<RecordingEvent> | null {
  const url = attributes.url("eventCallbackUrl");
  return url === null || url === "" ? null : { url, method: "POST", events: ["completed"] };
}
