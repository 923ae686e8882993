import type { ChannelEvent } from "../freeswitch/index.js";
import type { CallIndex } from "./call-index.js";
import type { MutableCall } from "./call.js";
import type { Changes } from "./changes.js";
import type { MutableChannel } from "./channel.js";
import type { ChannelState } from "./channel-state.js";
import type { Directory } from "../people/index.js";
import { provenPresence } from "./proven-presence.js";

/** FreeSWITCH's variables that say whose a channel is; "" where they are not set. */
export type OwnerVariables = Pick<ChannelEvent, "orgVariable" | "domainVariable" | "userVariable" | "fromVariable">;

/** Rows have no variables. */
export const NO_OWNER_VARIABLES: OwnerVariables = { orgVariable: "", domainVariable: "", userVariable: "", fromVariable: "" };

/** Whose a channel is and whose its call is: organization, agent, role, owner, and the names of a call's ends. */
export class Identity {
  readonly #index: CallIndex;
  readonly #directory: Directory;
  readonly #changes: Changes;

  constructor(index: CallIndex, directory: Directory, changes: Changes) {
    this.#index = index;
    this.#directory = directory;
    this.#changes = changes;
  }

  /** CONTRACT, "A channel's organization is found in this order"; our own state comes first. */
  organizationOf({ presence }: Pick<MutableChannel, "presence">, { orgVariable, domainVariable }: OwnerVariables): number | null {
    const directory = this.#directory;
    const organization =
      (orgVariable === "" ? undefined : directory.organizationByName(orgVariable)) ?? directory.organizationByDomain(presence.split("@")[1] ?? "") ?? directory.organizationByDomain(domainVariable);
    return organization?.id ?? null;
  }

  /** Applies the variables of an event or an answer. */
  claim(channel: MutableChannel, variables: OwnerVariables): void {
    const proven = this.prove(channel, variables);
    if (channel.organizationId !== null && !proven) return;
    const organizationId = channel.organizationId ?? this.organizationOf(channel, variables);
    if (organizationId === null) return;
    if (channel.organizationId === null) this.assignOrganization(channel, organizationId);
    this.identify(channel, undefined);
    const { call } = channel;
    if (call === null) return;
    // While the dialling phone was unproven, the agent who was called counted as the only one.
    if (proven && channel.uuid === call.aLegId && channel.role === "agent" && channel.partner !== null && call.owner === channel.partner.agentId) call.owner = channel.agentId;
    this.nameEnds(call);
  }

  /** Sets the presence id once it is proven; returns whether it was set now. */
  prove(channel: MutableChannel, { userVariable, domainVariable, fromVariable }: OwnerVariables): boolean {
    if (channel.columns.direction !== "inbound" || channel.provenPresence !== "" || channel.columns.presence_id === "") return false;
    channel.provenPresence = provenPresence({ direction: "inbound", presenceId: channel.columns.presence_id, user: userVariable, domain: domainVariable, from: fromVariable });
    return channel.provenPresence !== "";
  }

  assignOrganization(channel: MutableChannel, organizationId: number): void {
    this.#index.setChannelOrganization(channel, organizationId);
    const { call } = channel;
    if (call === null || call.organizationId !== null) return;
    this.#index.setOrganization(call, organizationId);
    for (const leg of call.legs) {
      if (leg.organizationId === null) this.#index.setChannelOrganization(leg, organizationId);
    }
    this.#changes.markDirty(call);
  }

  /** Finds whose phone the channel is, and its role. */
  identify(channel: MutableChannel, state: ChannelState | undefined): void {
    const [user, domain] = channel.presence.split("@");
    if (user !== undefined && user !== "" && domain !== undefined && channel.organizationId !== null) {
      const own = this.#directory.organizationByDomain(domain);
      if (own?.id === channel.organizationId) {
        // Agent ids are unique within an organization only: in another one's call, this id would name another agent.
        const foreign = channel.call !== null && channel.call.organizationId !== null && channel.call.organizationId !== own.id;
        channel.agentId = foreign ? null : (this.#directory.agentByExtension(own.id, user)?.agentId ?? null);
        if (!channel.roleKept) channel.role = channel.agentId === null ? "other" : calledDepartment(channel) ? "customer" : "agent";
      }
    }
    if (state?.r !== undefined) {
      channel.role = state.r;
      channel.roleKept = true;
    }
    if (state?.n !== undefined) {
      channel.consult = true;
      channel.consultHeld = state.n === 2;
    }
    const { call } = channel;
    if (call === null || channel.role === "supervisor") return;
    if (channel.role === "customer") call.hadCustomer = true;
    this.ownByDialling(call, channel);
  }

  /** An agent who dials owns the call (CONTRACT: it belongs to the one who dialled). So does an agent whose phone is rung first, from the answer on. */
  ownByDialling(call: MutableCall, channel: MutableChannel): void {
    if (channel.uuid !== call.aLegId || channel.role !== "agent" || (channel.columns.direction !== "inbound" && !channel.answered)) return;
    call.owner ??= channel.agentId;
    this.#changes.markDirty(call);
  }

  /** An agent who dials a department, or is sent to one, waits as a caller. Whoever answers owns the call. */
  callsDepartment(channel: MutableChannel): void {
    const { call } = channel;
    if (call === null || channel.role !== "agent") return;
    channel.role = "customer";
    call.hadCustomer = true;
    if (call.owner === channel.agentId) call.owner = null;
    this.nameEnds(call);
    this.#changes.markDirty(call);
  }

  /** An agent who waited as a caller has the call from now on, when the one who answered has given it to an outside party. */
  ownByBridge(call: MutableCall, a: MutableChannel, b: MutableChannel): void {
    const phones = [a, b].filter((leg) => leg.call === call && leg.agentId !== null && leg.role !== "supervisor");
    const agents = phones.filter((leg) => leg.role === "agent");
    const [first] = agents.length > 0 ? agents : phones;
    if (agents.length === 2 && call.owner !== null) return;
    call.owner = (agents.find((leg) => agents.length === 2 && leg.uuid === call.aLegId) ?? first)?.agentId ?? null;
    if (first !== undefined) first.role = "agent";
  }

  /** A conference that its owner has left belongs to the agent who stayed longest (CONTRACT, conferences). */
  ownByStaying(call: MutableCall): void {
    if (call.owner === null || !call.inConference || call.legOf(call.owner) !== undefined) return;
    const stayed = call.legs.find((leg) => leg.inConference && leg.role === "agent" && !leg.consult);
    if (stayed !== undefined) call.owner = stayed.agentId;
  }

  /** Direction and ends of a call, from the leg that began it. */
  nameEnds(call: MutableCall): void {
    const first = call.legs.find((leg) => leg.uuid === call.aLegId);
    if (first === undefined) return;
    const inside = first.role === "agent" || first.role === "other";
    const other = call.legs.find((leg) => leg !== first);
    // FreeSWITCH has called it: for a program, or for an agent whose leg's events were lost.
    const isCalled = isOutsideCalled(first);
    if (isCalled) call.direction = "outbound";
    else if (!inside) call.direction = first.agentId === null ? "inbound" : "internal";
    else if (other !== undefined) call.direction = other.role === "customer" && other.agentId === null ? "outbound" : "internal";
    else if (call.direction === "inbound") call.direction = "outbound";
    const dialled = inside && first.columns.direction !== "inbound" ? (other?.number ?? "") : first.shown(first.columns.initial_dest || first.columns.dest);
    if (isCalled) this.#index.setNumbers(call, other?.number || first.shown(first.columns.initial_cid_num || first.columns.cid_num) || call.from, first.number);
    else this.#index.setNumbers(call, first.number, dialled || call.to);
    call.fromName = this.#nameOfMaker(call) ?? call.fromName ?? first.callerName;
  }

  /** What the agent who makes the call is called; null: no agent makes it. A phone's own display name is often only its extension. */
  #nameOfMaker({ direction, from, organizationId }: MutableCall): string | null {
    if (direction === "inbound" || organizationId === null) return null;
    return (this.#directory.agentByExtension(organizationId, from) ?? this.#directory.agent(organizationId, from))?.name ?? null;
  }
}

/** Whether the leg was called by FreeSWITCH, and is nobody's of the organization. */
export const isOutsideCalled = ({ role, agentId, columns }: MutableChannel): boolean => role === "customer" && agentId === null && columns.direction === "outbound";

/** Whether the dialplan has queued this leg in a department. */
const calledDepartment = ({ queueVariable, columns }: MutableChannel): boolean => queueVariable !== "" && columns.direction === "inbound";
