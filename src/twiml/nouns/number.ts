/** `<Number>`: a telephone number that Dial calls (https://www.twilio.com/docs/voice/twiml/number). */
import type { ElementReader } from "../reading.js";
import { DTMF_STRING, tones } from "../verbs/play.js";
import { partyOptions, type PartyOptions } from "./progress.js";

export interface NumberNoun extends PartyOptions {
  readonly noun: "Number";
  readonly line: number;
  /** As the document writes it. */
  readonly number: string;
  /** Keys that are sent after the answer, with `w` and `W` for pauses; null: none. */
  readonly sendDigits: string | null;
}

/** A number without any attributes, as Dial's own text names it. */
export const plainNumber = (number: string, line: number): NumberNoun => ({ noun: "Number", line, number, sendDigits: null, machineDetection: null, document: null, statusCallback: null });

export const number: ElementReader<NumberNoun> = (element, reading) => {
  const attributes = reading.attributes(element);
  const written = tones(attributes.text("sendDigits"));
  // The keys themselves may be a secret, so that they are not shown.
  if (written !== "" && !DTMF_STRING.test(written)) reading.warn(element, "sendDigits are at most 256 of 0-9, *, #, A-D, w and W, so they are left out.");
  const noun: NumberNoun = {
    noun: "Number",
    line: element.line,
    number: reading.text(element),
    sendDigits: DTMF_STRING.test(written) ? written : null,
    ...partyOptions(attributes),
  };
  attributes.unavailable("byoc");
  attributes.done();
  if (noun.number !== "") return noun;
  reading.warn(element, "It names nobody, so it is skipped.");
  return null;
};
