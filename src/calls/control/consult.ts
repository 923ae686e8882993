import { conflict } from "../../errors.js";
import { assertStillMayAct } from "../access.js";
import { commands } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Actor } from "../../people/index.js";
import type { Target } from "../types.js";
import { phoneTarget } from "../handover.js";
import { confirmed, whileUp } from "./confirm.js";
import { nodeOf, organizationOf, type ControlContext } from "./context.js";
import { hold, holdLegs } from "./hold.js";
import { end, join, part, playMusic, release, ring, stayAfterBridge } from "./legs.js";
import { assertTakenBack } from "./phone-hold.js";
import { agentLeg, assertNotOn, assertState, consultedLeg, farLeg, ownerOf } from "./parties.js";
import { assertReachable, diallerOf, resolvePhone, ringing } from "./targets.js";
import { giveBack } from "./transfer.js";

/** The three of a consultation, of whom the agent talks to one. */
export interface Consultation {
  readonly agent: Channel;
  readonly far: Channel;
  readonly consulted: Channel;
}

/** Warm transfer, first half: the caller is on hold while the agent talks to the target. */
export async function consult(context: ControlContext, actor: Actor, call: Call, target: Target, signal: AbortSignal): Promise<{ readonly id: string }> {
  const phone = resolvePhone(context, organizationOf(context, call), target, diallerOf(actor, call));
  await assertReachable(context, nodeOf(context, call), phone);
  assertState(call, "active", "held");
  if (consultedLeg(call) !== undefined) throw conflict("A consultation is under way: complete or cancel it.");
  const agent = agentLeg(call, actor);
  if (agent === undefined || !agent.answered) throw conflict("The agent has no phone on this call.");
  const far = farLeg(call, agent);
  assertNotOn(call, phone);
  await assertTakenBack(context, call, agent);
  const wasActive = call.state === "active";
  await hold(context, actor, call, signal);
  try {
    // Otherwise the end of the consulted party's leg would end the agent's.
    await stayAfterBridge(context, agent, true);
    const consulted = await ring(context, { call, ...ringing(phone, { number: agent.number, name: agent.callerName }), guard: far, consult: true }, signal);
    await join(context, agent, consulted, signal);
    return { id: consulted.uuid };
  } catch (error) {
    await release(context, consultedLeg(call));
    if (!agent.hungUp) await stayAfterBridge(context, agent, false).catch(() => undefined);
    if (wasActive) await giveBack(context, call, far, agent);
    throw error;
  }
}

/** The agent talks to the other one of the two, who waits with music meanwhile. */
export async function swapConsult(context: ControlContext, actor: Actor, call: Call, signal: AbortSignal): Promise<void> {
  const { agent, far, consulted } = consultationOf(call, actor);
  await assertTakenBack(context, call, agent);
  if (consulted.consultHeld) await talkToConsulted(context, call, { agent, far, consulted }, signal);
  else await talkToCaller(context, call, { agent, far, consulted }, signal);
}

async function talkToCaller(context: ControlContext, call: Call, { agent, far, consulted }: Consultation, signal: AbortSignal): Promise<void> {
  await part(context, consulted, agent, signal);
  context.registry.annotateLeg(consulted, { consultHeld: true });
  playMusic(context, consulted);
  try {
    await join(context, far, agent, signal);
  } catch (error) {
    context.registry.annotateLeg(consulted, { consultHeld: false });
    context.registry.markChanged(call);
    await back(context, agent, consulted);
    throw error;
  }
}

async function talkToConsulted(context: ControlContext, call: Call, { agent, far, consulted }: Consultation, signal: AbortSignal): Promise<void> {
  await holdLegs(context, call, far, agent, signal);
  try {
    await join(context, consulted, agent, signal);
  } catch (error) {
    await giveBack(context, call, far, agent);
    throw error;
  }
  context.registry.annotateLeg(consulted, { consultHeld: false });
  context.registry.markChanged(call);
}

/** Joins two again whom a failed operation has parted. */
async function back(context: ControlContext, agent: Channel, other: Channel): Promise<void> {
  if (agent.hungUp || other.hungUp) return;
  // Not under the operation's signal, which may be aborted.
  await join(context, agent, other, new AbortController().signal).catch((error: unknown) => context.logger.warn({ err: error, channel: agent.uuid }, "an agent could not be returned to the consulted party"));
}

/** Second half: the caller talks to the consulted party, the agent is released. */
export async function completeConsult(context: ControlContext, actor: Actor, call: Call, signal: AbortSignal): Promise<void> {
  const { agent, far, consulted } = consultationOf(call, actor);
  const { consultHeld } = consulted;
  await assertTakenBack(context, call, consulted);
  if (consultHeld) await assertTakenBack(context, call, agent);
  context.registry.annotateLeg(consulted, { consult: false, consultHeld: false });
  try {
    // Whoever waits comes to the other, whom the agent talks to.
    if (consultHeld) await join(context, consulted, far, signal);
    else await join(context, far, consulted, signal);
  } catch (error) {
    context.registry.annotateLeg(consulted, { consult: true, consultHeld });
    context.registry.markChanged(call);
    // FreeSWITCH has parted the two whom it was to leave together.
    if (consultHeld && far.partner !== agent) await giveBack(context, call, far, agent);
    throw error;
  }
  context.registry.annotate(call, { owner: ownerOf(far, consulted), handover: { how: "transferred", from: agent.agentId, to: phoneTarget(consulted) } });
  await release(context, agent);
}

/** Ends the ringing of somebody for the call, whom any act has rung, or the consultation. Resolves with true for the former. */
export function cancel(context: ControlContext, actor: Actor, call: Call): Promise<boolean> {
  return context.activities.run(call.id, { name: "cancel", by: actor, whileRinging: "callsOff" }, async (signal, hasCalledOff) => {
    if (hasCalledOff) return true;
    assertStillMayAct(actor, call);
    await cancelConsult(context, actor, call, signal);
    return false;
  });
}

/** Ends the consultation: the agent talks to the caller again, or waits for a colleague whose phone is lost. The consulted party may have hung up already. */
async function cancelConsult(context: ControlContext, actor: Actor, call: Call, signal: AbortSignal): Promise<void> {
  const agent = agentLeg(call, actor);
  const consulted = consultedLeg(call);
  if (agent === undefined || (call.state !== "held" && consulted?.consultHeld !== true)) throw conflict(`No consultation is under way on the call ${call.id}.`);
  // The one on hold has gone.
  const far = consulted !== undefined && consulted.partner === agent && call.legs.length === 2 ? null : farLeg(call, agent);
  if (consulted?.consultHeld === true && far?.partner === agent) {
    await end(context, consulted);
    await stayAfterBridge(context, agent, false);
    return;
  }
  await assertTakenBack(context, call, agent);
  // FreeSWITCH carried a `complete` out after its time limit: to end one of the two legs would end the other.
  if (consulted !== undefined && far?.partner === consulted) await part(context, far, consulted, signal);
  if (consulted !== undefined) await endConsulted(context, agent, consulted, signal);
  await stayAfterBridge(context, agent, false);
  if (far !== null) await join(context, far, agent, signal);
}

async function endConsulted(context: ControlContext, agent: Channel, consulted: Channel, signal: AbortSignal): Promise<void> {
  if (agent.parked) {
    await end(context, consulted);
    return;
  }
  const node = nodeOf(context, consulted);
  await confirmed(context, node, () => node.api(commands.kill(consulted.uuid, "NORMAL_CLEARING")), {
    uuids: [agent.uuid],
    proof: () => whileUp(agent.parked, [agent, "agent"]),
    of: "CHANNEL_PARK",
    signal,
  });
}

/** Throws Conflict unless the agent talks to one of the two. */
export function consultationOf(call: Call, actor: Actor): Consultation {
  const consulted = consultedLeg(call);
  const agent = agentLeg(call, actor);
  const talksTo = consulted?.consultHeld === true && agent !== undefined ? farLeg(call, agent) : consulted;
  if (consulted === undefined || agent === undefined || talksTo?.partner !== agent) throw conflict(`No consultation is under way on the call ${call.id}.`);
  return { agent, far: farLeg(call, agent), consulted };
}
