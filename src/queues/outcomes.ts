import type { AuditLog } from "../audit/index.js";
import { isMissed } from "../calls/index.js";
import type { ErrorCode } from "../errors.js";
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

  /** Applies the outcome of an offer. */
  async learn(organizationId: number, department: string, { answered, agentId: taker, failures }: OfferOutcome): Promise<{ readonly answered: boolean; readonly missed: boolean }> {
    if (taker !== null) this.#options.crew.took(organizationId, taker);
    const failed = failures.flatMap(({ agentId, code }) => (agentId === null ? [] : [{ agentId, code }]));
    for (const { agentId, code } of failed) await this.missed(organizationId, department, agentId, code);
    return { answered, missed: failed.length > 0 };
  }

  /** The agent did not take a call; after too many in a row, the agent is set away. */
  async missed(organizationId: number, department: string, agentId: string, code: ErrorCode): Promise<void> {
    const { crew, figures, directory, availability, audit, logger } = this.#options;
    if (isMissed(code)) figures.missed(organizationId, department);
    const missed = crew.failed(organizationId, agentId, code);
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
