/** What this face needs of the room that runs programs. */
import type { Actor, VoiceAccounts } from "../../people/index.js";
import type { ConferenceDesk, LegRecording, QueueDesk, ProgramLog, StreamWish } from "../../twiml/index.js";
import type { TwimlAppRepository } from "../../voice-app/index.js";

export type HttpMethod = "GET" | "POST";

/** Where the document of a program comes from. */
export type DocumentSource =
  | { readonly url: string; readonly method: HttpMethod; readonly fallback: { readonly url: string; readonly method: HttpMethod } | null }
  | { readonly twiml: string };

export interface ProgressCallback {
  readonly url: string;
  readonly method: HttpMethod;
  /** initiated, ringing, answered, completed. */
  readonly events: readonly string[];
}

export interface MachineDetection {
  readonly mode: "Enable" | "DetectMessageEnd";
  /** Milliseconds; null: the default. */
  readonly timeoutMs: number | null;
  readonly speechThresholdMs: number | null;
  readonly speechEndThresholdMs: number | null;
  readonly silenceTimeoutMs: number | null;
  /** The program begins at once; else with the verdict. */
  readonly beside: boolean;
  /** Told the verdict; null: nobody. */
  readonly callback: { readonly url: string; readonly method: HttpMethod } | null;
}

export interface NewRecording {
  readonly dual: boolean;
  readonly track: "both" | "inbound" | "outbound";
  readonly trim: boolean;
  /** Told of in-progress, completed, absent; null: nobody is. */
  readonly callback: { readonly url: string; readonly method: HttpMethod; readonly events: readonly RecordingEvent[] } | null;
}
export type RecordingEvent = "in-progress" | "completed" | "absent";

export interface NewProgramCall {
  readonly organizationId: number;
  /** The phone that is called: a number, `client:agent`, `sip:user@host`. */
  readonly to: string;
  /** A number of the organization's, or `client:agent`. */
  readonly from: string;
  /** What the far end is shown, instead of `from`; null: `from`. */
  readonly callerId: string | null;
  readonly source: DocumentSource;
  readonly statusCallback: ProgressCallback | null;
  readonly ringS: number;
  /** How long the call may last; null: no limit. */
  readonly timeLimitS: number | null;
  /** Sent after the answer, `w` for half a second. */
  readonly sendDigits: string | null;
  readonly record: NewRecording | null;
  readonly machineDetection: MachineDetection | null;
  /** On whose behalf, for the log and the audit log. */
  readonly by: string;
}

export type LiveStatus = "queued" | "initiated" | "ringing" | "in-progress";

export interface LiveProgramCall {
  readonly callSid: string;
  readonly from: string;
  readonly to: string;
  readonly status: LiveStatus;
  readonly createdAt: Date;
}

/** What becomes of a leg that a program runs, by its CallSid. `organizationId` is the account's: another one's leg is none. */
export interface ProgramCalls {
  /** Begins to call. Throws InvalidParameter, NUMBER_NOT_ALLOWED, DIAL_LIMIT, Busy. */
  create(call: NewProgramCall): Promise<LiveProgramCall>;
  /** A call of `create` that has no record yet; null: none such. */
  find(organizationId: number, callSid: string): LiveProgramCall | null;
  /** Its program is replaced at once, whatever verb runs. Throws NotFound for a leg that is not live, Conflict for one that was not answered. */
  replace(organizationId: number, callSid: string, source: DocumentSource): Promise<void>;
  /** `canceled`: before the answer alone, else Conflict. Throws NotFound for a leg that is not live. */
  end(organizationId: number, callSid: string, how: "canceled" | "completed"): Promise<void>;
  /** Records the leg from now on. Throws NotFound for a leg that is not live, Conflict for one that cannot be recorded now. */
  record(organizationId: number, callSid: string, wish: NewRecording, by: Actor): Promise<LegRecording>;
  /** A recording that a program or the API has begun, of a live leg; null: none. */
  recordingOf(organizationId: number, callSid: string): LegRecording | null;
  /** Copies the leg's audio to a program; resolves with the stream's sid. Throws NotFound for a leg that is not live, Conflict for one that is not in progress and for a name that is taken, StreamError. */
  startStream(organizationId: number, callSid: string, wish: StreamWish): Promise<string>;
  /** Ends such a copy, whoever has begun it; resolves when it has ended. Throws NotFound. */
  stopStream(organizationId: number, callSid: string, nameOrSid: string): Promise<{ readonly sid: string; readonly name: string | null }>;
}

export interface TwilioServices {
  readonly accounts: VoiceAccounts;
  readonly apps: TwimlAppRepository;
  /** Null: nothing runs programs. */
  readonly programs: ProgramCalls | null;
  readonly conferences: LiveConferences | null;
  /** The queues that programs have made. Null: nothing runs programs. */
  readonly queues: LiveQueues | null;
  /** What went wrong in the programs of a call; none for another organization's. Null: nothing runs programs. */
  readonly notes: Pick<ProgramLog, "of"> | null;
}

export type LiveQueues = Pick<QueueDesk, keyof QueueDesk>;

/** The conferences of programs. */
export type LiveConferences = Pick<ConferenceDesk, keyof ConferenceDesk>;
export type { ParticipantWish as ParticipantChange, ShownConference as LiveConference, ShownParticipant as LiveParticipant } from "../../twiml/index.js";
