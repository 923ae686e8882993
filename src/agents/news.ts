import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import type { AgentIdentity, Directory, DirectoryChange } from "../people/index.js";
import type { Cause } from "./status.js";
import type { AgentChange, AgentView } from "./types.js";

export interface AgentNewsOptions {
  readonly directory: Directory;
  readonly logger: Logger;
  /** The agent as the lists show the agent now. */
  readonly view: (identity: AgentIdentity) => AgentView;
}

/** Who the agent is, and what was last told of the agent: the view and its JSON. */
interface Told {
  readonly identity: AgentIdentity;
  readonly view: AgentView;
  readonly json: string;
}

interface Touched {
  readonly organizationId: number;
  readonly agentId: string;
  readonly cause: Cause;
}

const keyOf = ({ organizationId, agentId }: { readonly organizationId: number; readonly agentId: string }): string => `${organizationId}/${agentId}`;

/** Tells every change that the list of agents shows, each once: what does not change the agent's view is no news. */
export class AgentNews {
  readonly #options: AgentNewsOptions;
  readonly #changes: Listeners<[AgentChange]>;
  /** By organization and agent. Bounded by the agents of the directory: one who is removed leaves. */
  readonly #told = new Map<string, Told>();
  /** Bounded by the agents, until the end of the batch. */
  readonly #touched = new Map<string, Touched>();
  #batches = 0;

  constructor(options: AgentNewsOptions) {
    this.#options = options;
    this.#changes = new Listeners("changes of agents", options.logger);
  }

  /** Begins to tell; what is there already is known. */
  begin(): void {
    for (const identity of this.#everybody()) this.#remember(identity);
  }

  onChange(handler: (change: AgentChange) => void): () => void {
    return this.#changes.add(handler);
  }

  close(): void {
    this.#changes.clear();
    this.#told.clear();
    this.#touched.clear();
  }

  /** Whatever changes of one agent within `work` is told once, after it. */
  batch(work: () => void): void {
    this.#batches += 1;
    try {
      work();
    } finally {
      this.#batches -= 1;
      if (this.#batches === 0) this.#flush();
    }
  }

  /** Something of the agent may have changed. */
  touched(agent: { readonly organizationId: number; readonly agentId: string }, cause: Cause): void {
    this.#touched.set(keyOf(agent), { organizationId: agent.organizationId, agentId: agent.agentId, cause });
    if (this.#batches === 0) this.#flush();
  }

  /** A phone of the agent came or went. */
  phone(type: "agent.registered" | "agent.unregistered", identity: AgentIdentity): void {
    const { view } = this.#remember(identity);
    this.#changes.tell({ type, organizationId: identity.organizationId, agent: view, cause: "registration" });
  }

  directoryChanged(change: DirectoryChange): void {
    if (change === null) {
      const now = new Map(this.#everybody().map((identity) => [keyOf(identity), identity]));
      for (const [key, { identity }] of [...this.#told]) this.#compare(key, now.get(key), identity);
      for (const [key, identity] of now) if (!this.#told.has(key)) this.#compare(key, identity, undefined);
    } else {
      const key = keyOf(change);
      this.#compare(key, this.#options.directory.agent(change.organizationId, change.agentId), this.#told.get(key)?.identity);
    }
  }

  #everybody(): readonly AgentIdentity[] {
    const { directory } = this.#options;
    return directory.organizations().flatMap(({ id }) => directory.agents(id));
  }

  #compare(key: string, now: AgentIdentity | undefined, before: AgentIdentity | undefined): void {
    const told = this.#told.get(key);
    if (now === undefined) {
      this.#told.delete(key);
      if (told !== undefined) this.#changes.tell({ type: "agent.removed", organizationId: told.identity.organizationId, agent: told.view, cause: "directory" });
    } else if (told === undefined) {
      this.#changes.tell({ type: "agent.created", organizationId: now.organizationId, agent: this.#remember(now).view, cause: "directory" });
    } else if (now !== before) {
      this.touched(now, "directory");
    }
  }

  #flush(): void {
    const touched = [...this.#touched.values()];
    this.#touched.clear();
    for (const { organizationId, agentId, cause } of touched) {
      const identity = this.#options.directory.agent(organizationId, agentId);
      // One who is in no list is not told either; whoever comes later is told as created.
      const before = this.#told.get(keyOf({ organizationId, agentId }));
      if (identity === undefined || before === undefined) continue;
      const now = this.#remember(identity);
      if (now.json === before.json) continue;
      const isStatus = now.view.status !== before.view.status || now.view.reason !== before.view.reason;
      this.#changes.tell({ type: isStatus ? "agent.status" : "agent.updated", organizationId, agent: now.view, cause });
    }
  }

  #remember(identity: AgentIdentity): Told {
    const view = this.#options.view(identity);
    const told = { identity, view, json: JSON.stringify(view) };
    this.#told.set(keyOf(identity), told);
    return told;
  }
}
