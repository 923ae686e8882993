import type { Call } from "./call.js";
import type { Channel } from "./channel.js";

/** What FreeSWITCH is in the middle of with a leg; null: nothing. */
function midway(leg: Channel): string | null {
  // FreeSWITCH has made it, and its phone is about to be called.
  if (!leg.answered) return leg.columns.direction === "outbound" && leg.sipCallId === null ? "called" : null;
  // It was rung by an operation, and is about to be joined.
  if (leg.unjoined) return "joined";
  // It neither talks, nor is parked or in a conference: FreeSWITCH is about to join, park or end it, unless its dialplan plays something to it.
  if (!leg.parked && leg.partner === null && !leg.inConference) return "placed";
  return leg.columns.callstate === "UNHELD" ? "resumed" : null;
}

/**
 * What keeps the state of the call, as the picture shows it, from lasting; none: it may last. FreeSWITCH tells of one happening in several events: of two who are joined it tells
 * that each has answered, and that they are bridged; whose call has ended loses one leg after the other. And it is known only a moment after its beginning whose an inbound call is.
 */
export function unsettledBy({ legs, endedLegs, organizationId, ended }: Call): readonly string[] {
  if (ended) return [];
  const reasons = legs.flatMap((leg) => midway(leg)?.concat(" ", leg.uuid) ?? []);
  if (organizationId === null) reasons.push("assigned");
  if (endedLegs.length > 0 && legs.every((leg) => !leg.answered && leg.columns.direction === "outbound")) reasons.push("called off");
  return reasons;
}
