/** Files beside the database for what it does not take now and what must outlive the process. */
import { randomUUID } from "node:crypto";
import { appendFileSync, closeSync, constants, existsSync, mkdirSync, openSync, rmSync } from "node:fs";
import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Logger } from "./logger.js";
import { isMissing, systemCode } from "./system-errors.js";

const MAX_BYTES = 16 * 1024 * 1024;

/** `keep` and `clear` work at once, as the database's own commits do: a line takes some 50 µs, and an answer that waits for it would wait for several turns of the event loop. */
export interface Spool {
  /** False when the lines could not be kept, because the file is full or the disk refuses. True: a kill of the process does not lose them. Never throws. */
  keep(lines: readonly unknown[]): boolean;
  /**
   * Gives what other processes have left, file by file; a file goes when `take` has resolved. Throws what `take` throws. A process that lives after all learns of it by
   * `isTaken`, and `take` is to look for what that one has written meanwhile.
   */
  recover(take: (lines: readonly unknown[]) => Promise<void>): Promise<void>;
  /** Whether another process has taken for itself what was kept since the last `clear`, and may have written it. Asked in the transaction that writes it, there is no moment between. Never throws. */
  isTaken(): boolean;
  /** Everything that was kept so far is in the database. Never throws. */
  clear(): void;
}

export interface SpoolOptions {
  readonly logger: Logger;
  readonly maxBytes?: number;
}

/** What a process keeps in memory alone. */
export const noSpool: Spool = { keep: () => false, recover: async () => undefined, isTaken: () => false, clear: () => undefined };

/** One process's file in a directory that several share; the directory is made when something is to be kept, within one that is there. */
class FileSpool implements Spool {
  readonly #directory: string;
  readonly #prefix: string;
  readonly #path: string;
  readonly #logger: Logger;
  readonly #maxBytes: number;
  #bytes = 0;
  #taken = false;
  #failing = false;

  constructor(directory: string, name: string, { logger, maxBytes = MAX_BYTES }: SpoolOptions) {
    this.#directory = directory;
    this.#prefix = `${name}-`;
    this.#path = join(directory, `${name}-${randomUUID()}.jsonl`);
    this.#logger = logger;
    this.#maxBytes = maxBytes;
  }

  keep(lines: readonly unknown[]): boolean {
    if (lines.length === 0) return true;
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    const bytes = Buffer.byteLength(text);
    if (this.#bytes + bytes > this.#maxBytes) return false;
    try {
      // What a full disk has left of a line must not become a part of the next one.
      const whole = this.#failing ? `\n${text}` : text;
      if (this.#bytes === 0 || !this.#append(whole)) this.#begin(whole);
      this.#bytes += bytes;
      this.#failing = false;
      return true;
    } catch (error) {
      if (!this.#failing) this.#logger.error({ err: error, file: this.#path }, "the spool file cannot be written; what is confirmed waits for the database");
      this.#failing = true;
      return false;
    }
  }

  async recover(take: (lines: readonly unknown[]) => Promise<void>): Promise<void> {
    for (const name of await this.#left()) {
      // Under a name of this process's own: of several that recover, one takes it, and a process that still lives begins another file.
      const path = join(this.#directory, `${this.#prefix}${randomUUID()}.jsonl`);
      if (!(await this.#rename(join(this.#directory, name), path))) continue;
      try {
        for (;;) {
          const text = await readFile(path);
          await take(this.#parsed(text.toString("utf8"), path));
          // A process that still lives may have been about to add to it.
          if ((await stat(path)).size === text.length) break;
        }
        await rm(path);
      } catch (error) {
        // Another process that begins has taken it from this one.
        if (isMissing(error)) continue;
        throw error;
      }
      this.#logger.info({ file: name }, "what another process left in its spool file is in the database now");
    }
  }

  isTaken(): boolean {
    this.#taken ||= this.#bytes > 0 && !existsSync(this.#path);
    return this.#taken;
  }

  clear(): void {
    if (this.#bytes === 0 && !this.#failing) return;
    this.#bytes = 0;
    this.#taken = false;
    try {
      rmSync(this.#path, { force: true });
    } catch (error) {
      this.#logger.error({ err: error, file: this.#path }, "the spool file cannot be removed");
    }
  }

  /** False: the file is gone. Opening it does not make it anew, or nobody would notice. */
  #append(text: string): boolean {
    try {
      const file = openSync(this.#path, constants.O_WRONLY | constants.O_APPEND);
      try {
        appendFileSync(file, text);
      } finally {
        closeSync(file);
      }
      return true;
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.#taken = true;
      return false;
    }
  }

  #begin(text: string): void {
    try {
      // Not the directory of the database, which may be gone and come again.
      mkdirSync(this.#directory, { mode: 0o700 });
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
    appendFileSync(this.#path, text, { mode: 0o600 });
  }

  /** False: another process was faster. */
  async #rename(from: string, to: string): Promise<boolean> {
    try {
      await rename(from, to);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async #left(): Promise<readonly string[]> {
    try {
      return (await readdir(this.#directory)).filter((name) => name.startsWith(this.#prefix) && name.endsWith(".jsonl") && name !== basename(this.#path)).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** A process that was killed may have left half of a line. */
  #parsed(text: string, file: string): readonly unknown[] {
    return text.split("\n").filter((line) => line !== "").flatMap((line): readonly unknown[] => {
      try {
        const parsed: unknown = JSON.parse(line);
        return [parsed];
      } catch {
        this.#logger.error({ file, line }, "a line of a spool file cannot be read");
        return [];
      }
    });
  }
}

export const openSpool = (directory: string, name: string, options: SpoolOptions): Spool => new FileSpool(directory, name, options);
