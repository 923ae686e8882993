/** Lines and configurations in memory, as fresh as the accounts: read again after each own write, and within a poll after another process's. */
import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import { FreshReads } from "../people/index.js";
import type { VoiceConfigRecord, VoiceConfigRepository } from "./config.js";
import type { PhoneLineRecord, PhoneLineRepository } from "./lines.js";

export interface VoiceDirectory {
  config(organizationId: number, id: number): VoiceConfigRecord | undefined;
  /** By id. */
  configs(organizationId: number): readonly VoiceConfigRecord[];
  line(organizationId: number, id: number): PhoneLineRecord | undefined;
  lineWithNumber(number: string): PhoneLineRecord | undefined;
  /** By number. */
  lines(organizationId: number): readonly PhoneLineRecord[];
}

export interface VoiceDirectoryOptions {
  readonly store: {
    readonly voiceConfigs: Pick<VoiceConfigRepository, "list">;
    readonly phoneLines: Pick<PhoneLineRepository, "list">;
    writesSince(last: number | null): Promise<{ readonly last: number; readonly writes: readonly object[] | null }>;
    onWrite(handler: () => Promise<void>): () => void;
  };
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Milliseconds between two looks for another process's writes; default 1000. */
  readonly pollMs?: number;
}

export class MemoryVoiceDirectory implements VoiceDirectory {
  readonly #store: VoiceDirectoryOptions["store"];
  readonly #reads: FreshReads<object>;
  #configs: ReadonlyMap<number, VoiceConfigRecord> = new Map();
  #lines: ReadonlyMap<number, PhoneLineRecord> = new Map();
  #byNumber: ReadonlyMap<string, PhoneLineRecord> = new Map();

  private constructor({ store, ...options }: VoiceDirectoryOptions) {
    this.#store = store;
    // What is written of one agent or token concerns neither.
    this.#reads = new FreshReads({ ...options, store, what: "lines and configurations", readAll: () => this.#readAll(), readWritten: () => Promise.resolve() });
  }

  /** Rejects when the first read does. */
  static async open(options: VoiceDirectoryOptions): Promise<MemoryVoiceDirectory> {
    const directory = new MemoryVoiceDirectory(options);
    return directory.#reads.opened(directory);
  }

  lineWithNumber = (number: string): PhoneLineRecord | undefined => this.#byNumber.get(number);
  lines = (organizationId: number): readonly PhoneLineRecord[] => [...this.#lines.values()].filter((line) => line.organizationId === organizationId);
  configs = (organizationId: number): readonly VoiceConfigRecord[] => [...this.#configs.values()].filter((config) => config.organizationId === organizationId);

  config(organizationId: number, id: number): VoiceConfigRecord | undefined {
    const found = this.#configs.get(id);
    return found?.organizationId === organizationId ? found : undefined;
  }

  line(organizationId: number, id: number): PhoneLineRecord | undefined {
    const found = this.#lines.get(id);
    return found?.organizationId === organizationId ? found : undefined;
  }

  /** Idempotent. */
  close(): void {
    this.#reads.close();
  }

  async #readAll(): Promise<void> {
    const [configs, lines] = await Promise.all([this.#store.voiceConfigs.list(), this.#store.phoneLines.list()]);
    this.#configs = new Map(configs.map((config) => [config.id, config]));
    this.#lines = new Map(lines.map((line) => [line.id, line]));
    this.#byNumber = new Map(lines.map((line) => [line.number, line]));
  }
}
