/** Lists of agents. */
import type { AgentIdentity } from "../people/index.js";
import { pageOf, type Asked } from "../pages.js";
import type { AgentView } from "./types.js";

export const AGENT_SORTS = ["id", "name", "since"] as const;

/** `q` is sought in the id, the extension and the name; sorted by one of `AGENT_SORTS`. */
export interface AgentQuery extends Asked {
  readonly status?: AgentView["status"] | undefined;
  readonly department?: string | undefined;
}

/** One page of agents. Throws InvalidParameter (`cursor`). */
export function pageOfAgents(agents: readonly AgentIdentity[], { status, department, ...asked }: AgentQuery, view: (agent: AgentIdentity) => AgentView): { readonly items: readonly AgentView[]; readonly total: number; readonly next: string | null } {
  const wanted = agents.filter((agent) => (department === undefined || agent.departments.includes(department)) && (status === undefined || view(agent).status === status));
  const page = pageOf(wanted, asked, {
    id: ({ organizationId, agentId }) => `${organizationId}/${agentId}`,
    // By id: as the ids of the places are.
    valueOf: (agent, sort) => (sort === "name" ? agent.name : sort === "since" ? view(agent).since : null),
    words: ({ agentId, extension, name }) => [agentId, extension, name],
  });
  return { ...page, items: page.items.map(view) };
}
