/** What faces and event streams see of agents. */
export type AgentStatus = "offline" | "online" | "away" | "inCall";

export interface AgentView {
  /** The agent id. */
  readonly id: string;
  readonly extension: string;
  readonly name: string;
  /** In alphabetical order; `*`: the agent sees who waits in every department. */
  readonly departments: readonly string[];
  readonly status: AgentStatus;
  /** ISO 8601. */
  readonly since: string;
  /** The reason of `away`, such as `wrapUp`, or null. */
  readonly reason: string | null;
  /** When the wrap-up ends, ISO 8601; null: when the agent ends it, or in none. */
  readonly until: string | null;
  /** During a call or a wrap-up: the status that somebody asked for meanwhile, and that follows. `by`: the user who asked, or `system`; null: the agent. `byName`: what that user is called, where the user is an agent too. */
  readonly next: { readonly status: AgentStatus; readonly reason: string | null; readonly after: "call" | "wrapUp"; readonly by: string | null; readonly byName: string | null } | null;
  /** The wrap-up and the call that it follows; `until` as above. Null: in none. */
  readonly wrapUp: { readonly callId: string | null; readonly until: string | null } | null;
  /** Whether a phone is registered. */
  readonly registered: boolean;
  readonly phones: readonly { readonly contact: string; readonly address: string; readonly userAgent: string; readonly since: string }[];
  /** The ids of the agent's live calls. */
  readonly calls: readonly string[];
  /** Those of them that only ring the agent's phone. */
  readonly ringing: readonly string[];
}

export interface AgentChange {
  /** `agent.updated`: something else of the agent has changed. Of one that is removed, `agent` is the last that was known. */
  readonly type: "agent.status" | "agent.registered" | "agent.unregistered" | "agent.updated" | "agent.created" | "agent.removed";
  readonly organizationId: number;
  readonly agent: AgentView;
  /** What caused it: `request` (`request:<name>` when somebody else asked), `call`, `heartbeat`, `registration`, `directory`, `system`. */
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
