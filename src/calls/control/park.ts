import { conflict } from "../../errors.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Actor } from "../../people/index.js";
import type { ControlContext } from "./context.js";
import { part, playMusic, release } from "./legs.js";
import { agentLeg, assertSomebodyInside, assertState, consultedLeg, farLeg } from "./parties.js";

/** The caller waits with music and the agent's leg ends; the agent stays the owner. A success when the call is parked already. */
export async function park(context: ControlContext, actor: Actor, call: Call, signal: AbortSignal): Promise<void> {
  if (call.state === "parked" && call.mode === "parked") return;
  assertState(call, "active", "held", "parked");
  if (consultedLeg(call) !== undefined) throw conflict("A consultation is under way: complete or cancel it.");
  assertSomebodyInside(call);
  await parkLeg(context, call, farLeg(call, agentLeg(call, actor)), signal);
}

/** Parks this leg and drops the others. */
async function parkLeg(context: ControlContext, call: Call, far: Channel, signal: AbortSignal): Promise<void> {
  if (!far.answered) throw conflict(`The call ${call.id} is ringing.`);
  const { mode } = call;
  context.registry.annotate(call, { mode: "parked" });
  try {
    if (!far.parked) await part(context, far, far.partner, signal);
  } catch (error) {
    if (!far.parked) context.registry.annotate(call, { mode });
    throw error;
  }
  // A caller on hold hears music already.
  if (mode !== "held") playMusic(context, far);
  await Promise.all(call.legs.filter((leg) => leg !== far).map((leg) => release(context, leg)));
}

/** `seeds/004_e1e84ef2369098d3.txt`: the named leg is dropped, the other one waits `seconds` for a transfer. Then FreeSWITCH itself ends it, even when Callplane is down. */
export async function parkOther(context: ControlContext, call: Call, dropped: Channel, seconds: number, signal: AbortSignal): Promise<void> {
  assertState(call, "active", "held", "parked");
  const stays = call.legs.find((leg) => leg !== dropped && !leg.consult);
  if (stays === undefined || !stays.answered) throw conflict(`The call ${call.id} has no other leg that could wait.`);
  // A parked leg is parked again, with the limit. No music: while it plays, FreeSWITCH does not look at the clock.
  await part(context, stays, stays.partner, signal, { seconds, cause: "NORMAL_CLEARING" });
  context.registry.annotateLeg(stays, { timedPark: stays.parks });
  context.registry.annotate(call, { mode: "parked" });
  await Promise.all(call.legs.filter((leg) => leg !== stays).map((leg) => release(context, leg)));
}
