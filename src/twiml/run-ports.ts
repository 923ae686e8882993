import type { Directory } from "../people/index.js";

/** Who and what there is in an organization. */
export type AgentDirectory = Pick<Directory, "organization" | "agent" | "agentByExtension" | "hasDepartment">;

export interface DepartmentLine {
  /** By their calls' ids. */
  readonly callers: readonly { readonly id: string; readonly node: string; readonly joinedAt: Date }[];
  /** How many may wait; null: no limit. */
  readonly maxLength: number | null;
}

/** What else an organization has that its programs meet. */
export interface ProgramOrganizations {
  /** Whether it is one of the organization's own numbers, as it is written. */
  isOwnNumber(organizationId: number, number: string): boolean;
  /** The department that a workflow stands for; null: none. */
  departmentOfWorkflow(organizationId: number, workflowSid: string): string | null;
  /** Who waits in a department, in the order in which they are to be served. */
  department(organizationId: number, department: string): DepartmentLine;
  /** Told when somebody joins or leaves a department's line; returns the unsubscribe function. */
  onDepartment(tell: () => void): () => void;
}
