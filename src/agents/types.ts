/** What faces and event streams see of agents. */
export type AgentStatus = "offline" | "online" | "away" | "inCall";

export interface AgentView {
  /** The agent id. */
  readonly id: string;
  readonly extension: string;
  readonly status: AgentStatus;
  /** ISO 8601. */
  readonly since: string;
  /** The reason of `away`, such as `wrapUp`, or null. */
  readonly reason: string | null;
  /** When the wrap-up ends, ISO 8601; null: when the agent ends it, or in none. */
  readonly until: string | null;
  /** Whether a phone is registered. */
  readonly registered: boolean;
  readonly phones: readonly { readonly contact: string; readonly address: string; readonly userAgent: string; readonly since: string }[];
  /** The ids of the agent's live calls. */
  readonly calls: readonly string[];
}

export interface AgentChange {
  readonly type: "agent.status" | "agent.registered" | "agent.unregistered";
  readonly organizationId: number;
  readonly agent: AgentView;
  /** What caused it: `request` (`request:<name>` when somebody else asked), `call`, `heartbeat`, `registration`, `system`. */
  readonly cause: string;
}

/** One entry of an agent's history. */
export interface StatusChange {
  readonly status: AgentStatus;
  readonly reason: string | null;
  /** ISO 8601. */
  readonly since: string;
  readonly cause: string;
}
