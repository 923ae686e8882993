/** The door of the agents room. */
import type { Actor } from "../people/index.js";
import type { Page, Paged } from "../calls/index.js";

export type AgentStatus = "offline" | "online" | "away" | "inCall";

export interface AgentView {
  /** The agent id. */
  readonly id: string;
  readonly extension: string;
  readonly status: AgentStatus;
  /** ISO 8601. */
  readonly since: string;
  /** Why she is away (`wrapUp`), or null. */
  readonly reason: string | null;
  /** When the wrap-up ends, ISO 8601; null: until she ends it, or she is in none. */
  readonly until: string | null;
  /** Whether a phone is registered. */
  readonly registered: boolean;
  readonly phones: readonly { readonly contact: string; readonly address: string; readonly userAgent: string; readonly since: string }[];
  /** The ids of her live calls that the viewer may see. */
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

export interface AgentService {
  list(actor: Actor, page: Page): Paged<AgentView>;
  /** NotFound for another organization's; Forbidden for an agent who asks for a colleague. */
  get(actor: Actor, agentId: string): AgentView;
  /** An agent sets her own, a supervisor or admin anyone's of the organization. `inCall` is the system's: InvalidParameter. */
  setStatus(actor: Actor, agentId: string, status: AgentStatus, reason?: string): Promise<void>;
  /** Her statuses, newest first; kept for 90 days. */
  history(actor: Actor, agentId: string, options?: { readonly since?: Date; readonly limit?: number }): Promise<readonly StatusChange[]>;
  heartbeat(actor: Actor, agentId: string): Promise<void>;
  onChange(handler: (change: AgentChange) => void): () => void;
  /** Idempotent; resolves when every change so far is stored. */
  close(): Promise<void>;
}
