import type { ChannelEvent } from "../freeswitch/index.js";
import type { CallIndex } from "./call-index.js";
import type { Call } from "./call.js";
import type { Changes } from "./changes.js";
import type { Channel } from "./channel.js";
import type { ChannelState } from "./channel-state.js";
import type { Directory } from "../people/index.js";
import { provenPresence } from "./proven-presence.js";

/** What FreeSWITCH says of whose a channel is; "" where it does not. */
export type OwnerVariables = Pick<ChannelEvent, "orgVariable" | "domainVariable" | "userVariable" | "fromVariable">;

/** Rows tell none of it. */
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

  /** CONTRACT, "A channel's organization is found in this order", behind our own state. */
  organizationOf({ presence }: Pick<Channel, "presence">, { orgVariable, domainVariable }: OwnerVariables): number | null {
    const directory = this.#directory;
    const organization =
      (orgVariable === "" ? undefined : directory.organizationByName(orgVariable)) ?? directory.organizationByDomain(presence.split("@")[1] ?? "") ?? directory.organizationByDomain(domainVariable);
    return organization?.id ?? null;
  }

  /** Takes over what FreeSWITCH says now of whose the channel is. */
  claim(channel: Channel, variables: OwnerVariables): void {
    const proven = this.prove(channel, variables);
    if (channel.organizationId !== null && !proven) return;
    const organizationId = channel.organizationId ?? this.organizationOf(channel, variables);
    if (organizationId === null) return;
    if (channel.organizationId === null) this.assignOrganization(channel, organizationId);
    this.identify(channel, undefined);
    if (channel.call !== null) this.nameEnds(channel.call);
  }

  /** Takes over whose phone a leg is, once that is proven. Gives whether it was not known before. */
  prove(channel: Channel, { userVariable, domainVariable, fromVariable }: OwnerVariables): boolean {
    if (channel.columns.direction !== "inbound" || channel.provenPresence !== "" || channel.columns.presence_id === "") return false;
    channel.provenPresence = provenPresence({ direction: "inbound", presenceId: channel.columns.presence_id, user: userVariable, domain: domainVariable, from: fromVariable });
    return channel.provenPresence !== "";
  }

  assignOrganization(channel: Channel, organizationId: number): void {
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
  identify(channel: Channel, state: ChannelState | undefined): void {
    const [user, domain] = channel.presence.split("@");
    if (user !== undefined && user !== "" && domain !== undefined && channel.organizationId !== null) {
      const own = this.#directory.organizationByDomain(domain);
      if (own?.id === channel.organizationId) {
        // Agent ids are an organization's own: in another one's call this one could be taken for a colleague's.
        const foreign = channel.call !== null && channel.call.organizationId !== null && channel.call.organizationId !== own.id;
        channel.agentId = foreign ? null : (this.#directory.agentByExtension(own.id, user)?.agentId ?? null);
        if (!channel.roleKept) channel.role = channel.agentId === null ? "other" : calledDepartment(channel) ? "customer" : "agent";
      }
    }
    if (state?.r !== undefined) {
      channel.role = state.r;
      channel.roleKept = true;
    }
    if (state?.n === 1) channel.consult = true;
    const { call } = channel;
    if (call === null || channel.role === "supervisor") return;
    if (channel.role === "customer") call.hadCustomer = true;
    this.ownByDialling(call, channel);
  }

  /**
   * An agent who dials from her own phone owns the call that she begins (CONTRACT: it belongs to the one who dialled), and so does one whose phone
   * is rung first, once she has answered it.
   */
  ownByDialling(call: Call, channel: Channel): void {
    if (channel.uuid !== call.aLegId || channel.role !== "agent" || (channel.columns.direction !== "inbound" && !channel.answered)) return;
    call.owner ??= channel.agentId;
    this.#changes.markDirty(call);
  }

  /** An agent who dials a department, or is sent to one, waits in it as any caller does: whoever answers has the call. */
  callsDepartment(channel: Channel): void {
    const { call } = channel;
    if (call === null || channel.role !== "agent") return;
    channel.role = "customer";
    call.hadCustomer = true;
    if (call.owner === channel.agentId) call.owner = null;
    this.nameEnds(call);
    this.#changes.markDirty(call);
  }

  ownByBridge(call: Call, a: Channel, b: Channel): void {
    const agents = [a, b].filter((leg) => leg.call === call && leg.agentId !== null && leg.isAgentLeg);
    if (agents.length === 1) call.owner = agents[0]?.agentId ?? null;
    else if (agents.length === 2 && call.owner === null) call.owner = (agents.find((leg) => leg.uuid === call.aLegId) ?? agents[0])?.agentId ?? null;
    else if (agents.length === 0) call.owner = null;
  }

  /** A conference that its owner has left belongs to the agent who stayed longest (CONTRACT, conferences). */
  ownByStaying(call: Call): void {
    if (call.owner === null || !call.inConference || call.legOf(call.owner) !== undefined) return;
    const stayed = call.legs.find((leg) => leg.inConference && leg.isAgentLeg && !leg.consult);
    if (stayed !== undefined) call.owner = stayed.agentId;
  }

  /** Direction and ends of a call, from the leg that began it. */
  nameEnds(call: Call): void {
    const first = call.legs.find((leg) => leg.uuid === call.aLegId);
    if (first === undefined) return;
    const inside = first.role === "agent" || first.role === "other";
    const other = call.legs.find((leg) => leg !== first);
    if (first.role === "customer" && first.agentId !== null) {
      call.direction = "internal";
      this.#index.setNumbers(call, first.number, first.shown(first.columns.initial_dest || first.columns.dest) || call.to);
    } else if (inside) {
      call.direction = other === undefined ? call.direction === "inbound" ? "outbound" : call.direction : other.role === "customer" && other.agentId === null ? "outbound" : "internal";
      const dialled = first.columns.direction === "inbound" ? first.shown(first.columns.initial_dest || first.columns.dest) : (other?.number ?? call.to);
      this.#index.setNumbers(call, first.number, dialled || call.to);
    } else {
      call.direction = "inbound";
      this.#index.setNumbers(call, first.number, first.shown(first.columns.initial_dest || first.columns.dest) || call.to);
    }
  }
}

/** The dialplan has put who dialled this leg into a department. */
const calledDepartment = ({ queueVariable, columns }: Channel): boolean => queueVariable !== "" && columns.direction === "inbound";
