/** Whether a person or a machine has answered a leg, for the program that asks for it (https://www.twilio.com/docs/voice/answering-machine-detection). */
import type { LiveLeg } from "../calls/index.js";
import { uuidOfCallSid } from "../sids.js";
import type { AnsweredBy, MachineDetectionSettings, MachineVerdict } from "../speech/index.js";
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
export async function detectAnswerer(parts: DetectionParts, facts: AnswererFacts, leg: LiveLeg, { settings, callback }: Omit<MachineWish, "beside">, signal: AbortSignal): Promise<void> {
  const verdict = await parts.ears.detectMachine(leg, settings, signal).catch((error: unknown) => {
    if (!signal.aborted && !leg.hungUp) failing(parts, facts, "It could not be heard who answered.")(error);
    return UNKNOWN;
  });
  if (!signal.aborted) await tellVerdict(parts, facts, leg.uuid, callback, verdict);
}

/** Whoever listened, an earlier process, has not come to a verdict: nobody knows. Never rejects. @param uuid the leg's */
export const neverHeard = (parts: Omit<DetectionParts, "ears">, facts: AnswererFacts, uuid: string, { callback }: Pick<MachineWish, "callback">): Promise<void> => tellVerdict(parts, facts, uuid, callback, UNKNOWN);

type AnswererFacts = CallFacts & { readonly answerer: Answerer };
const UNKNOWN: MachineVerdict = { answeredBy: "unknown", durationMs: 0 };

const failing = ({ log }: Pick<DetectionParts, "log">, { account, callSid }: CallFacts, text: string) => (error: unknown): void => log.add(account.organizationId, callSid, { level: "error", code: codeOfError(error, PROGRAM_CODES.internal), text });

async function tellVerdict(parts: Omit<DetectionParts, "ears">, facts: AnswererFacts, uuid: string, callback: MachineWish["callback"], verdict: MachineVerdict): Promise<void> {
  const { callbacks, legBook } = parts;
  const { account, callSid, answerer } = facts;
  const { organizationId, accountSid } = account;
  const failed = (text: string): ((error: unknown) => void) => failing(parts, facts, text);
  answerer.answeredBy = verdict.answeredBy;
  answerer.durationMs = verdict.durationMs;
  // With several phones the leg that answers is not the one that the CallSid names.
  const uuids = new Set([uuid, uuidOfCallSid(callSid) ?? uuid]);
  await Promise.all([...uuids].map((each) => legBook.add({ uuid: each, organizationId, answeredBy: verdict.answeredBy }))).catch(failed("Who answered could not be kept."));
  if (callback === null) return;
  const form = [["AccountSid", accountSid], ["CallSid", callSid], ["AnsweredBy", verdict.answeredBy], ["MachineDetectionDuration", String(verdict.durationMs)]] as const;
  await callbacks.enqueue({ organizationId, lane: `${callSid}/amd`, kind: "callback", ...callback, form, ...signedBy(account), once: `${callSid}/amd` }).catch(failed("The callback of who answered could not be kept."));
}
