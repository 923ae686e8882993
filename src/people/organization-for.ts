import { invalid, notFound } from "../errors.js";
import type { Actor } from "./index.js";

/** The actor's organization; root names one by its domain. Throws InvalidParameter (`domain`), NotFound. */
export function organizationFor<Found extends { readonly id: number }>(
  directory: { organization(id: number): Found | undefined; organizationByDomain(domain: string): { readonly id: number } | undefined },
  actor: Pick<Actor, "organizationId">,
  domain: string | undefined,
): Found {
  if (actor.organizationId === null && domain === undefined) throw invalid("domain", "is needed, because root belongs to no organization.");
  const named = domain === undefined ? undefined : directory.organizationByDomain(domain);
  if (domain !== undefined && (named === undefined || (actor.organizationId !== null && named.id !== actor.organizationId))) throw notFound(`The domain ${domain}`);
  const organization = directory.organization(actor.organizationId ?? named?.id ?? 0);
  if (organization === undefined) throw notFound("The organization");
  return organization;
}
