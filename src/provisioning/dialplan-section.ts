/** Answers to `dialplan`: what happens to a call, decided for the one number that was dialled. */
import type { Organization } from "../calls/ports.js";
import { CallplaneError } from "../errors.js";
import { callerId, phoneNumber, variableName, variableValue } from "../freeswitch/words.js";
import { element, NOT_FOUND, sectionDocument } from "../freeswitch/xml/index.js";
import type { XmlElement } from "../freeswitch/xml/index.js";
import { action, bridgeOrEnd, bridgeOrReturn, featureCode, hangUp, organizationActions, ringAgent, TRANSFERS, waitInDepartment } from "./actions.js";
import type { ProvisioningIndex } from "./index-of-secrets.js";
import type { DialPolicy } from "../calls/ports.js";
import type { ProvisioningDirectory } from "./ports.js";
import type { AgentRecord, PhoneLineRecord } from "../store/types.js";
import type { SwitchRequest } from "./request.js";

const DEPARTMENT = /^queue-([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})$/;
const NUMBER = /^\+?[0-9*#]{1,32}$/;
/** `org-<id>`: an organization's own context, for whoever routes calls there. */
const OWN_CONTEXT = /^org-([0-9]{1,9})$/;

export interface DialplanSectionOptions {
  readonly directory: ProvisioningDirectory;
  readonly index: ProvisioningIndex;
  readonly policy: DialPolicy;
  /** Whose phone a live leg is, by its uuid, as far as that is proven; null for anybody else's. */
  readonly agentOfLeg: (uuid: string) => { readonly organizationId: number; readonly agentId: string } | null;
}

export class DialplanSection {
  readonly #options: DialplanSectionOptions;

  constructor(options: DialplanSectionOptions) {
    this.#options = options;
  }

  answer(request: SwitchRequest): string {
    const context = request.get("Hunt-Context") ?? request.get("Caller-Context");
    const destination = request.get("Hunt-Destination-Number") ?? request.get("Caller-Destination-Number");
    if (context === undefined || destination === undefined) return NOT_FOUND;
    const actions = this.#actions(context, destination, request);
    if (actions === null) return NOT_FOUND;
    // The decision has been made, so the one extension matches whatever was dialled.
    return sectionDocument("dialplan", [element("context", { name: context }, [element("extension", { name: "callplane" }, [element("condition", {}, actions)])])]);
  }

  /** What an inbound line does; null when nobody has the number. */
  inbound(destination: string): readonly XmlElement[] | null {
    const line = this.#line(destination);
    return line === undefined ? null : this.lineActions(line);
  }

  lineActions(line: PhoneLineRecord): readonly XmlElement[] | null {
    const { directory } = this.#options;
    const organization = directory.organization(line.organizationId);
    if (organization === undefined) return null;
    const first = [...organizationActions(organization), action("set", `callplane_line=${line.number}`), ...(line.recorded ? [action("set", "callplane_recorded=true")] : [])];
    if (line.targetType === "department") return [...first, ...(directory.hasDepartment(organization.id, line.target) ? waitInDepartment(line.target) : [hangUp("NO_ROUTE_DESTINATION")])];
    const agent = directory.agentRecord(organization.id, line.target);
    return [...first, ...(agent === undefined ? [hangUp("NO_ROUTE_DESTINATION")] : ringAgent(organization, agent))];
  }

  #actions(context: string, destination: string, request: SwitchRequest): readonly XmlElement[] | null {
    // A phone that names a gateway in its request URI (`;gw=`) would come in as that trunk's caller (sofia.c, sofia_handle_sip_i_invite).
    if (context === "public") return request.get("variable_user_name") === undefined ? this.inbound(destination) : [hangUp("CALL_REJECTED")];
    if (context === TRANSFERS) return this.#transfer(destination, request);
    const own = OWN_CONTEXT.exec(context)?.[1];
    if (context !== "internal" && own === undefined) return null;
    const organization = own === undefined ? this.#callersOrganization(request) : this.#options.directory.organization(Number(own));
    if (organization === undefined) return null;
    return this.#internal(organization, destination, request);
  }

  /**
   * A phone has sent the other party of its call elsewhere (REFER, RFC 3515): as far as the phone's own agent may. What may not be has no actions, on which
   * FreeSWITCH joins the two again; `blind_transfer_uuid` is FreeSWITCH's own word for the phone's leg (sofia.c, sofia_handle_sip_i_refer).
   */
  #transfer(destination: string, request: SwitchRequest): readonly XmlElement[] {
    const { directory, agentOfLeg } = this.#options;
    const referrer = agentOfLeg(request.get("variable_blind_transfer_uuid") ?? "");
    const organization = referrer === null ? undefined : directory.organization(referrer.organizationId);
    if (referrer === null || organization === undefined) return [];
    const first = organizationActions(organization);
    const department = DEPARTMENT.exec(destination)?.[1];
    if (department !== undefined) return directory.hasDepartment(organization.id, department) ? [...first, action("blind_transfer_ack", "true"), ...waitInDepartment(department)] : [];
    const agent = this.#agent(organization, destination);
    if (agent !== undefined) return [...first, ...ringAgent(organization, agent, bridgeOrReturn)];
    return this.#outbound(organization, destination, referrer.agentId, bridgeOrReturn) ?? [];
  }

  /** By what the directory set on the phone's channel when it was authenticated. */
  #callersOrganization(request: SwitchRequest): Organization | undefined {
    const { directory } = this.#options;
    const name = request.get("variable_callplane_org");
    const byName = name === undefined ? undefined : directory.organizationByName(name);
    if (byName !== undefined) return byName;
    const domain = request.get("variable_domain_name");
    return domain === undefined ? undefined : directory.organizationByDomain(domain);
  }

  #internal(organization: Organization, destination: string, request: SwitchRequest): readonly XmlElement[] {
    const { directory } = this.#options;
    const feature = featureCode(destination);
    if (feature !== null) return feature;
    const first = organizationActions(organization);
    const department = DEPARTMENT.exec(destination)?.[1];
    if (department !== undefined) return directory.hasDepartment(organization.id, department) ? [...first, ...waitInDepartment(department)] : [hangUp("UNALLOCATED_NUMBER")];
    const agent = this.#agent(organization, destination);
    if (agent !== undefined) return [...first, ...ringAgent(organization, agent)];
    if (!NUMBER.test(destination)) return [hangUp("UNALLOCATED_NUMBER")];
    // Nobody's rules are no rules: what no agent's phone asks for is not dialled.
    const caller = request.get("variable_user_name");
    const agentId = caller === undefined ? undefined : directory.agentByExtension(organization.id, caller)?.agentId;
    const dialled = agentId === undefined ? null : this.#outbound(organization, destination, agentId, bridgeOrEnd);
    return dialled === null ? [hangUp("OUTGOING_CALL_BARRED")] : [...first, ...dialled];
  }

  #agent(organization: Organization, destination: string): AgentRecord | undefined {
    const { directory } = this.#options;
    return directory.agentRecord(organization.id, directory.agentByExtension(organization.id, destination)?.agentId ?? destination);
  }

  /** Null when the agent may not dial it. */
  #outbound(organization: Organization, destination: string, agentId: string, bridge: typeof bridgeOrEnd): readonly XmlElement[] | null {
    if (!NUMBER.test(destination)) return null;
    try {
      const { endpoint, callerId: shown, variables = {}, admit } = this.#options.policy.endpointFor(organization, phoneNumber(destination, "to"), { name: agentId, agentId });
      // FreeSWITCH dials as soon as it has the answer; the registry counts the leg from then on.
      admit?.().begun();
      const callerIds = shown === null ? [] : ["effective_caller_id_number", "effective_caller_id_name"].map((name) => action("set", `${name}=${callerId(shown, "callerId")}`));
      const own = Object.entries(variables).map(([name, value]) => action("export", `nolocal:${variableName(name, "variable")}=${variableValue(value, name)}`));
      return [...callerIds, ...own, ...bridge(endpoint)];
    } catch (error) {
      if (error instanceof CallplaneError) return null;
      throw error;
    }
  }

  #line(destination: string): PhoneLineRecord | undefined {
    const { index } = this.#options;
    return index.line(destination) ?? (destination.startsWith("+") ? undefined : index.line(`+${destination.replace(/^00/, "")}`));
  }
}
