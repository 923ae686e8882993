/** The conversation that Dial has made, and its rules. */
import type { LiveLeg, TalkRules } from "../../calls/index.js";
import { ShuttingDown } from "../../errors.js";
import type { Run } from "../run.js";
import { endsByStar } from "../star.js";
import type { Dial } from "../verbs/dial.js";
import type { Recorder } from "./recorder.js";

export interface TalkOptions extends Partial<Pick<TalkRules, "bothStay" | "asksForReferrals">> {
  /** Called when the two talk. */
  readonly joined?: () => void;
}

/**
 * Joins the two, and resolves when the caller is alone again, or has hung up. Meanwhile agents may hold, transfer or confer with the caller as with any other. Throws
 * Conflict when one of the two hung up before they could talk.
 */
export async function talk(run: Run, { timeLimitS, hangupOnStar }: Pick<Dial, "timeLimitS" | "hangupOnStar">, party: LiveLeg, recorder: Recorder, { bothStay = false, asksForReferrals = false, joined }: TalkOptions = {}): Promise<void> {
  const { children, secondMs } = run.parts;
  run.silentDocuments = 0;
  const limitS = Math.max(1, Math.round((timeLimitS * secondMs) / 1000));
  try {
    const { over } = await children.join(run.leg, party, { bothStay, limitS, hangupOnStar, asksForReferrals }, run.signal);
    joined?.();
    const recording = recorder.begin("answer");
    const off = endsByStar(run.parts, run.leg, run.signal);
    try {
      await run.lend(() => over(run.signal));
    } finally {
      off();
      await recording;
    }
  } finally {
    // When Callplane stops, the two talk on, and FreeSWITCH keeps the rules.
    if (!(run.signal.reason instanceof ShuttingDown)) await children.ruleNoMore(run.leg);
  }
}
