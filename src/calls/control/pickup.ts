import { CallplaneError, conflict } from "../../errors.js";
import { commands } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Actor } from "../../people/index.js";
import { confirmed } from "./confirm.js";
import { nodeOf, organizationOf, type ControlContext } from "./context.js";
import { resume, ringBack } from "./hold.js";
import { joinAnswered, release, ring } from "./legs.js";
import { AUTO_ANSWER } from "./originate.js";
import { farLeg } from "./parties.js";
import { assertReachable, phoneOf } from "./targets.js";


/**
 * Rings the actor's phone and joins it to a waiting caller, to her own parked call, or to a call that rings her.
 * `rung`: the router was ringing her phone for this caller.
 */
export async function pickup(context: ControlContext, actor: Actor, call: Call, signal: AbortSignal, options: { readonly rung?: boolean } = {}): Promise<void> {
  if (actor.agentId === null) throw new CallplaneError("Forbidden", "Only somebody with a phone of her own can pick up a call.");
  const { state } = call;
  if (state === "queued") {
    const caller = call.customer ?? call.legs[0];
    if (caller === undefined) throw conflict(`The call ${call.id} has ended.`);
    // Who was rung for this caller has said yes already.
    await ringBack(context, call, caller, actor.agentId, signal, options.rung === true ? AUTO_ANSWER : {});
    return;
  }
  if ((state === "parked" || state === "held") && call.owner === actor.agentId) {
    await resume(context, actor, call, signal);
    return;
  }
  // A supervisor may do with a colleague's parked call what the colleague may, on her own phone.
  if (state === "parked" && actor.role !== "agent") {
    await ringBack(context, call, farLeg(call, undefined), actor.agentId, signal);
    return;
  }
  if (state === "ringing" && call.ringing.includes(actor.agentId)) {
    await takeRinging(context, actor.agentId, call, signal);
    return;
  }
  throw conflict(`The call ${call.id} is ${state}.`);
}

/** The caller leaves the ringing only when the agent's phone has answered anew: until then nothing has changed for her. */
async function takeRinging(context: ControlContext, agentId: string, call: Call, signal: AbortSignal): Promise<void> {
  const caller = call.customer ?? call.legs.find((leg) => leg.columns.direction === "inbound");
  if (caller === undefined) throw conflict(`The call ${call.id} has no caller to pick up.`);
  const phone = phoneOf(context, organizationOf(context, call), agentId);
  await assertReachable(context, nodeOf(context, caller), phone);
  const leg = await ring(
    context,
    { call, endpoint: phone.endpoint, role: phone.role, agentId, callerId: call.from || null, guard: caller, variables: AUTO_ANSWER },
    signal,
  );
  try {
    await leaveRinging(context, caller, signal);
  } catch (error) {
    await release(context, leg);
    throw error;
  }
  try {
    await joinAnswered(context, caller, leg, signal);
  } catch (error) {
    // Nothing rings for her any more: she waits for the one who took her out of the ringing.
    if (!call.ended) context.registry.annotate(call, { owner: agentId, mode: "parked" });
    throw error;
  }
}

async function leaveRinging(context: ControlContext, caller: Channel, signal: AbortSignal): Promise<void> {
  const node = nodeOf(context, caller);
  await confirmed(context, node, () => node.api(commands.transferInline(caller.uuid, [{ app: "answer" }, { app: "park" }])), {
    uuids: [caller.uuid],
    proof: () => {
      if (caller.hungUp) throw conflict("The caller hung up.");
      return caller.parked ? true : undefined;
    },
    of: "CHANNEL_PARK",
    signal,
  });
}
