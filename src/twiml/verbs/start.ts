/** `<Start>`: begins something in the background and goes on (https://www.twilio.com/docs/voice/twiml/start). */
import { recording, type RecordingNoun } from "../nouns/recording.js";
import { stream, type StreamNoun } from "../nouns/stream.js";
import { transcription, type TranscriptionNoun } from "../nouns/transcription.js";
import type { ElementReader } from "../reading.js";

export type Started = StreamNoun | RecordingNoun | TranscriptionNoun;

export interface Start {
  readonly verb: "Start";
  readonly line: number;
  /** In the order of the document; at least one. */
  readonly items: readonly Started[];
}

export const start: ElementReader<Start> = (element, reading) => {
  const attributes = reading.attributes(element);
  attributes.ignore("action", "method");
  attributes.done();
  const items = reading.children(element, NOUNS);
  if (items.length > 0) return { verb: "Start", line: element.line, items };
  reading.warn(element, "There is nothing in it that is available here, so it is skipped.");
  return null;
};

const NOUNS = new Map<string, ElementReader<Started>>([
  ["Stream", stream],
  ["Recording", recording],
  ["Transcription", transcription],
]);
