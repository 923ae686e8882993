/** `<Queue>`: the first of those who wait in a queue (https://www.twilio.com/docs/voice/twiml/queue). */
import type { ElementReader } from "../reading.js";
import { documentUrl, type DocumentUrl } from "./progress.js";

export interface QueueNoun {
  readonly noun: "Queue";
  readonly line: number;
  readonly queue: string;
  /** Runs on the caller who waited, before the bridge; null: none. */
  readonly document: DocumentUrl | null;
}

export const queue: ElementReader<QueueNoun> = (element, reading) => {
  const attributes = reading.attributes(element);
  const document = documentUrl(attributes);
  attributes.unavailable("reservationSid", "postWorkActivitySid");
  attributes.done();
  const name = reading.text(element);
  if (name !== "" && name.length <= 64) return { noun: "Queue", line: element.line, queue: name, document };
  reading.warn(element, name === "" ? "It names no queue, so it is skipped." : "The name of a queue has 64 characters at most, so it is skipped.");
  return null;
};
