/** What may be asked to happen with a party that Dial calls: callbacks about its leg, a document before the bridge, detection of an answering machine. */
import type { Attributes, Callback, HttpMethod } from "../attributes.js";

/** Events of a leg (https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent). */
export const CALL_EVENTS = ["initiated", "ringing", "answered", "completed"] as const;
export type CallEvent = (typeof CALL_EVENTS)[number];

/** A document to run, as `<Number url>` names it. */
export interface DocumentUrl {
  /** As the document has it: it may be relative to the document. */
  readonly url: string;
  readonly method: HttpMethod;
}

/** What `<Number>`, `<Client>` and `<Sip>` have in common. */
export interface PartyOptions {
  /** Runs on the party that has answered, before the bridge; null: none. */
  readonly document: DocumentUrl | null;
  readonly statusCallback: Callback<CallEvent> | null;
  /** Whether a person or a machine answers; null: nobody asks. */
  readonly machineDetection: MachineDetection | null;
}

export const partyOptions = (attributes: Attributes): PartyOptions => ({
  document: documentUrl(attributes),
  statusCallback: attributes.callback("statusCallback", CALL_EVENTS, ["completed"]),
  machineDetection: machineDetection(attributes),
});

export function documentUrl(attributes: Attributes): DocumentUrl | null {
  const url = attributes.url("url");
  const method = attributes.method("method");
  return url === null || url === "" ? null : { url, method };
}

/** Detection of answering machines (https://www.twilio.com/docs/voice/answering-machine-detection). */
export interface MachineDetection {
  readonly mode: "Enable" | "DetectMessageEnd";
  readonly timeoutS: number;
  readonly speechThresholdMs: number;
  readonly speechEndThresholdMs: number;
  readonly silenceTimeoutMs: number;
  readonly callback: Callback | null;
}

function machineDetection(attributes: Attributes): MachineDetection | null {
  const mode = attributes.oneOf("machineDetection", ["Enable", "DetectMessageEnd"], null);
  const rest = {
    timeoutS: attributes.integer("machineDetectionTimeout", 30, { min: 3, max: 60 }),
    speechThresholdMs: attributes.integer("machineDetectionSpeechThreshold", 2400, { min: 1000, max: 6000 }),
    speechEndThresholdMs: attributes.integer("machineDetectionSpeechEndThreshold", 1200, { min: 500, max: 5000 }),
    silenceTimeoutMs: attributes.integer("machineDetectionSilenceTimeout", 5000, { min: 2000, max: 10_000 }),
    callback: attributes.callback("amdStatusCallback"),
  };
  return mode === null ? null : { mode, ...rest };
}
