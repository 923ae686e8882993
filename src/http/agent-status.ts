/** What the audit log keeps of a status that somebody set: an agent's own changes are in the agent's history. */
import type { Actor } from "../people/index.js";
import type { HttpServices } from "./services.js";

/** `named` is an agent id or an extension, for root with its domain. */
export function auditStatus({ audit, directory }: Pick<HttpServices, "audit" | "directory">, actor: Actor, named: string, detail: { readonly status: string; readonly reason: string | null }): void {
  const [agent = "", domain] = named.split("@");
  const organizationId = actor.organizationId ?? (domain === undefined ? null : (directory.organizationByDomain(domain)?.id ?? null));
  const target = organizationId === null ? undefined : (directory.agent(organizationId, agent) ?? directory.agentByExtension(organizationId, agent));
  if (actor.agentId !== null && target?.agentId === actor.agentId) return;
  audit.append({ at: new Date(), organizationId, actor: actor.name, action: "agent.status", target: target?.agentId ?? agent, detail });
}
