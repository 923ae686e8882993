/** Who is free, as a test says; everybody who is set free stays so until she is set away. */
import type { AgentAvailability } from "../../src/queues/index.js";

export class FakeAvailability implements AgentAvailability {
  readonly #idle = new Map<string, Date>();
  readonly #handlers = new Set<(organizationId: number, agentId: string) => void>();
  /** Who was set away, and why. */
  readonly away: (readonly [agentId: string, reason: string])[] = [];
  #since = 0;

  idleSince(_organizationId: number, agentId: string): Date | null {
    return this.#idle.get(agentId) ?? null;
  }

  setAway(organizationId: number, agentId: string, reason: string): void {
    this.away.push([agentId, reason]);
    this.set(agentId, false, organizationId);
  }

  onIdleChange(handler: (organizationId: number, agentId: string) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
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
