/** What of a conference outlives the process. FreeSWITCH keeps its room and who is in it, and knows nothing of its rules. */
import type { Callback, HttpMethod } from "../attributes.js";
import type { ConferenceEvent, ConferenceNoun } from "../nouns/conference.js";
import type { RecordingEvent } from "../nouns/recording.js";
import type { CallbackDelivery, DocumentUrl } from "../ports.js";

export type EndReason = "last-participant-left" | "last-participant-kicked" | "conference-ended-via-api" | "participant-with-end-conference-on-exit-left" | "participant-with-end-conference-on-exit-kicked";

export const END_WORDS: Readonly<Record<EndReason, string>> = {
  "last-participant-left": "The last participant left the conference",
  "last-participant-kicked": "The last participant was taken out of the conference",
  "conference-ended-via-api": "The conference was ended by the API",
  "participant-with-end-conference-on-exit-left": "A participant with endConferenceOnExit left the conference",
  "participant-with-end-conference-on-exit-kicked": "A participant with endConferenceOnExit was taken out of the conference",
};

export interface ConferenceEnd {
  readonly reason: EndReason;
  readonly at: Date;
  /** Of the participant whose leaving has ended it; null: nobody's. */
  readonly callSid: string | null;
}

/** What the document says of the stay of one participant. */
export interface StayRules {
  /** Absolute; null: music; empty: silence. */
  readonly waitUrl: string | null;
  readonly waitMethod: HttpMethod;
  /** Absolute: asked when the participant has left; null: the document goes on, where it is still known. */
  readonly action: DocumentUrl | null;
  /** Seconds in the room. */
  readonly timeLimitS: number;
  readonly hangupOnStar: boolean;
}

/** Times in milliseconds since 1970. */
export interface KeptParticipant {
  readonly callSid: string;
  /** Of its leg. */
  readonly uuid: string;
  readonly label: string | null;
  readonly startConferenceOnEnter: boolean;
  readonly endConferenceOnExit: boolean;
  readonly beep: ConferenceNoun["beep"];
  readonly muted: boolean;
  readonly held: boolean;
  /** What it hears while it is held, over and over; empty or absent: hold music. */
  readonly holdSounds?: readonly string[];
  /** The CallSid of the participant who alone hears this one; null: everybody does. */
  readonly coached: string | null;
  readonly joinedAt: number;
  /** Null: it waits for the conference to start. */
  readonly enteredAt: number | null;
  readonly rules: StayRules;
}

export interface KeptRecording {
  readonly sid: string;
  /** Absolute. */
  readonly callback: Callback<RecordingEvent> | null;
  /** Without the silence at both ends. */
  readonly trim: boolean;
  /** On FreeSWITCH's disk; empty: it has not begun, or could not be. */
  readonly path: string;
  /** Null: it has not begun. */
  readonly startedAt: number | null;
}

export type ConferenceState = "init" | "in-progress" | "completed";

export interface KeptConference {
  readonly sid: string;
  readonly organizationId: number;
  /** The phone line whose token signs what is told; null: the organization's account does. */
  readonly line: number | null;
  readonly name: string;
  /** The FreeSWITCH that it is on. */
  readonly node: string;
  readonly createdAt: number;
  readonly maxParticipants: number;
  readonly state: ConferenceState;
  /** Null: it goes on. */
  readonly ended: (Omit<ConferenceEnd, "at"> & { readonly at: number }) | null;
  /** Its URL is absolute. */
  readonly callback: Callback<ConferenceEvent> | null;
  /** Of the next callback. */
  readonly sequence: number;
  /** What has happened and may not be in the outbox yet, in order. */
  readonly untold: readonly CallbackDelivery[];
  readonly recording: KeptRecording | null;
  /** At most `maxParticipants`. */
  readonly participants: readonly KeptParticipant[];
}

/** Throws DatabaseUnavailable. */
export interface ConferenceBook {
  /** Those of all processes that there have been. */
  open(): Promise<readonly KeptConference[]>;
  put(conference: KeptConference): Promise<void>;
  remove(sid: string): Promise<void>;
}
