import { invalid, notFound, CallplaneError } from "../errors.js";
import type { Actor, AgentIdentity, Directory, Organization } from "../people/index.js";

/** The organizations whose agents the actor may see or set: the actor's own; for root all. */
function organizationsOf(directory: Directory, actor: Actor): readonly Organization[] {
  if (actor.role === "root") return directory.organizations();
  const own = actor.organizationId === null ? undefined : directory.organization(actor.organizationId);
  return own === undefined ? [] : [own];
}

/**
 * The agent that the actor names; root may write `id@domain`, and must where two organizations have the id. Throws NotFound (also for another
 * organization's agent), Forbidden for an agent who names a colleague, and InvalidParameter for root's ambiguous id.
 */
export function agentFor(directory: Directory, actor: Actor, agentId: string): AgentIdentity {
  const at = actor.role === "root" ? agentId.lastIndexOf("@") : -1;
  const id = at === -1 ? agentId : agentId.slice(0, at);
  const domain = at === -1 ? null : agentId.slice(at + 1).toLowerCase();
  const found = organizationsOf(directory, actor)
    .filter((organization) => domain === null || organization.domain.toLowerCase() === domain)
    .map((organization) => directory.agent(organization.id, id))
    .filter((identity) => identity !== undefined);
  const [identity] = found;
  if (identity === undefined) throw notFound(`The agent ${agentId}`);
  if (found.length > 1) throw invalid("agent", "names an agent in several organizations; write id@domain.");
  if (actor.role === "agent" && actor.agentId !== identity.agentId) throw new CallplaneError("Forbidden", "An agent may see and set the agent's own status only.");
  return identity;
}

/** The agents that the actor may see, by organization and agent id. */
export function agentsFor(directory: Directory, actor: Actor): readonly AgentIdentity[] {
  const [own, ...others] = organizationsOf(directory, actor);
  if (own === undefined) return [];
  if (actor.role === "agent") {
    const self = actor.agentId === null ? undefined : directory.agent(own.id, actor.agentId);
    return self === undefined ? [] : [self];
  }
  if (others.length === 0) return directory.agents(own.id);
  return [own, ...others].sort((a, b) => a.id - b.id).flatMap(({ id }) => directory.agents(id));
}
