import type { AuditEntry, AuditLog } from "./types.js";
import { systemClock, type Clock } from "../clock.js";

const WINDOW_MS = 60_000;
/** Refused acts of one actor that are noted in a minute; the others are counted. */
const PER_MINUTE = 60;
const MAX_ACTORS = 10_000;

interface Tally {
  readonly organizationId: number | null;
  readonly actor: string;
  noted: number;
  suppressed: number;
}

export interface LimitedAuditLog extends AuditLog {
  /** Notes what was suppressed. Idempotent. */
  close(): void;
}

export interface RefusalLimitOptions {
  readonly clock?: Clock;
  readonly perMinute?: number;
}

/**
 * What is refused costs whoever asks nothing, so one who asks without end must not fill the log: of each actor so many `refused` entries a minute are kept,
 * and one `refused.more` says how many there were besides. Everything else goes through.
 */
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
    append: (entry) => {
      if (entry.action !== "refused" || room(entry)) audit.append(entry);
    },
    close: () => {
      stop();
      sum();
    },
  };
}
