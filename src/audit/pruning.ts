import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { AuditRepository } from "./types.js";

const DAY_MS = 86_400_000;

/** Prunes the audit log at once and then daily, where its retention says so. `close` waits for a run under way. */
export function startAuditPruning(audit: Pick<AuditRepository, "retention" | "prune">, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }): { close(): Promise<void> } {
  const prune = async (): Promise<void> => {
    try {
      const { days, daily } = await audit.retention();
      if (days === null || !daily) return;
      const entries = await audit.prune(new Date(clock.now() - days * DAY_MS), "system");
      if (entries > 0) logger.info({ entries, days }, "the audit log was pruned");
    } catch (error) {
      logger.error({ err: error }, "the audit log could not be pruned; trying again tomorrow");
    }
  };
  let work = prune();
  const stop = clock.every(DAY_MS, () => {
    work = work.then(prune);
  });
  return {
    close: async () => {
      stop();
      await work;
    },
  };
}
