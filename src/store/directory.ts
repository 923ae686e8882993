import { Listeners } from "../listeners.js";
import { ALL_DEPARTMENTS, FreshReads, type AgentIdentity, type DirectoryChange } from "../people/index.js";
import type { Logger } from "../logger.js";
import type { Clock } from "../clock.js";
import { Accounts, keyOfAgent } from "./accounts.js";
import { groupBy } from "./group.js";
import { usersMeant, whoLogsIn } from "./logins.js";
import type { AgentRecord, DepartmentRecord, OrganizationRecord, SharedNumber, Store, StoreDirectory, StoreWrite, TokenRecord, UserRecord, VoiceAccount, VoiceAccounts } from "./types.js";

const NOBODY: readonly AgentRecord[] = [];

export interface DirectoryOptions {
  readonly logger: Logger;
  /** Milliseconds between two polls for another process's writes; default 1000. */
  readonly pollMs?: number;
  readonly clock?: Clock;
}

/** All accounts in memory: with this process's writes at once, with another process's within a poll. */
class MemoryDirectory implements StoreDirectory {
  readonly #store: Store;
  readonly #reads: FreshReads<StoreWrite>;
  readonly #changes: Listeners<[DirectoryChange]>;
  #accounts = new Accounts({ organizations: [], departments: [], agents: [], users: [] });
  #ownNumbers: ReadonlyMap<number, readonly string[]> = new Map();
  /** By number, of the lines that name one. */
  #trunksOfLines: ReadonlyMap<number, ReadonlyMap<string, string>> = new Map();
  #voiceAccounts: ReadonlyMap<number, VoiceAccount> = new Map();
  #voiceAccountsBySid: ReadonlyMap<string, VoiceAccount> = new Map();
  #sharedNumbers: ReadonlyMap<number, readonly SharedNumber[]> = new Map();
  /** Bounded by the rows of tokens: expired ones are purged. */
  #tokens = new Map<string, TokenRecord>();
  /** Bounded by the rows of browser sessions: expired ones are purged. */
  #browserSessions = new Set<string>();

  constructor(store: Store, options: DirectoryOptions) {
    this.#store = store;
    this.#changes = new Listeners("changes of the accounts", options.logger);
    this.#reads = new FreshReads({ ...options, store, what: "the accounts", readAll: () => this.#readAll(), readWritten: (write) => this.#readWritten(write) });
  }

  organizations = (): readonly OrganizationRecord[] => [...this.#accounts.organizations.values()].map(({ record }) => record);
  organization = (id: number): OrganizationRecord | undefined => this.#accounts.organizations.get(id)?.record;
  organizationByName = (name: string): OrganizationRecord | undefined => this.#accounts.byName.get(name.toLowerCase());
  organizationByDomain = (domain: string): OrganizationRecord | undefined => this.#accounts.byDomain.get(domain.toLowerCase());
  agent = (organizationId: number, agentId: string): AgentIdentity | undefined => this.#accounts.organizations.get(organizationId)?.byId.get(agentId);
  agentByExtension = (organizationId: number, extension: string): AgentIdentity | undefined => this.#accounts.organizations.get(organizationId)?.byExtension.get(extension);
  agents = (organizationId: number): readonly AgentIdentity[] => this.#accounts.organizations.get(organizationId)?.agents ?? NOBODY;
  agentRecords = (organizationId: number): readonly AgentRecord[] => this.#accounts.organizations.get(organizationId)?.agents ?? NOBODY;
  agentRecord = (organizationId: number, agentId: string): AgentRecord | undefined => this.#accounts.organizations.get(organizationId)?.byId.get(agentId);
  department = (organizationId: number, name: string): DepartmentRecord | undefined => this.#accounts.organizations.get(organizationId)?.departments.get(name);
  hasDepartment = (organizationId: number, name: string): boolean => this.#accounts.organizations.get(organizationId)?.departments.has(name) ?? false;
  departments = (organizationId: number): readonly string[] => this.#accounts.organizations.get(organizationId)?.record.departments ?? [];
  ownNumbers = (organizationId: number): readonly string[] => this.#ownNumbers.get(organizationId) ?? [];
  sharedNumbers = (organizationId: number): readonly SharedNumber[] => this.#sharedNumbers.get(organizationId) ?? [];
  trunkOfLine = (organizationId: number, number: string): string | null => this.#trunksOfLines.get(organizationId)?.get(number) ?? null;
  servesDepartment = (organizationId: number, agentId: string, department: string): boolean => {
    const departments = this.agentRecord(organizationId, agentId)?.departments ?? [];
    return departments.includes(ALL_DEPARTMENTS) || departments.includes(department);
  };
  supervises = (organizationId: number, agentId: string): boolean => {
    const user = this.userOfAgent(organizationId, agentId);
    return user !== undefined && !user.disabled && user.role !== "agent";
  };
  user = (login: string): UserRecord | undefined => whoLogsIn(usersMeant(login, this.#accounts));
  userWithin = (organizationId: number | null, username: string): UserRecord | undefined => this.#accounts.within(organizationId, username);
  isDisabledAgent = (organizationId: number, word: string): boolean => this.#accounts.isDisabledAgent(organizationId, word);
  userOfAgent = (organizationId: number, agentId: string): UserRecord | undefined => this.#accounts.usersOfAgents.get(keyOfAgent(organizationId, agentId));
  userById = (id: number): UserRecord | undefined => this.#accounts.users.get(id);
  token = (jti: string): TokenRecord | undefined => this.#tokens.get(jti);
  hasBrowserSession = (id: string): boolean => this.#browserSessions.has(id);
  readonly voiceAccounts: VoiceAccounts = {
    of: (organizationId) => this.#voiceAccounts.get(organizationId),
    bySid: (sid) => this.#voiceAccountsBySid.get(sid),
  };
  refresh = (): Promise<void> => this.#reads.refresh();
  opened = (): Promise<this> => this.#reads.opened(this);
  onChange = (handler: (change: DirectoryChange) => void): (() => void) => this.#changes.add(handler);
  close = (): void => {
    this.#reads.close();
    this.#changes.clear();
  };

  async #readWritten(write: StoreWrite): Promise<void> {
    if (write.kind === "token") {
      const token = await this.#store.tokens.find(write.jti);
      if (token === null) this.#tokens.delete(write.jti);
      else this.#tokens.set(write.jti, token);
    } else if (write.kind === "session") {
      const { sessionId } = write;
      if ((await this.#store.browserSessions.find(sessionId)) === null) this.#browserSessions.delete(sessionId);
      else this.#browserSessions.add(sessionId);
    } else if (write.kind === "agent") {
      const { organizationId, agentId } = write;
      const [agent, user] = await Promise.all([this.#store.agents.find(organizationId, agentId), this.#store.users.findByAgent(organizationId, agentId)]);
      this.#accounts.replace(organizationId, agentId, agent, user);
      this.#changes.tell({ organizationId, agentId });
    }
    // The directory holds no one-time passwords.
  }

  async #readAll(): Promise<void> {
    const { organizations, departments, agents, users, phoneLines, voiceAccounts } = this.#store;
    const read = await Promise.all([organizations.list(), departments.list(), agents.list(), users.list()]);
    const lines = [...(await phoneLines.ownLines())];
    this.#ownNumbers = new Map(lines.map(([id, own]) => [id, own.map(({ number }) => number)]));
    this.#trunksOfLines = new Map(lines.map(([id, own]) => [id, new Map(own.flatMap(({ number, trunk }) => (trunk === null ? [] : [[number, trunk] as const])))]));
    this.#sharedNumbers = groupBy(await this.#store.sharedNumbers.list(), ({ organizationId }) => organizationId);
    const identities = await voiceAccounts.list();
    this.#voiceAccounts = new Map(identities.map((account) => [account.organizationId, account]));
    this.#voiceAccountsBySid = new Map(identities.map((account) => [account.sid, account]));
    this.#accounts = new Accounts({ organizations: read[0], departments: read[1], agents: read[2], users: read[3] });
    this.#tokens = new Map((await this.#store.tokens.list()).map((token) => [token.jti, token]));
    this.#browserSessions = new Set(await this.#store.browserSessions.list());
    this.#changes.tell(null);
  }
}

/** Reads the accounts and keeps them fresh until closed. */
export async function openDirectory(store: Store, options: DirectoryOptions): Promise<StoreDirectory> {
  const directory = new MemoryDirectory(store, options);
  return directory.opened();
}
