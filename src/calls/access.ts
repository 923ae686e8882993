/** Who may see and do what (CONTRACT, "Who may do what"), for every face alike. */
import { CallplaneError, conflict, notFound, notYourCall } from "../errors.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import type { Actor, Directory, SupervisionMode } from "../people/index.js";
import type { LegAct } from "./types.js";

const seesAll = (actor: Actor): boolean => actor.role !== "agent";

/** The key of limits: all tokens of one user are one holder. */
export const holderOf = ({ holder, tokenId }: Pick<Actor, "holder" | "tokenId">): string => holder ?? tokenId;

/** Another organization's call does not exist for this actor. */
export function sameOrganization(actor: Actor, organizationId: number | null): boolean {
  return actor.role === "root" || (organizationId !== null && organizationId === actor.organizationId);
}

export function isOn(actor: Actor, call: Call): boolean {
  return actor.agentId !== null && call.indexedAgents.includes(actor.agentId);
}

/** Whether the actor's lists hold this call. */
export function maySee(directory: Pick<Directory, "servesDepartment">, actor: Actor, call: Call): boolean {
  if (!sameOrganization(actor, call.organizationId)) return false;
  return seesAll(actor) || isOn(actor, call) || (call.state === "queued" && seesQueue(directory, actor, call.queue));
}

/** Whether the actor sees who waits in this department: an agent only in the agent's own departments. */
export function seesQueue(directory: Pick<Directory, "servesDepartment">, actor: Actor, department: string | null): boolean {
  if (seesAll(actor) || department === null || actor.organizationId === null) return true;
  return directory.servesDepartment(actor.organizationId, actor.agentId ?? "", department);
}

/** The call for reading. Throws NotFound, or NotYourCall for a colleague's. */
export function assertReadable(directory: Pick<Directory, "servesDepartment">, actor: Actor, call: Call | undefined, id: string): Call {
  if (call === undefined || !sameOrganization(actor, call.organizationId)) throw notFound(id);
  if (!maySee(directory, actor, call)) throw notYourCall(call.id, call.owner ?? call.ringing[0] ?? "nobody");
  return call;
}

/**
 * The call for an act that changes it. An agent acts on calls that the agent owns; with `ownLeg` also on a call that the agent takes part in
 * (an agent whom a colleague called may hold, mute or hang up).
 */
export function assertMayAct(actor: Actor, call: Call | undefined, id: string, options: { readonly ownLeg?: boolean } = {}): Call {
  if (call === undefined || !sameOrganization(actor, call.organizationId)) throw notFound(id);
  if (seesAll(actor)) return call;
  if (call.owner !== null && call.owner === actor.agentId) return call;
  if (options.ownLeg === true && actor.agentId !== null && call.legOf(actor.agentId) !== undefined) return call;
  if (call.owner === null) throw conflict(`Nobody owns the call ${call.id} yet.`);
  throw notYourCall(call.id, call.owner);
}

/** Checked again when the act begins, for which it may have waited: of two competing acts, the later one gets Conflict. */
export function assertStillMayAct(actor: Actor, call: Call, options: { readonly ownLeg?: boolean } = {}): void {
  if (call.ended) throw conflict(`The call ${call.id} has ended.`);
  try {
    assertMayAct(actor, call, call.id, options);
  } catch {
    throw conflict(`Somebody else has taken the call ${call.id} meanwhile.`);
  }
}

/**
 * The leg for an act on it alone: the owner's and the supervisors' are all of the call, an agent's the agent's own. Nobody but whose phone it is, and the supervisors, has it
 * answered: its microphone opens. Throws NotFound, NotYourCall, Conflict for a call without an owner, or Forbidden.
 */
export function assertMayActOn(actor: Actor, call: Call, legId: string, act: LegAct): Channel {
  const legs = seesAll(actor) ? [...call.legs, ...call.supervisorLegs] : call.legs;
  const leg = legs.find(({ uuid }) => uuid === legId);
  if (leg === undefined) throw notFound(legId);
  if (actor.agentId !== null && leg.agentId === actor.agentId) return leg;
  assertMayAct(actor, call, call.id);
  if (act === "answer" && !seesAll(actor)) throw new CallplaneError("Forbidden", "A phone is answered by whose phone it is, or by a supervisor.");
  return leg;
}

/** The call for a pickup: it waits, rings the actor, or is the actor's. Throws NotFound, NotYourCall, or Conflict for a call without an owner that rings somebody else. */
export function assertMayPickUp(directory: Pick<Directory, "servesDepartment">, actor: Actor, call: Call | undefined, id: string): Call {
  if (call !== undefined && sameOrganization(actor, call.organizationId) && !maySee(directory, actor, call) && call.owner === null && call.state !== "queued") throw conflict(`The call ${call.id} rings somebody else.`);
  return assertReadable(directory, actor, call, id);
}

/** Throws Forbidden when the token does not carry the mode. */
export function assertMaySupervise(actor: Actor, mode: SupervisionMode | "off"): void {
  if (actor.role === "agent") throw new CallplaneError("Forbidden", "An agent may not supervise.");
  if (mode !== "off" && actor.role !== "root" && !actor.permissions.has(mode)) throw new CallplaneError("Forbidden", `This token does not carry the permission ${mode}.`);
}

/** Whether this actor may know who listens (CONTRACT: invisible to the role agent unless the organization shows it). */
export function seesSupervision(actor: Actor, organizationShowsIt: boolean): boolean {
  return actor.role !== "agent" || organizationShowsIt;
}
