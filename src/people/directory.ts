import type { AgentRecord } from "./agents.js";
import type { Directory } from "./index.js";
import type { OrganizationRecord } from "./organizations.js";
import type { TokenRecord, UserRecord } from "./users.js";

/** The directory with all that the accounts say; in memory. */
export interface AccountDirectory extends Directory {
  organizations(): readonly OrganizationRecord[];
  organization(id: number): OrganizationRecord | undefined;
  /** The numbers of its phone lines, E.164. */
  ownNumbers(organizationId: number): readonly string[];
  /** The organization's own trunk that the line with this number names; null: it names none, or there is no such line. */
  trunkOfLine(organizationId: number, number: string): string | null;
  /** By agent id; those whose user is disabled are left out, as in `agents`. */
  agentRecords(organizationId: number): readonly AgentRecord[];
  agentRecord(organizationId: number, agentId: string): AgentRecord | undefined;
  /** Who logs in by this name (logins.ts); undefined for nobody, and for several. */
  user(login: string): UserRecord | undefined;
  /** By the name within an organization. */
  userWithin(organizationId: number | null, username: string): UserRecord | undefined;
  /** Whether a user of this organization who is disabled has the agent id or the extension. */
  isDisabledAgent(organizationId: number, word: string): boolean;
  /** The user who logs in as this agent. */
  userOfAgent(organizationId: number, agentId: string): UserRecord | undefined;
  userById(id: number): UserRecord | undefined;
  /** Known tokens that had not expired when last read, revoked ones included. */
  token(jti: string): TokenRecord | undefined;
  /** Whether the browser session has not ended. */
  hasBrowserSession(id: string): boolean;
  /** Reads again at once if another process has written. */
  refresh(): Promise<void>;
  /** Idempotent. */
  close(): void;
}
