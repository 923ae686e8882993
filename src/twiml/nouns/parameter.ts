/** `<Parameter>`: a name and a value that a client, a stream or a program gets. */
import type { ElementReader } from "../reading.js";

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

/** Characters of name and value together that Twilio takes for a stream (https://www.twilio.com/docs/voice/twiml/stream). */
const MAX_LENGTH = 500;

export const parameter: ElementReader<Parameter> = (element, reading) => {
  const attributes = reading.attributes(element);
  const name = attributes.text("name") ?? "";
  const value = attributes.text("value") ?? "";
  attributes.done();
  reading.empty(element);
  if (name !== "" && name.length + value.length <= MAX_LENGTH) return { name, value };
  reading.warn(element, name === "" ? "It has no name, so it is skipped." : `Its name and value are longer than ${MAX_LENGTH} characters, so it is skipped.`);
  return null;
};
