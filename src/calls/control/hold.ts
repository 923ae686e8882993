import { CallplaneError, conflict } from "../../errors.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Actor } from "../../people/index.js";
import { nodeOf, organizationOf, type ControlContext } from "./context.js";
import { assertTakenBack, heldByPhone } from "./phone-hold.js";
import { join, joinAnswered, part, playMusic, ring } from "./legs.js";
import { agentLeg, assertSomebodyInside, assertState, consultedLeg, farLeg } from "./parties.js";
import { assertReachable, phoneOf } from "./targets.js";

/** Puts the far end on hold, with music; a success when it is on hold already. */
export async function hold(context: ControlContext, actor: Actor | null, call: Call, signal: AbortSignal): Promise<void> {
  if (call.state === "held" && call.mode === "held") return;
  // A hold by the phone alone becomes ours: with music, and so that no end of a leg ends the other.
  assertState(call, "active", "held");
  const agent = agentLeg(call, actor);
  const far = farLeg(call, agent);
  if (consultedLeg(call) !== undefined) throw conflict("A consultation is under way: swap, complete or cancel it.");
  if (far.partner === null) throw conflict(`Nobody talks on the call ${call.id}.`);
  assertSomebodyInside(call);
  await holdLegs(context, call, far, far.partner, signal);
}

/**
 * Parks both legs, with music for the far end. With `uuid_hold`, the far end's leg would end with the agent's once `uuid_bridge` had joined them
 * (FREESWITCH.md).
 */
export async function holdLegs(context: ControlContext, call: Call, far: Channel, partner: Channel, signal: AbortSignal): Promise<void> {
  context.registry.annotate(call, { mode: "held" });
  try {
    await part(context, far, partner, signal);
  } catch (error) {
    if (!far.parked) context.registry.annotate(call, { mode: null });
    throw error;
  }
  playMusic(context, far);
}

/** Joins the parties again; rings the agent's phone when the agent's leg has ended. A success when the call is active already. */
export async function resume(context: ControlContext, actor: Actor | null, call: Call, signal: AbortSignal): Promise<void> {
  if (call.state === "active" && !call.inConference) return;
  assertState(call, "held", "parked");
  const agent = agentLeg(call, actor);
  if (call.mode === null && call.legs.some((leg) => leg.heldByPhone)) throw heldByPhone(call);
  if (consultedLeg(call) !== undefined) throw conflict("A consultation is under way: complete or cancel it.");
  const far = farLeg(call, agent);
  // Without an agent's leg, any other: an extension need not be a user of Callplane.
  const near = agent ?? call.legs.find((leg) => leg !== far && !leg.consult);
  if (near !== undefined && near.answered && !near.hungUp && near !== far) {
    await assertTakenBack(context, call, far, near);
    await join(context, far, near, signal);
  } else await ringBack(context, call, far, call.owner ?? actor?.agentId ?? null, signal);
}

/** Rings an agent's phone for a parked caller, and joins the two. */
export async function ringBack(context: ControlContext, call: Call, far: Channel, agentId: string | null, signal: AbortSignal, variables: Readonly<Record<string, string>> = {}): Promise<void> {
  const owner = agentId ?? call.owner;
  if (owner === null) throw new CallplaneError("Conflict", `The call ${call.id} has no agent to ring.`);
  const phone = phoneOf(context, organizationOf(context, call), owner);
  await assertReachable(context, nodeOf(context, far), phone);
  const leg = await ring(context, { call, endpoint: phone.endpoint, user: phone.user, role: phone.role, agentId: phone.agentId, callerId: call.from || null, callerName: call.fromName, guard: far, variables }, signal);
  await joinAnswered(context, far, leg, signal);
}
