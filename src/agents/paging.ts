import { invalid } from "../errors.js";
import { lowerBound } from "../lower-bound.js";
import type { AgentIdentity } from "../people/index.js";
import type { Page } from "../calls/index.js";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** A cursor names the last agent of the previous page, so that added and removed agents do not shift the next one. */
const encodeCursor = ({ organizationId, agentId }: AgentIdentity): string => Buffer.from(`${organizationId}/${agentId}`).toString("base64url");

function decodeCursor(cursor: string): { readonly organizationId: number; readonly agentId: string } {
  const parts = /^(\d{1,15})\/(.{1,256})$/su.exec(Buffer.from(cursor, "base64url").toString());
  const [, organizationId, agentId] = parts ?? [];
  if (organizationId === undefined || agentId === undefined) throw invalid("cursor", "was not returned by this list.");
  return { organizationId: Number(organizationId), agentId };
}

const isAfter = (agent: AgentIdentity, last: Pick<AgentIdentity, "organizationId" | "agentId">): boolean =>
  agent.organizationId > last.organizationId || (agent.organizationId === last.organizationId && agent.agentId > last.agentId);

/** One page of agents in list order. Throws InvalidParameter (`limit`, `cursor`). */
export function pageOf(agents: readonly AgentIdentity[], { limit = DEFAULT_LIMIT, cursor }: Page): { readonly items: readonly AgentIdentity[]; readonly next: string | null } {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) throw invalid("limit", `is not a whole number from 1 to ${MAX_LIMIT}.`);
  let start = 0;
  if (cursor !== undefined) {
    const last = decodeCursor(cursor);
    start = lowerBound(agents, (agent) => !isAfter(agent, last));
  }
  const items = agents.slice(start, start + limit);
  const last = items.at(-1);
  return { items, next: last === undefined || start + limit >= agents.length ? null : encodeCursor(last) };
}
