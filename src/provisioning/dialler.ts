/** Which agent dials, as FreeSWITCH authenticated it. */
import type { AccountDirectory, Organization } from "../people/index.js";
import type { SwitchRequest } from "./request.js";

/** The organization that the directory set on the phone's channel when it was authenticated. */
export function organizationOf(request: SwitchRequest, directory: Pick<AccountDirectory, "organizationByName" | "organizationByDomain">): Organization | undefined {
  const name = request.get("variable_callplane_org");
  const domain = request.get("variable_domain_name");
  return (name === undefined ? undefined : directory.organizationByName(name)) ?? (domain === undefined ? undefined : directory.organizationByDomain(domain));
}

/** The agent whose authenticated phone asks for this number. Null when the channel is no agent's phone, such as a caller from the trunk who was transferred. */
export function diallerOf(
  request: SwitchRequest,
  directory: Pick<AccountDirectory, "organizationByName" | "organizationByDomain"> & {
    agentByExtension(organizationId: number, extension: string): { readonly agentId: string } | undefined;
    agentRecord(organizationId: number, agentId: string): object | undefined;
  },
): { readonly organization: Organization; readonly agentId: string } | null {
  const organization = organizationOf(request, directory);
  const user = request.get("variable_sip_auth_username") ?? request.get("variable_user_name");
  if (organization === undefined || user === undefined) return null;
  const agentId = directory.agentByExtension(organization.id, user)?.agentId;
  // An agent whose login is disabled has no record there, and may not dial.
  return agentId === undefined || directory.agentRecord(organization.id, agentId) === undefined ? null : { organization, agentId };
}
