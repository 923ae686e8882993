import type { AgentIdentity } from "../people/index.js";
import type { Agent } from "./agent.js";
import type { Phone } from "../phones/index.js";
import { reasonOf, statusOf } from "./status.js";
import type { AgentView } from "./types.js";

const isoOf = (at: number): string => new Date(at).toISOString();

/** `host:port`, with an IPv6 host in brackets; the host alone when no port is known. */
function addressOf({ networkIp, networkPort }: Phone): string {
  if (networkPort === "") return networkIp;
  return networkIp.includes(":") ? `[${networkIp}]:${networkPort}` : `${networkIp}:${networkPort}`;
}

/** An agent as the API shows the agent. */
export function viewOf(identity: AgentIdentity, agent: Agent, phones: readonly Phone[]): AgentView {
  const until = agent.state.wrapUp?.until ?? null;
  return {
    id: identity.agentId,
    extension: identity.extension,
    status: statusOf(agent.state),
    since: isoOf(agent.since),
    reason: reasonOf(agent.state),
    until: until === null ? null : isoOf(until),
    registered: phones.length > 0,
    phones: phones.map((phone) => ({ contact: phone.contact, address: addressOf(phone), userAgent: phone.userAgent, since: isoOf(phone.since) })),
    calls: [...agent.calls],
  };
}
