import type { AuditEntry, AuditLog } from "./types.js";
import { systemClock, type Clock } from "../clock.js";

const WINDOW_MS = 60_000;
/** Refusals of one actor that are audited in a minute; the others are counted. */
const PER_MINUTE = 60;
const MAX_ACTORS = 10_000;

interface Tally {
  readonly organizationId: number | null;
  readonly actor: string;
  noted: number;
  suppressed: number;
}

export interface LimitedAuditLog extends AuditLog {
  /** Appends what was suppressed. Idempotent. */
  close(): void;
}

interface RefusalLimitOptions {
  readonly clock?: Clock;
  readonly perMinute?: number;
}

/** Keeps an actor from filling the log with refusals: `perMinute` entries `refused` are kept, and one `refused.more` counts the others. Everything else is appended as it is. */
export function limitRefusals(audit: AuditLog, { clock = systemClock, perMinute = PER_MINUTE }: RefusalLimitOptions = {}): LimitedAuditLog {
  // By actor. Bounded by `MAX_ACTORS`, and cleared each minute.
  const tallies = new Map<string, Tally>();
  const sum = (): void => {
    for (const { organizationId, actor, suppressed } of tallies.values()) {
      if (suppressed > 0) audit.append({ at: new Date(clock.now()), organizationId, actor, action: "refused.more", target: actor, detail: { count: suppressed } });
    }
    tallies.clear();
  };
  const stop = clock.every(WINDOW_MS, sum);
  const room = ({ organizationId, actor }: AuditEntry): boolean => {
    const key = `${organizationId} ${actor}`;
    let tally = tallies.get(key);
    if (tally === undefined) {
      if (tallies.size >= MAX_ACTORS) sum();
      tally = { organizationId, actor, noted: 0, suppressed: 0 };
      tallies.set(key, tally);
    }
    if (tally.noted < perMinute) {
      tally.noted += 1;
      return true;
    }
    tally.suppressed += 1;
    return false;
  };
  return {
    append: (entry, options) => {
      if (entry.action !== "refused" || room(entry)) audit.append(entry, options);
    },
    close: () => {
      stop();
      sum();
    },
  };
}
