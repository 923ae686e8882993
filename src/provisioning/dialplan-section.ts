/** Answers to `dialplan`: what happens to a call, decided for the one number that was dialled. */
import { randomUUID } from "node:crypto";
import type { Organization } from "../calls/ports.js";
import { CallplaneError } from "../errors.js";
import { dialledLeg, type DialledLeg } from "../freeswitch/commands.js";
import type { Endpoint } from "../freeswitch/endpoints.js";
import { callerId, channelUuid, isChannelUuid, isNumberText, variableName, variableValue, type ChannelUuid, type NumberText } from "../freeswitch/words.js";
import { element, NOT_FOUND, sectionDocument } from "../freeswitch/xml/index.js";
import type { XmlElement } from "../freeswitch/xml/index.js";
import { action, featureCode, hangUp, organizationActions, ringAgent, waitInDepartment } from "./actions.js";
import type { ProvisioningIndex } from "./index-of-secrets.js";
import type { DialPlace, DialPolicy, DialRoute } from "../calls/ports.js";
import { diallerOf } from "./dialler.js";
import type { ProvisioningDirectory } from "./ports.js";
import type { PhoneLineRecord } from "../store/types.js";
import type { SwitchRequest } from "./request.js";

const DEPARTMENT = /^queue-([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})$/;
/** FreeSWITCH dials as soon as it has the answer: what has not come to be by then never will. */
const FORGOTTEN_MS = 60_000;
/** `org-<id>`: an organization's own context, for whoever routes calls there. */
const OWN_CONTEXT = /^org-([0-9]{1,9})$/;

export interface DialplanSectionOptions {
  readonly directory: ProvisioningDirectory;
  readonly index: ProvisioningIndex;
  readonly policy: DialPolicy;
  readonly following: Following;
}

/** What is known of the FreeSWITCH that asks. */
export interface Following {
  /** Whether every leg of the FreeSWITCH process `coreUuid` (undefined: it does not say) is known as it comes, so that its calls are counted. */
  counts(coreUuid: string | undefined): boolean;
  /** Tells the place what becomes of the leg `second` that FreeSWITCH dials from `first`. */
  settle(place: DialPlace, legs: { readonly first: ChannelUuid; readonly second: ChannelUuid; readonly timeoutMs: number; readonly coreUuid: string | undefined }): void;
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
    // Before any extension: whoever dials an emergency number wants nobody else.
    if (isNumberText(destination) && this.#options.policy.isEmergency(organization, destination)) return [...first, ...this.#outbound(organization, destination, request)];
    const identity = directory.agentByExtension(organization.id, destination);
    const agent = directory.agentRecord(organization.id, identity?.agentId ?? destination);
    if (agent !== undefined) return [...first, ...ringAgent(organization, agent)];
    return isNumberText(destination) ? [...first, ...this.#outbound(organization, destination, request)] : [hangUp("UNALLOCATED_NUMBER")];
  }

  #outbound(organization: Organization, destination: NumberText, request: SwitchRequest): readonly XmlElement[] {
    const { directory, policy, following } = this.#options;
    const dialler = diallerOf(request, directory);
    // Nobody's rules are no rules: what no agent's phone asks for is not dialled.
    if (dialler === null || dialler.organization.id !== organization.id) return [hangUp("OUTGOING_CALL_BARRED")];
    const { agentId } = dialler;
    try {
      const { endpoint, callerId: shown, variables = {}, admit } = policy.endpointFor(organization, destination, { name: agentId, agentId, counted: following.counts(request.get("Core-UUID")) });
      const leg = admit === undefined ? endpoint : this.#counted(endpoint, admit, request);
      const callerIds = shown === null ? [] : ["effective_caller_id_number", "effective_caller_id_name"].map((name) => action("set", `${name}=${callerId(shown, "callerId")}`));
      const own = Object.entries(variables).map(([name, value]) => action("export", `nolocal:${variableName(name, "variable")}=${variableValue(value, name)}`));
      return [...callerIds, ...own, action("set", "hangup_after_bridge=true"), action("bridge", leg)];
    } catch (error) {
      // Whatever the policy refuses for, the phone is told so and the call ends here.
      if (error instanceof CallplaneError) return [hangUp(error.code === "SwitchUnavailable" ? "NORMAL_TEMPORARY_FAILURE" : "OUTGOING_CALL_BARRED")];
      throw error;
    }
  }

  /** The leg gets a uuid of ours: by it the registry's knowledge of the call takes over from the place. */
  #counted(endpoint: Endpoint, admit: NonNullable<DialRoute["admit"]>, request: SwitchRequest): DialledLeg {
    const first = request.get("Unique-ID")?.toLowerCase() ?? "";
    const second = channelUuid(randomUUID());
    const place = admit(second, FORGOTTEN_MS);
    if (isChannelUuid(first)) this.#options.following.settle(place, { first, second, timeoutMs: FORGOTTEN_MS, coreUuid: request.get("Core-UUID") });
    return dialledLeg(endpoint, second);
  }

  #line(destination: string): PhoneLineRecord | undefined {
    const { index } = this.#options;
    return index.line(destination) ?? (destination.startsWith("+") ? undefined : index.line(`+${destination.replace(/^00/, "")}`));
  }
}
