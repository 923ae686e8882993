/** What follows a department's call: how long, and its end when its time is over. */
import type { Clock } from "../clock.js";
import type { Agent } from "./agent.js";
import type { AgentPolicy } from "./ports.js";
import type { WrapUp } from "./status.js";

export interface WrapUpsOptions {
  readonly policy: AgentPolicy;
  readonly clock: Clock;
  /** Her wrap-up's time is over. */
  readonly over: (agent: Agent) => void;
}

export class WrapUps {
  readonly #options: WrapUpsOptions;
  /** Those whose wrap-up ends by itself. Bounded by the agents: the next look takes out who is in none. */
  readonly #timed = new Set<Agent>();

  constructor(options: WrapUpsOptions) {
    this.#options = options;
  }

  /** What follows a call of hers that ends now; null: nothing. */
  after(agent: Agent, department: string | null): WrapUp | null {
    if (department === null) return null;
    const { policy, clock } = this.#options;
    const seconds = policy.wrapUpS(agent.organizationId, agent.agentId, department);
    if (seconds === 0) return null;
    return { until: seconds < 0 ? null : clock.now() + seconds * 1000 };
  }

  /** Ends the wrap-up that she is in, if any, when its time is over. */
  watch(agent: Agent): void {
    if (agent.state.wrapUp?.until != null) this.#timed.add(agent);
  }

  sweep(): void {
    const now = this.#options.clock.now();
    for (const agent of this.#timed) {
      const until = agent.state.wrapUp?.until ?? null;
      if (until !== null && until > now) continue;
      this.#timed.delete(agent);
      // Another wrap-up, which she ends herself, may have taken its place.
      if (until !== null) this.#options.over(agent);
    }
  }

  clear(): void {
    this.#timed.clear();
  }
}
