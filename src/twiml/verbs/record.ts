/** `<Record>`: the caller's voice in a file (https://www.twilio.com/docs/voice/twiml/record). */
import type { Attributes, Callback, HttpMethod } from "../attributes.js";
import { RECORDING_EVENTS, type RecordingEvent } from "../nouns/recording.js";
import type { ElementReader } from "../reading.js";

export interface Record {
  readonly verb: "Record";
  readonly line: number;
  /** Where the recording is told; null or empty: the document's own URL. */
  readonly action: string | null;
  readonly method: HttpMethod;
  /** Seconds of silence that end it; 0: none do. */
  readonly timeoutS: number;
  /** Any of these keys ends it. */
  readonly finishOnKeys: string;
  readonly maxLengthS: number;
  readonly playBeep: boolean;
  /** Leave out silence at the beginning and the end. */
  readonly trim: boolean;
  readonly recordingCallback: Callback<RecordingEvent> | null;
  readonly transcribe: boolean;
  readonly transcribeCallback: string | null;
}

const ALL_KEYS = "1234567890*#";
/** Twilio transcribes two minutes at most. */
const MAX_TRANSCRIBED_S = 120;

export const record: ElementReader<Record> = (element, reading) => {
  const attributes = reading.attributes(element);
  const transcribeCallback = attributes.url("transcribeCallback");
  const transcribe = attributes.flag("transcribe", transcribeCallback !== null);
  const verb: Record = {
    verb: "Record",
    line: element.line,
    action: attributes.url("action"),
    method: attributes.method("method"),
    timeoutS: attributes.integer("timeout", 5, { min: 0, max: 14_400 }),
    finishOnKeys: keys(attributes, (text) => reading.warn(element, text)),
    maxLengthS: attributes.integer("maxLength", transcribe ? MAX_TRANSCRIBED_S : 3600, { min: 1, max: transcribe ? MAX_TRANSCRIBED_S : 14_400 }),
    playBeep: attributes.flag("playBeep", true),
    trim: attributes.oneOf("trim", ["trim-silence", "do-not-trim"], "trim-silence") === "trim-silence",
    recordingCallback: attributes.callback("recordingStatusCallback", RECORDING_EVENTS, ["completed"]),
    transcribe,
    transcribeCallback,
  };
  attributes.ignore("recordingConfigurationId");
  attributes.done();
  reading.empty(element);
  return verb;
};

function keys(attributes: Attributes, warn: (text: string) => void): string {
  const value = attributes.text("finishOnKey");
  if (value === null) return ALL_KEYS;
  const given = [...new Set(value.replace(/\s/g, ""))].join("");
  if (/^[0-9*#]*$/.test(given)) return given;
  warn(`finishOnKey is some of ${ALL_KEYS}, so it is any of them.`);
  return ALL_KEYS;
}
