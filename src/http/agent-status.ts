/** Audits a status that somebody else set: an agent's own changes are in the agent's status history. */
import type { AuditEntry } from "../audit/index.js";
import type { Actor } from "../people/index.js";
import type { HttpServices } from "./services.js";

/** What was set, withdrawn or lengthened. `named` is an agent id or an extension, for root with its domain. */
export function auditStatus({ audit, directory }: Pick<HttpServices, "audit" | "directory">, actor: Actor, named: string, detail: AuditEntry["detail"]): void {
  const [id = "", domain] = named.split("@");
  const organizationId = actor.organizationId ?? (domain === undefined ? null : (directory.organizationByDomain(domain)?.id ?? null));
  const agent = organizationId === null ? undefined : (directory.agent(organizationId, id) ?? directory.agentByExtension(organizationId, id));
  if (actor.agentId !== null && agent?.agentId === actor.agentId) return;
  audit.append({ at: new Date(), organizationId, actor: actor.name, action: "agent.status", target: agent?.agentId ?? id, detail });
}
