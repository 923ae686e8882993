/** What the reports room needs from others; the store implements it. */
import type { AgentStatus } from "../agents/index.js";
import type { CallFigure } from "../call-logs/index.js";

/** A row that counts, with times in epoch milliseconds. */
export interface CountedRow extends Pick<CallFigure, "kind" | "department" | "agentId" | "ms" | "begins"> {
  readonly at: number;
}

/** From when on an agent had a status. */
export interface StatusRow {
  readonly since: number;
  readonly status: AgentStatus;
  readonly reason: string | null;
  /** Whose call it is, in a call. */
  readonly department: string | null;
}

/** Bounds are epoch milliseconds; `to` is not included. */
export interface FigureStore {
  /** Of a short span of time: all of it is read at once. */
  counted(organizationId: number, from: number, to: number): Promise<readonly CountedRow[]>;
  /** In the order of time, with the two before `from`. */
  statuses(organizationId: number, agentId: string, from: number, to: number): Promise<readonly StatusRow[]>;
  /** Names of departments that something was counted of. */
  departments(organizationId: number, from: number, to: number): Promise<readonly string[]>;
  /** Ids of agents who had a status once, whether or not they are agents still. */
  agents(organizationId: number): Promise<readonly string[]>;
}
