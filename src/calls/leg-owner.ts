/** Whose a leg is, for the limits of outbound calls and the dialplan. */
import type { Channel } from "./channel.js";
import type { Registry } from "./registry.js";

/** The agent whose phone a leg is proven to be, and whether it is up; null for any other leg. */
export function agentOfLeg(registry: Registry, uuid: string): { readonly organizationId: number; readonly agentId: string; readonly up: boolean } | null {
  const channel = registry.channel(uuid);
  if (channel === undefined || channel.agentId === null || channel.organizationId === null) return null;
  return { organizationId: channel.organizationId, agentId: channel.agentId, up: !channel.hungUp };
}

/** The leg's next park queues it in the department of its variable, even when it came from there. */
export function waitsAnew(registry: Registry, uuid: string): void {
  const channel = registry.channel(uuid);
  if (channel !== undefined) registry.annotateLeg(channel, { queueVariable: "" });
}

const organizationOf = (channel: Channel): number | null => channel.organizationId ?? channel.call?.organizationId ?? null;

/** A leg that FreeSWITCH dialled to a number. One to a user of the directory has a presence id (README, "What Callplane expects"). */
const isOutside = (channel: Channel): boolean => channel.columns.direction === "outbound" && channel.agentId === null && channel.columns.presence_id === "" && channel.supervision === null && channel.copy === null && !channel.hungUp;

/** How many legs to the outside an organization has now, whoever dialled them. */
export function outsideLegs(registry: Registry, organizationId: number): number {
  let count = 0;
  for (const channel of registry.index.channels.values()) if (organizationOf(channel) === organizationId && isOutside(channel)) count += 1;
  return count;
}

/** Whether this leg is known to be an organization's (or this one's), so that `outsideLegs` counts it. */
export function knowsOutsideLeg(registry: Registry, uuid: string, organizationId?: number): boolean {
  const channel = registry.channel(uuid);
  if (channel === undefined) return false;
  const owner = organizationOf(channel);
  return channel.hungUp || (owner !== null && (organizationId === undefined || owner === organizationId));
}
