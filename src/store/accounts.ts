/** All accounts in memory, indexed for look-ups; one agent can be replaced without reading the others again. */
import { lowerBound } from "../lower-bound.js";
import { groupBy } from "./group.js";
import type { AgentRecord, DepartmentRecord, OrganizationRecord, UserRecord } from "./types.js";

interface OrganizationEntry {
  readonly record: OrganizationRecord;
  readonly departments: ReadonlyMap<string, DepartmentRecord>;
  /** By agent id; another array after each change. */
  agents: readonly AgentRecord[];
  /** Bounded by the rows of agents. */
  readonly byId: Map<string, AgentRecord>;
  /** Bounded by the rows of agents. */
  readonly byExtension: Map<string, AgentRecord>;
}

export interface AccountRows {
  readonly organizations: readonly OrganizationRecord[];
  readonly departments: readonly DepartmentRecord[];
  /** By organization and agent id. */
  readonly agents: readonly AgentRecord[];
  readonly users: readonly UserRecord[];
}

const keyOfName = (organizationId: number | null, username: string): string => `${organizationId}/${username.toLowerCase()}`;
export const keyOfAgent = (organizationId: number | null, agentId: string | null): string => `${organizationId}/${agentId}`;

/** Agents whose user is disabled are left out: they are not rung or chosen, and own no new call. */
export class Accounts {
  readonly organizations: ReadonlyMap<number, OrganizationEntry>;
  readonly byName: ReadonlyMap<string, OrganizationRecord>;
  readonly byDomain: ReadonlyMap<string, OrganizationRecord>;
  /** Bounded by the rows of users. */
  readonly users: Map<number, UserRecord>;
  /** Bounded by the rows of users. */
  readonly #byName: Map<string, UserRecord>;
  /** Of disabled users, by organization and extension. Bounded by the rows of users. */
  readonly #disabledExtensions: Set<string>;
  /** By name alone: several organizations may have it. Bounded by the rows of users. */
  readonly #namesakes = new Map<string, readonly UserRecord[]>();
  /** By organization and agent id. Bounded by the rows of users. */
  readonly usersOfAgents: Map<string, UserRecord>;

  constructor({ organizations, departments, agents, users }: AccountRows) {
    const disabled = new Set(users.filter((user) => user.disabled).map(({ organizationId, agentId }) => keyOfAgent(organizationId, agentId)));
    const enabled = agents.filter(({ organizationId, agentId }) => !disabled.has(keyOfAgent(organizationId, agentId)));
    const agentsOf = groupBy(enabled, ({ organizationId }) => organizationId);
    const departmentsOf = groupBy(departments, ({ organizationId }) => organizationId);
    const entry = (record: OrganizationRecord): OrganizationEntry => {
      const own = agentsOf.get(record.id) ?? [];
      return {
        record,
        departments: new Map((departmentsOf.get(record.id) ?? []).map((department) => [department.name, department])),
        agents: own,
        byId: new Map(own.map((agent) => [agent.agentId, agent])),
        byExtension: new Map(own.map((agent) => [agent.extension, agent])),
      };
    };
    this.organizations = new Map(organizations.map((record) => [record.id, entry(record)]));
    this.byName = new Map(organizations.map((record) => [record.name.toLowerCase(), record]));
    this.byDomain = new Map(organizations.map((record) => [record.domain, record]));
    this.users = new Map(users.map((user) => [user.id, user]));
    this.#disabledExtensions = new Set(users.flatMap(({ disabled: isDisabled, organizationId, extension }) => (isDisabled && extension !== null ? [keyOfAgent(organizationId, extension)] : [])));
    this.#byName = new Map(users.map((user) => [keyOfName(user.organizationId, user.username), user]));
    for (const [name, namesakes] of groupBy(users, ({ username }) => username.toLowerCase())) this.#namesakes.set(name, namesakes);
    this.usersOfAgents = new Map(users.flatMap((user) => (user.agentId === null ? [] : [[keyOfAgent(user.organizationId, user.agentId), user]])));
  }

  within = (organizationId: number | null, username: string): UserRecord | undefined => this.#byName.get(keyOfName(organizationId, username));
  named = (username: string): readonly UserRecord[] => this.#namesakes.get(username.toLowerCase()) ?? [];
  organizationByDomain = (domain: string): OrganizationRecord | undefined => this.byDomain.get(domain.toLowerCase());

  /** Replaces an agent and the agent's login; null: there is none (any more). */
  replace(organizationId: number, agentId: string, agent: AgentRecord | null, user: UserRecord | null): void {
    const key = keyOfAgent(organizationId, agentId);
    const before = this.usersOfAgents.get(key);
    if (before !== undefined) {
      this.users.delete(before.id);
      this.#byName.delete(keyOfName(before.organizationId, before.username));
      this.#namesake(before, null);
      if (before.extension !== null) this.#disabledExtensions.delete(keyOfAgent(organizationId, before.extension));
      this.usersOfAgents.delete(key);
    }
    if (user !== null) {
      this.users.set(user.id, user);
      this.#byName.set(keyOfName(user.organizationId, user.username), user);
      this.#namesake(user, user);
      if (user.disabled && user.extension !== null) this.#disabledExtensions.add(keyOfAgent(organizationId, user.extension));
      this.usersOfAgents.set(key, user);
    }
    const organization = this.organizations.get(organizationId);
    if (organization !== undefined) replaceAgent(organization, agentId, user?.disabled === true ? null : agent);
  }

  /** Whether a user of this organization who is disabled has the agent id or the extension. */
  isDisabledAgent(organizationId: number, word: string): boolean {
    const byId = this.usersOfAgents.get(keyOfAgent(organizationId, word));
    if (byId?.disabled === true) return true;
    return this.#disabledExtensions.has(keyOfAgent(organizationId, word));
  }

  #namesake({ id, username }: UserRecord, now: UserRecord | null): void {
    const name = username.toLowerCase();
    const others = this.named(name).filter((user) => user.id !== id);
    const all = now === null ? others : [...others, now];
    if (all.length === 0) this.#namesakes.delete(name);
    else this.#namesakes.set(name, all);
  }
}

function replaceAgent(organization: OrganizationEntry, agentId: string, agent: AgentRecord | null): void {
  const { agents, byId, byExtension } = organization;
  const before = byId.get(agentId);
  if (before !== undefined && byExtension.get(before.extension) === before) byExtension.delete(before.extension);
  const at = lowerBound(agents, (other) => other.agentId < agentId);
  const rest = agents.slice(before === undefined ? at : at + 1);
  organization.agents = agent === null ? [...agents.slice(0, at), ...rest] : [...agents.slice(0, at), agent, ...rest];
  if (agent === null) {
    byId.delete(agentId);
  } else {
    byId.set(agentId, agent);
    byExtension.set(agent.extension, agent);
  }
}
