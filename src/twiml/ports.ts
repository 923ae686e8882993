/** What the room needs of others. */
import { createHash } from "node:crypto";
import type { LiveLeg } from "../calls/index.js";
import type { Callback } from "./attributes.js";
import type { RecordingEvent } from "./nouns/recording.js";
import type { EndStatus } from "./statuses.js";
import type { CookieJar, OutboundClient } from "../outbound/index.js";
import type { AnsweredBy, MachineDetectionSettings, MachineVerdict, Speech } from "../speech/index.js";

export type HttpMethod = "GET" | "POST";
/** Names and values, in their order. */
export type Form = readonly (readonly [name: string, value: string])[];

/** Whose program it is: the Twilio account of an organization. */
export interface ProgramAccount {
  readonly organizationId: number;
  readonly accountSid: string;
  /** Signs every request: what is valid now. Never logged. */
  readonly authToken: string;
  /** The phone line whose token signs where it has one; absent: the account's does. */
  readonly line?: number;
}

export interface DocumentUrl {
  readonly url: string;
  readonly method: HttpMethod;
}

/** Where a program finds its first document: at a URL, or in the text itself. */
export type DocumentSource = DocumentUrl | { readonly twiml: string };

export type ProgressEvent = "initiated" | "ringing" | "answered" | "completed";

export interface StatusCallback extends DocumentUrl {
  readonly events: readonly ProgressEvent[];
}

export type ProgramDirection = "inbound" | "outbound-api" | "outbound-dial";

/** A program, and what belongs to it. */
export interface ProgramStart {
  /** As the channel carries it (`callplane_program`), so that a later process finds it again: letters, digits and `_ + : . @ / -`, at most 200. */
  readonly name: string;
  readonly organizationId: number;
  readonly document: DocumentSource;
  /** Asked with `ErrorCode` and `ErrorUrl` when a document cannot be had; null: none. */
  readonly fallback: DocumentUrl | null;
  /** Where the caller waits for an agent when nothing else helps; null: the caller is told so and hung up. */
  readonly department: string | null;
  readonly statusCallback: StatusCallback | null;
  readonly direction: ProgramDirection;
  /** As the program is told; default: the numbers of the call. */
  readonly from?: string;
  readonly to?: string;
  /** The phone line that the program is of: its own token signs, where it has one. */
  readonly line?: number;
  /** Sent along with each request, such as those of a client's `connect`. */
  readonly parameters?: Form;
}

/** The configuration: which program a name stands for. */
export interface ProgramSource {
  /** Null: there is none of this name any more. */
  find(organizationId: number, name: string): ProgramStart | null;
  /** The id of the phone line with this number; undefined: there is none. */
  lineOf(organizationId: number, number: string): number | undefined;
}

/** The accounts, kept in memory. */
export interface ProgramAccounts {
  /** Made on demand where the organization has none. `line`: its own token signs, where it has one. */
  of(organizationId: number, line?: number): Promise<ProgramAccount>;
}

/** The cookies of one call. */
export type WebCookies = CookieJar;

/** Requests to other people's servers (outbound room). Throws an error with Twilio's `code`. */
export interface Web extends Pick<OutboundClient, "request"> {
  cookies(): WebCookies;
}

export interface CallbackDelivery {
  readonly organizationId: number;
  /** What is delivered in order: a CallSid. */
  readonly lane: string;
  readonly kind: "callback";
  readonly url: string;
  readonly method: HttpMethod;
  readonly form: Form;
  readonly sign: boolean;
  /** As the account's. */
  readonly line?: number;
  /** A name of this delivery within the organization: a second one with the same name is not taken. */
  readonly once?: string;
}

/** Who signs what is delivered for this account. */
export const signedBy = ({ line }: Pick<ProgramAccount, "line">): Pick<CallbackDelivery, "sign" | "line"> => ({ sign: true, ...(line === undefined ? {} : { line }) });

/** What is told at one address beside the call's progress: each has a lane of its own, so that one that fails does not hold up the end of the call, which the status callback tells. */
export const laneOf = (callSid: string, url: string): string => `${callSid}/${createHash("sha256").update(url).digest("hex").slice(0, 16)}`;

/** The durable outbox. */
export interface Callbacks {
  /** Resolves when it is durable. */
  enqueue(delivery: CallbackDelivery): Promise<void>;
}

/** Sound files that FreeSWITCH can play (speech room). */
export type Voice = Pick<Speech, "say" | "play">;

export interface Heard {
  /** Empty: nothing was understood. */
  readonly text: string;
  /** From 0 to 1; null: unknown. */
  readonly confidence: number | null;
}

/** What is to be heard of a caller. */
export interface HearingWish {
  readonly language: string;
  readonly hints: readonly string[];
  /** So much silence ends what the caller says, milliseconds. */
  readonly endMs: number;
  /** The caller speaks so long at most, milliseconds. */
  readonly maxMs: number;
  /** Told when the caller begins to speak. */
  readonly began: () => void;
  /** Told what is understood so far, where the recognizer can tell it. */
  readonly partial: (text: string) => void;
}

/** What a caller says, as text. */
export interface Ears {
  /** One utterance of the leg's far end, whenever it begins. Null: nobody here can recognize speech. */
  readonly recognize: ((leg: LiveLeg, wish: HearingWish, signal: AbortSignal) => Promise<Heard>) | null;
  /** Whether a person or a machine has answered the leg; `unknown` at its time limit, and when the signal is aborted. Rejects when the leg cannot be heard. */
  readonly detectMachine: (leg: LiveLeg, settings: MachineDetectionSettings, signal: AbortSignal) => Promise<MachineVerdict>;
}

/** What a program knows of a leg, for those who ask for the leg later; what is not given stays. */
export interface LegNote {
  readonly uuid: string;
  readonly organizationId: number;
  readonly answeredBy?: AnsweredBy;
  /** Who has forwarded the call to us, as the network says; not to be trusted. */
  readonly forwardedFrom?: string;
  readonly callerName?: string;
}

/** Keeps what is known of legs. */
export interface LegBook {
  add(note: LegNote): Promise<void>;
  /** A call of the API's, or one that a program has dialled, has ended; nothing is kept of one for which FreeSWITCH has made a leg. */
  unmade(call: UnmadeCall): Promise<void>;
}

/** A call that the API has made or a program has dialled, and for which FreeSWITCH may not have made a leg. */
export interface UnmadeCall {
  readonly uuid: string;
  readonly organizationId: number;
  /** The leg for which it was dialled; null: the API's, a call of its own. */
  readonly parent: string | null;
  /** As programs are told them. */
  readonly from: string;
  readonly to: string;
  readonly status: Exclude<EndStatus, "completed">;
  /** FreeSWITCH's word; null: it has said none. */
  readonly cause: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

export type RecordingSource = "RecordVerb" | "DialVerb" | "Conference" | "OutboundAPI" | "StartCallRecordingAPI" | "StartCallRecordingTwiML";

/** A recording that a program has made. */
export interface ProgramRecording {
  readonly sid: string;
  readonly organizationId: number;
  readonly callSid: string;
  /** The id of the call in Callplane's records. */
  readonly callId: string;
  /** On FreeSWITCH's disk. */
  readonly path: string;
  readonly startedAt: Date;
  /** Null: it goes on. */
  readonly durationS: number | null;
  readonly channels: 1 | 2;
  readonly track: "both" | "inbound" | "outbound";
  readonly source: RecordingSource;
  /** What a later process must know to end it and to tell so; null or absent: it has been told. */
  readonly ongoing?: OngoingRecording | null;
}

export interface OngoingRecording {
  /** Of the leg that is recorded. */
  readonly uuid: string;
  /** The FreeSWITCH that records it; null or absent: not known, as of one that an earlier version has begun. */
  readonly node?: string | null;
  /** The phone line whose token signs what is told; null: the account's does. */
  readonly line: number | null;
  /** Absolute; null: nobody is told. */
  readonly callback: Callback<RecordingEvent> | null;
  /** Without the silence at both ends. */
  readonly trim: boolean;
}

/** One that an earlier process has begun, and whose end has not been told. */
export type LeftRecording = ProgramRecording & { readonly ongoing: OngoingRecording };

/** Keeps which recordings there are, for those who fetch them later. */
export interface RecordingBook {
  /** What is said of a recording last counts. */
  add(recording: ProgramRecording): Promise<void>;
  /** Those of all processes that there have been. */
  left(): Promise<readonly LeftRecording[]>;
  /** The node of one whose node is not known; false: another process was faster. */
  claim(sid: string, node: string): Promise<boolean>;
  /** How long the file is, milliseconds; null when it is not within reach. Throws when it cannot be read. */
  lengthMs(path: string): Promise<number | null>;
  /** Cuts silence off both ends of the file; gives the milliseconds that are left, or null when the file is not within reach. Throws when it cannot be done. */
  trim(path: string): Promise<number | null>;
}
