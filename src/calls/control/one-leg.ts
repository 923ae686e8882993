/** Acts on one leg of a call. */
import type { Actor } from "../../people/index.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { LegAct } from "../types.js";
import { answerLeg } from "./answer.js";
import { holdMember } from "./conference.js";
import type { ControlContext } from "./context.js";
import { end } from "./legs.js";
import { muteLeg } from "./media.js";

/** Throws Conflict for a hold or resume of a leg that is in no conference: the whole call can be held. `leg`: looked for when the act begins, for which it may have waited; throws when the actor may not. */
export async function actOnLeg(context: ControlContext, actor: Actor, call: Call, leg: () => Channel, act: LegAct): Promise<void> {
  const activity = { name: `leg.${act}`, by: actor };
  // It moves nobody, and nothing else is to wait until the phone has answered.
  if (act === "answer") return context.activities.beside(call.id, activity, (signal) => answerLeg(context, leg(), signal));
  return context.activities.run(call.id, { ...activity, whileRinging: "beside" }, (signal) => perform(context, call, leg(), act, signal));
}

async function perform(context: ControlContext, call: Call, leg: Channel, act: Exclude<LegAct, "answer">, signal: AbortSignal): Promise<void> {
  if (act === "hangup") return end(context, leg, leg.answered ? "NORMAL_CLEARING" : "CALL_REJECTED");
  if (act === "hold" || act === "resume") return holdMember(context, call, leg, act === "hold", signal);
  return muteLeg(context, leg, act === "mute", signal);
}
