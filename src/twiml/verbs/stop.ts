/** `<Stop>`: ends what Start began (https://www.twilio.com/docs/voice/twiml/stop). */
import type { ElementReader } from "../reading.js";

export interface Stopped {
  readonly noun: "Stream" | "Recording" | "Transcription";
  /** As it was named when it began; null: the one there is. */
  readonly name: string | null;
}

export interface Stop {
  readonly verb: "Stop";
  readonly line: number;
  /** In the order of the document; at least one. */
  readonly items: readonly Stopped[];
}

export const stop: ElementReader<Stop> = (element, reading) => {
  reading.attributes(element).done();
  const items = reading.children(element, NOUNS);
  if (items.length > 0) return { verb: "Stop", line: element.line, items };
  reading.warn(element, "There is nothing in it to stop, so it is skipped.");
  return null;
};

/** Attributes that began it do no harm here. */
const BEGAN = ["url", "track", "statusCallback", "statusCallbackMethod", "statusCallbackUrl", "connectorName", "channels"];

const stopped =
  (noun: Stopped["noun"]): ElementReader<Stopped> =>
  (element, reading) => {
    const attributes = reading.attributes(element);
    const name = attributes.shortText("name", 256);
    attributes.ignore(...BEGAN);
    attributes.done();
    return { noun, name: name === "" ? null : name };
  };

const NOUNS = new Map<string, ElementReader<Stopped>>([
  ["Stream", stopped("Stream")],
  ["Recording", stopped("Recording")],
  ["Transcription", stopped("Transcription")],
]);
