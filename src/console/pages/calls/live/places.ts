/** The places of those who wait. The queues tell them at once; a call tells its own a second later or more, and two pages would disagree meanwhile. */
import type { Queue } from "../../../api/types.js";

export function placesOf(queues: Iterable<Queue>): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const { entries } of queues) for (const { callId, position } of entries) places.set(callId, position);
  return places;
}
