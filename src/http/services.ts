/** What the composition root gives to the HTTP room. */
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { AgentService } from "../agents/index.js";
import type { AuthService, BrowserLoginService, ClientTokenService, IdempotencyRepository } from "../auth/index.js";
import type { CallLogService, MessageService } from "../call-logs/index.js";
import type { UsedBy } from "../errors.js";
import type { AuditLog, AuditFilter, AuditRecord } from "../audit/index.js";
import type { Actor, Directory, Role } from "../people/index.js";
import type { CallService } from "../calls/index.js";
import type { Streams } from "../media/index.js";
import type { Connections, ConnectionSettings } from "../connections/index.js";
import type { NodeStatus } from "../freeswitch/index.js";
import type { PrometheusMetrics } from "../prometheus.js";
import type { ContactService, OrganizationAdministration, Profile, StaffService, TokenAdministration, TrunkAdministration, UserAdministration } from "../staff/index.js";
import type { CallbackDesk, QueueService } from "../queues/index.js";
import type { ReportService } from "../reports/index.js";
import type { VoiceAccountFace, VoiceApplicationFace, VoiceConfigurationFace } from "../voice-app/index.js";
import type { WebhookService } from "../webhooks/index.js";
import type { ConsoleOptions } from "./console-pages.js";
import type { TwilioServices } from "./twilio-rest/index.js";

export interface HttpConfig extends ConnectionSettings {
  /** Whether `?token=` is accepted on `/call/*`. */
  readonly allowQueryToken: boolean;
  /** Null: /metrics answers direct connections from loopback alone. */
  readonly metricsToken: string | null;
  /** Requests a minute of one user, of one token that is no user's, and of one address without a good token. */
  readonly rateLimitPerMinute: number;
  /** Large replies of one token that have not been read yet, megabytes. */
  readonly replyMemoryMb: number;
  /** Whether the last entry of `X-Forwarded-For`, written by the proxy in front, is believed. */
  readonly trustProxy: boolean;
  /** How the outside reaches Callplane, without a slash at the end; null: only by the address that a request was made to. */
  readonly publicUrl: string | null;
  /** Origins whose pages may use the API from elsewhere. */
  readonly corsOrigins: readonly string[];
}


/** What the command line changes too. */
export interface AdministrationFace {
  readonly organizations: Pick<OrganizationAdministration, keyof OrganizationAdministration>;
  readonly users: Pick<UserAdministration, keyof UserAdministration>;
  readonly tokens: Pick<TokenAdministration, keyof TokenAdministration>;
  readonly trunks: Pick<TrunkAdministration, keyof TrunkAdministration>;
}

export interface HttpServices {
  readonly calls: CallService;
  /** Programs that supervise calls. */
  readonly streams: Pick<Streams, "supervise" | "switchMode" | "endSupervision">;
  readonly agents: AgentService;
  readonly queues: Pick<QueueService, "queue" | "figures">;
  readonly callLogs: CallLogService;
  /** A number as people of the organization write it. */
  readonly spaced: (organizationId: number, number: string) => string;
  readonly reports: ReportService;
  readonly callbacks: Pick<CallbackDesk, keyof CallbackDesk>;
  /** What callers have said to departments. */
  readonly messages: MessageService;
  readonly staff: StaffService;
  readonly administration: AdministrationFace;
  /** What keeps something from being removed; of the organization that has it. */
  readonly usedBy: (pointed: { readonly type: "department" | "agent" | "config" | "trunk"; readonly organizationId: number; readonly id: string; readonly seenBy: number | null }) => Promise<readonly UsedBy[]>;
  readonly contacts: ContactService;
  readonly voiceAccounts: VoiceAccountFace;
  readonly voiceConfiguration: VoiceConfigurationFace;
  readonly voiceApplication: VoiceApplicationFace;
  readonly webhooks: Pick<WebhookService, "list" | "get" | "create" | "update" | "remove" | "rotate" | "test" | "deliveries">;
  /** For Twilio's REST API. */
  readonly twilio: TwilioServices;
  readonly auth: AuthService;
  readonly browserLogins: BrowserLoginService;
  readonly profile: (actor: Actor) => Profile;
  readonly clientTokens: ClientTokenService;
  readonly directory: Directory;
  readonly audit: AuditLog;
  /** What the audit log holds, newest first. */
  readonly trail: { list(filter: AuditFilter): Promise<readonly AuditRecord[]> };
  readonly idempotency: IdempotencyRepository;
  readonly metrics: PrometheusMetrics;
  readonly logger: FastifyBaseLogger;
  readonly config: HttpConfig;
  /** Every node as it stands now. */
  readonly health: () => readonly NodeStatus[];
  /** Why the database cannot take what must be written; null: it can. */
  readonly databaseTrouble?: () => string | null;
  /** The console; it is not served where there is none. */
  readonly console?: ConsoleOptions;
  /** Of the demonstration alone: its people, and their password. */
  readonly demonstration?: () => { readonly people: readonly { readonly username: string; readonly name: string; readonly role: Role }[]; readonly password: string };
  /** Adds the live event routes; each declares its `config.access` like any other. */
  readonly registerLive?: (app: FastifyInstance, connections: Connections) => void | Promise<void>;
}
