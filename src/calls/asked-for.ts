/** What a request leaves open: which call is picked up, in which organization, and how a number is written. */
import { invalid, notFound } from "../errors.js";
import type { Actor, Organization } from "../people/index.js";
import type { Call } from "./call.js";
import type { ControlContext } from "./control/context.js";
import { sameOrganization } from "./access.js";
import { queuedCalls } from "./listing.js";
import type { CallFilter } from "./types.js";

/** The caller who waits longest, of those whom nobody has and whom the actor's phone can reach first. Throws NotFound. */
export function longestWaiting({ activities, phones, registry }: ControlContext, actor: Actor): Call {
  const { agentId, organizationId } = actor;
  const nodes = agentId === null || organizationId === null ? [] : phones.nodesOf(organizationId, agentId);
  const free = queuedCalls(registry, actor).filter((candidate) => activities.termsOf(candidate.id) === null || (agentId !== null && candidate.ringing.includes(agentId)));
  const call = free.find(({ node }) => nodes.includes(node)) ?? free[0];
  if (call === undefined) throw notFound("A waiting call");
  return call;
}

/** The actor's own organization. The domain of `agent@domain` must be its domain; for root it names the organization. */
export function organizationFor({ directory }: ControlContext, actor: Actor, domain: string | undefined): Organization {
  const named = domain === undefined ? undefined : directory.organizationByDomain(domain);
  const own = actor.organizationId === null ? named : directory.organization(actor.organizationId);
  if (actor.organizationId === null && domain === undefined) throw invalid("agent", "needs a domain (agent@domain), because root belongs to no organization.");
  if (own === undefined || (domain !== undefined && named !== own)) throw notFound(`The domain ${domain ?? ""}`);
  return own;
}

/** The filter with its number in E.164; anything but a phone number, such as an extension, is left as it is. */
export function readFilter({ directory, policy, registry }: ControlContext, actor: Actor, filter: CallFilter): CallFilter {
  const { number, domain } = filter;
  const organizationId = domain === undefined ? actor.organizationId : (directory.organizationByDomain(domain)?.id ?? null);
  if (number === undefined || [...registry.index.withNumber(number)].some((call) => sameOrganization(actor, call.organizationId))) return filter;
  return { ...filter, number: policy.read(organizationId, number) ?? number };
}
