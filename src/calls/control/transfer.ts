import { conflict } from "../../errors.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Actor } from "../../people/index.js";
import type { Target } from "../types.js";
import { nodeOf, organizationOf, type ControlContext } from "./context.js";
import { phoneTarget } from "../handover.js";
import { holdLegs } from "./hold.js";
import { codeOf, join, joinAnswered, part, playMusic, release, ring } from "./legs.js";
import { holdsByItself } from "./phone-hold.js";
import { agentLeg, assertNotOn, assertState, consultedLeg, farLeg, ownerOf } from "./parties.js";
import { assertReachable, callerOf, diallerOf, resolveTarget, ringing, type DepartmentTarget, type PhoneTarget } from "./targets.js";
import { subjectOf } from "../views.js";

/**
 * Rings first (FREESWITCH.md): the caller hears music while the target rings, and returns to the agent when it does not answer.
 * `moving`: the leg that moves; default: the caller's.
 */
export async function transfer(context: ControlContext, actor: Actor, call: Call, target: Target, signal: AbortSignal, moving?: Channel): Promise<void> {
  const resolved = resolveTarget(context, organizationOf(context, call), target, diallerOf(actor, call));
  if (resolved.kind === "phone") await assertReachable(context, nodeOf(context, call), resolved);
  assertState(call, "active", "held", "parked");
  if (consultedLeg(call) !== undefined) throw conflict("A consultation is under way: complete or cancel it.");
  const far = moving ?? farLeg(call, agentLeg(call, actor));
  if (!far.answered) throw conflict(`The call ${call.id} is ringing.`);
  if (resolved.kind === "department") await toDepartment(context, call, far, resolved, signal);
  else await toPhone(context, call, far, resolved, target, signal);
}

async function toPhone(context: ControlContext, call: Call, far: Channel, target: PhoneTarget, asked: Target, signal: AbortSignal): Promise<void> {
  assertNotOn(call, target);
  context.registry.annotate(call, { transfer: { type: asked.type, to: asked.to } });
  const { owner: from } = call;
  const { partner } = far;
  const agent = partner ?? call.legs.find((leg) => leg !== far && leg.answered) ?? null;
  try {
    if (partner !== null) await holdLegs(context, call, far, partner, signal);
  } catch (error) {
    context.registry.annotate(call, { transfer: null });
    throw error;
  }
  try {
    const leg = await ring(context, { call, ...ringing(target, callerOf(call)), guard: far }, signal);
    await joinAnswered(context, far, leg, signal);
    // The bridge does not decide the owner when it joins two agents.
    const owner = ownerOf(far, target);
    context.registry.annotate(call, { transfer: null, handover: { how: "transferred", from, to: phoneTarget(leg) }, ...(call.owner === owner ? {} : { owner }) });
  } catch (error) {
    if (partner !== null) await giveBack(context, call, far, partner);
    context.registry.annotate(call, { transfer: null });
    context.announce({ type: "call.transfer.failed", call: subjectOf(context.registry, call), code: codeOf(error), target: target.label });
    throw error;
  }
  await release(context, agent);
}

/** Returns the caller to the agent. If the agent's leg has ended, or its phone holds it, the caller stays on hold, and the agent the owner. */
export async function giveBack(context: ControlContext, call: Call, far: Channel, agent: Channel): Promise<void> {
  if (far.hungUp || agent.hungUp) return;
  try {
    if (await holdsByItself(context, agent)) return;
    // Not under the transfer's signal, which may be aborted.
    await join(context, far, agent, new AbortController().signal);
  } catch (error) {
    context.logger.warn({ err: error, call: call.id }, "a caller could not be returned to the agent and stays on hold");
  }
}

async function toDepartment(context: ControlContext, call: Call, far: Channel, target: DepartmentTarget, signal: AbortSignal): Promise<void> {
  const { owner: from } = call;
  const { partner } = far;
  if (partner !== null) await part(context, far, partner, signal);
  else if (!far.parked) throw conflict(`The call ${call.id} cannot wait in a department now.`);
  context.registry.waitsAsCaller(far);
  context.registry.annotate(call, { queue: target.queue, owner: null, mode: null, handover: { how: "transferred", from, to: { type: "department", to: target.queue } } });
  playMusic(context, far);
  await Promise.all(call.legs.filter((leg) => leg !== far).map((leg) => release(context, leg)));
}
