/** Files that FreeSWITCH plays, by the digest of what they hold, shared by all processes that use the directory. */
import { randomUUID } from "node:crypto";
import { mkdir, open, opendir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../logger.js";
import { lengthMs } from "./wav.js";
import { isMissing } from "../system-errors.js";

export interface CacheOptions {
  readonly directory: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number;
  readonly logger: Pick<Logger, "warn">;
}

export type CacheFile = `${string}.wav` | `${string}.json`;

/** Everything that could make room is in use. */
export class CacheFull extends Error {
  constructor() {
    super("the cache of sounds is full of files that are in use");
    this.name = "CacheFull";
  }
}

const NAME = /^[0-9a-f]{64}\.(?:wav|json)$/;
const TEMPORARY = /^\.[0-9a-f-]{36}\.tmp$/;
/** What was given stays so long besides its own length, so that it can be begun, and begun again, before it goes. */
const KEPT_MS = 120_000;
/** A temporary file of a process that was killed. */
const ABANDONED_MS = 600_000;
/** Other processes write too: how much there is is looked up so often, while something is written. */
const LOOK_MS = 60_000;
/** So much is left when room is made, so that it is not made for each file. */
const LEFT = 0.9;

interface Entry {
  readonly name: string;
  readonly bytes: number;
  readonly usedAt: number;
}

const isInUse = ({ bytes, usedAt }: Pick<Entry, "bytes" | "usedAt">, now: number): boolean => usedAt + lengthMs(bytes) + KEPT_MS > now;

/** The time of a file's last use is its modification time, so that it outlives the process. */
export class SoundCache {
  readonly #options: CacheOptions;
  #bytes = 0;
  #files = 0;
  #lookedAt = 0;
  #making: Promise<void> | null = null;

  private constructor(options: CacheOptions) {
    this.#options = options;
  }

  /** Makes the directory where there is none. Throws where it cannot be written. */
  static async open(options: CacheOptions): Promise<SoundCache> {
    await mkdir(options.directory, { recursive: true });
    const cache = new SoundCache(options);
    const probe = cache.#temporary();
    await (await open(probe, "wx", 0o644)).close();
    await rm(probe);
    await cache.#makeRoom(0);
    return cache;
  }

  get size(): { readonly bytes: number; readonly files: number } {
    return { bytes: this.#bytes, files: this.#files };
  }

  /** Whether the file is there; if so it counts as used now, and stays for a while. */
  async has(name: CacheFile): Promise<boolean> {
    const path = this.#path(name);
    const now = new Date(this.#now());
    try {
      await utimes(path, now, now);
      // It may have been taken away between the two.
      return (await stat(path)).size > 0;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** The content of a small file; null: it is not there. */
  async read(name: CacheFile): Promise<string | null> {
    try {
      return await readFile(this.#path(name), "utf8");
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Puts the file there as a whole, or not at all. Throws CacheFull, and what the disk refuses. */
  async put(name: CacheFile, content: Buffer): Promise<void> {
    const { maxBytes, maxFiles } = this.#options;
    if (this.#bytes + content.length > maxBytes || this.#files + 1 > maxFiles || this.#now() - this.#lookedAt > LOOK_MS) await this.#makeRoom(content.length);
    if (this.#bytes + content.length > maxBytes || this.#files + 1 > maxFiles) throw new CacheFull();
    this.#bytes += content.length;
    this.#files += 1;
    const temporary = this.#temporary();
    try {
      const file = await open(temporary, "wx", 0o644);
      try {
        await file.writeFile(content);
        // A name that outlives a power cut before its content does would be played as silence.
        await file.datasync();
        const now = new Date(this.#now());
        await file.utimes(now, now);
      } finally {
        await file.close();
      }
      await rename(temporary, this.#path(name));
    } catch (error) {
      this.#bytes -= content.length;
      this.#files -= 1;
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }

  #path(name: string): string {
    return join(this.#options.directory, name);
  }

  #temporary(): string {
    return this.#path(`.${randomUUID()}.tmp`);
  }

  /** Once for all that wait for it. */
  #makeRoom(bytes: number): Promise<void> {
    this.#making ??= this.#look(bytes).finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  async #look(bytes: number): Promise<void> {
    const { maxBytes, maxFiles, logger } = this.#options;
    const entries = await this.#entries();
    this.#lookedAt = this.#now();
    this.#bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    this.#files = entries.length;
    if (this.#bytes + bytes <= maxBytes && this.#files + 1 <= maxFiles) return;
    for (const entry of entries.sort((a, b) => a.usedAt - b.usedAt)) {
      if (this.#bytes + bytes <= maxBytes * LEFT && this.#files + 1 <= maxFiles * LEFT) return;
      if (isInUse(entry, this.#now())) continue;
      try {
        if (!(await this.#remove(entry))) continue;
        this.#bytes -= entry.bytes;
        this.#files -= 1;
      } catch (error) {
        logger.warn({ err: error, file: entry.name }, "a file of the cache of sounds cannot be removed");
      }
    }
  }

  /** False when another process has given it to a caller meanwhile. */
  async #remove({ name }: Entry): Promise<boolean> {
    const aside = this.#temporary();
    try {
      await rename(this.#path(name), aside);
      const { size, mtimeMs } = await stat(aside);
      if (isInUse({ bytes: size, usedAt: mtimeMs }, this.#now())) {
        await rename(aside, this.#path(name));
        return false;
      }
      await rm(aside);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return true;
  }

  async #entries(): Promise<Entry[]> {
    const entries: Entry[] = [];
    for await (const { name } of await opendir(this.#options.directory)) {
      const isTemporary = TEMPORARY.test(name);
      if (!isTemporary && !NAME.test(name)) continue;
      try {
        const { size, mtimeMs } = await stat(this.#path(name));
        if (!isTemporary) entries.push({ name, bytes: size, usedAt: mtimeMs });
        else if (mtimeMs + ABANDONED_MS < this.#now()) await rm(this.#path(name), { force: true });
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
    return entries;
  }
}
