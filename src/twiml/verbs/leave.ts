/** `<Leave>`: out of the queue, to the verb after Enqueue (https://www.twilio.com/docs/voice/twiml/leave). */
import type { ElementReader } from "../reading.js";

export interface Leave {
  readonly verb: "Leave";
  readonly line: number;
}

export const leave: ElementReader<Leave> = (element, reading) => {
  reading.attributes(element).done();
  reading.empty(element);
  return { verb: "Leave", line: element.line };
};
