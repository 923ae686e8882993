/** Which legs of a call an operation is about. */
import { conflict, notFound } from "../../errors.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import { namedLegs } from "../named-legs.js";
import type { Actor, SupervisionMode } from "../../people/index.js";
import type { PhoneTarget } from "./targets.js";

/** The agent's leg of an act: the actor's own, else the owner's, else the first agent's. */
export function agentLeg(call: Call, actor: Actor | null): Channel | undefined {
  const own = actor?.agentId == null ? undefined : call.legOf(actor.agentId);
  if (own !== undefined) return own;
  const owner = call.owner === null ? undefined : call.legOf(call.owner);
  return owner ?? call.legs.find((leg) => leg.role === "agent" && !leg.consult);
}

/** The customer's leg, or in a call between agents the leg of the agent's partner. Throws Conflict when there is none, also after the customer has hung up. */
export function farLeg(call: Call, agent: Channel | undefined): Channel {
  const customer = call.customer;
  if (customer !== undefined && customer !== agent) return customer;
  const partner = agent?.partner;
  if (partner != null && !partner.consult) return partner;
  const other = call.hadCustomer ? undefined : call.legs.find((leg) => leg !== agent && !leg.consult && !call.isRungBeside(leg));
  if (other === undefined) throw conflict(`The call ${call.id} has nobody at the other end.`);
  return other;
}

/** Whom the agent talks to: the consulted party in a consultation, never a customer who waits meanwhile. Throws Conflict when that is nobody. */
export function listenerOf(call: Call, agent: Channel | undefined): Channel {
  const listener = agent?.partner ?? farLeg(call, agent);
  if (!listener.answered) throw conflict(`The call ${call.id} is ringing.`);
  if (listener.parked) throw conflict(`Nobody talks to the agent: the call ${call.id} is ${call.state}.`);
  return listener;
}

export function consultedLeg(call: Call): Channel | undefined {
  return call.legs.find((leg) => leg.consult);
}

/** `seeds/004_e1e84ef2369098d3.txt`'s leg and the other one. Throws Conflict when it is gone. */
export function legNamed(call: Call, leg: "aleg" | "bleg"): { readonly named: Channel; readonly other: Channel | undefined } {
  const { aLeg, bLeg } = namedLegs(call);
  const [named, other] = leg === "aleg" ? [aLeg, bLeg] : [bLeg, aLeg];
  if (named === undefined) throw conflict(`The call ${call.id} has no such leg any more.`);
  return { named, other };
}

/** Throws Conflict when the target is on the call already. */
export function assertNotOn(call: Call, target: PhoneTarget): void {
  if (target.agentId !== null && call.legs.some((leg) => leg.agentId === target.agentId && leg.answered)) throw conflict(`${target.label} is on the call ${call.id} already.`);
}

/** Throws Conflict unless the call is in one of the states. */
export function assertState(call: Call, ...states: readonly Call["state"][]): void {
  if (call.inConference) throw conflict(`The call ${call.id} is a conference.`);
  if (!states.includes(call.state)) throw conflict(`The call ${call.id} is ${call.state}.`);
}

/** Throws Conflict when only outside parties are in the call: nobody of the organization could return to a held one. */
export function assertSomebodyInside(call: Call): void {
  if (call.owner === null && call.legs.every((leg) => leg.isOutside)) throw conflict(`Nobody of the organization is on the call ${call.id}: it can be transferred or hung up.`);
}

/** The owner of a call that its owner has left to these two: the agent among them, if any. */
export function ownerOf(far: Channel, other: Pick<Channel, "agentId">): string | null {
  return other.agentId ?? far.agentId;
}

/** The leg that a supervisor is to listen to: that of the wanted agent, else of the call's. Throws NotFound, Conflict. */
export function supervisedLeg(call: Call, supervisor: string, wanted: string | undefined, mode: SupervisionMode): Channel {
  if (call.ended) throw conflict(`The call ${call.id} has ended.`);
  if (call.legs.some((leg) => leg.agentId === supervisor)) throw conflict("A supervisor may not supervise a call that the supervisor takes part in.");
  if (wanted === undefined && call.isScripted) return scriptedLeg(call, mode);
  const leg = wanted === undefined ? agentLeg(call, null) : call.legs.find((candidate) => candidate.agentId === wanted);
  if (leg === undefined && wanted !== undefined) throw notFound(`The agent ${wanted} on the call ${call.id}`);
  if (leg === undefined || !leg.answered) throw conflict(`No agent talks on the call ${call.id}.`);
  return leg;
}

/** The caller's leg that a program runs: a supervisor hears the caller, and what the program plays. */
function scriptedLeg(call: Call, mode: SupervisionMode): Channel {
  const leg = call.legs.find(({ program, parked }) => program !== null && parked);
  if (leg === undefined || !leg.answered) throw conflict(`The program of the call ${call.id} has not answered yet.`);
  if (mode !== "listen") throw conflict(`No agent talks on the call ${call.id}: while a program runs it, one can only listen.`);
  return leg;
}
