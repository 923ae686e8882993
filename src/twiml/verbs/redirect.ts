/** `<Redirect>`: goes on with another document (https://www.twilio.com/docs/voice/twiml/redirect). */
import { isAddress, type HttpMethod } from "../attributes.js";
import type { ElementReader } from "../reading.js";

export interface Redirect {
  readonly verb: "Redirect";
  readonly line: number;
  /** As the document has it; empty: the same document. */
  readonly url: string;
  readonly method: HttpMethod;
}

export const redirect: ElementReader<Redirect> = (element, reading) => {
  const attributes = reading.attributes(element);
  const method = attributes.method("method");
  attributes.done();
  const url = reading.text(element);
  if (isAddress(url)) return { verb: "Redirect", line: element.line, url, method };
  reading.warn(element, "Its text is no URL, so it is skipped.");
  return null;
};
