/** Who is free, as a test says, when no call says otherwise; whoever is set free stays so until set away. Phones that ring already ring on, unless the agent leaves. */
import type { AgentAvailability } from "../../src/queues/index.js";

export class FakeAvailability implements AgentAvailability {
  readonly #idle = new Map<string, Date>();
  readonly #left = new Set<string>();
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

  takesCalls(_organizationId: number, agentId: string): boolean {
    return !this.#left.has(agentId);
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

  /** Takes no calls any more, until set free. */
  leave(agentId: string): void {
    this.#left.add(agentId);
    this.set(agentId, false);
  }

  /** Free since now, or not. */
  set(agentId: string, free: boolean, organizationId = 1): void {
    if (free) this.#left.delete(agentId);
    if (free) this.#idle.set(agentId, new Date(++this.#since));
    else this.#idle.delete(agentId);
    for (const handler of this.#handlers) handler(organizationId, agentId);
  }

  clear(): void {
    for (const agentId of [...this.#idle.keys()]) this.set(agentId, false);
    this.#left.clear();
    this.away.length = 0;
  }
}
