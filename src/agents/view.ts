import type { AgentIdentity } from "../people/index.js";
import type { Agent } from "./agent.js";
import type { Phone } from "../phones/index.js";
import { nextOf, reasonOf, statusOf } from "./status.js";
import type { AgentStatusRecord } from "./ports.js";
import type { AgentView, StatusChange } from "./types.js";

const isoOf = (at: number): string => new Date(at).toISOString();

/** `host:port`, with an IPv6 host in brackets; the host alone when no port is known. */
function addressOf({ networkIp, networkPort }: Phone): string {
  if (networkPort === "") return networkIp;
  return networkIp.includes(":") ? `[${networkIp}]:${networkPort}` : `${networkIp}:${networkPort}`;
}

/** An entry of the history as the API shows it. */
export const shownChange = ({ status, reason, since, cause }: AgentStatusRecord): StatusChange => ({ status, reason, since: since.toISOString(), cause });

/** An agent as the API shows the agent. */
export function viewOf(identity: AgentIdentity, agent: Agent, phones: readonly Phone[], nameOfUser: (username: string) => string | null): AgentView {
  const { state } = agent;
  const { wrapUp } = state;
  const next = nextOf(state);
  const until = wrapUp?.until == null ? null : isoOf(wrapUp.until);
  return {
    id: identity.agentId,
    extension: identity.extension,
    name: identity.name,
    departments: identity.departments,
    status: statusOf(state),
    since: isoOf(agent.since),
    reason: reasonOf(state),
    until,
    next: next === null ? null : { ...next, byName: next.by === null ? null : nameOfUser(next.by) },
    wrapUp: wrapUp === null ? null : { callId: wrapUp.callId, until },
    registered: phones.length > 0,
    // In an order that a refreshed registration does not change.
    phones: [...phones].sort((a, b) => a.since - b.since || (a.contact < b.contact ? -1 : 1)).map((phone) => ({ contact: phone.contact, address: addressOf(phone), userAgent: phone.userAgent, since: isoOf(phone.since) })),
    calls: [...agent.calls],
    ringing: [...agent.calls].filter((id) => !state.calls.includes(id)),
  };
}
