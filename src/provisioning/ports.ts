/** What the provisioning room needs from others; the store implements it. */
import type { AgentRepository } from "../people/index.js";
import type { PhoneLineRepository, TrunkRepository } from "./lines.js";

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
  readonly agents: Pick<AgentRepository, "sipHashes" | "sipHashesOf">;
  readonly phoneLines: Pick<PhoneLineRepository, "list">;
  readonly trunks: Pick<TrunkRepository, "secrets">;
  /** What any process has written since `last` of an earlier answer; null: everything is to be read. */
  writesSince(last: number | null): Promise<{ readonly last: number; readonly writes: readonly IndexedWrite[] | null }>;
  onWrite(handler: () => Promise<void>): () => void;
}
