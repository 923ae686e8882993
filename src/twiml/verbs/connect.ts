/** `<Connect>`: hands the call to a program until that ends (https://www.twilio.com/docs/voice/twiml/connect). */
import type { HttpMethod } from "../attributes.js";
import { stream, type StreamNoun } from "../nouns/stream.js";
import type { ElementReader } from "../reading.js";

export interface Connect {
  readonly verb: "Connect";
  readonly line: number;
  readonly stream: StreamNoun;
  /** Requested at the end; null: the next verb follows. */
  readonly action: string | null;
  readonly method: HttpMethod;
}

export const connect: ElementReader<Connect> = (element, reading) => {
  const attributes = reading.attributes(element);
  const action = attributes.url("action");
  const method = attributes.method("method");
  attributes.done();
  const nouns = reading.children(element, NOUNS);
  const [first] = nouns;
  if (nouns.length > 1) reading.warn(element, "It connects with one <Stream>; the first is taken.");
  if (first !== undefined) return { verb: "Connect", line: element.line, stream: first, action, method };
  reading.warn(element, "There is nothing in it that is available here, so it is skipped.");
  return null;
};

const NOUNS = new Map<string, ElementReader<StreamNoun>>([["Stream", stream]]);
