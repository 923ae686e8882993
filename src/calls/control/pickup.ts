import { CallplaneError, conflict } from "../../errors.js";
import { commands } from "../../freeswitch/index.js";
import type { Held } from "../held.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Actor } from "../../people/index.js";
import { confirmed, whileUp } from "./confirm.js";
import { nodeOf, organizationOf, type ControlContext } from "./context.js";
import { resume, ringBack } from "./hold.js";
import { end, joinAnswered, release, ring } from "./legs.js";
import { AUTO_ANSWER } from "./originate.js";
import { farLeg } from "./parties.js";
import { assertReachable, callerOf, phoneOf, ringing } from "./targets.js";

/** Rings the actor's phone and joins it to a waiting caller, to the actor's own parked call, or to a call that rings the actor's phone. */
export async function pickup(context: ControlContext, actor: Actor, call: Call): Promise<void> {
  const { agentId } = actor;
  if (agentId === null) throw new CallplaneError("Forbidden", "Only an agent with a phone can pick up a call.");
  const activity = { name: "pickup", by: actor, whileRinging: "refused" } as const;
  if (call.state === "queued") await context.activities.challenge(call.id, activity, (held) => takeWaiting(context, agentId, call, held));
  else await context.activities.hold(call.id, { ...activity, terms: "keeps" }, (held) => held.step((signal) => takeOther(context, actor, agentId, call, signal)));
}

/** While the department's phones ring on: who answers first has the caller. */
async function takeWaiting(context: ControlContext, agentId: string, call: Call, held: Held): Promise<void> {
  const caller = call.customer ?? call.legs[0];
  if (call.state !== "queued" || caller === undefined) throw conflict(`The call ${call.id} is ${call.state}.`);
  const phone = phoneOf(context, organizationOf(context, call), agentId);
  await assertReachable(context, nodeOf(context, caller), phone);
  const own = call.legs.filter((leg) => leg.agentId === agentId && leg !== caller && !leg.answered);
  await Promise.all(own.map((leg) => end(context, leg, "LOSE_RACE")));
  // A phone that was ringing for this caller answers by itself.
  const leg = await ring(context, { call, ...ringing(phone, callerOf(call)), guard: caller, variables: own.length > 0 ? AUTO_ANSWER : {} }, held.signal);
  try {
    held.claim();
  } catch (error) {
    await release(context, leg);
    throw error;
  }
  await held.step((signal) => joinAnswered(context, caller, leg, signal));
}

async function takeOther(context: ControlContext, actor: Actor, agentId: string, call: Call, signal: AbortSignal): Promise<void> {
  const { state } = call;
  if ((state === "parked" || state === "held") && call.owner === agentId) {
    await resume(context, actor, call, signal);
    return;
  }
  // A supervisor may take a colleague's parked call on the supervisor's own phone.
  if (state === "parked" && actor.role !== "agent") {
    const { owner: from } = call;
    await ringBack(context, call, farLeg(call, undefined), agentId, signal);
    context.registry.annotate(call, { handover: { how: "pickedUp", from, to: { type: "client", to: agentId } } });
    return;
  }
  if (state === "ringing" && call.ringing.includes(agentId)) {
    await takeRinging(context, agentId, call, signal);
    return;
  }
  throw conflict(`The call ${call.id} is ${state}.`);
}

/** Rings the agent's phone once more. Only when it has answered is the caller taken out of the ringing. */
async function takeRinging(context: ControlContext, agentId: string, call: Call, signal: AbortSignal): Promise<void> {
  const caller = call.customer ?? call.legs.find((leg) => leg.columns.direction === "inbound");
  if (caller === undefined) throw conflict(`The call ${call.id} has no caller to pick up.`);
  const phone = phoneOf(context, organizationOf(context, call), agentId);
  await assertReachable(context, nodeOf(context, caller), phone);
  const leg = await ring(context, { call, ...ringing(phone, callerOf(call)), guard: caller, variables: AUTO_ANSWER }, signal);
  try {
    await leaveRinging(context, caller, signal);
  } catch (error) {
    await release(context, leg);
    throw error;
  }
  try {
    await joinAnswered(context, caller, leg, signal);
  } catch (error) {
    // The caller's phones ring no more: the caller waits in the agent's park.
    if (!call.ended) context.registry.annotate(call, { owner: agentId, mode: "parked" });
    throw error;
  }
}

async function leaveRinging(context: ControlContext, caller: Channel, signal: AbortSignal): Promise<void> {
  const node = nodeOf(context, caller);
  await confirmed(context, node, () => node.api(commands.transferInline(caller.uuid, [{ app: "answer" }, { app: "park" }])), {
    uuids: [caller.uuid],
    proof: () => whileUp(caller.parked, [caller, "caller"]),
    of: "CHANNEL_PARK",
    signal,
  });
}
