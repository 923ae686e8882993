/** Files beside the database for what it does not take now and what must outlive the process. */
import { randomUUID } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "./logger.js";

const MAX_BYTES = 16 * 1024 * 1024;

export interface Spool {
  /** False when the lines could not be kept, because the file is full or the disk refuses. True: a kill of the process does not lose them. Never rejects. */
  keep(lines: readonly unknown[]): Promise<boolean>;
  /** Gives what ended processes have left, file by file; a file goes when `take` has resolved. Throws what `take` throws. */
  recover(take: (lines: readonly unknown[]) => Promise<void>): Promise<void>;
  /** Everything that was kept so far is in the database. Never rejects. */
  clear(): Promise<void>;
}

export interface SpoolOptions {
  readonly logger: Logger;
  readonly maxBytes?: number;
}

/** What a process keeps in memory alone. */
export const noSpool: Spool = { keep: async () => false, recover: async () => undefined, clear: async () => undefined };

/** One process's file in a directory that several share; the directory is made when something is to be kept. */
class FileSpool implements Spool {
  readonly #directory: string;
  readonly #prefix: string;
  readonly #path: string;
  readonly #logger: Logger;
  readonly #maxBytes: number;
  #bytes = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(directory: string, name: string, { logger, maxBytes = MAX_BYTES }: SpoolOptions) {
    this.#directory = directory;
    this.#prefix = `${name}-`;
    this.#path = join(directory, `${name}-${randomUUID()}.jsonl`);
    this.#logger = logger;
    this.#maxBytes = maxBytes;
  }

  keep(lines: readonly unknown[]): Promise<boolean> {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    return this.#inTurn(async () => {
      if (text === "") return true;
      const bytes = Buffer.byteLength(text);
      if (this.#bytes + bytes > this.#maxBytes) return false;
      try {
        await mkdir(this.#directory, { recursive: true, mode: 0o700 });
        this.#bytes += bytes;
        await appendFile(this.#path, text, { mode: 0o600 });
        return true;
      } catch (error) {
        this.#logger.error({ err: error, file: this.#path }, "the spool file cannot be written");
        return false;
      }
    });
  }

  async recover(take: (lines: readonly unknown[]) => Promise<void>): Promise<void> {
    for (const name of await this.#left()) {
      const path = join(this.#directory, name);
      for (;;) {
        const text = await readFile(path);
        await take(this.#parsed(text.toString("utf8"), path));
        // A process that still lives may have added to it meanwhile.
        if ((await stat(path)).size === text.length) break;
      }
      await rm(path);
      this.#logger.info({ file: path }, "what an earlier process left in its spool file is in the database now");
    }
  }

  async clear(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#bytes === 0) return;
      this.#bytes = 0;
      try {
        await rm(this.#path, { force: true });
      } catch (error) {
        this.#logger.error({ err: error, file: this.#path }, "the spool file cannot be removed");
      }
    });
  }

  async #left(): Promise<readonly string[]> {
    try {
      return (await readdir(this.#directory)).filter((name) => name.startsWith(this.#prefix) && name.endsWith(".jsonl")).sort();
    } catch (error) {
      if (error instanceof Error && Reflect.get(error, "code") === "ENOENT") return [];
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

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.then(() => undefined);
    return done;
  }
}

export const openSpool = (directory: string, name: string, options: SpoolOptions): Spool => new FileSpool(directory, name, options);
