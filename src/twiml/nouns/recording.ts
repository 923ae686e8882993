/** `<Recording>`: records the call in the background (https://www.twilio.com/docs/voice/twiml/recording). */
import type { Callback } from "../attributes.js";
import type { ElementReader } from "../reading.js";

/** Events of a recording. */
export const RECORDING_EVENTS = ["in-progress", "completed", "absent"] as const;
export type RecordingEvent = (typeof RECORDING_EVENTS)[number];

export interface RecordingNoun {
  readonly noun: "Recording";
  readonly line: number;
  readonly channels: "mono" | "dual";
  readonly track: "inbound" | "outbound" | "both";
  readonly trim: boolean;
  readonly recordingCallback: Callback<RecordingEvent> | null;
}

export const recording: ElementReader<RecordingNoun> = (element, reading) => {
  const attributes = reading.attributes(element);
  const noun: RecordingNoun = {
    noun: "Recording",
    line: element.line,
    channels: attributes.oneOf("channels", ["mono", "dual"], "mono"),
    track: attributes.oneOf("track", ["inbound", "outbound", "both"], "both"),
    trim: attributes.oneOf("trim", ["trim-silence", "do-not-trim"], "do-not-trim") === "trim-silence",
    recordingCallback: attributes.callback("recordingStatusCallback", RECORDING_EVENTS, ["completed"]),
  };
  attributes.ignore("recordingConfigurationId");
  attributes.done();
  reading.empty(element);
  return noun;
};
