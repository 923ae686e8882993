/** What a caller who has waited in a queue hears before the bridge (https://www.twilio.com/docs/voice/twiml/queue, url). */
import { onAbort, underAny } from "../../abort.js";
import type { LiveLeg } from "../../calls/index.js";
import { interpret } from "../interpreter.js";
import type { QueueNoun } from "../nouns/queue.js";
import { ProgramError } from "../program-error.js";
import type { Run, RunCall } from "../run.js";

/** The caller who waited: the leg, and the facts of the call under which its requests are sent. */
export interface WaitingCaller {
  readonly leg: LiveLeg;
  readonly call: RunCall;
  /** Aborted when the leg has hung up. */
  readonly ended: AbortSignal;
}

/** False: the caller has hung up. Rejects with the reason of the run's signal, or of the caller's. */
export async function prepareCaller(run: Run, noun: QueueNoun, waiting: WaitingCaller, { sid, waitedS, signal: others }: { readonly sid: string; readonly waitedS: number; readonly signal: AbortSignal }): Promise<boolean> {
  const { leg, call, ended } = waiting;
  if (leg.hungUp) return false;
  await run.parts.legs.silence(leg);
  if (noun.document === null) return true;
  const url = run.url(noun.document.url);
  const dialGone = new AbortController();
  const off = onAbort(run.ended, () => dialGone.abort(run.ended.reason));
  try {
    await underAny([run.signal, others, dialGone.signal], (signal) => {
      const beside = run.beside(leg, "waiting", call, { signal, ended });
      const parameters = [["QueueSid", sid], ["QueueTime", String(waitedS)], ["DequeingCallSid", run.callSid]] as const;
      return interpret(beside, { source: { url, method: noun.document?.method ?? "POST" }, parameters, fallback: null });
    });
  } catch (error) {
    run.signal.throwIfAborted();
    if (leg.hungUp) return false;
    // It is in the log of the one who waited; the two are connected all the same.
    if (!(error instanceof ProgramError)) throw error;
  } finally {
    off();
  }
  return !leg.hungUp;
}
