/**
 * The phones that are registered at the nodes, by address and by agent, and which node reaches whose phone (DESIGN decision 12). An agent's phone is the
 * agent's extension in the organization's domain; an extension need not be an agent's.
 */
import { systemClock, type Clock } from "../clock.js";
import { CallplaneError, switchUnavailable } from "../errors.js";
import type { RegistrationEvent, SwitchNode, SwitchNodes, SwitchSink } from "../freeswitch/index.js";
import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import type { AgentIdentity, Directory } from "../people/index.js";
import { ContactCheck } from "./contact-check.js";
import { preferredNode } from "./preferred-node.js";
import { Registrations, type Phone, type PhoneAddress, type PhoneChange } from "./registrations.js";

export interface PhonesOptions {
  readonly nodes: Pick<SwitchNodes, "all" | "get" | "isReady">;
  readonly directory: Pick<Directory, "organization" | "organizationByDomain" | "agent" | "agentByExtension">;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** An agent's phone came or went, or other nodes reach it now (`reach`). */
export interface AgentPhoneChange {
  readonly type: PhoneChange["type"];
  readonly agent: AgentIdentity;
  /** How many phones the agent has now. */
  readonly left: number;
  readonly gone: PhoneChange["gone"];
}

const SWEEP_MS = 15_000;

export class Phones {
  readonly #options: PhonesOptions;
  readonly #clock: Clock;
  readonly #registrations = new Registrations();
  /** Nodes whose registrations are known since the start. Bounded by the nodes. */
  readonly #known = new Set<string>();
  /** Users with several phones in a node's last list, not looked at yet. Bounded by its rows: a node that connects is asked as soon as it is ready. */
  readonly #new = new Map<string, readonly PhoneAddress[]>();
  readonly #changes: Listeners<[AgentPhoneChange]>;
  readonly #contacts: ContactCheck;
  readonly #stop: () => void;

  constructor(options: PhonesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#changes = new Listeners("changes of phones", options.logger, ({ agent: { organizationId, agentId } }) => ({ organization: organizationId, agent: agentId }));
    this.#contacts = new ContactCheck({ ...options, clock: this.#clock, gone: (address, phones) => this.#tell(this.#registrations.remove(address, phones)) });
    this.#stop = this.#clock.every(SWEEP_MS, () => this.#sweep());
  }

  readonly sink: SwitchSink = {
    event: (node, event) => {
      if (event.kind === "registration") this.#registered(node, event);
    },
    snapshot: (node, { registrations, afterSequence, reason }) => {
      this.#known.add(node);
      // What is told while a node connects is told again after its list.
      const changes = this.#registrations.snapshot(node, this.#contacts.current(node, registrations), this.#clock.now(), reason === "connect" ? Infinity : afterSequence);
      this.#tell(changes);
      this.#new.set(node, [...(this.#new.get(node) ?? []), ...changes.filter(isAdded).filter((address) => this.#phonesAt(node, address).length > 1)]);
      if (this.#options.nodes.isReady(node)) this.#lookAtNew(node);
    },
    status: (node, { state }) => {
      // The list of a node that connects comes before it can be asked.
      if (state === "ready") this.#lookAtNew(node);
      // A node that connects was not ready before either.
      if (state !== "connecting" && state !== "reconciling") this.#tell(this.#registrations.changesOfReach(node));
    },
    removed: (node) => {
      this.#known.delete(node);
      this.#contacts.forget(node);
      this.#new.delete(node);
      this.#tell(this.#registrations.forget(node));
    },
  };

  /** The phones at this address, on every node; on a node that is down as they were last known. */
  at({ user, domain }: PhoneAddress): readonly Phone[] {
    return this.#registrations.phonesOf(user, domain);
  }

  ofAgent(agent: AgentIdentity): readonly Phone[] {
    const address = this.#addressOf(agent);
    return address === undefined ? [] : this.at(address);
  }

  /** Names of the ready nodes that reach the agent's phone. A caller who is offered to the agent must be on one of them. */
  nodesOf(organizationId: number, agentId: string): readonly string[] {
    const agent = this.#options.directory.agent(organizationId, agentId);
    return agent === undefined ? [] : this.#reaching(this.ofAgent(agent).filter(({ denied }) => !denied));
  }

  /**
   * The node for a new call of this phone; `other`: a phone that it is to be joined with. Of several nodes always the same one for a phone. Throws
   * USER_NOT_REGISTERED, also when the two have no common node, and SwitchUnavailable when the nodes that may know the phone are down.
   */
  nodeFor(phone: PhoneAddress, other: PhoneAddress | null = null): SwitchNode {
    const here = this.#candidates(phone);
    if (here.length === 0) throw this.#absence(phone);
    const there = other === null ? here : this.#candidates(other);
    // An unknown phone is left to FreeSWITCH to refuse.
    const both = there.length === 0 ? here : here.filter((node) => there.includes(node));
    if (other !== null && both.length === 0) throw notTogether(`The phone of ${other.user} is registered at ${list(there)} and that of ${phone.user} at ${list(here)}: they cannot be joined.`);
    return this.#options.nodes.get(preferredNode(both, `${phone.user}@${phone.domain}`));
  }

  /** The error for a phone that is registered at other nodes only; null when it is registered at none of them. */
  elsewhere(phone: PhoneAddress, node: string): CallplaneError | null {
    const others = this.#candidates(phone).filter((name) => name !== node);
    return others.length === 0 ? null : notTogether(`The phone of ${phone.user} is registered at ${list(others)} and not at ${node}, where the call is.`);
  }

  /** FreeSWITCH knows no phone of the agent: this node does not reach the agent until a phone registers again. */
  deny(node: string, organizationId: number, agentId: string): void {
    const agent = this.#options.directory.agent(organizationId, agentId);
    const address = agent === undefined ? undefined : this.#addressOf(agent);
    if (address !== undefined) this.#tell(this.#registrations.deny(node, address));
  }

  /** Told after each change of an agent's phones, or of the nodes that reach them. Returns the unsubscribe function. */
  onChange(handler: (change: AgentPhoneChange) => void): () => void {
    return this.#changes.add(handler);
  }

  /** Idempotent. */
  close(): void {
    this.#stop();
    this.#contacts.close();
    this.#changes.clear();
    this.#registrations.clear();
  }

  #registered(node: string, event: RegistrationEvent): void {
    if (event.action === "register") this.#contacts.registered(node, event);
    const changes = this.#registrations.event(node, event, this.#clock.now());
    this.#tell(changes);
    if (event.action === "register" && changes.some(isAdded)) this.#contacts.added(node, event, this.#phonesAt(node, event));
  }

  #lookAtNew(node: string): void {
    const users = this.#new.get(node) ?? [];
    this.#new.delete(node);
    void this.#contacts.look(node, users.map((address) => ({ address, phones: this.#phonesAt(node, address) })));
  }

  #phonesAt(node: string, address: PhoneAddress): readonly Phone[] {
    return this.at(address).filter((phone) => phone.node === node);
  }

  #addressOf({ organizationId, extension }: AgentIdentity): PhoneAddress | undefined {
    const domain = this.#options.directory.organization(organizationId)?.domain;
    return domain === undefined ? undefined : { user: extension, domain };
  }

  /** Ready nodes where it is registered; those that denied it only when there is no other. */
  #candidates(address: PhoneAddress): readonly string[] {
    const phones = this.at(address);
    const believed = this.#reaching(phones.filter(({ denied }) => !denied));
    return believed.length > 0 ? believed : this.#reaching(phones);
  }

  #reaching(phones: readonly Phone[]): readonly string[] {
    return [...new Set(phones.map(({ node }) => node))].filter((node) => this.#options.nodes.isReady(node));
  }

  /** The error for a phone that no ready node reaches: it may be registered at a node whose registrations are unknown. */
  #absence(phone: PhoneAddress): CallplaneError {
    const [last] = this.at(phone);
    if (last !== undefined) return switchUnavailable(last.node);
    const nodes = this.#options.nodes.all().map((node) => node.status());
    const unknown = nodes.find(({ name, state }) => !this.#known.has(name) || state === "reconciling");
    if (unknown !== undefined) return switchUnavailable(unknown.name);
    if (!nodes.some(({ state }) => state === "ready")) return new CallplaneError("SwitchUnavailable", "No FreeSWITCH is reachable.", { retryAfterS: 5 });
    return new CallplaneError("USER_NOT_REGISTERED", `${phone.user} has no registered phone.`);
  }

  #sweep(): void {
    this.#tell(this.#registrations.sweep(this.#clock.now(), (node) => this.#options.nodes.isReady(node)));
  }

  #tell(changes: readonly PhoneChange[]): void {
    const { directory } = this.#options;
    for (const { type, user, domain, left, gone } of changes) {
      const organization = directory.organizationByDomain(domain);
      const agent = organization === undefined ? undefined : directory.agentByExtension(organization.id, user);
      if (agent !== undefined) this.#changes.tell({ type, agent, left, gone });
    }
  }
}

const isAdded = ({ type }: PhoneChange): boolean => type === "added";

const list = (nodes: readonly string[]): string => nodes.join(" and ");

const notTogether = (message: string): CallplaneError => new CallplaneError("USER_NOT_REGISTERED", message);
