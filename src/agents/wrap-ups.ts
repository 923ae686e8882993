/** The wrap-up after a department's call: its length, and its end. */
import type { Clock } from "../clock.js";
import type { Agent } from "./agent.js";
import type { AgentPolicy } from "./ports.js";
import type { WrapUp } from "./status.js";

export interface WrapUpsOptions {
  readonly policy: AgentPolicy;
  readonly clock: Clock;
  /** The agent's wrap-up has ended. */
  readonly over: (agent: Agent) => void;
}

export class WrapUps {
  readonly #options: WrapUpsOptions;
  /** Agents whose wrap-up ends by itself. Bounded by the agents: a sweep removes those in none. */
  readonly #timed = new Set<Agent>();

  constructor(options: WrapUpsOptions) {
    this.#options = options;
  }

  /** The wrap-up after this call, which ends now; null: none. */
  after(agent: Agent, callId: string | null, department: string | null): WrapUp | null {
    if (department === null) return null;
    const { policy, clock } = this.#options;
    const seconds = policy.wrapUpS(agent.organizationId, agent.agentId, department);
    if (seconds === 0) return null;
    return { callId, until: seconds < 0 ? null : clock.now() + seconds * 1000 };
  }

  /** Ends the agent's wrap-up, if any, in time. */
  watch(agent: Agent): void {
    if (agent.state.wrapUp?.until != null) this.#timed.add(agent);
  }

  sweep(): void {
    const now = this.#options.clock.now();
    for (const agent of this.#timed) {
      const until = agent.state.wrapUp?.until ?? null;
      if (until !== null && until > now) continue;
      this.#timed.delete(agent);
      // A wrap-up that the agent ends may have replaced it.
      if (until !== null) this.#options.over(agent);
    }
  }

  clear(): void {
    this.#timed.clear();
  }
}
