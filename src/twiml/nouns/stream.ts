/** `<Stream>`: live audio to a program (https://www.twilio.com/docs/voice/twiml/stream). */
import type { Callback } from "../attributes.js";
import type { ElementReader } from "../reading.js";
import { parameter, type Parameter } from "./parameter.js";

export const TRACKS = ["inbound_track", "outbound_track", "both_tracks"] as const;
export type Track = (typeof TRACKS)[number];

export interface StreamNoun {
  readonly noun: "Stream";
  readonly line: number;
  /** As the document has it. */
  readonly url: string;
  /** Unique on the call; null: the stream's own identifier. */
  readonly name: string | null;
  readonly track: Track;
  /** Where its start, its stop and its errors are told; it has no events to choose from. */
  readonly statusCallback: Callback | null;
  readonly parameters: readonly Parameter[];
}

export const stream: ElementReader<StreamNoun> = (element, reading) => {
  const attributes = reading.attributes(element);
  const url = attributes.url("url") ?? "";
  const noun: StreamNoun = {
    noun: "Stream",
    line: element.line,
    url,
    name: attributes.shortText("name", 256),
    track: attributes.oneOf("track", TRACKS, "inbound_track"),
    statusCallback: attributes.callback("statusCallback"),
    parameters: reading.children(element, PARAMETERS),
  };
  attributes.unavailable("connectorName", "audioFormat", "sampleRate");
  attributes.done();
  if (url !== "") return noun;
  reading.warn(element, "It has no url, so it is skipped.");
  return null;
};

const PARAMETERS = new Map<string, ElementReader<Parameter>>([["Parameter", parameter]]);
