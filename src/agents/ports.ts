/** What the agents room needs from others. */
import type { Piggyback } from "../piggyback.js";
import type { After, AskedStatus, Cause } from "./status.js";
import type { AgentStatus } from "./types.js";

/** One row of an agent's history; the newest one is the agent's status after a restart. */
export interface AgentStatusRecord {
  readonly organizationId: number;
  readonly agentId: string;
  readonly status: AgentStatus;
  readonly reason: string | null;
  readonly since: Date;
  /** `request` (`request:<name>` when somebody else asked), `call`, `heartbeat`, `registration`, `directory`, `system`. */
  readonly cause: Cause;
  /** While inCall or in a wrap-up: the status that follows where nobody asks for another. A store without it restores `online`. */
  readonly after?: AskedStatus | null;
  /** The reason of that away. */
  readonly afterReason?: string | null;
  /** While inCall or in a wrap-up: the status that was asked for meanwhile, and follows; null: nobody asked. */
  readonly next?: AskedStatus | null;
  readonly nextReason?: string | null;
  readonly nextAfter?: After | null;
  /** Who asked for that. */
  readonly asked?: Cause | null;
  /** Whether a phone was registered, or lost within the grace time. Without it, a phone that was lost while Callplane was down goes unnoticed. */
  readonly registered?: boolean | null;
  /** In a wrap-up: when it ends; null: when the agent ends it. */
  readonly until?: Date | null;
  /** When the agent's last call ended or the agent left offline, whichever is later; default: `since`. */
  readonly idleSince?: Date | null;
  /** While inCall: the department whose call it is, null for any other call. */
  readonly department?: string | null;
  /** That department's call, and in a wrap-up the call that it follows. */
  readonly callId?: string | null;
}

export interface AgentStatusStore {
  /** All of them, in their order, or none. */
  append(records: readonly AgentStatusRecord[]): Promise<void>;
  /** What waits is also written with the next commit of anybody. Gives the function that ends it. */
  piggyback(waiting: Piggyback<AgentStatusRecord>): () => void;
  /** Each agent's newest record. */
  latest(): Promise<readonly AgentStatusRecord[]>;
  /** Newest first. */
  history(organizationId: number, agentId: string, options?: { readonly since?: Date; readonly limit?: number }): Promise<readonly AgentStatusRecord[]>;
  /** Deletes what began before, except each agent's newest record; returns how many. */
  prune(before: Date): Promise<number>;
}

/** An organization's rules for its agents' statuses. */
export interface AgentPolicy {
  /** The allowed reasons of `away`; empty: any. */
  awayReasons(organizationId: number): readonly string[];
  /** Seconds of wrap-up after a call of the department; 0: none, -1: until the agent ends it. */
  wrapUpS(organizationId: number, agentId: string, department: string): number;
}

/** Any reason, and no wrap-up. */
export const ANYTHING: AgentPolicy = { awayReasons: () => [], wrapUpS: () => 0 };
