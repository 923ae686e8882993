/** The registrations of the switches as phones of agents: her extension in her organization's domain. */
import type { AgentIdentity } from "../people/index.js";
import type { Clock } from "../clock.js";
import type { NodeStatus, SwitchEvent, SwitchSnapshot } from "../freeswitch/index.js";
import type { AgentDirectory } from "./ports.js";
import { Registrations, type Phone, type PhoneChange } from "./registrations.js";

export interface PhonesOptions {
  readonly directory: AgentDirectory;
  readonly clock: Clock;
  /** A phone of hers came or went; `left`: how many she has now. */
  readonly changed: (identity: AgentIdentity, type: PhoneChange["type"], left: number) => void;
}

export class Phones {
  readonly #options: PhonesOptions;
  readonly #registrations = new Registrations();
  /** Bounded by the nodes. */
  readonly #readyNodes = new Set<string>();

  constructor(options: PhonesOptions) {
    this.#options = options;
  }

  of({ organizationId, extension }: AgentIdentity): readonly Phone[] {
    const domain = this.#options.directory.organization(organizationId)?.domain;
    return domain === undefined ? [] : this.#registrations.phonesOf(extension, domain);
  }

  event(node: string, event: SwitchEvent): void {
    if (event.kind === "registration") this.#tell(this.#registrations.event(node, event, this.#now()));
  }

  snapshot(node: string, { registrations }: SwitchSnapshot): void {
    this.#tell(this.#registrations.snapshot(node, registrations, this.#now()));
  }

  nodeStatus(node: string, { state }: NodeStatus): void {
    if (state === "ready") this.#readyNodes.add(node);
    else this.#readyNodes.delete(node);
  }

  /** Ends registrations that expired without an event, on nodes that would have told. */
  sweep(): void {
    this.#tell(this.#registrations.sweep(this.#now(), (node) => this.#readyNodes.has(node)));
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #tell(changes: readonly PhoneChange[]): void {
    const { directory, changed } = this.#options;
    for (const { type, user, domain, left } of changes) {
      const organization = directory.organizationByDomain(domain);
      const identity = organization === undefined ? undefined : directory.agentByExtension(organization.id, user);
      if (identity !== undefined) changed(identity, type, left);
    }
  }
}
