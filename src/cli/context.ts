import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { auditKeyIn } from "../auth/index.js";
import type { AuditEntry, AuditLog, AuditRepository } from "../audit/index.js";
import { loadConfig, type Config } from "../config.js";
import { conflict, notFound } from "../errors.js";
import { SUPERVISION_MODES } from "../people/index.js";
import type { Administrator } from "../staff/index.js";
import type { Logger } from "../logger.js";
import { databasePath, openStore, type Accounts, type OrganizationRecord, type Store, type UserRecord } from "../store/index.js";
import type { CliIo } from "./io.js";
import { oneLine } from "./output.js";

export interface Session {
  readonly config: Config;
  readonly store: Store;
  /** Appends to the audit log, as the operating system's user. */
  readonly note: Note;
  /** One unit of work: commits all changes and notes of `work` together, or none. `work` awaits nothing but its arguments. */
  readonly unit: <T>(work: (tx: Accounts, note: Note) => Promise<T>) => Promise<T>;
}

const MEMORY = ":memory:";

type Note = (organizationId: number | null, action: string, target: string, detail?: AuditEntry["detail"]) => Promise<void>;

const noteIn = (audit: Pick<AuditRepository, "append">): Note => (organizationId, action, target, detail = {}) => audit.append([{ at: new Date(), organizationId, actor: operatorName(), action, target, detail }]);

/** Whoever types a command may do everything. */
export const operator = (): Administrator => ({ name: operatorName(), role: "operator", organizationId: null, permissions: new Set(SUPERVISION_MODES) });

/** The operating system's user, as the audit log knows who typed a command. */
export function operatorName(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch {
    // A container may run under an id that has no name.
    return `cli:${process.getuid?.() ?? "unknown"}`;
  }
}

/** Where there is no database, if there is none: a question must not make one, beside the one that was meant. */
export function missingDatabase({ databaseUrl, demoDatabaseUrl }: Pick<Config, "databaseUrl" | "demoDatabaseUrl">): { readonly path: string; readonly hint: string } | null {
  const isThere = (url: string): boolean => databasePath(url) === MEMORY || existsSync(databasePath(url));
  if (isThere(databaseUrl)) return null;
  const demonstration = isThere(demoDatabaseUrl) ? ` The demonstration's is there: DATABASE_URL=${demoDatabaseUrl}` : "";
  return { path: databasePath(databaseUrl), hint: `Set DATABASE_URL to where it is; Callplane's start and "callplane org create" make one.${demonstration}` };
}

/** For a command that can begin: where there is no database it makes one, and says so. */
export async function withNewStore<T>(io: CliIo, work: (session: Session) => Promise<T>): Promise<T> {
  const missing = missingDatabase(loadConfig(io.env));
  return onStore(io, async (session) => {
    if (missing !== null) io.err(`callplane: There was no database, so one was made: ${missing.path}\n`);
    return work(session);
  });
}

/** Runs `work` on the configured database and closes it again. Throws where there is none. */
export async function withStore<T>(io: CliIo, work: (session: Session) => Promise<T>): Promise<T> {
  const missing = missingDatabase(loadConfig(io.env));
  if (missing !== null) throw new Error(`There is no database at ${missing.path}. ${missing.hint}`);
  return onStore(io, work);
}

async function onStore<T>(io: CliIo, work: (session: Session) => Promise<T>): Promise<T> {
  const config = loadConfig(io.env);
  const store = await openStore(config.databaseUrl, { auditKey: await auditKeyIn(config.auditKeyFile) });
  try {
    return await work({
      config,
      store,
      note: noteIn(store.audit),
      unit: (unitWork) => store.transaction((tx) => unitWork(tx, noteIn(tx.audit))),
    });
  } finally {
    await store.close();
  }
}

/** As `withStore`, for services that write the audit log themselves. Rejects when what was done could not be noted. */
export async function withAudit<T>(io: CliIo, work: (session: Session, audit: AuditLog, logger: Logger) => Promise<T>): Promise<T> {
  return withStore(io, async (session) => {
    const tell = (fields: object, message: string): void => {
      const error: unknown = Reflect.get(fields, "err");
      io.err(`callplane: ${oneLine(error instanceof Error ? `${message}: ${error.message}` : message)}\n`);
    };
    const logger: Logger = { debug: () => undefined, info: () => undefined, warn: tell, error: tell };
    // Bounded by what one command does.
    const entries: AuditEntry[] = [];
    try {
      return await work(session, { append: (entry) => void entries.push(entry) }, logger);
    } finally {
      if (entries.length > 0) await session.store.audit.append(entries);
    }
  });
}

/** Throws NotFound. */
export async function organizationNamed(store: Pick<Accounts, "organizations">, name: string): Promise<OrganizationRecord> {
  const organization = await store.organizations.findByName(name);
  if (organization === null) throw notFound(`The organization ${name}`);
  return organization;
}

/** By `name@domain`, by a unique name, or by a name and the organization. Throws NotFound, or Conflict when several have the name. */
export async function userNamed(store: Store, login: string, org: string | undefined): Promise<UserRecord> {
  const organization = org === undefined ? undefined : await organizationNamed(store, org);
  const found = await store.users.named(login, organization?.id);
  const [user, ...others] = found;
  if (user === undefined) throw notFound(`The user ${login}`);
  if (others.length > 0) {
    const names = await organizationNames(store);
    throw conflict(`${found.length} organizations have a user ${login} (${found.map(({ organizationId }) => names.get(organizationId ?? 0) ?? "root").join(", ")}); give --org, or write ${login}@<domain>.`);
  }
  return user;
}

export async function organizationNames(store: Store): Promise<ReadonlyMap<number, string>> {
  return new Map((await store.organizations.list()).map(({ id, name }) => [id, name]));
}
