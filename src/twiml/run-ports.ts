import type { Directory } from "../people/index.js";

/** Who and what there is in an organization. */
export type AgentDirectory = Pick<Directory, "organization" | "agent" | "agentByExtension" | "hasDepartment">;

/** What else an organization has that its programs meet. */
export interface ProgramOrganizations {
  /** Whether it is one of the organization's own numbers, as it is written. */
  isOwnNumber(organizationId: number, number: string): boolean;
  /** The department that a workflow stands for; null: none. */
  departmentOfWorkflow(organizationId: number, workflowSid: string): string | null;
  /** A caller's place in the line of a department, from 1, and how many wait there. */
  placeInDepartment(organizationId: number, department: string, callId: string): { readonly position: number; readonly waiting: number };
}
