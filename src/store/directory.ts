import type { AgentIdentity } from "../calls/ports.js";
import type { Logger } from "../calls/logger.js";
import type { Clock } from "../clock.js";
import { systemClock } from "../clock.js";
import type { OrganizationRecord, Store, StoreDirectory, StoreWrite, TokenRecord, UserRecord } from "./types.js";

const DEFAULT_POLL_MS = 1000;
const NOBODY: readonly AgentIdentity[] = [];

interface OrganizationEntry {
  readonly record: OrganizationRecord;
  readonly departments: ReadonlySet<string>;
  readonly agents: readonly AgentIdentity[];
  readonly byId: ReadonlyMap<string, AgentIdentity>;
  readonly byExtension: ReadonlyMap<string, AgentIdentity>;
}

interface Accounts {
  readonly organizations: ReadonlyMap<number, OrganizationEntry>;
  readonly byName: ReadonlyMap<string, OrganizationRecord>;
  readonly byDomain: ReadonlyMap<string, OrganizationRecord>;
  readonly users: ReadonlyMap<number, UserRecord>;
  readonly byUsername: ReadonlyMap<string, UserRecord>;
}

/** Disabled users are left out: nobody can ring or choose them, and a new call is not theirs. */
function identities(users: readonly UserRecord[]): Map<number, AgentIdentity[]> {
  const byOrganization = new Map<number, AgentIdentity[]>();
  for (const { organizationId, agentId, extension, disabled } of users) {
    if (organizationId === null || agentId === null || extension === null || disabled) continue;
    const agents = byOrganization.get(organizationId) ?? [];
    agents.push({ agentId, organizationId, extension });
    byOrganization.set(organizationId, agents);
  }
  return byOrganization;
}

function arrange(organizations: readonly OrganizationRecord[], users: readonly UserRecord[]): Accounts {
  const agents = identities(users);
  const entry = (record: OrganizationRecord): OrganizationEntry => {
    const own = (agents.get(record.id) ?? []).sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
    return {
      record,
      departments: new Set(record.departments),
      agents: own,
      byId: new Map(own.map((agent) => [agent.agentId, agent])),
      byExtension: new Map(own.map((agent) => [agent.extension, agent])),
    };
  };
  return {
    organizations: new Map(organizations.map((record) => [record.id, entry(record)])),
    byName: new Map(organizations.map((record) => [record.name.toLowerCase(), record])),
    byDomain: new Map(organizations.map((record) => [record.domain, record])),
    users: new Map(users.map((user) => [user.id, user])),
    byUsername: new Map(users.map((user) => [user.username.toLowerCase(), user])),
  };
}

export interface DirectoryOptions {
  readonly logger: Logger;
  /** How often another process's writes are looked for, milliseconds; default 1000. */
  readonly pollMs?: number;
  readonly clock?: Clock;
}

/** All of the accounts in memory: what this process writes shows at once, what another one writes within the poll. */
class MemoryDirectory implements StoreDirectory {
  readonly #store: Store;
  readonly #logger: Logger;
  #accounts: Accounts = arrange([], []);
  #tokens = new Map<string, TokenRecord>();
  #version = -1;
  /** The reads under way, in order: an older picture must not replace a newer one. */
  #work: Promise<void> = Promise.resolve();
  #polling = false;
  #closed = false;
  readonly #stops: (() => void)[];

  constructor(store: Store, { logger, pollMs = DEFAULT_POLL_MS, clock = systemClock }: DirectoryOptions) {
    this.#store = store;
    this.#logger = logger;
    this.#stops = [store.onWrite((write) => this.#ownWrite(write)), clock.every(pollMs, () => this.#poll())];
  }

  organizations = (): readonly OrganizationRecord[] => [...this.#accounts.organizations.values()].map(({ record }) => record);
  organization = (id: number): OrganizationRecord | undefined => this.#accounts.organizations.get(id)?.record;
  organizationByName = (name: string): OrganizationRecord | undefined => this.#accounts.byName.get(name.toLowerCase());
  organizationByDomain = (domain: string): OrganizationRecord | undefined => this.#accounts.byDomain.get(domain.toLowerCase());
  agent = (organizationId: number, agentId: string): AgentIdentity | undefined => this.#accounts.organizations.get(organizationId)?.byId.get(agentId);
  agentByExtension = (organizationId: number, extension: string): AgentIdentity | undefined => this.#accounts.organizations.get(organizationId)?.byExtension.get(extension);
  agents = (organizationId: number): readonly AgentIdentity[] => this.#accounts.organizations.get(organizationId)?.agents ?? NOBODY;
  hasDepartment = (organizationId: number, name: string): boolean => this.#accounts.organizations.get(organizationId)?.departments.has(name) ?? false;
  departments = (organizationId: number): readonly string[] => this.#accounts.organizations.get(organizationId)?.record.departments ?? [];
  user = (username: string): UserRecord | undefined => this.#accounts.byUsername.get(username.toLowerCase());
  userById = (id: number): UserRecord | undefined => this.#accounts.users.get(id);
  token = (jti: string): TokenRecord | undefined => this.#tokens.get(jti);

  refresh(): Promise<void> {
    return this.#inOrder(async () => {
      // Read first: what is written while the tables are read changes it again, and is read next time.
      const version = await this.#store.dataVersion();
      if (version === this.#version) return;
      await this.#readAccounts();
      await this.#readTokens();
      this.#version = version;
    });
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops.splice(0)) stop();
  }

  #inOrder(read: () => Promise<void>): Promise<void> {
    const done = this.#work.then(async () => {
      if (!this.#closed) await read();
    });
    this.#work = done.catch(() => undefined);
    return done;
  }

  #poll(): void {
    if (this.#polling) return;
    this.#polling = true;
    this.refresh()
      .catch((error: unknown) => this.#logger.error({ err: error }, "the accounts could not be read again; the last known ones are used"))
      .finally(() => {
        this.#polling = false;
      });
  }

  async #ownWrite(write: StoreWrite): Promise<void> {
    await this.#inOrder(async () => {
      if (write.kind === "token") {
        const token = await this.#store.tokens.find(write.jti);
        if (token === null) this.#tokens.delete(write.jti);
        else this.#tokens.set(write.jti, token);
        return;
      }
      await this.#readAccounts();
      // A user's tokens are revoked, or gone, with some changes of the user.
      await this.#readTokens();
    });
  }

  async #readAccounts(): Promise<void> {
    const [organizations, users] = await Promise.all([this.#store.organizations.list(), this.#store.users.list()]);
    this.#accounts = arrange(organizations, users);
  }

  async #readTokens(): Promise<void> {
    this.#tokens = new Map((await this.#store.tokens.list()).map((token) => [token.jti, token]));
  }
}

/** Reads the accounts and keeps them fresh until closed. */
export async function openDirectory(store: Store, options: DirectoryOptions): Promise<StoreDirectory> {
  const directory = new MemoryDirectory(store, options);
  try {
    await directory.refresh();
  } catch (error) {
    directory.close();
    throw error;
  }
  return directory;
}
