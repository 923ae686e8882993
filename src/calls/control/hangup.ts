import { CallplaneError, conflict } from "../../errors.js";
import type { HangupCause } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import type { Actor } from "../../people/index.js";
import type { ControlContext } from "./context.js";
import { end } from "./legs.js";

/**
 * Ends the call with all its legs. An agent who is only rung declines her own leg, and one who was called by a colleague hangs up her own;
 * what is left of the call is FreeSWITCH's dialplan's matter then.
 */
export async function hangup(context: ControlContext, actor: Actor, call: Call): Promise<void> {
  const own = actor.agentId === null ? undefined : call.legOf(actor.agentId);
  if (actor.role === "agent" && call.owner !== actor.agentId) {
    if (own === undefined) throw conflict(`Nobody owns the call ${call.id} yet.`);
    await end(context, own, own.answered ? "NORMAL_CLEARING" : "CALL_REJECTED");
    return;
  }
  // What is under way (a transfer that rings, a consultation) must not put back together what is being ended.
  context.activities.abort(call.id, "The call was hung up.");
  await endAll(context, call, "NORMAL_CLEARING");
}

async function endAll(context: ControlContext, call: Call, cause: HangupCause): Promise<void> {
  const results = await Promise.allSettled([...call.legs].map((leg) => end(context, leg, cause)));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined && !call.ended) throw failed.reason instanceof Error ? failed.reason : new CallplaneError("Internal");
}
