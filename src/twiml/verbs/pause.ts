/** `<Pause>`: silence; as the first verb the call goes on ringing (https://www.twilio.com/docs/voice/twiml/pause). */
import type { ElementReader } from "../reading.js";

export interface Pause {
  readonly verb: "Pause";
  readonly line: number;
  /** Seconds. */
  readonly lengthS: number;
}

/** Four hours, the longest that a call may be on Dial by default. */
const MAX_LENGTH_S = 14_400;

export const pause: ElementReader<Pause> = (element, reading) => {
  const attributes = reading.attributes(element);
  const lengthS = attributes.integer("length", 1, { min: 0, max: MAX_LENGTH_S });
  attributes.done();
  reading.empty(element);
  return { verb: "Pause", line: element.line, lengthS };
};
