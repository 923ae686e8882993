/** Answers to `dialplan`: what happens to a call, decided for the one number that was dialled. */
import type { Organization } from "../calls/ports.js";
import { CallplaneError } from "../errors.js";
import { callerId, phoneNumber, variableName, variableValue } from "../freeswitch/words.js";
import { element, NOT_FOUND, sectionDocument } from "../freeswitch/xml/index.js";
import type { XmlElement } from "../freeswitch/xml/index.js";
import { action, featureCode, hangUp, organizationActions, ringAgent, waitInDepartment } from "./actions.js";
import type { ProvisioningIndex } from "./index-of-secrets.js";
import type { DialPolicy } from "../calls/ports.js";
import type { ProvisioningDirectory } from "./ports.js";
import type { PhoneLineRecord } from "../store/types.js";
import type { SwitchRequest } from "./request.js";

const DEPARTMENT = /^queue-([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})$/;
const NUMBER = /^\+?[0-9*#]{1,32}$/;
/** `org-<id>`: an organization's own context, for whoever routes calls there. */
const OWN_CONTEXT = /^org-([0-9]{1,9})$/;

export interface DialplanSectionOptions {
  readonly directory: ProvisioningDirectory;
  readonly index: ProvisioningIndex;
  readonly policy: DialPolicy;
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
    if (context === "public") return this.inbound(destination);
    const own = OWN_CONTEXT.exec(context)?.[1];
    if (context !== "internal" && own === undefined) return null;
    const organization = own === undefined ? this.#callersOrganization(request) : this.#options.directory.organization(Number(own));
    if (organization === undefined) return null;
    return this.#internal(organization, destination, request);
  }

  /** By what the directory set on her channel when she was authenticated. */
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
    const identity = directory.agentByExtension(organization.id, destination);
    const agent = directory.agentRecord(organization.id, identity?.agentId ?? destination);
    if (agent !== undefined) return [...first, ...ringAgent(organization, agent)];
    if (NUMBER.test(destination)) return [...first, ...this.#outbound(organization, destination, request)];
    return [hangUp("UNALLOCATED_NUMBER")];
  }

  #outbound(organization: Organization, destination: string, request: SwitchRequest): readonly XmlElement[] {
    const { directory, policy } = this.#options;
    const caller = request.get("variable_sip_auth_username") ?? request.get("variable_user_name");
    const agentId = caller === undefined ? null : (directory.agentByExtension(organization.id, caller)?.agentId ?? null);
    try {
      const { endpoint, callerId: shown, variables = {}, admit } = policy.endpointFor(organization, phoneNumber(destination, "to"), { name: agentId ?? caller ?? "phone", agentId });
      // FreeSWITCH dials as soon as it has the answer; the registry counts the leg from then on.
      admit?.().begun();
      const callerIds = shown === null ? [] : ["effective_caller_id_number", "effective_caller_id_name"].map((name) => action("set", `${name}=${callerId(shown, "callerId")}`));
      const own = Object.entries(variables).map(([name, value]) => action("export", `nolocal:${variableName(name, "variable")}=${variableValue(value, name)}`));
      return [...callerIds, ...own, action("set", "hangup_after_bridge=true"), action("bridge", endpoint)];
    } catch (error) {
      // Whatever the policy refuses for, the phone is told so and the call ends here.
      if (error instanceof CallplaneError) return [hangUp("OUTGOING_CALL_BARRED")];
      throw error;
    }
  }

  #line(destination: string): PhoneLineRecord | undefined {
    const { index } = this.#options;
    return index.line(destination) ?? (destination.startsWith("+") ? undefined : index.line(`+${destination.replace(/^00/, "")}`));
  }
}
