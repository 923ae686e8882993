import { invalid } from "../errors.js";
import { systemClock, type Clock } from "../clock.js";
import type { Actor, AgentIdentity } from "../calls/ports.js";
import type { CallChangeSource, Page, Paged } from "../calls/types.js";
import type { NodeStatus, SwitchEvent, SwitchSink, SwitchSnapshot } from "../freeswitch/types.js";
import { agentFor, agentsFor } from "./access.js";
import { Agents, RESTORED_CALL, type Agent } from "./agent.js";
import { CallTracker } from "./call-tracker.js";
import { Heartbeats } from "./heartbeats.js";
import { pageOf } from "./paging.js";
import type { AgentDirectory, AgentStatusRecord, AgentStatusStore, Logger } from "./ports.js";
import { Readiness } from "./readiness.js";
import { Registrations, type Phone, type PhoneChange } from "./registrations.js";
import { reasonOf, statusOf, step, type AgentInput, type Cause } from "./status.js";
import { StatusWriter } from "./status-writer.js";
import type { AgentChange, AgentService, AgentStatus, AgentView } from "./types.js";

export interface AgentServiceOptions {
  readonly directory: AgentDirectory;
  readonly store: AgentStatusStore;
  readonly calls: CallChangeSource;
  /** Names of the FreeSWITCH nodes whose first snapshots are waited for after a start. */
  readonly nodes: readonly string[];
  readonly logger: Logger;
  readonly clock?: Clock;
  /** How often clients send heartbeats, milliseconds; default 10,000. */
  readonly heartbeatMs?: number;
  /** How many may be missing; default 3. */
  readonly missedHeartbeats?: number;
  /** How long other nodes' first snapshots are waited for once one node's is there, milliseconds; default 60,000. */
  readonly readyLimitMs?: number;
}

const SWEEP_MS = 1000;
const REGISTRATION_SWEEP_MS = 15_000;

/**
 * Agents as CONTRACT §1 has them. `sink` takes the switches' registrations; the composition root gives it each snapshot after the
 * registry has had it, so that the calls of before a restart are known when the first snapshot is judged here.
 *
 * Heartbeats are owed by everyone who is online or away, from the moment she (or a supervisor) asked for it, whether or not her
 * client ever sent one: 3 × 10 s without any sign of life set her offline, as CONTRACT says without exception. After a restart the
 * count begins anew.
 */
export class LiveAgentService implements AgentService {
  readonly sink: SwitchSink;
  readonly #options: AgentServiceOptions;
  readonly #clock: Clock;
  readonly #agents = new Agents();
  readonly #registrations = new Registrations();
  readonly #heartbeats: Heartbeats<Agent>;
  readonly #tracker: CallTracker;
  readonly #writer: StatusWriter;
  readonly #readiness: Readiness;
  readonly #readyNodes = new Set<string>();
  readonly #handlers = new Set<(change: AgentChange) => void>();
  readonly #stops: (() => void)[] = [];
  #closed = false;

  private constructor(options: AgentServiceOptions, records: readonly AgentStatusRecord[]) {
    const { clock = systemClock, heartbeatMs = 10_000, missedHeartbeats = 3, readyLimitMs = 60_000 } = options;
    this.#options = options;
    this.#clock = clock;
    this.#heartbeats = new Heartbeats(heartbeatMs * missedHeartbeats);
    this.#writer = new StatusWriter(options.store, options.logger);
    this.#tracker = new CallTracker({
      agent: (organizationId, agentId) => this.#agents.obtain(organizationId, agentId, clock.now()),
      joined: (agent, callId) => this.#input(agent, { type: "callJoined", callId }),
      left: (agent, callId) => this.#input(agent, { type: "callLeft", callId }),
    });
    this.#readiness = new Readiness({ nodes: options.nodes, limitMs: readyLimitMs, clock, done: () => this.#correctRestored() });
    this.sink = {
      event: (node, event) => this.#switchEvent(node, event),
      snapshot: (node, snapshot) => this.#snapshot(node, snapshot),
      status: (node, status) => this.#nodeStatus(node, status),
    };
    for (const record of records) this.#restore(record);
    this.#stops.push(
      options.calls.onChange((change) => this.#tracker.change(change)),
      clock.every(SWEEP_MS, () => this.#sweepHeartbeats()),
      clock.every(REGISTRATION_SWEEP_MS, () => this.#phoneChanges(this.#registrations.sweep(clock.now(), (node) => this.#readyNodes.has(node)))),
    );
  }

  /** Restores every agent's last status, then follows calls and registrations. */
  static async start(options: AgentServiceOptions): Promise<LiveAgentService> {
    return new LiveAgentService(options, await options.store.latest());
  }

  list(actor: Actor, page: Page): Paged<AgentView> {
    const agents = agentsFor(this.#options.directory, actor);
    const { items, next } = pageOf(agents, page);
    return { items: items.map((identity) => this.#view(identity)), total: agents.length, next };
  }

  get(actor: Actor, agentId: string): AgentView {
    return this.#view(agentFor(this.#options.directory, actor, agentId));
  }

  /** Resolves when the change is stored (a store that fails is logged, the change stands). */
  async setStatus(actor: Actor, agentId: string, status: AgentStatus): Promise<void> {
    if (status === "inCall") throw invalid("status", "inCall is set by the system alone.");
    const { organizationId, agentId: id } = agentFor(this.#options.directory, actor, agentId);
    this.#input(this.#agents.obtain(organizationId, id, this.#clock.now()), { type: "request", status, reason: null });
    await this.#writer.settled();
  }

  async heartbeat(actor: Actor, agentId: string): Promise<void> {
    const { organizationId, agentId: id } = agentFor(this.#options.directory, actor, agentId);
    const agent = this.#agents.find(organizationId, id);
    if (agent !== undefined) this.#heartbeats.seen(agent, this.#clock.now());
  }

  onChange(handler: (change: AgentChange) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Idempotent; resolves when every change so far is stored. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      for (const stop of this.#stops) stop();
      this.#readiness.close();
      this.#handlers.clear();
      this.#heartbeats.clear();
      this.#tracker.clear();
    }
    await this.#writer.settled();
  }

  #restore(record: AgentStatusRecord): void {
    const agent = this.#agents.obtain(record.organizationId, record.agentId, this.#clock.now());
    agent.restore(record);
    if (agent.state.wish !== "offline") this.#heartbeats.watch(agent, this.#clock.now());
  }

  /** What a restart could not see: calls that ended and phones that went meanwhile. */
  #correctRestored(): void {
    for (const agent of this.#agents) {
      this.#input(agent, { type: "callLeft", callId: RESTORED_CALL }, "system");
      const identity = this.#options.directory.agent(agent.organizationId, agent.agentId);
      if (identity === undefined || !agent.hadPhone || this.#phonesOf(identity).length > 0) continue;
      agent.hadPhone = false;
      this.#input(agent, { type: "phonesLost" });
    }
  }

  #switchEvent(node: string, event: SwitchEvent): void {
    if (this.#closed || event.kind !== "registration") return;
    this.#phoneChanges(this.#registrations.event(node, event, this.#clock.now()));
  }

  #snapshot(node: string, snapshot: SwitchSnapshot): void {
    if (this.#closed) return;
    this.#phoneChanges(this.#registrations.snapshot(node, snapshot.registrations, this.#clock.now()));
    this.#readiness.snapshot(node);
  }

  #nodeStatus(node: string, status: NodeStatus): void {
    if (status.state === "ready") this.#readyNodes.add(node);
    else this.#readyNodes.delete(node);
  }

  #sweepHeartbeats(): void {
    for (const agent of this.#heartbeats.takeOverdue(this.#clock.now())) this.#input(agent, { type: "heartbeatsMissed" });
  }

  #phoneChanges(changes: readonly PhoneChange[]): void {
    const { directory } = this.#options;
    for (const { type, user, domain, left } of changes) {
      const organization = directory.organizationByDomain(domain);
      const identity = organization === undefined ? undefined : directory.agentByExtension(organization.id, user);
      if (identity === undefined) continue;
      const agent = this.#agents.obtain(identity.organizationId, identity.agentId, this.#clock.now());
      this.#tell(type === "added" ? "agent.registered" : "agent.unregistered", identity, "registration");
      const hadPhone = agent.hadPhone;
      agent.hadPhone = left > 0;
      const stored = left === 0 && this.#input(agent, { type: "phonesLost" });
      if (!stored && hadPhone !== agent.hadPhone) this.#writer.write(agent.record("registration"));
    }
  }

  /** Runs the machine and does what it says; true when the agent was stored. */
  #input(agent: Agent, input: AgentInput, cause?: Cause): boolean {
    const { state, effects } = step(agent.state, input, cause);
    agent.state = state;
    let stored = false;
    for (const effect of effects) {
      switch (effect.type) {
        case "watch":
          this.#heartbeats.watch(agent, this.#clock.now());
          break;
        case "unwatch":
          this.#heartbeats.unwatch(agent);
          break;
        case "changed": {
          agent.since = this.#clock.now();
          const identity = this.#options.directory.agent(agent.organizationId, agent.agentId);
          if (identity !== undefined) this.#tell("agent.status", identity, effect.cause);
          this.#writer.write(agent.record(effect.cause));
          stored = true;
          break;
        }
        case "remember":
          this.#writer.write(agent.record(effect.cause));
          stored = true;
          break;
      }
    }
    return stored;
  }

  #tell(type: AgentChange["type"], identity: AgentIdentity, cause: Cause): void {
    if (this.#handlers.size === 0) return;
    const change: AgentChange = { type, organizationId: identity.organizationId, agent: this.#view(identity), cause };
    for (const handler of this.#handlers) {
      try {
        handler(change);
      } catch (error) {
        this.#options.logger.error({ err: error, type }, "a listener for changes of agents threw");
      }
    }
  }

  #phonesOf(identity: AgentIdentity): readonly Phone[] {
    const domain = this.#options.directory.organization(identity.organizationId)?.domain;
    return domain === undefined ? [] : this.#registrations.phonesOf(identity.extension, domain);
  }

  #view(identity: AgentIdentity): AgentView {
    const agent = this.#agents.obtain(identity.organizationId, identity.agentId, this.#clock.now());
    const phones = this.#phonesOf(identity);
    return {
      id: identity.agentId,
      extension: identity.extension,
      status: statusOf(agent.state),
      since: new Date(agent.since).toISOString(),
      reason: reasonOf(agent.state),
      registered: phones.length > 0,
      phones: phones.map(({ contact, networkIp, networkPort, userAgent, since }) => ({
        contact,
        address: networkPort === "" ? networkIp : networkIp.includes(":") ? `[${networkIp}]:${networkPort}` : `${networkIp}:${networkPort}`,
        userAgent,
        since: new Date(since).toISOString(),
      })),
      calls: [...agent.calls],
    };
  }
}
