/** The conversation that Dial has made: its limit, and the caller's star. */
import type { LiveLeg } from "../../calls/index.js";
import type { Run } from "../run.js";
import type { Dial } from "../verbs/dial.js";
import type { Recorder } from "./recorder.js";

/** What of Dial concerns a conversation. */
export type TalkRules = Pick<Dial, "timeLimitS" | "hangupOnStar">;

/**
 * Joins the two, and resolves when the caller is alone again, or has hung up. Meanwhile agents may hold, transfer or confer with the caller as with any other. Throws
 * Conflict when one of the two hung up before they could talk.
 */
export async function talk(run: Run, rules: TalkRules, party: LiveLeg, recorder: Recorder, options: { readonly bothStay?: boolean; readonly joined?: () => void } = {}): Promise<void> {
  const { children } = run.parts;
  run.silentDocuments = 0;
  const { over } = await children.join(run.leg, party, run.signal, { bothStay: options.bothStay ?? false });
  options.joined?.();
  const recording = recorder.begin("answer");
  const end = (): void => void (options.bothStay === true ? children.takeOut(party, run.signal).catch(() => undefined) : children.release(party));
  const timer = setTimeout(end, rules.timeLimitS * run.parts.secondMs);
  const off = rules.hangupOnStar ? run.onDigit((digit) => (digit === "*" ? end() : undefined)) : (): void => undefined;
  try {
    await run.lend(() => over(run.signal));
  } finally {
    clearTimeout(timer);
    off();
    await recording;
  }
}
