/** What the holder of a token needs to know of the own account and organization. */
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
  readonly settings: {
    readonly supervisionVisible: boolean;
    /** Empty: any. */
    readonly awayReasons: readonly string[];
    /** By department; those that ask for none are left out. */
    readonly dispositions: Readonly<Record<string, readonly string[]>>;
  } | null;
}

export function profileOf(directory: Pick<AccountDirectory, "organization" | "agentRecord" | "departments"> & DepartmentDirectory, { role, name: actorName, organizationId, agentId }: Actor): Profile {
  const username = role === "root" ? actorName.replace(/^root:/, "") : actorName;
  const organization = organizationId === null ? undefined : directory.organization(organizationId);
  if (organization === undefined) return { name: username, username, organization: null, extension: null, departments: [], settings: null };
  const { id, name, domain, supervisionVisible, awayReasons } = organization;
  const agent = agentId === null ? undefined : directory.agentRecord(id, agentId);
  const dispositions = directory.departments(id).flatMap((department): [string, readonly string[]][] => {
    const known = directory.department(id, department)?.settings.dispositions ?? [];
    return known.length === 0 ? [] : [[department, known]];
  });
  return {
    name: agent?.name ?? username,
    username,
    organization: { id, name, domain },
    extension: agent?.extension ?? null,
    departments: agent?.departments ?? [],
    settings: { supervisionVisible, awayReasons, dispositions: Object.fromEntries(dispositions) },
  };
}
