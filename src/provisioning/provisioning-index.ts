/** Lines, trunks and the hashes of phones in memory: read again after each own write, and within a poll after another process's. */
import type { Logger } from "../logger.js";
import type { Clock } from "../clock.js";
import { FreshReads, type SipHashes, type AccountDirectory } from "../people/index.js";
import type { PhoneLineRecord, TrunkSecret } from "./lines.js";
import type { IndexedWrite, ProvisioningStore } from "./ports.js";

export interface ProvisioningIndexOptions {
  readonly store: ProvisioningStore;
  readonly directory: AccountDirectory;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
  /** Milliseconds; default 1000. */
  readonly pollMs?: number | undefined;
}

export class ProvisioningIndex {
  readonly #options: ProvisioningIndexOptions;
  readonly #reads: FreshReads<IndexedWrite>;
  /** Bounded by who is composed with it. */
  readonly #listeners = new Set<(agentRow: number | null) => Promise<void>>();
  /** By agent. Bounded by the agents, and the newest 20 one-time passwords of each. */
  #hashes = new Map<number, SipHashes>();
  #lines: ReadonlyMap<string, PhoneLineRecord> = new Map();
  #trunks: readonly TrunkSecret[] = [];

  private constructor(options: ProvisioningIndexOptions) {
    this.#options = options;
    this.#reads = new FreshReads({ ...options, what: "the phones' secrets", readAll: () => this.#readAll(), readWritten: (write) => this.#readWritten(write) });
  }

  /** Rejects when the first read does. */
  static async open(options: ProvisioningIndexOptions): Promise<ProvisioningIndex> {
    const index = new ProvisioningIndex(options);
    return index.#reads.opened(index);
  }

  hashes = (agentRow: number): SipHashes | undefined => this.#hashes.get(agentRow);
  line = (number: string): PhoneLineRecord | undefined => this.#lines.get(number);
  lines = (): readonly PhoneLineRecord[] => [...this.#lines.values()];
  trunks = (): readonly TrunkSecret[] => this.#trunks;

  /** Called after each change, when the index has it; the write waits for it. `agentRow`: the one agent who changed, else null. Returns the unsubscribe function. */
  onChange(listener: (agentRow: number | null) => Promise<void>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Idempotent. */
  close(): void {
    this.#reads.close();
    this.#listeners.clear();
  }

  async #readWritten({ kind, agentRow }: IndexedWrite): Promise<void> {
    if (kind === "agent" && agentRow !== undefined) await this.#readAgent(agentRow);
    else if (kind === "credentials" && agentRow !== undefined) await this.#readHashesOf(agentRow);
  }

  async #readAgent(agentRow: number): Promise<void> {
    await this.#options.directory.refresh();
    await this.#readHashesOf(agentRow);
    for (const listener of this.#listeners) await listener(agentRow);
  }

  /** Calls no listener: none of them uses one-time passwords. */
  async #readHashesOf(agentRow: number): Promise<void> {
    const hashes = await this.#options.store.agents.sipHashesOf(agentRow, new Date());
    if (hashes === null) this.#hashes.delete(agentRow);
    else this.#hashes.set(agentRow, hashes);
  }

  async #readAll(): Promise<void> {
    const { agents, phoneLines, trunks } = this.#options.store;
    // The accounts first, since listeners use both.
    await this.#options.directory.refresh();
    const [hashes, lines, gateways] = await Promise.all([agents.sipHashes(new Date()), phoneLines.list(), trunks.secrets()]);
    this.#hashes = new Map(hashes);
    this.#lines = new Map(lines.map((line) => [line.number, line]));
    this.#trunks = gateways;
    for (const listener of this.#listeners) await listener(null);
  }
}
