import { CallplaneError, conflict } from "../../errors.js";
import type { HangupCause } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import type { Actor } from "../../people/index.js";
import type { ControlContext } from "./context.js";
import { end } from "./legs.js";

/** Ends the call with all its legs. An agent who does not own it (rung, or called by a colleague) ends the agent's own leg only; the dialplan decides about the rest. */
export async function hangup(context: ControlContext, actor: Actor, call: Call): Promise<void> {
  const own = actor.agentId === null ? undefined : call.legOf(actor.agentId);
  if (actor.role === "agent" && call.owner !== actor.agentId) {
    if (own === undefined) throw conflict(`Nobody owns the call ${call.id} yet.`);
    await end(context, own, own.answered ? "NORMAL_CLEARING" : "CALL_REJECTED");
    return;
  }
  // An activity under way, such as a transfer that rings, would join the legs again.
  context.activities.abort(call.id, "The call was hung up.");
  await endAll(context, call, "NORMAL_CLEARING");
}

async function endAll(context: ControlContext, call: Call, cause: HangupCause): Promise<void> {
  const results = await Promise.allSettled([...call.legs].map((leg) => end(context, leg, cause)));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined && !call.ended) throw failed.reason instanceof Error ? failed.reason : new CallplaneError("Internal");
}
