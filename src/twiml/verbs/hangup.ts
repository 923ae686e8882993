/** `<Hangup>`: ends the call (https://www.twilio.com/docs/voice/twiml/hangup). */
import type { ElementReader } from "../reading.js";

export interface Hangup {
  readonly verb: "Hangup";
  readonly line: number;
}

export const hangup: ElementReader<Hangup> = (element, reading) => {
  reading.attributes(element).done();
  reading.empty(element);
  return { verb: "Hangup", line: element.line };
};
