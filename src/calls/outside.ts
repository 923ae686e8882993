import type { Channel } from "./channel.js";
import type { Registry } from "./registry.js";

/** A leg that FreeSWITCH dialled and that is no user's of a directory: those have a presence id (README, "What Callplane expects"). */
const isOutside = (channel: Channel): boolean => channel.columns.direction === "outbound" && channel.agentId === null && channel.columns.presence_id === "" && channel.watch === null && !channel.hungUp;

/** Legs to the outside that an organization has now, whoever dialled them. */
export function outsideLegs(registry: Registry, organizationId: number): number {
  let count = 0;
  for (const channel of registry.index.channels.values()) if ((channel.organizationId ?? channel.call?.organizationId) === organizationId && isOutside(channel)) count += 1;
  return count;
}
