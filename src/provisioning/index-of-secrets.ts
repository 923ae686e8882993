/** Lines, trunks and the hashes of phones in memory: fresh with each own write, and within a poll of another process's. */
import type { Logger } from "../calls/logger.js";
import { systemClock } from "../clock.js";
import type { Clock } from "../clock.js";
import type { PhoneLineRecord, SipHashes, TrunkSecret } from "../store/types.js";
import type { ProvisioningDirectory, ProvisioningStore } from "./ports.js";

const POLL_MS = 1000;

export interface ProvisioningIndexOptions {
  readonly store: ProvisioningStore;
  readonly directory: ProvisioningDirectory;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Milliseconds; default 1000. */
  readonly pollMs?: number;
}

export class ProvisioningIndex {
  readonly #options: ProvisioningIndexOptions;
  readonly #stops: (() => void)[];
  readonly #listeners = new Set<(agentRow: number | null) => Promise<void>>();
  #hashes = new Map<number, SipHashes>();
  #lines: ReadonlyMap<string, PhoneLineRecord> = new Map();
  #trunks: readonly TrunkSecret[] = [];
  #version = -1;
  #work: Promise<void> = Promise.resolve();
  #polling = false;
  #closed = false;

  private constructor(options: ProvisioningIndexOptions) {
    this.#options = options;
    const { store, clock = systemClock, pollMs = POLL_MS } = options;
    this.#stops = [store.onWrite((write) => this.#ownWrite(write)), clock.every(pollMs, () => this.#poll())];
  }

  /** Rejects when the first read does. */
  static async open(options: ProvisioningIndexOptions): Promise<ProvisioningIndex> {
    const index = new ProvisioningIndex(options);
    try {
      await index.#inOrder(() => index.#readIfChanged());
    } catch (error) {
      index.close();
      throw error;
    }
    return index;
  }

  hashes = (agentRow: number): SipHashes | undefined => this.#hashes.get(agentRow);
  line = (number: string): PhoneLineRecord | undefined => this.#lines.get(number);
  lines = (): readonly PhoneLineRecord[] => [...this.#lines.values()];
  trunks = (): readonly TrunkSecret[] => this.#trunks;

  /** Called after each change, when the index has it; the write waits for it. `agentRow`: the one agent that it is about, else null. Returns the unsubscribe function. */
  onChange(listener: (agentRow: number | null) => Promise<void>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    for (const stop of this.#stops.splice(0)) stop();
  }

  #inOrder(read: () => Promise<void>): Promise<void> {
    const done = this.#work.then(async () => {
      if (!this.#closed) await read();
    });
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #ownWrite({ kind, agentRow }: { readonly kind: string; readonly agentRow?: number }): Promise<void> {
    if (kind === "accounts") await this.#inOrder(() => this.#read());
    else if (kind === "agent" && agentRow !== undefined) await this.#inOrder(() => this.#readAgent(agentRow));
    else if (kind === "credentials" && agentRow !== undefined) await this.#inOrder(() => this.#readHashesOf(agentRow));
  }

  async #readAgent(agentRow: number): Promise<void> {
    await this.#options.directory.refresh();
    await this.#readHashesOf(agentRow);
    for (const listener of this.#listeners) await listener(agentRow);
  }

  /** Tells no listener: what they make of the index has no one-time passwords in it. */
  async #readHashesOf(agentRow: number): Promise<void> {
    const hashes = await this.#options.store.agents.sipHashesOf(agentRow, new Date());
    if (hashes === null) this.#hashes.delete(agentRow);
    else this.#hashes.set(agentRow, hashes);
  }

  #poll(): void {
    if (this.#polling) return;
    this.#polling = true;
    this.#inOrder(() => this.#readIfChanged())
      .catch((error: unknown) => this.#options.logger.error({ err: error }, "the phones' secrets could not be read again; the last known ones are used"))
      .finally(() => {
        this.#polling = false;
      });
  }

  async #readIfChanged(): Promise<void> {
    const version = await this.#options.store.dataVersion();
    if (version === this.#version) return;
    await this.#read();
    this.#version = version;
  }

  async #read(): Promise<void> {
    const { agents, phoneLines, trunks } = this.#options.store;
    // The accounts first, behind whatever they are reading: what listeners make of a change is made of both.
    await this.#options.directory.refresh();
    const [hashes, lines, gateways] = await Promise.all([agents.sipHashes(new Date()), phoneLines.list(), trunks.secrets()]);
    this.#hashes = new Map(hashes);
    this.#lines = new Map(lines.map((line) => [line.number, line]));
    this.#trunks = gateways;
    for (const listener of this.#listeners) await listener(null);
  }
}
