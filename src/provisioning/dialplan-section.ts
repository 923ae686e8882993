/** Answers to `dialplan`: what happens to a call, decided for the one number that was dialled. */
import { randomUUID } from "node:crypto";
import { canonicalNumber, type DialPlace, type DialPolicy, type DialRoute } from "../dialling/index.js";
import { CallplaneError } from "../errors.js";
import { callerId, channelUuid, type ChannelUuid, dialledLeg, type DialledLeg, element, type Endpoint, type HangupCause, isChannelUuid, isNumberText, NOT_FOUND, type NumberText, sectionDocument, variableName, variableValue, type XmlElement } from "../freeswitch/index.js";
import { action, bridgeOrEnd, bridgeOrReturn, featureCode, hangUp, NOT_TAKEN, organizationActions, returnCaller, ringAgent, runProgram, TRANSFERS, waitInDepartment, waitWithMusic } from "./actions.js";
import type { ProvisioningIndex } from "./provisioning-index.js";
import { diallerOf, organizationOf } from "./dialler.js";
import type { AccountDirectory, AgentRecord, Organization } from "../people/index.js";
import { programOf, type PhoneLineRecord } from "../voice-app/index.js";
import type { SwitchRequest } from "./request.js";

const DEPARTMENT = /^queue-([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})$/;
/** FreeSWITCH dials as soon as it has the answer: a leg that has not appeared after so long never will. */
const FORGOTTEN_MS = 60_000;
/** `org-<id>`: an organization's own context, for operators who route calls there. */
const OWN_CONTEXT = /^org-([0-9]{1,9})$/;

/** The actions that dial a number, or the cause with which it is refused. */
type Dialled = { readonly actions: readonly XmlElement[] } | { readonly refused: HangupCause };
const REFUSED: Dialled = { refused: "OUTGOING_CALL_BARRED" };

export interface DialplanSectionOptions {
  readonly directory: AccountDirectory;
  readonly index: ProvisioningIndex;
  readonly policy: DialPolicy;
  /** The agent whose phone a leg is, by its uuid, where that is proven; null for any other leg. `up`: it has not hung up. */
  readonly agentOfLeg: (uuid: string) => { readonly organizationId: number; readonly agentId: string; readonly up: boolean } | null;
  /** The leg with this uuid comes to a department next, even when it came from there. */
  readonly waitsAnew: (uuid: string) => void;
  readonly following: Following;
}

/** Whether the FreeSWITCH that asks is followed, and what becomes of the legs that it dials. */
export interface Following {
  /** Whether the events of the FreeSWITCH process `coreUuid` (undefined: it does not say) are followed now, so that its calls are counted. */
  counts(coreUuid: string | undefined): boolean;
  /** Reports to the place what becomes of the leg `second` that FreeSWITCH dials from `first`. */
  trackPlace(place: DialPlace, legs: { readonly first: ChannelUuid; readonly second: ChannelUuid; readonly timeoutMs: number; readonly coreUuid: string | undefined }): void;
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

  /** The actions of an inbound line; null for an unknown number. */
  inbound(destination: string): readonly XmlElement[] | null {
    const line = this.#line(destination);
    return line === undefined ? null : this.lineActions(line);
  }

  /** `isAlone`: FreeSWITCH acts on them when Callplane is away, so that no program can run; null: the line's organization is gone. */
  lineActions(line: PhoneLineRecord, isAlone = false): readonly XmlElement[] | null {
    const { directory } = this.#options;
    const organization = directory.organization(line.organizationId);
    if (organization === undefined) return null;
    const first = [...organizationActions(organization), action("set", `callplane_line=${line.number}`), ...(line.recorded ? [action("set", "callplane_recorded=true")] : [])];
    if (line.targetType === "config" || line.targetType === "url") return [...first, ...(isAlone ? this.#withoutProgram(organization, line) : runProgram(programOf(line)))];
    if (line.targetType === "department") return [...first, ...(directory.hasDepartment(organization.id, line.target) ? waitInDepartment(line.target) : [hangUp("NO_ROUTE_DESTINATION")])];
    const agent = directory.agentRecord(organization.id, line.target);
    return [...first, ...(agent === undefined ? [hangUp("NO_ROUTE_DESTINATION")] : ringAgent(organization, agent))];
  }

  /** The department that takes the callers instead, or a failure that lets the provider try again. */
  #withoutProgram({ id }: Organization, { fallbackDepartment }: PhoneLineRecord): readonly XmlElement[] {
    if (fallbackDepartment === null || !this.#options.directory.hasDepartment(id, fallbackDepartment)) return [hangUp("NORMAL_TEMPORARY_FAILURE")];
    return waitInDepartment(fallbackDepartment);
  }

  #actions(context: string, destination: string, request: SwitchRequest): readonly XmlElement[] | null {
    // A phone that names a gateway in its request URI (`;gw=`) would come in as that trunk's caller (sofia.c, sofia_handle_sip_i_invite).
    if (context === "public") return request.get("variable_sip_auth_username") === undefined ? this.inbound(destination) : [hangUp("CALL_REJECTED")];
    if (context === TRANSFERS) return this.#transfer(destination, request);
    const own = OWN_CONTEXT.exec(context)?.[1];
    if (context !== "internal" && own === undefined) return null;
    const organization = own === undefined ? organizationOf(request, this.#options.directory) : this.#options.directory.organization(Number(own));
    if (organization === undefined) return null;
    return this.#internal(organization, destination, request);
  }

  /**
   * A phone transfers the other party of its call (REFER, RFC 3515), where its agent may call; what is refused joins the two again.
   * `blind_transfer_uuid` is the phone's leg (sofia.c, sofia_handle_sip_i_refer).
   */
  #transfer(destination: string, request: SwitchRequest): readonly XmlElement[] {
    const { directory, agentOfLeg } = this.#options;
    const referrer = agentOfLeg(request.get("variable_blind_transfer_uuid") ?? "");
    if (destination === NOT_TAKEN) return referrer?.up === true ? [] : this.#keep(request);
    // A program's server says where the party goes (`<Dial referUrl>`).
    if (request.get("variable_callplane_refer") === "true") return [action("park")];
    const organization = referrer === null ? undefined : directory.organization(referrer.organizationId);
    if (referrer === null || organization === undefined) return returnCaller;
    const first = organizationActions(organization);
    const department = DEPARTMENT.exec(destination)?.[1];
    if (department !== undefined) return directory.hasDepartment(organization.id, department) ? [...first, action("blind_transfer_ack", "true"), ...this.#toDepartment(department, request)] : returnCaller;
    const agent = this.#agent(organization, destination);
    if (agent !== undefined) return [...first, ...ringAgent(organization, agent, bridgeOrReturn)];
    if (!isNumberText(destination)) return returnCaller;
    const dialled = this.#outbound(organization, destination, referrer.agentId, request, bridgeOrReturn);
    return "refused" in dialled ? returnCaller : [...first, ...dialled.actions];
  }

  /** Nobody takes the caller whom a phone has referred, and the phone is gone: the caller comes back to the department, first in line, or waits for the agent. */
  #keep(request: SwitchRequest): readonly XmlElement[] {
    const { directory } = this.#options;
    const organization = organizationOf(request, directory);
    const department = request.get("variable_callplane_queue");
    const first = action("set", "hangup_after_bridge=false");
    if (organization === undefined || department === undefined || !directory.hasDepartment(organization.id, department)) return [first, ...waitWithMusic];
    return [first, action("set", "callplane_priority=10"), ...this.#toDepartment(department, request)];
  }

  #toDepartment(department: string, request: SwitchRequest): readonly XmlElement[] {
    this.#options.waitsAnew(request.get("Unique-ID") ?? "");
    return waitInDepartment(department);
  }

  #internal(organization: Organization, destination: string, request: SwitchRequest): readonly XmlElement[] {
    const { directory } = this.#options;
    const feature = featureCode(destination);
    if (feature !== null) return feature;
    const first = organizationActions(organization);
    const department = DEPARTMENT.exec(destination)?.[1];
    if (department !== undefined) return directory.hasDepartment(organization.id, department) ? [...first, ...waitInDepartment(department)] : [hangUp("UNALLOCATED_NUMBER")];
    // Before any extension: an emergency number must reach the emergency service.
    const isEmergency = isNumberText(destination) && this.#options.policy.isEmergency(organization, destination);
    const agent = isEmergency ? undefined : this.#agent(organization, destination);
    if (agent !== undefined) return [...first, ...ringAgent(organization, agent)];
    if (!isNumberText(destination)) return [hangUp("UNALLOCATED_NUMBER")];
    // Without a proven agent there are no rules to judge by, so nothing is dialled.
    const dialler = diallerOf(request, directory);
    const dialled = dialler === null || dialler.organization.id !== organization.id ? REFUSED : this.#outbound(organization, destination, dialler.agentId, request, bridgeOrEnd);
    return "refused" in dialled ? [hangUp(dialled.refused)] : [...first, ...dialled.actions];
  }

  #agent(organization: Organization, destination: string): AgentRecord | undefined {
    const { directory } = this.#options;
    return directory.agentRecord(organization.id, directory.agentByExtension(organization.id, destination)?.agentId ?? destination);
  }

  #outbound(organization: Organization, destination: NumberText, agentId: string, request: SwitchRequest, bridge: typeof bridgeOrEnd): Dialled {
    const { policy, following } = this.#options;
    try {
      const { endpoint, callerId: shown, variables = {}, admit } = policy.endpointFor(organization, destination, { name: agentId, agentId, counted: following.counts(request.get("Core-UUID")) });
      const leg = admit === undefined ? endpoint : this.#counted(endpoint, admit, request);
      const callerIds = shown === null ? [] : ["effective_caller_id_number", "effective_caller_id_name"].map((name) => action("set", `${name}=${callerId(shown, "callerId")}`));
      const own = Object.entries(variables).map(([name, value]) => action("export", `nolocal:${variableName(name, "variable")}=${variableValue(value, name)}`));
      return { actions: [...callerIds, ...own, ...bridge(leg)] };
    } catch (error) {

      if (error instanceof CallplaneError) return error.code === "SwitchUnavailable" ? { refused: "NORMAL_TEMPORARY_FAILURE" } : REFUSED;
      throw error;
    }
  }

  /** The leg gets a uuid of ours, by which the registry recognizes it and counts it in place of the reserved place. */
  #counted(endpoint: Endpoint, admit: NonNullable<DialRoute["admit"]>, request: SwitchRequest): DialledLeg {
    const first = request.get("Unique-ID") ?? "";
    const second = channelUuid(randomUUID());
    const place = admit(second, FORGOTTEN_MS);
    if (isChannelUuid(first)) this.#options.following.trackPlace(place, { first, second, timeoutMs: FORGOTTEN_MS, coreUuid: request.get("Core-UUID") });
    return dialledLeg(endpoint, second);
  }

  #line(destination: string): PhoneLineRecord | undefined {
    const { index } = this.#options;
    return index.line(destination) ?? index.line(canonicalNumber(destination, undefined) ?? "") ?? (destination.startsWith("+") ? undefined : index.line(`+${destination.replace(/^00/, "")}`));
  }
}
