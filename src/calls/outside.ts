import type { Channel } from "./channel.js";
import type { Registry } from "./registry.js";

const organizationOf = (channel: Channel): number | null => channel.organizationId ?? channel.call?.organizationId ?? null;

/** A leg that FreeSWITCH dialled and that is no user's of a directory: those have a presence id (README, "What Callplane expects"). */
const isOutside = (channel: Channel): boolean => channel.columns.direction === "outbound" && channel.agentId === null && channel.columns.presence_id === "" && channel.watch === null && !channel.hungUp;

/** Legs to the outside that an organization has now, whoever dialled them. */
export function outsideLegs(registry: Registry, organizationId: number): number {
  let count = 0;
  for (const channel of registry.index.channels.values()) if (organizationOf(channel) === organizationId && isOutside(channel)) count += 1;
  return count;
}

/** Whether this leg is there, and known to be an organization's (of this one, when it is given), so that it is counted while it is up. */
export function knowsOutsideLeg(registry: Registry, uuid: string, organizationId?: number): boolean {
  const channel = registry.channel(uuid);
  if (channel === undefined) return false;
  const owner = organizationOf(channel);
  return channel.hungUp || (owner !== null && (organizationId === undefined || owner === organizationId));
}
