/** What is asked of the engine about single calls. */
import type { LiveLeg } from "../calls/index.js";
import type { CallFacts } from "./call-parameters.js";
import type { DocumentSource } from "./ports.js";
import type { CallStatus } from "./statuses.js";

/** What is asked of a live call. */
export type Update = { readonly document: DocumentSource } | { readonly status: "canceled" | "completed" };

/** A call of the engine's that rings, runs a program, or has just ended. */
export interface ProgramCall {
  readonly callSid: string;
  readonly organizationId: number;
  readonly facts: CallFacts;
  readonly status: CallStatus;
  /** Null before it has answered with a leg of its own. */
  readonly leg: LiveLeg | null;
}
