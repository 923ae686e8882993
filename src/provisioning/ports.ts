/** What the provisioning room needs from others; the store implements it. */
import type { AgentRecord, Organization, SipHashes, UserRecord } from "../people/index.js";
import type { PhoneLineRecord, TrunkSecret } from "./lines.js";

/** The accounts in memory. */
export interface ProvisioningDirectory {
  organizations(): readonly Organization[];
  organization(id: number): Organization | undefined;
  organizationByName(name: string): Organization | undefined;
  organizationByDomain(domain: string): Organization | undefined;
  agentByExtension(organizationId: number, extension: string): { readonly agentId: string } | undefined;
  /** By agent id; agents whose user is disabled are left out. */
  agentRecord(organizationId: number, agentId: string): AgentRecord | undefined;
  agentRecords(organizationId: number): readonly AgentRecord[];
  /** The user who logs in as this agent. */
  userOfAgent(organizationId: number, agentId: string): UserRecord | undefined;
  hasDepartment(organizationId: number, name: string): boolean;
  /** Reads again at once if another process has written. */
  refresh(): Promise<void>;
}

export interface IndexedWrite {
  readonly kind: string;
  /** The agent whom a write of the kind `credentials` or `agent` is about. */
  readonly agentRow?: number;
  /** With the kind `agent`. */
  readonly organizationId?: number;
  readonly agentId?: string;
}

/** Where the secrets of phones and trunks, and the lines, are kept. */
export interface ProvisioningStore {
  readonly agents: { sipHashes(now: Date): Promise<ReadonlyMap<number, SipHashes>>; sipHashesOf(agentRow: number, now: Date): Promise<SipHashes | null> };
  readonly phoneLines: { list(): Promise<readonly PhoneLineRecord[]> };
  readonly trunks: { secrets(): Promise<readonly TrunkSecret[]> };
  /** What any process has written since `last` of an earlier answer; null: everything is to be read. */
  writesSince(last: number | null): Promise<{ readonly last: number; readonly writes: readonly IndexedWrite[] | null }>;
  onWrite(handler: () => Promise<void>): () => void;
}
