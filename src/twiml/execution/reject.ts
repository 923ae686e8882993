import { REFUSALS } from "../../freeswitch/index.js";
import { HANGUP, type Next } from "../next.js";
import type { Run } from "../run.js";
import type { Reject } from "../verbs/reject.js";

/** Refuses a call that has not been answered, which costs the caller nothing; one that has been is just ended. */
export async function reject(run: Run, verb: Reject): Promise<Next> {
  if (!run.leg.answered) await run.parts.legs.end(run.leg, REFUSALS[verb.reason]);
  return HANGUP;
}
