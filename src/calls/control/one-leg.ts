/** Acts on one leg of a call. */
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { LegAct } from "../types.js";
import { holdMember } from "./conference.js";
import type { ControlContext } from "./context.js";
import { end } from "./legs.js";
import { muteLeg } from "./media.js";

/** Throws Conflict for a hold or resume of a leg that is in no conference: the whole call can be held. */
export async function actOnLeg(context: ControlContext, call: Call, leg: Channel, act: LegAct, signal: AbortSignal): Promise<void> {
  if (act === "hangup") return end(context, leg, leg.answered ? "NORMAL_CLEARING" : "CALL_REJECTED");
  if (act === "hold" || act === "resume") return holdMember(context, call, leg, act === "hold", signal);
  return muteLeg(context, leg, act === "mute", signal);
}
