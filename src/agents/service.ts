import { systemClock, type Clock } from "../clock.js";
import type { Actor, AgentIdentity } from "../people/index.js";
import type { Paged } from "../calls/index.js";
import type { SwitchSink } from "../freeswitch/index.js";
import { agentFor, agentsFor } from "./access.js";
import { Agents, RESTORED_CALL, type Agent } from "./agent.js";
import { CallTracker } from "./call-tracker.js";
import { Heartbeats } from "./heartbeats.js";
import { AgentNews } from "./news.js";
import { Listeners } from "../listeners.js";
import { pageOfAgents, type AgentQuery } from "./paging.js";
import { PhoneLoss } from "./phone-loss.js";
import type { AgentPhoneChange } from "../phones/index.js";
import type { AgentServiceOptions } from "./options.js";
import { ANYTHING, type AgentStatusRecord } from "./ports.js";
import { Readiness } from "./readiness.js";
import { StatusRequests, type StatusRequest } from "./requests.js";
import { statusOf, step, wishOf, type AgentInput, type Cause } from "./status.js";
import { StatusWriter } from "./status-writer.js";
import type { AgentChange, AgentView, StatusChange } from "./types.js";
import { shownChange, viewOf } from "./view.js";
import { WrapUps } from "./wrap-ups.js";

const SWEEP_MS = 1000;
const FORGET_MS = 15_000;
const DAY_MS = 86_400_000;
const HISTORY_MS = 90 * DAY_MS;

/**
 * The agents' statuses (CONTRACT §1). An agent who is online or away must send heartbeats, also one whose client never sent any, and is set offline after
 * 3 × 10 s without one. After a restart the time starts again.
 */
export class LiveAgentService {
  /** Must come after the registry and the phones: their calls and phones are compared with those of before a restart. */
  readonly sink: Pick<SwitchSink, "snapshot" | "removed"> = {
    snapshot: (node) => this.#readiness.snapshot(node),
    removed: (node) => this.#readiness.removed(node),
  };
  readonly #options: AgentServiceOptions;
  readonly #clock: Clock;
  readonly #agents = new Agents();
  readonly #heartbeats: Heartbeats<Agent>;
  readonly #phoneLoss: PhoneLoss;
  readonly #tracker: CallTracker;
  readonly #writer: StatusWriter;
  readonly #readiness: Readiness;
  readonly #wrapUps: WrapUps;
  readonly #news: AgentNews;
  readonly #idle: Listeners<[organizationId: number, agentId: string]>;
  readonly #requests: StatusRequests;
  /** Bounded by what the constructor begins. */
  readonly #stops: (() => void)[] = [];
  #closed = false;

  private constructor(options: AgentServiceOptions, records: readonly AgentStatusRecord[]) {
    const { policy = ANYTHING, clock = systemClock, heartbeatMs = 10_000, missedHeartbeats = 3, registrationGraceMs = 15_000, readyLimitMs = 60_000 } = options;
    this.#options = options;
    this.#clock = clock;
    this.#heartbeats = new Heartbeats(heartbeatMs * missedHeartbeats);
    this.#phoneLoss = new PhoneLoss({ graceMs: registrationGraceMs, clock, over: (agent) => void this.#input(agent, { type: "phonesLost" }) });
    this.#news = new AgentNews({ directory: options.directory, logger: options.logger, view: (identity) => this.#view(identity) });
    this.#idle = new Listeners("idle agents", options.logger);
    this.#requests = new StatusRequests({ directory: options.directory, policy, clock, agents: this.#agents, input: (agent, input, cause) => void this.#input(agent, input, cause) });
    this.#wrapUps = new WrapUps({ policy, clock, over: (agent) => void this.#input(agent, { type: "wrapUpOver" }) });
    this.#writer = new StatusWriter(options.store, options.logger);
    this.#tracker = new CallTracker({
      agent: (organizationId, agentId) => this.#agents.obtain(organizationId, agentId, clock.now()),
      joined: (agent, callId, department) => this.#callJoined(agent, callId, department),
      left: (agent, callId, department) => this.#callLeft(agent, callId, department),
      touched: (agent) => {
        this.#idle.tell(agent.organizationId, agent.agentId);
        this.#news.touched(agent, "call");
      },
    });
    this.#readiness = new Readiness({ nodes: options.nodes, limitMs: readyLimitMs, clock, done: () => this.#correctRestored() });
    for (const record of records) this.#restore(record);
    this.#wrapUps.sweep();
    this.#news.begin();
    this.#stops.push(
      options.directory.onChange((change) => this.#news.directoryChanged(change)),
      options.calls.onChange((change) => this.#news.batch(() => this.#tracker.change(change))),
      options.phones.onChange((change) => this.#phoneChanged(change)),
      clock.every(SWEEP_MS, () => this.#sweep()),
      clock.every(DAY_MS, () => void this.#writer.prune(clock.now() - HISTORY_MS)),
      clock.every(FORGET_MS, () => this.#agents.forget((organizationId, agentId) => options.directory.agent(organizationId, agentId) !== undefined)),
    );
  }

  /** Restores each agent's last status, then follows calls and registrations. */
  static async start(options: AgentServiceOptions): Promise<LiveAgentService> {
    return new LiveAgentService(options, await options.store.latest());
  }

  /** How many agents have a state. */
  get size(): number {
    return [...this.#agents].length;
  }

  list(actor: Actor, query: AgentQuery): Paged<AgentView> {
    return pageOfAgents(agentsFor(this.#options.directory, actor), query, (identity) => this.#view(identity));
  }

  /** Throws NotFound for another organization's agent, Forbidden for an agent who asks for a colleague. */
  get(actor: Actor, agentId: string): AgentView {
    return this.#view(agentFor(this.#options.directory, actor, agentId));
  }

  /** Whoever asks, for what everybody of the organization may see; null: there is no such agent. */
  shown(organizationId: number, agentId: string): AgentView | null {
    const identity = this.#options.directory.agent(organizationId, agentId);
    return identity === undefined ? null : this.#view(identity);
  }

  /** Resolves when the change is stored, or waits for a database that takes nothing now; the change stands in any case. So do the next two. */
  async setStatus(actor: Actor, agentId: string, request: StatusRequest): Promise<void> {
    this.#requests.set(actor, agentId, request);
    await this.#writer.idle();
  }

  /** Takes back the status that was asked for and waits: the agent as it is then. */
  async withdrawNext(actor: Actor, agentId: string): Promise<AgentView> {
    this.#requests.withdraw(actor, agentId);
    await this.#writer.idle();
    return this.get(actor, agentId);
  }

  /** Lengthens the agent's wrap-up: the agent as it is then. */
  async extendWrapUp(actor: Actor, agentId: string, byS: number): Promise<AgentView> {
    this.#requests.extendWrapUp(actor, agentId, byS);
    await this.#writer.idle();
    return this.get(actor, agentId);
  }

  /** Newest first; kept for 90 days. */
  async history(actor: Actor, agentId: string, options: { readonly since?: Date; readonly limit?: number } = {}): Promise<readonly StatusChange[]> {
    const { organizationId, agentId: id } = agentFor(this.#options.directory, actor, agentId);
    await this.#writer.idle();
    return (await this.#options.store.history(organizationId, id, options)).map(shownChange);
  }

  /** Since when the agent could take a call: the end of the last call, or of `offline`. Null unless the agent is online with a phone, without a call and in no wrap-up. */
  idleSince(organizationId: number, agentId: string): Date | null {
    const agent = this.#agents.find(organizationId, agentId);
    const identity = this.#options.directory.agent(organizationId, agentId);
    if (agent === undefined || identity === undefined || agent.calls.size > 0 || statusOf(agent.state) !== "online" || this.#options.phones.ofAgent(identity).length === 0) return null;
    return new Date(agent.restingSince);
  }

  /** Whether the agent's status lets a phone ring on for a queue's caller: online, or in a call and online after it. */
  takesCalls(organizationId: number, agentId: string): boolean {
    const state = this.#agents.find(organizationId, agentId)?.state;
    return state !== undefined && wishOf(state) === "online" && state.wrapUp === null;
  }

  /** Whether a call rings or holds one of the agent's phones. */
  isBusy(organizationId: number, agentId: string): boolean {
    return (this.#agents.find(organizationId, agentId)?.calls.size ?? 0) > 0;
  }

  /** Sets the agent away after missed calls, or after the current call and its wrap-up; no change for an offline agent. */
  setAway(organizationId: number, agentId: string, reason: string): void {
    this.#requests.setAway(organizationId, agentId, reason);
  }

  /** Told after every change that may change `idleSince` or `takesCalls` of an agent. */
  onIdleChange(handler: (organizationId: number, agentId: string) => void): () => void {
    return this.#idle.add(handler);
  }

  async heartbeat(actor: Actor, agentId: string): Promise<void> {
    const { organizationId, agentId: id } = agentFor(this.#options.directory, actor, agentId);
    const agent = this.#agents.find(organizationId, id);
    if (agent !== undefined) this.#heartbeats.seen(agent, this.#clock.now());
  }

  /** An event stream of the agent's console is open, which counts as heartbeats; returns what to call when it is gone. Nothing for an unknown agent. */
  present(organizationId: number, agentId: string): () => void {
    const identity = this.#options.directory.agent(organizationId, agentId);
    if (identity === undefined) return () => undefined;
    const agent = this.#agents.obtain(organizationId, agentId, this.#clock.now());
    agent.streams += 1;
    return () => {
      agent.streams -= 1;
      this.#heartbeats.seen(agent, this.#clock.now());
    };
  }

  /** Whether such a stream is open. */
  isPresent(organizationId: number, agentId: string): boolean {
    return (this.#agents.find(organizationId, agentId)?.streams ?? 0) > 0;
  }

  onChange(handler: (change: AgentChange) => void): () => void {
    return this.#news.onChange(handler);
  }

  /** Idempotent; resolves when every change so far is stored. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      for (const stop of this.#stops) stop();
      this.#readiness.close();
      this.#news.close();
      this.#idle.clear();
      this.#wrapUps.clear();
      this.#heartbeats.clear();
      this.#phoneLoss.clear();
      this.#tracker.clear();
    }
    await this.#writer.close();
  }

  #restore(record: AgentStatusRecord): void {
    const agent = this.#agents.obtain(record.organizationId, record.agentId, this.#clock.now());
    agent.restore(record);
    this.#wrapUps.watch(agent);
    if (wishOf(agent.state) !== "offline") this.#heartbeats.watch(agent, this.#clock.now());
  }

  /** Corrects the restored statuses: calls ended while Callplane was down. The grace time of a phone that was lost then, or shortly before, starts now. */
  #correctRestored(): void {
    for (const agent of this.#agents) {
      if (agent.state.calls.includes(RESTORED_CALL)) this.#callLeft(agent, RESTORED_CALL, agent.served.get(RESTORED_CALL) ?? null, "system");
      const identity = this.#options.directory.agent(agent.organizationId, agent.agentId);
      if (identity !== undefined && agent.hadPhone && this.#options.phones.ofAgent(identity).length === 0) this.#phoneLoss.begin(agent);
    }
  }

  #sweep(): void {
    this.#wrapUps.sweep();
    this.#phoneLoss.sweep();
    const now = this.#clock.now();
    for (const agent of this.#heartbeats.takeOverdue(now)) {
      // A call, or an open stream, is a sign of life; when it ends the agent has the whole time again.
      if (agent.streams > 0 || agent.state.calls.length > 0) this.#heartbeats.watch(agent, now);
      else this.#input(agent, { type: "heartbeatsMissed" });
    }
  }

  #callJoined(agent: Agent, callId: string, department: string | null): void {
    this.#serve(agent, () => {
      if (department === null) agent.served.delete(callId);
      else agent.served.set(callId, department);
      return this.#input(agent, { type: "callJoined", callId });
    });
  }

  #callLeft(agent: Agent, callId: string, department: string | null, cause?: Cause): void {
    this.#serve(agent, () => {
      agent.served.delete(callId);
      agent.restingSince = this.#clock.now();
      this.#phoneLoss.callLeft(agent);
      this.#heartbeats.seen(agent, this.#clock.now());
      return this.#input(agent, { type: "callLeft", callId, wrapUp: this.#wrapUps.after(agent, agent.idOf(callId), department) }, cause);
    });
    this.#wrapUps.watch(agent);
  }

  /** Stores the department's call of the agent too, because the call may end during a restart. */
  #serve(agent: Agent, work: () => boolean): void {
    const { department, servedCall } = agent;
    const stored = work();
    if (!stored && (department !== agent.department || servedCall !== agent.servedCall)) this.#writer.write(agent.record("call"));
  }

  #phoneChanged({ type, agent: identity, left }: AgentPhoneChange): void {
    if (type === "reach") return this.#news.touched(identity, "registration");
    const agent = this.#agents.obtain(identity.organizationId, identity.agentId, this.#clock.now());
    this.#news.phone(type === "added" ? "agent.registered" : "agent.unregistered", identity);
    if (this.#phoneLoss.changed(agent, left)) this.#writer.write(agent.record("registration"));
    this.#idle.tell(agent.organizationId, agent.agentId);
  }

  /** Runs the status machine and its effects; returns whether the agent was stored. */
  #input(agent: Agent, input: AgentInput, cause?: Cause): boolean {
    const { state, effects } = step(agent.state, input, cause);
    if (wishOf(agent.state) === "offline" && wishOf(state) !== "offline") agent.restingSince = this.#clock.now();
    agent.state = state;
    let stored = false;
    for (const effect of effects) {
      if (effect.type === "watch") this.#heartbeats.watch(agent, this.#clock.now());
      else if (effect.type === "unwatch") this.#heartbeats.unwatch(agent);
      else {
        if (effect.type === "changed") agent.since = this.#clock.now();
        this.#news.touched(agent, effect.cause);
        this.#writer.write(agent.record(effect.cause));
        stored = true;
      }
    }
    if (stored) this.#idle.tell(agent.organizationId, agent.agentId);
    return stored;
  }

  #view(identity: AgentIdentity): AgentView {
    return viewOf(identity, this.#agents.obtain(identity.organizationId, identity.agentId, this.#clock.now()), this.#options.phones.ofAgent(identity), (username) => this.#options.nameOfUser?.(identity.organizationId, username) ?? null);
  }
}

/** What faces use of the agents. */
export type AgentService = Pick<LiveAgentService, "list" | "get" | "shown" | "setStatus" | "withdrawNext" | "extendWrapUp" | "history" | "heartbeat" | "present" | "onChange" | "close">;
