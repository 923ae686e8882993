import { createHash, randomBytes } from "node:crypto";
import { agentFor } from "../agents/index.js";
import { assertGoodPassword, assertMayAdminister, assertMayGrant } from "../auth/index.js";
import type { AuditEntry } from "../audit/index.js";
import { CallplaneError, conflict, invalid, notFound } from "../errors.js";
import { organizationFor, type Actor, type AgentChanges, type AgentRecord, type AgentRepository, type OrganizationRecord } from "../people/index.js";
import type { DepartmentRecord, DepartmentSettings, SoundList } from "../queues/index.js";
import type { StaffPorts } from "./ports.js";
import type { NewVoiceAgent, SipAccess, VoiceAgent } from "./types.js";

/** 192 bits, in letters that every phone's keypad and configuration file takes. */
const PASSWORD_BYTES = 24;

/** RFC 2617, A1: what FreeSWITCH compares a phone's digest with. */
const a1Of = ({ user, domain, password }: SipAccess): string => createHash("md5").update(`${user}:${domain}:${password}`).digest("hex");

async function newPassword(agents: Pick<AgentRepository, "setSipPassword">, { domain }: OrganizationRecord, { id, extension }: AgentRecord): Promise<SipAccess> {
  const sip = { user: extension, domain, password: randomBytes(PASSWORD_BYTES).toString("base64url") };
  await agents.setSipPassword(id, a1Of(sip));
  return sip;
}

/**
 * Every method checks that the organization is the actor's; root names one by its domain. Routes check the role; who may make, change or remove whom
 * is checked here (auth/grants.ts): Forbidden. Every write is in the audit log.
 */
export class Staff {
  readonly #ports: StaffPorts;

  constructor(ports: StaffPorts) {
    this.#ports = ports;
  }

  /** All of the organization, by agent id. Throws InvalidParameter (`domain`) and NotFound. */
  records(actor: Actor, domain?: string): readonly AgentRecord[] {
    return this.#ports.directory.agentRecords(this.#organization(actor, domain).id);
  }

  /** With the agent's login. */
  shown(record: AgentRecord): VoiceAgent {
    const user = this.#ports.directory.userOfAgent(record.organizationId, record.agentId);
    return { login: user === undefined ? null : { username: user.username, role: user.role }, ...record };
  }

  /** Throws NotFound. */
  get(actor: Actor, agentId: string): VoiceAgent {
    return this.shown(this.#record(actor, agentId));
  }

  /** Throws InvalidParameter and Conflict naming the field. */
  async create(actor: Actor, input: NewVoiceAgent, domain?: string): Promise<{ readonly agent: VoiceAgent; readonly sip: SipAccess }> {
    const { store, hashPassword } = this.#ports;
    const organization = this.#organization(actor, domain);
    const { id = input.extension, username, password, role, ...fields } = input;
    if ((username === undefined) !== (password === undefined)) throw invalid(username === undefined ? "username" : "password", "username and password are given together.");
    if (role !== undefined && username === undefined) throw invalid("role", "is of a login: give username and password.");
    if (username !== undefined && password !== undefined) assertGoodPassword(password, username);
    if (username !== undefined) assertMayGrant(actor, { role: role ?? "agent", said: null });
    const passwordHash = password === undefined ? null : await hashPassword(password);
    const { made, sip } = await store.transaction(async (tx) => {
      const agent = await tx.agents.create({ organizationId: organization.id, agentId: id, ...fields });
      if (username !== undefined && passwordHash !== null) await tx.users.create({ username, organizationId: organization.id, role: role ?? "agent", agentId: id, passwordHash });
      return { made: agent, sip: await newPassword(tx.agents, organization, agent) };
    });
    this.#note(actor, organization.id, "agent.create", made.agentId, { extension: made.extension, login: username ?? null });
    return { agent: this.shown({ ...made, hasPassword: true }), sip };
  }

  /** `sip`: new credentials when the extension changed, since the stored hash includes it. Throws InvalidParameter and Conflict naming the field, NotFound. */
  async update(actor: Actor, agentId: string, change: AgentChanges): Promise<{ readonly agent: VoiceAgent; readonly sip: SipAccess | null }> {
    const before = this.#recordBelow(actor, agentId);
    const organization = this.#organizationOf(before);
    const { record, sip } = await this.#ports.store.transaction(async (tx) => {
      const changed = await tx.agents.update(before.id, change);
      return { record: changed, sip: changed.extension === before.extension ? null : await newPassword(tx.agents, organization, changed) };
    });
    this.#note(actor, organization.id, "agent.update", record.agentId, { changed: Object.keys(change).join(",") });
    return { agent: this.shown(sip === null ? record : { ...record, hasPassword: true }), sip };
  }

  /** The agent's login, tokens and registrations end. Throws NotFound, Conflict while the agent is in a call, InUse while a phone line points to the agent. */
  async remove(actor: Actor, agentId: string): Promise<void> {
    const record = this.#recordBelow(actor, agentId);
    const organization = this.#organizationOf(record);
    if (this.#ports.live.get(actor, agentId).calls.length > 0) throw conflict(`The agent ${record.agentId} is in a call.`);
    await this.#ports.store.agents.remove(record.id);
    this.#note(actor, organization.id, "agent.delete", record.agentId, { extension: record.extension });
  }

  /** A new password for the agent's phone. The old one and one-time passwords become invalid, and their registrations end. Throws NotFound, Forbidden. */
  async resetCredentials(actor: Actor, agentId: string): Promise<SipAccess> {
    const record = this.#recordBelow(actor, agentId);
    const organization = this.#organizationOf(record);
    const sip = await newPassword(this.#ports.store.agents, organization, record);
    this.#note(actor, organization.id, "agent.credentials", record.agentId);
    return sip;
  }

  departments(actor: Actor, domain?: string): readonly DepartmentRecord[] {
    const { id, departments } = this.#organization(actor, domain);
    return departments.flatMap((name) => this.#ports.directory.department(id, name) ?? []);
  }

  /** Throws NotFound. */
  department(actor: Actor, name: string, domain?: string): DepartmentRecord {
    const found = this.#ports.directory.department(this.#organization(actor, domain).id, name);
    if (found === undefined) throw notFound(`The department ${name}`);
    return found;
  }

  /** Throws InvalidParameter and Conflict naming the field. */
  async createDepartment(actor: Actor, name: string, settings: Partial<DepartmentSettings>, domain?: string): Promise<DepartmentRecord> {
    const { id } = this.#organization(actor, domain);
    await this.#ports.sounds.check(id, settings);
    const made = await this.#ports.store.departments.create(id, name, settings);
    this.#note(actor, id, "department.create", name);
    return made;
  }

  /** Sets what is given. Throws InvalidParameter naming the field, NotFound. */
  async updateDepartment(actor: Actor, name: string, settings: Partial<DepartmentSettings>, domain?: string): Promise<DepartmentRecord> {
    const { organizationId } = this.department(actor, name, domain);
    await this.#ports.sounds.check(organizationId, settings);
    const changed = await this.#ports.store.departments.update(organizationId, name, settings);
    this.#note(actor, organizationId, "department.update", name, { changed: Object.keys(settings).join(",") });
    return changed;
  }

  /** Throws NotFound, Conflict while somebody waits in it, InUse while something points to it. */
  async removeDepartment(actor: Actor, name: string, domain?: string): Promise<void> {
    const { organizationId } = this.department(actor, name, domain);
    if (this.#ports.waiting(organizationId, name) > 0) throw conflict(`Callers wait in the department ${name}.`);
    await this.#ports.store.departments.remove(organizationId, name);
    this.#note(actor, organizationId, "department.delete", name);
  }

  /** The sounds that its departments may choose. Throws InvalidParameter (`domain`) and NotFound. */
  async sounds(actor: Actor, domain?: string): Promise<SoundList> {
    return this.#ports.sounds.list(this.#organization(actor, domain).id);
  }

  #organization(actor: Actor, domain: string | undefined): OrganizationRecord {
    return organizationFor(this.#ports.directory, actor, domain);
  }

  #record(actor: Actor, agentId: string): AgentRecord {
    const identity = agentFor(this.#ports.directory, actor, agentId);
    const record = this.#ports.directory.agentRecord(identity.organizationId, identity.agentId);
    if (record === undefined) throw notFound(`The agent ${agentId}`);
    return record;
  }

  /** The record of an agent whom the actor may change. Throws NotFound, Forbidden. */
  #recordBelow(actor: Actor, agentId: string): AgentRecord {
    const record = this.#record(actor, agentId);
    assertMayAdminister(actor, this.#ports.directory.userOfAgent(record.organizationId, record.agentId)?.role ?? "agent");
    return record;
  }

  #organizationOf({ organizationId }: AgentRecord): OrganizationRecord {
    const organization = this.#ports.directory.organization(organizationId);
    if (organization === undefined) throw new CallplaneError("Internal");
    return organization;
  }

  #note(actor: Actor, organizationId: number, action: string, target: string, detail: AuditEntry["detail"] = {}): void {
    this.#ports.audit.append({ at: new Date(), organizationId, actor: actor.name, action, target, detail });
  }
}
