/** Whether a person or a machine has answered a leg, for the program that asks for it (https://www.twilio.com/docs/voice/answering-machine-detection). */
import type { LiveLeg } from "../calls/index.js";
import { uuidOfCallSid } from "../sids.js";
import type { AnsweredBy, MachineDetectionSettings } from "../speech/index.js";
import type { CallFacts } from "./call-parameters.js";
import { signedBy, type Callbacks, type DocumentUrl, type Ears, type LegBook } from "./ports.js";
import { codeOfError, PROGRAM_CODES } from "./program-error.js";
import type { ProgramLog } from "./program-log.js";

export interface MachineWish {
  readonly settings: MachineDetectionSettings;
  /** The program does not wait for the verdict. */
  readonly beside: boolean;
  /** Told the verdict; null: nobody. */
  readonly callback: DocumentUrl | null;
}

/** Who has answered, filled in when it is known; every later request and callback of the leg tells it. */
export interface Answerer {
  answeredBy: AnsweredBy | null;
  /** Milliseconds that it took; null: not known any more. */
  durationMs: number | null;
}

export const newAnswerer = (): Answerer => ({ answeredBy: null, durationMs: null });

export interface DetectionParts {
  readonly ears: Pick<Ears, "detectMachine">;
  readonly callbacks: Callbacks;
  readonly legBook: LegBook;
  readonly log: ProgramLog;
}

/**
 * Listens to the leg until there is a verdict, and tells it: the facts, the record of the leg, and the callback. What cannot be heard is `unknown`, with an error in the
 * call's log. Resolves without a verdict when the signal is aborted, and with what is known when the leg hangs up; never rejects.
 */
export async function detectAnswerer({ ears, callbacks, legBook, log }: DetectionParts, facts: CallFacts & { readonly answerer: Answerer }, leg: LiveLeg, { settings, callback }: Omit<MachineWish, "beside">, signal: AbortSignal): Promise<void> {
  const { account, callSid, answerer } = facts;
  const { organizationId, accountSid } = account;
  const failed = (text: string) => (error: unknown): void => log.add(organizationId, callSid, { level: "error", code: codeOfError(error, PROGRAM_CODES.internal), text });
  const verdict = await ears.detectMachine(leg, settings, signal).catch((error: unknown) => {
    if (!signal.aborted && !leg.hungUp) failed("It could not be heard who answered.")(error);
    return { answeredBy: "unknown", durationMs: 0 } as const;
  });
  if (signal.aborted) return;
  answerer.answeredBy = verdict.answeredBy;
  answerer.durationMs = verdict.durationMs;
  // With several phones the leg that answers is not the one that the CallSid names.
  const uuids = new Set([leg.uuid, uuidOfCallSid(callSid) ?? leg.uuid]);
  await Promise.all([...uuids].map((uuid) => legBook.add({ uuid, organizationId, answeredBy: verdict.answeredBy }))).catch(failed("Who answered could not be kept."));
  if (callback === null) return;
  const form = [["AccountSid", accountSid], ["CallSid", callSid], ["AnsweredBy", verdict.answeredBy], ["MachineDetectionDuration", String(verdict.durationMs)]] as const;
  await callbacks.enqueue({ organizationId, lane: `${callSid}/amd`, kind: "callback", ...callback, form, ...signedBy(account) }).catch(failed("The callback of who answered could not be kept."));
}
