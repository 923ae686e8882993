/** What the agents room needs from others. */
import type { Directory, Organization } from "../people/index.js";
import type { AgentStatus } from "./types.js";

/** One row of an agent's history; the newest one of each agent is where she is after a restart. */
export interface AgentStatusRecord {
  readonly organizationId: number;
  readonly agentId: string;
  readonly status: AgentStatus;
  readonly reason: string | null;
  readonly since: Date;
  /** `request` (`request:<name>` when somebody else asked), `call`, `heartbeat`, `registration`, `system`. */
  readonly cause: string;
  /** While inCall: the status that follows the last call. A store without it restores `online`. */
  readonly after?: Exclude<AgentStatus, "inCall"> | null;
  /** Whether a phone was registered. A store without it cannot tell that the last phone went while Callplane was away. */
  readonly registered?: boolean | null;
  /** In a wrap-up: when it ends; null: when she ends it. */
  readonly until?: Date | null;
  /** When her last call ended or she came from offline, whichever is later. A store without it counts her rest from `since`. */
  readonly idleSince?: Date | null;
  /** While inCall: the department whose call it is, null for any other call. */
  readonly department?: string | null;
}

export interface AgentStatusStore {
  append(record: AgentStatusRecord): Promise<void>;
  /** Each agent's newest record. */
  latest(): Promise<readonly AgentStatusRecord[]>;
  /** Newest first. */
  history(organizationId: number, agentId: string, options?: { readonly since?: Date; readonly limit?: number }): Promise<readonly AgentStatusRecord[]>;
  /** Forgets what began before, each agent's newest record excepted; gives how many. */
  prune(before: Date): Promise<number>;
}

/** What an organization has settled about its agents' statuses. */
export interface AgentPolicy {
  /** Why an agent may be away; empty: anything she says. */
  awayReasons(organizationId: number): readonly string[];
  /** Seconds of wrap-up after a call of the department; 0: none, -1: until she ends it. */
  wrapUpS(organizationId: number, agentId: string, department: string): number;
}

/** The calls room's directory, and the list of organizations for root. */
export interface AgentDirectory extends Directory {
  organizations(): readonly Organization[];
}
