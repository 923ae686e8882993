import type { Call } from "./call.js";
import type { Channel } from "./channel.js";

/** What one organization has live: bounded by what FreeSWITCH has. Maps keep insertion order, which is the order of creation. */
export interface OrganizationIndex {
  /** Bounded by FreeSWITCH's calls: one that has ended leaves. */
  readonly calls: Map<string, Call>;
  /** Bounded by FreeSWITCH's channels: one that is destroyed, or missing from its table, leaves. */
  readonly channels: Map<string, Channel>;
  /** Calls that wait in a department. Bounded by the calls. */
  readonly queued: Set<Call>;
  /** Grows with each change of a channel's row; makes the list's ETag. */
  version: number;
}

/** Of one call: who has been joined more often is found by the newest ids alone. */
const MAX_ALIASES = 1000;

const agentKey = (organizationId: number | null, agentId: string): string => `${organizationId ?? ""}:${agentId}`;

/** Every lookup of the registry: by uuid, call id (and the ids of joined calls), agent, organization and number. None of them scans. */
export class CallIndex {
  /** Bounded by FreeSWITCH's channels: one that is destroyed, or missing from its table, leaves. */
  readonly channels = new Map<string, Channel>();
  /** Bounded by FreeSWITCH's calls: one that has ended leaves. */
  readonly calls = new Map<string, Call>();
  /** Version of the whole set, for root. */
  version = 0;
  /** By the id of a joined call. Bounded by the calls, and `MAX_ALIASES` of each. */
  readonly #aliases = new Map<string, Call>();
  /** Bounded by the organizations. */
  readonly #organizations = new Map<number, OrganizationIndex>();
  /** Bounded by the calls: a key leaves with its last one. */
  readonly #byAgent = new Map<string, Set<Call>>();
  /** Bounded by the calls: a key leaves with its last one. */
  readonly #byNumber = new Map<string, Set<Call>>();
  #ordinal = 0;

  organization(id: number): OrganizationIndex {
    let index = this.#organizations.get(id);
    if (index === undefined) {
      index = { calls: new Map(), channels: new Map(), queued: new Set(), version: 0 };
      this.#organizations.set(id, index);
    }
    return index;
  }

  /** By the call's id, the id of a call joined to it, or the uuid of any of its live legs but a supervisor's. */
  find(id: string): Call | undefined {
    const direct = this.calls.get(id) ?? this.#aliases.get(id);
    if (direct !== undefined) return direct;
    const channel = this.channels.get(id);
    if (channel === undefined || channel.role === "supervisor") return undefined;
    // FreeSWITCH destroys a channel a little after its hangup, which was the end of the call.
    return channel.call === null || channel.call.ended ? undefined : channel.call;
  }

  /** Whether the leg that a supervisor's leg listens to is in its call no more. */
  watchesNobody({ watch, call }: Channel): boolean {
    const target = watch === null ? undefined : this.channels.get(watch.target);
    return call === null || call.ended || target === undefined || target.hungUp || target.call !== call;
  }

  ofAgent(organizationId: number | null, agentId: string): ReadonlySet<Call> {
    return this.#byAgent.get(agentKey(organizationId, agentId)) ?? EMPTY;
  }

  withNumber(number: string): ReadonlySet<Call> {
    return this.#byNumber.get(number) ?? EMPTY;
  }

  addCall(call: Call): void {
    call.ordinal = ++this.#ordinal;
    this.calls.set(call.id, call);
    this.#addNumbers(call);
    if (call.organizationId !== null) this.organization(call.organizationId).calls.set(call.id, call);
  }

  /** The call keeps its agents' names: they are told of its end. */
  removeCall(call: Call): void {
    this.calls.delete(call.id);
    for (const alias of call.aliases) this.#aliases.delete(alias);
    this.#removeNumbers(call);
    for (const agent of call.indexedAgents) drop(this.#byAgent, agentKey(call.organizationId, agent), call);
    if (call.organizationId !== null) this.#leaveOrganization(call, call.organizationId);
  }

  addAlias(alias: string, call: Call): void {
    call.aliases.push(alias);
    this.#aliases.set(alias, call);
    for (const old of call.aliases.splice(0, call.aliases.length - MAX_ALIASES)) this.#aliases.delete(old);
  }

  addChannel(channel: Channel): void {
    this.channels.set(channel.uuid, channel);
    if (channel.organizationId !== null) this.organization(channel.organizationId).channels.set(channel.uuid, channel);
    this.touch(channel);
  }

  removeChannel(channel: Channel): void {
    this.channels.delete(channel.uuid);
    if (channel.organizationId !== null) this.organization(channel.organizationId).channels.delete(channel.uuid);
    this.touch(channel);
  }

  /** A row of this channel changed: lists must not answer 304. */
  touch(channel: Channel): void {
    this.version++;
    if (channel.organizationId !== null) this.organization(channel.organizationId).version++;
  }

  setOrganization(call: Call, organizationId: number): void {
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

  setChannelOrganization(channel: Channel, organizationId: number): void {
    if (channel.organizationId !== null) {
      this.organization(channel.organizationId).channels.delete(channel.uuid);
      this.touch(channel);
    }
    channel.organizationId = organizationId;
    this.organization(organizationId).channels.set(channel.uuid, channel);
    this.touch(channel);
  }

  setNumbers(call: Call, from: string, to: string): void {
    if (call.from === from && call.to === to) return;
    const held = this.#holds(call);
    if (held) this.#removeNumbers(call);
    call.from = from;
    call.to = to;
    if (held) this.#addNumbers(call);
  }

  /** Brings the indexes of agents and of waiting calls in line with the call. */
  reindex(call: Call): void {
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
  }

  /** Not before it is added nor after it is removed: nothing would take out again what is put in then. */
  #holds(call: Call): boolean {
    return this.calls.get(call.id) === call;
  }

  #leaveOrganization(call: Call, organizationId: number): void {
    const index = this.organization(organizationId);
    index.calls.delete(call.id);
    index.queued.delete(call);
  }

  #setAgents(call: Call, agents: readonly string[]): void {
    for (const agent of call.indexedAgents) {
      if (!agents.includes(agent)) drop(this.#byAgent, agentKey(call.organizationId, agent), call);
    }
    for (const agent of agents) add(this.#byAgent, agentKey(call.organizationId, agent), call);
    call.indexedAgents = agents;
  }

  #addNumbers(call: Call): void {
    if (call.from !== "") add(this.#byNumber, call.from, call);
    if (call.to !== "") add(this.#byNumber, call.to, call);
  }

  #removeNumbers(call: Call): void {
    drop(this.#byNumber, call.from, call);
    drop(this.#byNumber, call.to, call);
  }
}

const EMPTY: ReadonlySet<Call> = new Set();

function add(index: Map<string, Set<Call>>, key: string, call: Call): void {
  const calls = index.get(key);
  if (calls === undefined) index.set(key, new Set([call]));
  else calls.add(call);
}

function drop(index: Map<string, Set<Call>>, key: string, call: Call): void {
  const calls = index.get(key);
  if (calls === undefined) return;
  calls.delete(call);
  if (calls.size === 0) index.delete(key);
}
