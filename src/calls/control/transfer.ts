import { conflict } from "../../errors.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Actor } from "../../people/index.js";
import type { Target } from "../types.js";
import { nodeOf, organizationOf, type ControlContext } from "./context.js";
import { codeOf, join, joinAnswered, part, playMusic, release, ring } from "./legs.js";
import { agentLeg, assertNotOn, assertState, consultedLeg, farLeg, ownerOf } from "./parties.js";
import { assertReachable, diallerOf, resolveTarget, ringing, type DepartmentTarget, type PhoneTarget } from "./targets.js";
import { subjectOf } from "../views.js";

/**
 * Ring first (FREESWITCH.md): the caller hears music while the target rings, and is back with the agent when it does not answer.
 * `moving` names the leg that moves; by default the caller's.
 */
export async function transfer(context: ControlContext, actor: Actor, call: Call, target: Target, signal: AbortSignal, moving?: Channel): Promise<void> {
  const resolved = resolveTarget(context, organizationOf(context, call), target, diallerOf(actor, call));
  if (resolved.kind === "phone") await assertReachable(context, nodeOf(context, call), resolved);
  assertState(call, "active", "held", "parked");
  if (consultedLeg(call) !== undefined) throw conflict("A consultation is under way: complete or cancel it.");
  const far = moving ?? farLeg(call, agentLeg(call, actor));
  if (!far.answered) throw conflict(`The call ${call.id} is ringing.`);
  if (resolved.kind === "department") await toDepartment(context, call, far, resolved, signal);
  else await toPhone(context, call, far, resolved, signal);
}

async function toPhone(context: ControlContext, call: Call, far: Channel, target: PhoneTarget, signal: AbortSignal): Promise<void> {
  assertNotOn(call, target);
  const { partner } = far;
  const agent = partner ?? call.legs.find((leg) => leg !== far && leg.answered) ?? null;
  if (partner !== null) await holdFor(context, call, far, partner, signal);
  try {
    const leg = await ring(context, { call, ...ringing(target, call.from || null), guard: far }, signal);
    await joinAnswered(context, far, leg, signal);
    // Between two agents the bridge alone does not tell who has the call now.
    const owner = ownerOf(far, target);
    if (call.owner !== owner) context.registry.annotate(call, { owner });
  } catch (error) {
    if (partner !== null) await giveBack(context, call, far, partner);
    context.announce({ type: "call.transfer.failed", call: subjectOf(context.registry, call), code: codeOf(error), target: target.label });
    throw error;
  }
  await release(context, agent);
}

async function holdFor(context: ControlContext, call: Call, far: Channel, partner: Channel, signal: AbortSignal): Promise<void> {
  context.registry.annotate(call, { mode: "held" });
  try {
    await part(context, far, partner, signal);
  } catch (error) {
    if (!far.parked) context.registry.annotate(call, { mode: null });
    throw error;
  }
  playMusic(context, far);
}

/** The caller is back with the agent; should her leg have gone meanwhile, the caller stays held and the call hers. */
export async function giveBack(context: ControlContext, call: Call, far: Channel, agent: Channel): Promise<void> {
  if (far.hungUp || agent.hungUp) return;
  try {
    // The transfer's own signal may be the reason why we are here.
    await join(context, far, agent, new AbortController().signal);
  } catch (error) {
    context.logger.warn({ err: error, call: call.id }, "a caller could not be given back to the agent and stays on hold");
  }
}

async function toDepartment(context: ControlContext, call: Call, far: Channel, target: DepartmentTarget, signal: AbortSignal): Promise<void> {
  const { partner } = far;
  if (partner !== null) await part(context, far, partner, signal);
  else if (!far.parked) throw conflict(`The call ${call.id} cannot wait in a department now.`);
  context.registry.waitsAsCaller(far);
  context.registry.annotate(call, { queue: target.queue, owner: null, mode: null });
  playMusic(context, far);
  await Promise.all(call.legs.filter((leg) => leg !== far).map((leg) => release(context, leg)));
}
