/** What the staff room needs from others. */
import type { AuditLog } from "../calls/ports.js";
import type { Sounds } from "../queues/sounds.js";
import type { AgentView } from "../agents/types.js";
import type { AgentDirectory } from "../agents/ports.js";
import type { AgentRecord, AgentRepository, DepartmentRecord, DepartmentRepository, OrganizationRecord, UserRecord, UserRepository } from "../store/types.js";
import type { Actor } from "../calls/ports.js";

export interface StaffStore {
  readonly agents: AgentRepository;
  readonly departments: DepartmentRepository;
  readonly users: Pick<UserRepository, "create">;
}

/** In memory; holds own writes as soon as they are done. */
export interface StaffDirectory extends AgentDirectory {
  organization(id: number): OrganizationRecord | undefined;
  agentRecord(organizationId: number, agentId: string): AgentRecord | undefined;
  agentRecords(organizationId: number): readonly AgentRecord[];
  department(organizationId: number, name: string): DepartmentRecord | undefined;
  /** The user who logs in as this agent. */
  userOfAgent(organizationId: number, agentId: string): UserRecord | undefined;
}

export interface StaffPorts {
  readonly store: StaffStore;
  readonly directory: StaffDirectory;
  readonly audit: AuditLog;
  readonly hashPassword: (password: string) => Promise<string>;
  /** The agent as she is now: which calls she is in. */
  readonly live: { get(actor: Actor, agentId: string): AgentView };
  /** The organizations' sounds. */
  readonly sounds: Pick<Sounds, "list" | "check">;
  /** How many wait in a department. */
  readonly waiting: (organizationId: number, department: string) => number;
  /** Ends the registrations of a user's phones on every FreeSWITCH that can be reached. Never rejects. */
  readonly endRegistrations: (user: AgentRecord["extension"], domain: OrganizationRecord["domain"]) => Promise<void>;
}
