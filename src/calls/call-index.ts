import type { Call, MutableCall } from "./call.js";
import type { Channel, MutableChannel } from "./channel.js";
import { WaitingLines } from "./waiting-lines.js";

/** What everybody but the registry may ask of the index. None of the lookups scans. */
export interface CallLookup {
  readonly channels: ReadonlyMap<string, Channel>;
  readonly calls: ReadonlyMap<string, Call>;
  /** Grows with each change of a channel's row; makes the ETag of root's list. */
  readonly version: number;
  organization(id: number): { readonly calls: ReadonlyMap<string, Call>; readonly channels: ReadonlyMap<string, Channel>; readonly queued: ReadonlySet<Call>; readonly version: number };
  /** By the call's id, the id of a call joined to it, or the uuid of any of its live legs but a supervisor's. */
  find(id: string): Call | undefined;
  /** Whether the leg that a supervisor's leg listens to has left the call. */
  supervisesNobody(leg: Channel): boolean;
  ofAgent(organizationId: number | null, agentId: string): ReadonlySet<Call>;
  withNumber(number: string): ReadonlySet<Call>;
  /** The legs of one ringing. */
  rungBy(ring: string): ReadonlySet<Channel>;
}

/** The live calls and channels of one organization, in the order of creation. */
interface OrganizationIndex {
  /** Bounded by FreeSWITCH's calls: one that has ended leaves. */
  readonly calls: Map<string, MutableCall>;
  /** Bounded by FreeSWITCH's channels: one that is destroyed, or missing from its table, leaves. */
  readonly channels: Map<string, MutableChannel>;
  /** Calls that wait in a department. Bounded by the calls. */
  readonly queued: Set<MutableCall>;
  /** Grows with each change of a channel's row; makes the list's ETag. */
  version: number;
}

/** Of one call. Beyond it the oldest ids of joined calls are forgotten. */
const MAX_ALIASES = 1000;

const agentKey = (organizationId: number | null, agentId: string): string => `${organizationId ?? ""}:${agentId}`;

export class CallIndex implements CallLookup {
  /** Bounded by FreeSWITCH's channels: one that is destroyed, or missing from its table, leaves. */
  readonly channels = new Map<string, MutableChannel>();
  /** Bounded by FreeSWITCH's calls: one that has ended leaves. */
  readonly calls = new Map<string, MutableCall>();
  version = 0;
  /** By the id of a joined call. Bounded by the calls, and `MAX_ALIASES` of each. */
  readonly #aliases = new Map<string, MutableCall>();
  /** Bounded by the organizations. */
  readonly #organizations = new Map<number, OrganizationIndex>();
  /** Bounded by the calls: a key leaves with its last one. */
  readonly #byAgent = new Map<string, Set<MutableCall>>();
  /** Bounded by the calls: a key leaves with its last one. */
  readonly #byNumber = new Map<string, Set<MutableCall>>();
  /** By ringing. Bounded by FreeSWITCH's channels. */
  readonly #byRing = new Map<string, Set<MutableChannel>>();
  readonly #waiting = new WaitingLines();
  #ordinal = 0;

  organization(id: number): OrganizationIndex {
    let index = this.#organizations.get(id);
    if (index === undefined) {
      index = { calls: new Map(), channels: new Map(), queued: new Set(), version: 0 };
      this.#organizations.set(id, index);
    }
    return index;
  }

  channelsOf(node: string): MutableChannel[] {
    return [...this.channels.values()].filter((channel) => channel.node === node);
  }

  /** A UUID that somebody wrote in upper case is found too. */
  find(id: string): MutableCall | undefined {
    return this.#find(id) ?? this.#find(id.toLowerCase());
  }

  #find(id: string): MutableCall | undefined {
    const direct = this.calls.get(id) ?? this.#aliases.get(id);
    if (direct !== undefined) return direct;
    const channel = this.channels.get(id);
    if (channel === undefined || channel.role === "supervisor") return undefined;
    // FreeSWITCH destroys a channel a little after its hangup, which may have ended the call.
    return channel.call === null || channel.call.ended ? undefined : channel.call;
  }

  supervisesNobody({ supervision, call }: Channel): boolean {
    const target = supervision === null ? undefined : this.channels.get(supervision.target);
    return call === null || call.ended || target === undefined || target.hungUp || target.call !== call;
  }

  ofAgent(organizationId: number | null, agentId: string): ReadonlySet<MutableCall> {
    return this.#byAgent.get(agentKey(organizationId, agentId)) ?? EMPTY;
  }

  withNumber(number: string): ReadonlySet<MutableCall> {
    return this.#byNumber.get(number) ?? EMPTY;
  }

  rungBy(ring: string): ReadonlySet<MutableChannel> {
    return this.#byRing.get(ring) ?? NO_LEGS;
  }

  addCall(call: MutableCall): void {
    call.ordinal = ++this.#ordinal;
    this.calls.set(call.id, call);
    this.#addNumbers(call);
    if (call.organizationId !== null) this.organization(call.organizationId).calls.set(call.id, call);
  }

  /** The call keeps its agents, who must learn of its end. */
  removeCall(call: MutableCall): void {
    this.#waiting.leave(call);
    this.calls.delete(call.id);
    for (const alias of call.aliases) this.#aliases.delete(alias);
    this.#removeNumbers(call);
    for (const agent of call.indexedAgents) drop(this.#byAgent, agentKey(call.organizationId, agent), call);
    if (call.organizationId !== null) this.#leaveOrganization(call, call.organizationId);
  }

  addAlias(alias: string, call: MutableCall): void {
    call.aliases.push(alias);
    this.#aliases.set(alias, call);
    for (const old of call.aliases.splice(0, call.aliases.length - MAX_ALIASES)) this.#aliases.delete(old);
  }

  addChannel(channel: MutableChannel): void {
    this.channels.set(channel.uuid, channel);
    if (channel.ring !== null) this.#byRing.set(channel.ring, (this.#byRing.get(channel.ring) ?? new Set()).add(channel));
    if (channel.organizationId !== null) this.organization(channel.organizationId).channels.set(channel.uuid, channel);
    this.touch(channel);
  }

  removeChannel(channel: MutableChannel): void {
    this.channels.delete(channel.uuid);
    if (channel.ring !== null) drop(this.#byRing, channel.ring, channel);
    if (channel.organizationId !== null) this.organization(channel.organizationId).channels.delete(channel.uuid);
    this.touch(channel);
  }

  /** A row of this channel changed, so a list's ETag must change. */
  touch(channel: MutableChannel): void {
    this.version++;
    if (channel.organizationId !== null) this.organization(channel.organizationId).version++;
  }

  setOrganization(call: MutableCall, organizationId: number): void {
    if (!this.#holds(call)) {
      call.organizationId = organizationId;
      return;
    }
    const agents = call.indexedAgents;
    this.#setAgents(call, []);
    if (call.organizationId !== null) this.#leaveOrganization(call, call.organizationId);
    call.organizationId = organizationId;
    this.organization(organizationId).calls.set(call.id, call);
    this.#setAgents(call, agents);
  }

  setChannelOrganization(channel: MutableChannel, organizationId: number): void {
    if (channel.organizationId !== null) {
      this.organization(channel.organizationId).channels.delete(channel.uuid);
      this.touch(channel);
    }
    channel.organizationId = organizationId;
    this.organization(organizationId).channels.set(channel.uuid, channel);
    this.touch(channel);
  }

  setNumbers(call: MutableCall, from: string, to: string): void {
    if (call.from === from && call.to === to) return;
    const held = this.#holds(call);
    if (held) this.#removeNumbers(call);
    call.from = from;
    call.to = to;
    if (held) this.#addNumbers(call);
  }

  /** Updates the indexes of agents and of waiting calls. */
  reindex(call: MutableCall): void {
    if (!this.#holds(call)) return;
    if (call.organizationId !== null) {
      const { queued } = this.organization(call.organizationId);
      if (call.state === "queued") queued.add(call);
      else queued.delete(call);
    }
    const agents = call.owner === null ? [] : [call.owner];
    for (const leg of call.legs) {
      if (leg.agentId !== null && !agents.includes(leg.agentId)) agents.push(leg.agentId);
    }
    this.#setAgents(call, agents);
    this.#waiting.follow(call);
  }

  /** The calls whose place in line has changed with that of others since the last time. */
  takeMoved(): Iterable<MutableCall> {
    return this.#waiting.takeMoved();
  }

  /** False before the call is added and after it is removed. What is indexed then would never be removed. */
  #holds(call: MutableCall): boolean {
    return this.calls.get(call.id) === call;
  }

  #leaveOrganization(call: MutableCall, organizationId: number): void {
    const index = this.organization(organizationId);
    index.calls.delete(call.id);
    index.queued.delete(call);
  }

  #setAgents(call: MutableCall, agents: readonly string[]): void {
    for (const agent of call.indexedAgents) {
      if (!agents.includes(agent)) drop(this.#byAgent, agentKey(call.organizationId, agent), call);
    }
    for (const agent of agents) add(this.#byAgent, agentKey(call.organizationId, agent), call);
    call.indexedAgents = agents;
  }

  #addNumbers(call: MutableCall): void {
    if (call.from !== "") add(this.#byNumber, call.from, call);
    if (call.to !== "") add(this.#byNumber, call.to, call);
  }

  #removeNumbers(call: MutableCall): void {
    drop(this.#byNumber, call.from, call);
    drop(this.#byNumber, call.to, call);
  }
}

const EMPTY: ReadonlySet<MutableCall> = new Set();
const NO_LEGS: ReadonlySet<MutableChannel> = new Set();

function add(index: Map<string, Set<MutableCall>>, key: string, call: MutableCall): void {
  const calls = index.get(key);
  if (calls === undefined) index.set(key, new Set([call]));
  else calls.add(call);
}

function drop<T>(index: Map<string, Set<T>>, key: string, item: T): void {
  const items = index.get(key);
  if (items === undefined) return;
  items.delete(item);
  if (items.size === 0) index.delete(key);
}
