/** `<Refer>`: asks the SIP party to call somebody else (https://www.twilio.com/docs/voice/twiml/refer). */
import { isAddress, type HttpMethod } from "../attributes.js";
import type { ElementReader } from "../reading.js";

export interface Refer {
  readonly verb: "Refer";
  readonly line: number;
  /** A SIP URI. */
  readonly target: string;
  /** Requested with what became of it; null: the next verb follows. */
  readonly action: string | null;
  readonly method: HttpMethod;
}

export const refer: ElementReader<Refer> = (element, reading) => {
  const attributes = reading.attributes(element);
  const action = attributes.url("action");
  const method = attributes.method("method");
  attributes.done();
  const targets = reading.children(element, CHILDREN);
  const target = targets[0];
  if (targets.length > 1) reading.warn(element, "There is one <Sip> at most; the first is taken.");
  if (target !== undefined) return { verb: "Refer", line: element.line, target, action, method };
  reading.warn(element, "It names nobody, so it is skipped.");
  return null;
};

const CHILDREN = new Map<string, ElementReader<string>>([
  [
    "Sip",
    (element, reading) => {
      reading.attributes(element).done();
      const uri = reading.text(element);
      if (/^sips?:[^\s@]+@?[^\s@]*$/i.test(uri) && isAddress(uri)) return uri;
      reading.warn(element, "Its text is no SIP address, so it is left out.");
      return null;
    },
  ],
]);
