/** What the holder of a token needs to know of the own account and organization. */
import { settingsOf, type OrganizationSettings } from "../events/index.js";
import type { AccountDirectory, Actor } from "../people/index.js";
import type { DepartmentDirectory } from "../queues/index.js";

export interface Profile {
  /** Of the agent, else of the user or the token. */
  readonly name: string;
  readonly username: string;
  readonly organization: { readonly id: number; readonly name: string; readonly domain: string } | null;
  readonly extension: string | null;
  /** Of the agent; `*` may be among them. */
  readonly departments: readonly string[];
  /** Null: the token belongs to no organization. */
  readonly settings: OrganizationSettings | null;
}

export function profileOf(directory: Pick<AccountDirectory, "organization" | "agentRecord" | "departments"> & DepartmentDirectory, { role, name: actorName, organizationId, agentId }: Actor): Profile {
  const username = role === "root" ? actorName.replace(/^root:/, "") : actorName;
  const organization = organizationId === null ? undefined : directory.organization(organizationId);
  if (organization === undefined) return { name: username, username, organization: null, extension: null, departments: [], settings: null };
  const { id, name, domain } = organization;
  const agent = agentId === null ? undefined : directory.agentRecord(id, agentId);
  return {
    name: agent?.name ?? username,
    username,
    organization: { id, name, domain },
    extension: agent?.extension ?? null,
    departments: agent?.departments ?? [],
    settings: settingsOf(directory, organization),
  };
}
