/** The steps of operations: park, play music, ring, join, end. */
import { CallplaneError, ShuttingDown, type ErrorCode } from "../../errors.js";
import { CommandRefused, commands, variableName, variableValue, type ChannelUuid, type Endpoint, type HangupCause, type MediaSource, type SwitchNode } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import { attributeVariables } from "../attributes.js";
import { encodeChannelState, type ChannelState } from "../channel-state.js";
import type { DialRoute } from "../../dialling/index.js";
import { fitForSwitch } from "../names.js";
import type { LegRole } from "../types.js";
import { breakOff } from "./break-off.js";
import { confirmed, whileUp } from "./confirm.js";
import { attempt, musicOf, newUuid, nodeOf, type ControlContext } from "./context.js";
import { bridgesMade, moveLegs, ownParks, type ParkLimit } from "./move-legs.js";
import { causeOf, Rung, whyEnded } from "./rung.js";
import type { UserAddress } from "./targets.js";

/** Parks both legs of a bridge; the one safe way to hold (FREESWITCH.md, "A hold that is safe everywhere"). With a limit FreeSWITCH ends them then. */
export async function part(context: ControlContext, customer: Channel, agent: Channel | null, signal: AbortSignal, limit: ParkLimit | null = null): Promise<void> {
  // A transfer would end the leg. When nothing is told of its end, it has ended before.
  if (customer.inRecord) await breakOff(context, customer, "CHANNEL_EXECUTE_COMPLETE of record", () => !customer.inRecord);
  const legs = agent === null ? ([customer] as const) : ([customer, agent] as const);
  const parksOf = (leg: Channel): number => ownParks(leg, limit);
  const before = { customer: parksOf(customer), agent: agent === null ? 0 : parksOf(agent) };
  const confirmation = {
    proof: () => whileUp(parksOf(customer) > before.customer && (agent === null || parksOf(agent) > before.agent || agent.hungUp), [customer, "caller"]),
    of: "CHANNEL_PARK",
    signal,
    ask: legs,
  };
  await context.states.whileParking(legs, () => moveLegs(context, legs, [{ app: "park" }], confirmation, limit));
}

/** Plays music to a parked leg until something else happens to it; default: what its department has chosen while it waits there, else FreeSWITCH's hold music. Does not wait for it. */
export function playMusic(context: ControlContext, leg: Channel, source?: MediaSource): void {
  void music(context, leg, source);
}

async function music(context: ControlContext, leg: Channel, source?: MediaSource): Promise<void> {
  const node = context.nodes.get(leg.node);
  // While it plays, FreeSWITCH executes nothing else on the leg (switch_ivr_async.c: a broadcast holds the event lock), and our state could not be written.
  context.states.writeNow(leg);
  const waits = leg.call !== null && leg.call.queue !== null;
  if (waits && source !== undefined) context.registry.annotateLeg(leg, { music: source });
  await playTo(context, node, leg, source ?? (waits ? leg.music : null) ?? musicOf(node));
}

/** Asks for a sound on a parked leg; it begins a moment later. False when FreeSWITCH refuses. */
export async function playTo(context: ControlContext, node: SwitchNode, leg: Channel, source: MediaSource): Promise<boolean> {
  context.registry.annotateLeg(leg, { soundDue: true });
  const isAsked = await attempt(context, node, commands.broadcast(leg.uuid, source, "aleg"));
  if (isAsked) return true;
  context.registry.annotateLeg(leg, { soundDue: false });
  context.registry.proofs.changed(leg.uuid);
  return false;
}

/** Bridges two legs; resolves on CHANNEL_BRIDGE. When it fails, a parked `first` is parked with music again. `outlives`: not when Callplane stops. */
export async function join(context: ControlContext, first: Channel, second: Channel, signal: AbortSignal, outlives = false): Promise<void> {
  const node = nodeOf(context, first);
  await bridgesMade(context, [first, second], signal);
  const waited = first.parked;
  let taken = Promise.resolve(false);
  const send = (): Promise<string> => {
    // Otherwise the music would go on during the conversation.
    void attempt(context, node, commands.breakAll(first.uuid));
    const sent = node.api(commands.bridge(first.uuid, second.uuid));
    // FreeSWITCH looks for both before it moves one (switch_ivr_bridge.c, switch_ivr_uuid_bridge).
    taken = sent.then(() => true, (error: unknown) => !(error instanceof CommandRefused));
    return sent;
  };
  try {
    await confirmed(context, node, send, {
      uuids: [first.uuid, second.uuid],
      proof: () => whileUp(first.partner === second, [first, "caller"], [second, "other party"]),
      of: "CHANNEL_BRIDGE",
      signal,
      ask: [first, second],
    });
  } catch (error) {
    if (!(outlives && error instanceof ShuttingDown)) await waitAgain(context, first, second, { waited, isTaken: () => taken });
    throw error;
  }
  if (first.keyBound) unbindKey(context, first);
}

/** From now on the caller's digits go to the other party. */
function unbindKey(context: ControlContext, caller: Channel): void {
  context.registry.annotateLeg(caller, { keyBound: false });
  context.nodes.get(caller.node).send(commands.clearDigits(caller.uuid, newUuid())).catch((error: unknown) => context.logger.debug({ err: error, channel: caller.uuid }, "a caller's key could not be unbound"));
}

/** Joins a waiting caller with a phone that has answered; when that fails, the phone is released. `outlives`: when Callplane stops, both stay as they are, for the next process. */
export async function joinAnswered(context: ControlContext, caller: Channel, leg: Channel, signal: AbortSignal, outlives = false): Promise<void> {
  try {
    await join(context, caller, leg, signal, outlives);
  } catch (error) {
    if (!(outlives && error instanceof ShuttingDown)) await release(context, leg);
    throw error;
  }
}

/**
 * After a bridge that was not confirmed. FreeSWITCH may still carry it out, and a caller who waited would then end with the other leg: the caller is parked again. When
 * one of the two hung up meanwhile, FreeSWITCH leaves the other in CS_RESET, in silence, for ever (switch_ivr_bridge.c, uuid_bridge_on_reset): whoever is left is parked,
 * unless FreeSWITCH refused the bridge: it moved nobody then, and whoever is left may talk to a third.
 */
async function waitAgain(context: ControlContext, caller: Channel, other: Channel, { waited, isTaken }: { readonly waited: boolean; readonly isTaken: () => Promise<boolean> }): Promise<void> {
  const left = caller.hungUp ? other : caller;
  if (left.hungUp || (!waited && !caller.hungUp && !other.hungUp) || context.nodes.get(caller.node).status().state !== "ready") return;
  if (!(waited && left === caller) && !(await isTaken())) return;
  try {
    // Not under the operation's signal, which may be aborted.
    await part(context, left, null, new AbortController().signal);
    if (waited && left === caller) await music(context, caller);
  } catch (error) {
    context.logger.warn({ err: error, channel: left.uuid }, "who was left by a bridge that failed may be waiting without music");
  }
}

/** Ends a leg; resolves on its CHANNEL_HANGUP. */
export async function end(context: ControlContext, leg: Channel, cause: HangupCause = "NORMAL_CLEARING"): Promise<void> {
  if (leg.hungUp) return;
  const node = nodeOf(context, leg);
  const kill = async (): Promise<void> => {
    try {
      await node.api(commands.kill(leg.uuid, cause));
    } catch (error) {
      // It ended before the command came, as with the end of the other leg. The event is on its way.
      if (!(error instanceof CommandRefused && error.code === "NotFound")) throw error;
    }
  };
  await confirmed(context, node, kill, { uuids: [leg.uuid], proof: () => (leg.hungUp ? true : undefined), of: "CHANNEL_HANGUP", ask: [leg] });
}

/** Ends a leg that is no longer needed; a failure is only logged. */
export async function release(context: ControlContext, leg: Channel | null | undefined): Promise<void> {
  if (leg === null || leg === undefined || leg.hungUp) return;
  try {
    await end(context, leg);
  } catch (error) {
    context.logger.warn({ err: error, channel: leg.uuid }, "a leg that is no longer needed could not be ended");
  }
}

export interface RingRequest {
  readonly call: Call;
  readonly endpoint: Endpoint;
  /** Whose phones ring; null: the trunk. */
  readonly user: UserAddress | null;
  readonly role: LegRole;
  /** The agent whose phone rings, or null. */
  readonly agentId: string | null;
  /** Shown on the phone. */
  readonly callerId: string | null;
  /** Shown beside it; default: the number. */
  readonly callerName?: string | null;
  readonly consult?: boolean;
  /** Seconds; default: `ringS` of the settings. */
  readonly ringS?: number;
  /** The ringing ends with this leg. */
  readonly guard: Channel | null;
  readonly variables?: Readonly<Record<string, string>>;
  /** The phone rings on when Callplane stops: the next process takes it over. */
  readonly outlives?: boolean;
  /** For the outside: reserves a place before FreeSWITCH dials. Throws DIAL_LIMIT. */
  readonly admit?: DialRoute["admit"];
  /** Our state on a supervisor's leg, or on one that a program runs. */
  readonly state?: Pick<ChannelState, "w" | "R">;
  /** Names the ringing, and the leg where there is one alone; default: a new one. */
  readonly id?: ChannelUuid;
}

/** Rings a phone into park. Resolves with its leg once it has answered; throws USER_BUSY, NO_ANSWER, CALL_REJECTED, USER_NOT_REGISTERED, … */
export async function ring(context: ControlContext, request: RingRequest, signal: AbortSignal): Promise<Channel> {
  const { settings } = context;
  const { call, guard } = request;
  const node = nodeOf(context, guard ?? call);
  const rung = new Rung(context, node, request.id ?? newUuid(), request.user);
  const ringS = request.ringS ?? settings.ringS;
  const timeoutMs = ringS * 1000 + settings.confirmMs;
  const answered = (): Channel | undefined => {
    if (guard !== null) whileUp(false, [guard, "caller"]);
    if (rung.begun) place?.begun();
    const leg = rung.answered();
    return leg?.parked === true ? leg : undefined;
  };
  const originate = commands.originate({ uuid: rung.uuid, endpoint: request.endpoint, application: { app: "park" }, timeoutS: ringS, variables: ringVariables(call, rung, request) });
  signal.throwIfAborted();
  const place = request.admit?.(rung.id);
  try {
    const confirmation = { uuids: guard === null ? [rung.id] : [rung.id, guard.uuid], proof: answered, of: "the answer", signal, timeoutMs };
    const leg = await context.activities.untilAnswered(signal, () => confirmed(context, node, () => node.bgapi(originate, { timeoutMs }), confirmation));
    if (leg.hungUp) throw whyEnded([leg]);
    return leg;
  } catch (error) {
    place?.giveBack();
    denyUnregistered(context, node, call.organizationId, request.agentId, error);
    if (!(request.outlives === true && error instanceof ShuttingDown)) await rung.callOff(error);
    throw rung.reasonOf(error);
  }
}

/** FreeSWITCH's own limit of an originate. */
const RING_MAX_MS = 60_000;

/** As `ring`, for a leg that rings already; it rings on when Callplane stops. */
export async function answered(context: ControlContext, leg: Channel, guard: Channel, signal: AbortSignal): Promise<Channel> {
  const node = nodeOf(context, leg);
  const proof = (): Channel | undefined => {
    whileUp(false, [guard, "caller"]);
    if (leg.hungUp) throw whyEnded([leg]);
    return leg.answered && leg.parked ? leg : undefined;
  };
  try {
    return await context.registry.proofs.until([leg.uuid, guard.uuid], proof, { of: "the answer", timeoutMs: RING_MAX_MS, signal, node: node.name });
  } catch (error) {
    if (!(error instanceof ShuttingDown) && !leg.hungUp && node.status().state === "ready") await attempt(context, node, commands.kill(leg.uuid, causeOf(error)));
    throw error;
  }
}

/** When FreeSWITCH knows no phone of the agent: callers of this node are not offered to the agent until a phone registers. */
export function denyUnregistered({ phones }: ControlContext, node: SwitchNode, organizationId: number | null, agentId: string | null, error: unknown): void {
  if (codeOf(error) === "USER_NOT_REGISTERED" && organizationId !== null && agentId !== null) phones.deny(node.name, organizationId, agentId);
}

function ringVariables(call: Call, rung: Rung, request: RingRequest): Record<string, string> {
  const { role, consult, variables, state } = request;
  // A caller chooses the text of the From header.
  const callerId = fitForSwitch(request.callerId);
  const data: ChannelState = {
    v: 1,
    c: call.id,
    r: role,
    d: call.direction,
    o: call.organizationId ?? undefined,
    a: call.owner ?? undefined,
    f: call.from,
    u: call.to,
    N: call.fromName ?? undefined,
    n: consult === true ? 1 : undefined,
    W: role === "supervisor" ? undefined : 1,
    ring: rung.id,
    ...state,
  };
  return {
    // Otherwise a trunk's announcement would count as an answer.
    ignore_early_media: "true",
    presence_data: encodeChannelState(data),
    ...(role === "supervisor" ? {} : attributeVariables(call.attributes)),
    ...(callerId === null ? {} : { origination_caller_id_number: callerId, origination_caller_id_name: fitForSwitch(request.callerName ?? null) ?? callerId }),
    ...variables,
  };
}

/** Whether the leg is parked, and not ended, when its partner ends. Must be set before the bridge. */
export async function stayAfterBridge(context: ControlContext, leg: Channel, stay: boolean): Promise<void> {
  const node = nodeOf(context, leg);
  await Promise.all([
    node.api(commands.setVariable(leg.uuid, PARK_AFTER_BRIDGE, variableValue(String(stay), "stay"))),
    node.api(commands.setVariable(leg.uuid, HANGUP_AFTER_BRIDGE, variableValue(String(!stay), "stay"))),
  ]);
}

const PARK_AFTER_BRIDGE = variableName("park_after_bridge", "variable");
const HANGUP_AFTER_BRIDGE = variableName("hangup_after_bridge", "variable");

/** The catalogue's code of an error. */
export const codeOf = (error: unknown): ErrorCode => (error instanceof CallplaneError ? error.code : "Internal");
