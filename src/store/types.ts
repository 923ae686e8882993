/** Repositories are asynchronous, so that another engine can stand beside SQLite. */
import type { AgentStatusStore } from "../agents/index.js";
import type { CallRecordStore, CdrQuarantine, SwitchLives } from "../call-logs/index.js";
import type { NodeLeases } from "../lease/index.js";
import type { DeliveryStore } from "../outbound/index.js";
import type { AccountDirectory, AgentRepository, BrowserSessionRepository, OrganizationRepository, SharedNumberRepository, SharedNumbers, TokenRepository, UserRepository, VoiceAccountRepository, VoiceAccounts } from "../people/index.js";
import type { UsedBy } from "../errors.js";
import type { AuditRepository } from "../audit/index.js";
import type { CallbackStore, DepartmentDirectory, DepartmentRepository } from "../queues/index.js";
import type { IdempotencyRepository } from "../auth/index.js";
import type { ConferenceBook, LegWatches } from "../twiml/index.js";
import type { TwimlAppRepository } from "../voice-app/index.js";
import type { PhoneLineRepository, TrunkRepository } from "../provisioning/index.js";
import type { FigureStore } from "../reports/index.js";
import type { VoiceConfigRepository } from "../voice-app/index.js";
import type { WebhookRepository } from "../webhooks/index.js";

export type * from "../people/index.js";
export type { IdempotencyClaim, IdempotencyRepository } from "../auth/index.js";
export type { DepartmentRecord, DepartmentRepository, ForeignSound } from "../queues/index.js";
export type { NewPhoneLine, NewTrunk, PhoneLineRecord, PhoneLineRepository, TrunkChange, TrunkRecord, TrunkRepository, TrunkSecret } from "../provisioning/index.js";

/** What was written: `agent` is one agent with password, departments, skills and login; `credentials` are the one-time passwords of the agent with this row. */
export type StoreWrite =
  | { readonly kind: "agent"; readonly organizationId: number; readonly agentId: string; readonly agentRow: number }
  | { readonly kind: "token"; readonly jti: string }
  | { readonly kind: "session"; readonly sessionId: string }
  | { readonly kind: "credentials"; readonly agentRow: number };

/** Repositories that one unit of work may change together. */
export interface Accounts {
  readonly organizations: OrganizationRepository;
  readonly departments: DepartmentRepository;
  readonly agents: AgentRepository;
  readonly phoneLines: PhoneLineRepository;
  readonly sharedNumbers: SharedNumberRepository;
  readonly voiceConfigs: VoiceConfigRepository;
  readonly trunks: TrunkRepository;
  readonly users: UserRepository;
  readonly tokens: TokenRepository;
  readonly browserSessions: BrowserSessionRepository;
  readonly voiceAccounts: VoiceAccountRepository;
  readonly webhooks: WebhookRepository;
}

/** A unit of work on the accounts, with its audit entries. */
export interface AccountsWork extends Accounts {
  readonly audit: Pick<AuditRepository, "append">;
}

export interface WritesSince {
  readonly last: number;
  /** Null: everything must be read. */
  readonly writes: readonly StoreWrite[] | null;
}

/** Something that others may point to. */
export interface Pointed {
  readonly type: "department" | "agent" | "config" | "trunk";
  readonly organizationId: number;
  /** As the API names it. */
  readonly id: string;
  /** The organization of whoever asks, who is told of no other one's objects; null: root. */
  readonly seenBy: number | null;
}

export interface PointerReader {
  /** What keeps it from being removed. */
  usedBy(pointed: Pointed): Promise<readonly UsedBy[]>;
}

/** Every method throws DatabaseUnavailable when the database is locked for long, full, broken or gone. */
export interface Store extends Accounts {
  readonly audit: AuditRepository;
  readonly idempotency: IdempotencyRepository;
  readonly agentStatus: AgentStatusStore;
  readonly callbacks: CallbackStore;
  readonly callRecords: CallRecordStore;
  readonly cdrQuarantine: CdrQuarantine;
  readonly figures: FigureStore;
  readonly pointers: PointerReader;
  readonly switchLives: SwitchLives;
  /** Legs of voice programs whose end is still to be told. */
  readonly legWatches: LegWatches;
  readonly programConferences: ConferenceBook;
  readonly nodeLeases: NodeLeases;
  readonly deliveries: DeliveryStore;
  readonly twimlApps: TwimlAppRepository;
  /** Commits all that `work` did, or nothing. `work` awaits nothing but `tx`, since all other writes wait for it. */
  transaction<T>(work: (tx: AccountsWork) => Promise<T>): Promise<T>;
  /** What any process has changed of the accounts since `last` of an earlier answer. Cheap when nothing has changed. */
  writesSince(last: number | null): Promise<WritesSince>;
  /** Called after own writes to the accounts; the write resolves after the handler. Returns the unsubscribe function. */
  onWrite(handler: () => Promise<void>): () => void;
  /** From now on each write but those of leases calls `ask` first: null, or a promise that rejects when this process may not write any more. */
  fence(ask: () => Promise<void> | null): void;
  /** Bytes that the database may still grow by; null: unknown. */
  freeBytes(): Promise<number | null>;
  /** How many migrations the database has, and whether its pages are sound (`ok`, or SQLite's own words). */
  check(): Promise<{ readonly migrations: number; readonly integrity: string }>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** The accounts in memory. */
export type StoreDirectory = AccountDirectory & DepartmentDirectory & SharedNumbers & { readonly voiceAccounts: VoiceAccounts };
