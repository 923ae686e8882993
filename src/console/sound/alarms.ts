/** What a supervisor is called for: departments past their limits, and agents who ask for help. */
import type { Queue } from "../api/types.js";

/** By department and kind: an alarm that goes on is one alarm. `now`: by the server's clock. */
export function alarmsOf(queues: Iterable<Queue>, now: number): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { name, alarms, entries, waiting } of queues) {
    if (alarms === null) continue;
    const first = Math.min(...entries.map(({ queuedAt }) => Date.parse(queuedAt)));
    if (alarms.longestWaitS !== null && entries.length > 0 && now - first > alarms.longestWaitS * 1000) found.add(`wait ${name}`);
    if (alarms.waiting !== null && waiting > alarms.waiting) found.add(`waiting ${name}`);
  }
  return found;
}
