/** Who is free, as a test says, when no call says otherwise; whoever is set free stays so until set away. */
import type { AgentAvailability } from "../../src/queues/index.js";

export class FakeAvailability implements AgentAvailability {
  readonly #idle = new Map<string, Date>();
  readonly #handlers = new Set<(organizationId: number, agentId: string) => void>();
  /** Who was set away, and why. */
  readonly away: (readonly [agentId: string, reason: string])[] = [];
  #since = 0;
  #calls: Pick<AgentAvailability, "isBusy" | "onIdleChange"> = { isBusy: () => false, onIdleChange: () => () => undefined };

  /** What calls do to agents is as the product says. */
  over(agents: AgentAvailability): this {
    this.#calls = agents;
    return this;
  }

  isBusy(organizationId: number, agentId: string): boolean {
    return this.#calls.isBusy(organizationId, agentId);
  }

  idleSince(organizationId: number, agentId: string): Date | null {
    return this.isBusy(organizationId, agentId) ? null : (this.#idle.get(agentId) ?? null);
  }

  setAway(organizationId: number, agentId: string, reason: string): void {
    this.away.push([agentId, reason]);
    this.set(agentId, false, organizationId);
  }

  onIdleChange(handler: (organizationId: number, agentId: string) => void): () => void {
    this.#handlers.add(handler);
    const stop = this.#calls.onIdleChange(handler);
    return () => {
      this.#handlers.delete(handler);
      stop();
    };
  }

  /** Free since now, or not. */
  set(agentId: string, free: boolean, organizationId = 1): void {
    if (free) this.#idle.set(agentId, new Date(++this.#since));
    else this.#idle.delete(agentId);
    for (const handler of this.#handlers) handler(organizationId, agentId);
  }

  clear(): void {
    for (const agentId of [...this.#idle.keys()]) this.set(agentId, false);
    this.away.length = 0;
  }
}
