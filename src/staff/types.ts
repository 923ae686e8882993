/** An organization's agents and departments, as its administrators make them. */
import type { Actor, AgentChanges, AgentRecord } from "../people/index.js";
import type { DepartmentRecord, DepartmentSettings, SoundList } from "../queues/index.js";

/** With what an agent's phone registers; the password is shown this once and stored nowhere. */
export interface SipAccess {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
}

export interface NewVoiceAgent extends AgentChanges {
  readonly extension: string;
  /** The agent id; by default the extension. */
  readonly id?: string;
  /** A login that is made with the agent: both or neither. */
  readonly username?: string;
  readonly password?: string;
  /** Of the login; `agent` by default. */
  readonly role?: "agent" | "supervisor";
}

export interface VoiceAgent extends AgentRecord {
  /** Who logs in as this agent; null: nobody. */
  readonly login: { readonly username: string; readonly role: string } | null;
}

export interface PageNumber {
  /** From 0. */
  readonly pageIndex: number;
  readonly pageSize: number;
}

/**
 * Every method checks that the organization is the actor's; root names one by its domain. Routes check the role; who may make, change or remove whom
 * is checked here (auth/grants.ts): Forbidden. Every write is in the audit log.
 */
export interface StaffService {
  /** By agent id. Throws InvalidParameter (`domain`) and NotFound. */
  list(actor: Actor, page: PageNumber, domain?: string): { readonly items: readonly VoiceAgent[]; readonly total: number };
  /** Throws NotFound. */
  get(actor: Actor, agentId: string): VoiceAgent;
  /** Throws InvalidParameter and Conflict naming the field. */
  create(actor: Actor, input: NewVoiceAgent, domain?: string): Promise<{ readonly agent: VoiceAgent; readonly sip: SipAccess }>;
  /** `sip`: new credentials when the extension changed, since the stored hash includes it. Throws InvalidParameter and Conflict naming the field, NotFound. */
  update(actor: Actor, agentId: string, change: AgentChanges): Promise<{ readonly agent: VoiceAgent; readonly sip: SipAccess | null }>;
  /** The agent's login, tokens and registrations end. Throws NotFound, Conflict while the agent is in a call, InUse while a phone line points to the agent. */
  remove(actor: Actor, agentId: string): Promise<void>;
  /** A new password for the agent's phone. The old one and one-time passwords become invalid, and their registrations end. Throws NotFound, Forbidden. */
  resetCredentials(actor: Actor, agentId: string): Promise<SipAccess>;
  departments(actor: Actor, domain?: string): readonly DepartmentRecord[];
  /** Throws NotFound. */
  department(actor: Actor, name: string, domain?: string): DepartmentRecord;
  /** Throws InvalidParameter and Conflict naming the field. */
  createDepartment(actor: Actor, name: string, settings: Partial<DepartmentSettings>, domain?: string): Promise<DepartmentRecord>;
  /** Sets what is given. Throws InvalidParameter naming the field, NotFound. */
  updateDepartment(actor: Actor, name: string, settings: Partial<DepartmentSettings>, domain?: string): Promise<DepartmentRecord>;
  /** The sounds that its departments may choose. Throws InvalidParameter (`domain`) and NotFound. */
  sounds(actor: Actor, domain?: string): Promise<SoundList>;
  /** Throws NotFound, Conflict while somebody waits in it, InUse while something points to it. */
  removeDepartment(actor: Actor, name: string, domain?: string): Promise<void>;
}
