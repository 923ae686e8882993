/** Where a call may go: an agent's or extension's phone, a number of the trunk, a department (CONTRACT §1, `type`). */
import { CallplaneError, invalid, notFound } from "../../errors.js";
import { commands, endpoints, extension, numberText, queueName, type DomainName, type Endpoint, type Extension, type QueueName, type SwitchNode } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import type { RingRequest } from "./legs.js";
import type { Actor, Organization } from "../../people/index.js";
import type { Dialler, DialRoute } from "../../dialling/index.js";
import type { LegRole, Target } from "../types.js";
import type { ControlContext } from "./context.js";

/** A user of FreeSWITCH's directory. */
export interface UserAddress {
  readonly user: Extension;
  readonly domain: DomainName;
}

export interface PhoneTarget {
  readonly kind: "phone";
  readonly endpoint: Endpoint;
  readonly role: LegRole;
  readonly agentId: string | null;
  /** The caller id for the trunk; null: phones of colleagues show the customer's number. */
  readonly callerId: string | null;
  /** Variables of its leg. */
  readonly variables?: DialRoute["variables"];
  /** Reserves a place before FreeSWITCH dials. */
  readonly admit?: DialRoute["admit"];
  /** The extension or number, for people. */
  readonly label: string;
  /** The phone's registration; null for the trunk. */
  readonly user: UserAddress | null;
}

export interface DepartmentTarget {
  readonly kind: "department";
  readonly queue: QueueName;
}

/** Throws InvalidParameter, NotFound (department), NUMBER_NOT_ALLOWED or DIAL_LIMIT. `dialler`: who dials, when somebody does. */
export function resolveTarget(context: ControlContext, organization: Organization, target: Target, dialler?: Dialler): PhoneTarget | DepartmentTarget {
  if (target.type === "department") {
    const queue = queueName(target.to, "to");
    if (!context.directory.hasDepartment(organization.id, queue)) throw notFound(`The department ${queue}`);
    return { kind: "department", queue };
  }
  return target.type === "client" ? phoneOf(context, organization, target.to) : numberOf(context, organization, target.to, dialler);
}

/** As resolveTarget, without departments. */
export function resolvePhone(context: ControlContext, organization: Organization, target: Target, dialler?: Dialler): PhoneTarget {
  const resolved = resolveTarget(context, organization, target, dialler);
  if (resolved.kind === "department") throw invalid("type", "department is possible in a transfer alone.");
  return resolved;
}

/** An agent id or an extension of the organization; an extension need not be a Callplane user. */
export function phoneOf(context: ControlContext, organization: Organization, to: string): PhoneTarget & { readonly user: UserAddress } {
  const agent = context.directory.agent(organization.id, to) ?? context.directory.agentByExtension(organization.id, to);
  const user = agent?.extension ?? extension(to, "to");
  return {
    kind: "phone",
    endpoint: endpoints.user(user, organization.domain),
    role: agent === undefined ? "other" : "agent",
    agentId: agent?.agentId ?? null,
    callerId: null,
    label: user,
    user: { user, domain: organization.domain },
  };
}

function numberOf(context: ControlContext, organization: Organization, to: string, dialler?: Dialler): PhoneTarget {
  const { number, ...route } = context.policy.endpointFor(organization, numberText(to, "to"), dialler);
  return { kind: "phone", ...route, role: "other", agentId: null, label: number, user: null };
}

/** The actor dials; the number that the caller dialled is shown when it is the organization's own. */
export const diallerOf = (actor: Actor, call: Call): Dialler => ({ name: actor.name, agentId: actor.agentId, preferredCallerId: lineOf(call), line: lineOf(call) });

/** The number of the organization's that the call is on. */
export const lineOf = (call: Call): string => (call.direction === "inbound" ? call.to : call.from);

/** Whom a phone is shown: number and name. */
export interface Shown {
  readonly number: string | null;
  readonly name: string | null;
}

/** The caller, as the phones that ring for the call show the caller. */
export const callerOf = ({ from, fromName }: Call): Shown => ({ number: from || null, name: fromName });

/** A target as a request to ring. A number of the outside is shown the organization's caller id only. */
export const ringing = ({ endpoint, role, agentId, variables, admit, callerId, user }: PhoneTarget, shown: Shown): Pick<RingRequest, "endpoint" | "user" | "role" | "agentId" | "callerId" | "callerName" | "variables" | "admit"> => ({
  endpoint,
  user,
  role,
  agentId,
  callerId: user === null ? callerId : shown.number,
  callerName: user === null ? null : shown.name,
  ...(variables === undefined ? {} : { variables }),
  ...(admit === undefined ? {} : { admit }),
});

/** Throws NotFound for a user unknown to FreeSWITCH's directory, and USER_NOT_REGISTERED, naming other nodes where it is registered, for one without a phone there. */
export async function assertReachable({ phones }: ControlContext, node: SwitchNode, target: PhoneTarget): Promise<void> {
  if (target.user === null) return;
  const { user, domain } = target.user;
  const isKnown = (await node.api(commands.userExists(user, domain))).trim() === "true";
  const contact = isKnown ? (await node.api(commands.contact(user, domain))).trim() : "";
  if (contact !== "" && !contact.startsWith("error/") && !contact.startsWith("-ERR")) return;
  throw phones.elsewhere(target.user, node.name) ?? (isKnown ? new CallplaneError("USER_NOT_REGISTERED", `${user} has no registered phone.`) : notFound(`The extension ${user}`));
}
