import { conflict } from "../../errors.js";
import { commands, plainUuid, variableName, variableValue, type MediaSource, type VariableValue } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Actor } from "../../people/index.js";
import type { Target } from "../types.js";
import { confirmed, whileUp } from "./confirm.js";
import { musicOf, nodeOf, organizationOf, type ControlContext } from "./context.js";
import { consultationOf } from "./consult.js";
import { end, join, release, ring, stayAfterBridge } from "./legs.js";
import { moveLegs } from "./move-legs.js";
import { agentLeg, assertNotOn, assertState, consultedLeg } from "./parties.js";
import { assertTakenBack } from "./phone-hold.js";
import { assertReachable, callerOf, diallerOf, resolvePhone, ringing } from "./targets.js";

/**
 * Adds a party to the conversation. The target rings while the others go on talking. When it answers, all legs join a conference of FreeSWITCH,
 * which ends when one leg is left (`mintwo`). Null, or whom the agent consults: the three of the consultation talk to each other.
 */
export async function conference(context: ControlContext, actor: Actor, call: Call, add: Target | null, signal: AbortSignal): Promise<void> {
  if (add === null) return joinAll(context, actor, call, signal);
  const phone = resolvePhone(context, organizationOf(context, call), add, diallerOf(actor, call));
  const consulted = consultedLeg(call);
  if (consulted !== undefined && (phone.agentId === null ? consulted.number === phone.label : consulted.agentId === phone.agentId)) return joinAll(context, actor, call, signal);
  await assertReachable(context, nodeOf(context, call), phone);
  if (!call.inConference) assertState(call, "active");
  if (consulted !== undefined) throw conflict("A consultation is under way: join all, complete or cancel it.");
  const anchor = agentLeg(call, actor) ?? call.legs[0];
  if (anchor === undefined || !anchor.answered) throw conflict(`The call ${call.id} has no answered leg that somebody could join.`);
  assertNotOn(call, phone);
  // Until the added party has joined, the consult mark keeps it from becoming the owner.
  const added = await ring(context, { call, ...ringing(phone, callerOf(call)), guard: anchor, consult: true }, signal);
  try {
    const { partner } = anchor;
    if (!anchor.inConference) {
      // While the target rang, they may have been parted.
      if (partner === null) throw conflict(`Nobody talks on the call ${call.id}.`);
      await enter(context, call, [anchor, partner], signal);
    }
    await enter(context, call, [added], signal);
    context.registry.annotateLeg(added, { consult: false });
    context.registry.markChanged(call);
  } catch (error) {
    await release(context, added);
    throw error;
  }
}

/** The agent, the customer and the consulted party of a consultation talk to each other. */
async function joinAll(context: ControlContext, actor: Actor, call: Call, signal: AbortSignal): Promise<void> {
  const { agent, far, consulted } = consultationOf(call, actor);
  await assertTakenBack(context, call, agent, far, consulted);
  const [talks, waits] = consulted.consultHeld ? [far, consulted] : [consulted, far];
  await enter(context, call, [agent, talks], signal);
  try {
    await enter(context, call, [waits], signal);
  } catch (error) {
    await partAgain(context, agent, talks);
    throw error;
  }
  // As for any other conversation, its end is the end of the agent's leg.
  await stayAfterBridge(context, agent, false).catch((error: unknown) => context.logger.debug({ err: error, channel: agent.uuid }, "a leg of a conference may outlive its next conversation"));
  context.registry.annotateLeg(consulted, { consult: false, consultHeld: false });
  context.registry.annotate(call, { mode: null });
}

/** The consultation goes on when the third could not join the two. */
async function partAgain(context: ControlContext, agent: Channel, talks: Channel): Promise<void> {
  if (agent.hungUp || talks.hungUp) return;
  try {
    await stayAfterConference(context, [agent, talks]);
    // Not under the operation's signal, which may be aborted.
    await join(context, talks, agent, new AbortController().signal);
  } catch (error) {
    context.logger.warn({ err: error, channel: agent.uuid }, "the two of a consultation could not be joined again");
  }
}

const roomOf = ({ id }: Call): VariableValue => variableValue(`callplane-${plainUuid(id)}`, "conference");

/** The agent goes, the others stay. */
export async function leave(context: ControlContext, actor: Actor, call: Call): Promise<void> {
  if (!call.inConference) throw conflict(`The call ${call.id} is no conference: transfer it or hang it up.`);
  const leg = agentLeg(call, actor);
  if (leg === undefined) throw conflict("The agent has no phone on this call.");
  await end(context, leg);
}

/** Holds one participant, who hears music meanwhile, or brings the participant back; a success when that is so already. */
export async function holdMember(context: ControlContext, call: Call, leg: Channel, on: boolean, signal: AbortSignal): Promise<void> {
  if (!leg.inConference) throw conflict(`The leg ${leg.uuid} is in no conference: hold or resume the call.`);
  const node = nodeOf(context, leg);
  await hold(context, roomOf(call), leg, on ? musicOf(node) : null, signal);
}

/** With a sound the member hears that alone and is not heard; null: it takes part again. A success when that is so already. */
export async function hold(context: ControlContext, room: VariableValue, leg: Channel, sound: MediaSource | null, signal: AbortSignal): Promise<void> {
  const on = sound !== null;
  if (leg.heldInConference === on) return;
  const node = nodeOf(context, leg);
  const command = on ? commands.holdMember(room, leg.uuid, sound) : commands.unholdMember(room, leg.uuid);
  await confirmed(context, node, () => node.api(command), {
    uuids: [leg.uuid],
    proof: () => whileUp(leg.heldInConference === on, [leg, "participant"]),
    of: on ? "conference hold-member" : "conference unhold-member",
    signal,
  });
}

const HANGUP_AFTER_CONFERENCE = variableName("hangup_after_conference", "variable");

/** When the first of the last two is taken out, FreeSWITCH ends the conference (`mintwo`), and the other with it, unless told otherwise: then the other is parked. */
export async function stayAfterConference(context: ControlContext, legs: readonly Channel[]): Promise<void> {
  await Promise.all(legs.map((leg) => nodeOf(context, leg).api(commands.setVariable(leg.uuid, HANGUP_AFTER_CONFERENCE, variableValue("false", "stay")))));
}

/** Moves the legs, one or two that are bridged, into the call's conference; proved by add-member of each. */
async function enter(context: ControlContext, call: Call, legs: readonly [Channel, ...Channel[]], signal: AbortSignal): Promise<void> {
  const room = variableValue(`${roomOf(call)}@default+flags{mintwo}`, "conference");
  const program = [{ app: "set", argument: variableValue("hangup_after_conference=true", "stay") }, { app: "conference", argument: room }, { app: "park" }] as const;
  await moveLegs(context, legs, program, {
    proof: () => whileUp(legs.every((each) => each.inConference), ...legs.map((each) => [each, "party"] as const)),
    of: "conference add-member",
    signal,
  });
}
