/** What administrators change, by the API or on the command line: both go through the same services, which decide who may do it and write the audit log. */
import { CallplaneError, conflict, notFound } from "../errors.js";
import type { AuditEntry, AuditRepository } from "../audit/index.js";
import type { Granter } from "../auth/index.js";
import type { Actor, AgentRepository, OrganizationRepository, TokenRepository, UserRepository } from "../people/index.js";
import type { TrunkRepository } from "../provisioning/index.js";

/** Who does it. `operator`: on the command line of the server; as root of no organization, and the only one who makes root. */
export type Administrator = Pick<Actor, "name" | "organizationId"> & Granter;

export interface AdministeredRepositories {
  readonly organizations: OrganizationRepository;
  readonly users: UserRepository;
  readonly tokens: TokenRepository;
  readonly agents: AgentRepository;
  readonly trunks: TrunkRepository;
}

export interface AdministrationStore extends AdministeredRepositories {
  /** Commits all that `work` did, or nothing. `work` awaits nothing but `tx`. */
  transaction<T>(work: (tx: AdministeredRepositories & { readonly audit: Pick<AuditRepository, "append"> }) => Promise<T>): Promise<T>;
}

export type Note = (organizationId: number | null, action: string, target: string, detail?: AuditEntry["detail"]) => Promise<void>;

/** One unit of work with its audit entries: all of it or nothing. */
export function unit<T>(store: AdministrationStore, by: Administrator, work: (tx: AdministeredRepositories, note: Note) => Promise<T>): Promise<T> {
  return store.transaction((tx) =>
    work(tx, (organizationId, action, target, detail = {}) => tx.audit.append([{ at: new Date(), organizationId, actor: by.name, action, target, detail }])),
  );
}

/** Another organization's object does not exist. Throws NotFound. */
export function own<T extends { readonly organizationId: number | null }>(by: Administrator, found: T | null | undefined, what: string): T {
  if (found === null || found === undefined || (by.organizationId !== null && found.organizationId !== by.organizationId)) throw notFound(what);
  return found;
}

/** Throws Forbidden. */
export function assertRoot(by: Administrator, what: string): void {
  if (by.role !== "root" && by.role !== "operator") throw new CallplaneError("Forbidden", `Only root may ${what}.`);
}

/** The change of a user that would leave an organization without an enabled admin is the operator's alone. Throws Conflict. */
export async function refuseLastAdmin(users: Pick<UserRepository, "list">, by: Administrator, { id, organizationId, role, disabled, username }: { readonly id: number; readonly organizationId: number | null; readonly role: string; readonly disabled: boolean; readonly username: string }): Promise<void> {
  if (by.role === "operator" || role !== "admin" || disabled || organizationId === null) return;
  const others = (await users.list(organizationId)).filter((user) => user.id !== id && user.role === "admin" && !user.disabled);
  if (others.length === 0) throw conflict(`${username} is the last admin of the organization: make another one first.`);
}
