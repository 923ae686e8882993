import type { AuditLog } from "../audit/index.js";
import type { Logger } from "../logger.js";
import type { Crew } from "./crew.js";
import type { Figures } from "./figures.js";
import type { AgentAvailability, QueueDirectory } from "./ports.js";
import type { OfferOutcome } from "./waiting.js";

const DEFAULT_RING_S = 20;

export interface OutcomesOptions {
  readonly crew: Pick<Crew, "took" | "failed">;
  readonly figures: Pick<Figures, "missed">;
  readonly directory: Pick<QueueDirectory, "department" | "agentRecord">;
  readonly availability: Pick<AgentAvailability, "setAway">;
  readonly audit: AuditLog;
  readonly logger: Logger;
}

/** The consequences of offers for the agents. */
export class Outcomes {
  readonly #options: OutcomesOptions;

  constructor(options: OutcomesOptions) {
    this.#options = options;
  }

  /** Seconds that the agent's phone rings for a caller of the department. */
  ringS(organizationId: number, department: string, agentId: string): number {
    const { directory } = this.#options;
    return directory.agentRecord(organizationId, agentId)?.ringTimeoutS ?? directory.department(organizationId, department)?.settings.ringTimeoutS ?? DEFAULT_RING_S;
  }

  /** Applies the outcome of an offer, and returns it. */
  async learn(organizationId: number, department: string, outcome: OfferOutcome): Promise<OfferOutcome> {
    const { agentId: taker, failures } = outcome;
    if (taker !== null) this.#options.crew.took(organizationId, taker);
    for (const { agentId, missed } of failures) if (agentId !== null) await this.failed(organizationId, department, agentId, missed);
    return outcome;
  }

  /** The agent's phone did not take a call; after too many missed calls in a row, the agent is set away. */
  async failed(organizationId: number, department: string, agentId: string, isMissed: boolean): Promise<void> {
    const { crew, figures, directory, availability, audit, logger } = this.#options;
    if (isMissed) figures.missed(organizationId, department);
    const missed = crew.failed(organizationId, agentId, isMissed);
    const { maxMissed = 0 } = directory.department(organizationId, department)?.settings ?? {};
    if (maxMissed === 0 || missed < maxMissed) return;
    crew.took(organizationId, agentId);
    audit.append({ at: new Date(), organizationId, actor: "system", action: "agent.away", target: agentId, detail: { reason: "missed", department, missed } });
    try {
      await availability.setAway(organizationId, agentId, "missed");
    } catch (error) {
      logger.warn({ err: error, agent: agentId }, "an agent who misses calls could not be set away");
    }
  }
}
