import type { Registry } from "./registry.js";

/** Whose phone a live leg is, as far as that is proven; null for a leg that is unknown or no agent's phone, such as a customer's. */
export function agentOfLeg(registry: Registry, uuid: string): { readonly organizationId: number; readonly agentId: string } | null {
  const channel = registry.channel(uuid);
  if (channel === undefined || channel.agentId === null || channel.organizationId === null) return null;
  return { organizationId: channel.organizationId, agentId: channel.agentId };
}
