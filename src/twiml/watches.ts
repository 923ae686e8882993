/** Legs whose progress somebody is told: kept until their end has been told, so that it is told also when the process that follows them ends first. */
import type { Parties } from "./call-parameters.js";
import type { MachineWish } from "./detection.js";
import type { AnsweredBy } from "../speech/index.js";
import type { CallbackDelivery, DocumentSource, DocumentUrl, StatusCallback } from "./ports.js";

export interface LegWatch {
  readonly callSid: string;
  /** The leg's, or that of the ringing which made it. */
  readonly uuid: string;
  /** The FreeSWITCH that has it; null: not known, as of one that an earlier version has followed. */
  readonly node: string | null;
  readonly organizationId: number;
  readonly parties: Parties;
  readonly parentCallSid: string | null;
  readonly callback: StatusCallback | null;
  /** Of the next callback. */
  readonly sequence: number;
  /** What has happened and may not be in the outbox yet, in order; null: nothing. */
  readonly untold: readonly CallbackDelivery[] | null;
  readonly answeredAt: Date | null;
  /** Null: not known, or nobody asked. */
  readonly answeredBy: AnsweredBy | null;
  /** Who answers is being listened for, or will be after the answer; null: nobody asks, or it is known. */
  readonly machine: MachineWish | null;
  /** With what the program of a leg begins that has not answered yet, where the configuration does not know it; null: it does. */
  readonly document: DocumentSource | null;
  /** Of the program that runs the leg: what helps when its process ends in the midst of it. */
  readonly fallback: DocumentUrl | null;
  readonly department: string | null;
  /** The phone line whose token signs what is told; null: the account's does. */
  readonly line: number | null;
}

/** Throws DatabaseUnavailable. */
export interface LegWatches {
  /** Those of all processes that there have been. */
  open(): Promise<readonly LegWatch[]>;
  put(watch: LegWatch): Promise<void>;
  remove(callSid: string): Promise<void>;
  /** The node of one whose node is not known; false: another process was faster. */
  claim(callSid: string, node: string): Promise<boolean>;
}
