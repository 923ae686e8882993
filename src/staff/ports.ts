/** What the staff room needs from others. */
import type { AuditLog } from "../audit/index.js";
import type { AgentView } from "../agents/index.js";
import type { AccountDirectory, Actor, AgentRepository, UserRepository } from "../people/index.js";
import type { DepartmentDirectory, DepartmentRepository, Sounds } from "../queues/index.js";

interface StaffStore {
  readonly agents: Pick<AgentRepository, "remove" | "setSipPassword">;
  readonly departments: DepartmentRepository;
  /** Commits all that `work` did, or nothing. */
  transaction<T>(work: (tx: { readonly agents: AgentRepository; readonly users: Pick<UserRepository, "create"> }) => Promise<T>): Promise<T>;
}

/** In memory; holds own writes as soon as they are done. */
type StaffDirectory = AccountDirectory & DepartmentDirectory;

export interface StaffPorts {
  readonly store: StaffStore;
  readonly directory: StaffDirectory;
  readonly audit: AuditLog;
  readonly hashPassword: (password: string) => Promise<string>;
  /** The agent's live calls. */
  readonly live: { get(actor: Actor, agentId: string): Pick<AgentView, "calls"> };
  /** The organizations' sounds. */
  readonly sounds: Pick<Sounds, "list" | "check">;
  /** How many wait in a department. */
  readonly waiting: (organizationId: number, department: string) => number;
}
