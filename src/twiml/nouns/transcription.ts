/** `<Transcription>`: the words of the call, as they are spoken (https://www.twilio.com/docs/voice/twiml/transcription). */
import type { HttpMethod } from "../attributes.js";
import type { ElementReader } from "../reading.js";
import { TRACKS, type Track } from "./stream.js";

export interface TranscriptionNoun {
  readonly noun: "Transcription";
  readonly line: number;
  readonly name: string | null;
  readonly statusCallbackUrl: string | null;
  readonly statusCallbackMethod: HttpMethod;
  readonly track: Track;
  readonly languageCode: string;
  readonly partialResults: boolean;
  readonly inboundTrackLabel: string | null;
  readonly outboundTrackLabel: string | null;
}

export const transcription: ElementReader<TranscriptionNoun> = (element, reading) => {
  const attributes = reading.attributes(element);
  const noun: TranscriptionNoun = {
    noun: "Transcription",
    line: element.line,
    name: attributes.shortText("name", 256),
    statusCallbackUrl: attributes.url("statusCallbackUrl"),
    statusCallbackMethod: attributes.method("statusCallbackMethod"),
    track: attributes.oneOf("track", TRACKS, "both_tracks"),
    languageCode: attributes.shortText("languageCode", 64) ?? "en-US",
    partialResults: attributes.flag("partialResults", false),
    inboundTrackLabel: attributes.shortText("inboundTrackLabel", 256),
    outboundTrackLabel: attributes.shortText("outboundTrackLabel", 256),
  };
  attributes.ignore("transcriptionEngine", "speechModel", "profanityFilter", "hints", "enableAutomaticPunctuation");
  attributes.unavailable("intelligenceService", "conversationConfiguration", "conversationId");
  attributes.done();
  reading.empty(element);
  return noun;
};
