/** `<Reject>`: refuses a call that is not answered (https://www.twilio.com/docs/voice/twiml/reject). */
import type { ElementReader } from "../reading.js";

export interface Reject {
  readonly verb: "Reject";
  readonly line: number;
  readonly reason: "rejected" | "busy";
}

export const reject: ElementReader<Reject> = (element, reading) => {
  const attributes = reading.attributes(element);
  const reason = attributes.oneOf("reason", ["rejected", "busy"], "rejected");
  attributes.done();
  reading.empty(element);
  return { verb: "Reject", line: element.line, reason };
};
