/** The phones that are registered at the nodes, by address and by agent: an agent's phone is the agent's extension in the organization's domain. */
import { systemClock, type Clock } from "../clock.js";
import type { SwitchNodes, SwitchSink } from "../freeswitch/index.js";
import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import type { AgentIdentity, Directory } from "../people/index.js";
import { Registrations, type Phone, type PhoneAddress, type PhoneChange } from "./registrations.js";

export type PhonesDirectory = Pick<Directory, "organization" | "organizationByDomain" | "agentByExtension">;

export interface PhonesOptions {
  readonly nodes: Pick<SwitchNodes, "isReady">;
  readonly directory: PhonesDirectory;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** A phone of an agent came or went. */
export interface AgentPhoneChange {
  readonly type: PhoneChange["type"];
  readonly agent: AgentIdentity;
  /** How many the agent has now. */
  readonly left: number;
}

const SWEEP_MS = 15_000;

export class Phones {
  readonly #options: PhonesOptions;
  readonly #clock: Clock;
  readonly #registrations = new Registrations();
  readonly #changes: Listeners<[AgentPhoneChange]>;
  readonly #stop: () => void;

  constructor(options: PhonesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#changes = new Listeners("changes of phones", options.logger, ({ agent: { organizationId, agentId } }) => ({ organization: organizationId, agent: agentId }));
    this.#stop = this.#clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** What the nodes tell. */
  readonly sink: SwitchSink = {
    event: (node, event) => {
      if (event.kind === "registration") this.#tell(this.#registrations.event(node, event, this.#clock.now()));
    },
    snapshot: (node, { registrations }) => this.#tell(this.#registrations.snapshot(node, registrations, this.#clock.now())),
    status: () => undefined,
  };

  /** The phones at this address, on every node. Those of a node that is away are as they were last known. */
  at({ user, domain }: PhoneAddress): readonly Phone[] {
    return this.#registrations.phonesOf(user, domain);
  }

  ofAgent(agent: AgentIdentity): readonly Phone[] {
    const address = this.#addressOf(agent);
    return address === undefined ? [] : this.at(address);
  }

  /** Told after each change of an agent's phones. Returns the unsubscribe function. */
  onChange(handler: (change: AgentPhoneChange) => void): () => void {
    return this.#changes.add(handler);
  }

  /** Idempotent. */
  close(): void {
    this.#stop();
    this.#changes.clear();
    this.#registrations.clear();
  }

  #addressOf({ organizationId, extension }: AgentIdentity): PhoneAddress | undefined {
    const domain = this.#options.directory.organization(organizationId)?.domain;
    return domain === undefined ? undefined : { user: extension, domain };
  }

  /** Ends registrations that expired without an event, on nodes that would have told. */
  #sweep(): void {
    this.#tell(this.#registrations.sweep(this.#clock.now(), (node) => this.#options.nodes.isReady(node)));
  }

  #tell(changes: readonly PhoneChange[]): void {
    const { directory } = this.#options;
    for (const { type, user, domain, left } of changes) {
      const organization = directory.organizationByDomain(domain);
      const agent = organization === undefined ? undefined : directory.agentByExtension(organization.id, user);
      if (agent !== undefined) this.#changes.tell({ type, agent, left });
    }
  }
}
