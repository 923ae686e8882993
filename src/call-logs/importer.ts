/**
 * Reads the call detail records that FreeSWITCH leaves in a directory: each is committed before its file is removed, so that a crash in between
 * brings it again, and the key (core uuid, channel uuid) keeps it from being stored twice (FREESWITCH.md, "Call detail records"). None is dropped:
 * what cannot be read or stored is set aside with the reason, and what only the moment forbids (a busy database, a full disk) waits in its file.
 */
import { createHash } from "node:crypto";
import { constants, type Dirent } from "node:fs";
import { open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import { CdrError, parseCdr, type Cdr } from "./cdr.js";
import { storeCdr, type CdrContext } from "./cdr-record.js";
import type { CallRecordStore, CdrQuarantine } from "./ports.js";
import { inSlices } from "./slices.js";
import { systemCode } from "../system-errors.js";

/** Records that are read at a time. */
const BATCH = 20;
/** Larger than any that FreeSWITCH writes; what is larger is set aside with its beginning. */
const MAX_BYTES = 2 * 1024 * 1024;

export interface ImporterSettings {
  readonly directory: string;
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** Milliseconds after which a file that does not parse is no longer believed to be half written. */
  readonly patienceMs: number;
}

export interface ImporterDependencies extends CdrContext {
  readonly store: Pick<CallRecordStore, "transaction" | "isRefusal">;
  readonly quarantine: CdrQuarantine;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "incident">;
  /** Commits what events have shown so far. */
  readonly flush: () => Promise<void>;
}

interface ReadCdr {
  readonly file: ReadFile;
  readonly cdr: Cdr;
}

interface ReadFile {
  readonly path: string;
  readonly text: string;
  readonly modifiedMs: number;
  readonly whole: boolean;
}

export class CdrImporter {
  readonly #settings: ImporterSettings;
  readonly #dependencies: ImporterDependencies;
  #timer: NodeJS.Timeout | null = null;
  #scanning: Promise<void> | null = null;
  #closed = false;
  #failing = false;
  /** Files that could not be read or removed, and were reported. Bounded by the files in the directory. */
  readonly #stuck = new Set<string>();

  constructor(settings: ImporterSettings, dependencies: ImporterDependencies) {
    this.#settings = settings;
    this.#dependencies = dependencies;
  }

  /** Looks at once, and from then on. */
  start(): void {
    void this.#round();
  }

  /** Everything that is in the directory now; joins a look that is under way, and then looks again. Never rejects. */
  async scan(): Promise<void> {
    await this.#scanning;
    this.#scanning ??= this.#scan().finally(() => {
      this.#scanning = null;
    });
    await this.#scanning;
  }

  /** Idempotent; lets the batch under way end. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#scanning;
  }

  async #round(): Promise<void> {
    await this.scan();
    if (!this.#closed) this.#timer = setTimeout(() => void this.#round(), this.#settings.everyMs);
  }

  async #scan(): Promise<void> {
    try {
      const files = await this.#files(this.#settings.directory, 1);
      // Somebody else may have removed them.
      const there = new Set(files);
      for (const path of this.#stuck) if (!there.has(path)) this.#stuck.delete(path);
      for (let from = 0; from < files.length && !this.#closed; from += BATCH) await this.#import(files.slice(from, from + BATCH));
      this.#failing = false;
    } catch (error) {
      // Told once: the directory may be away for hours.
      if (!this.#failing) this.#dependencies.logger.error({ err: error, directory: this.#settings.directory }, "call detail records cannot be read; trying again");
      if (!this.#failing) this.#dependencies.metrics.incident("cdr_import_failed");
      this.#failing = true;
    }
  }

  /** With `rotate`, mod_json_cdr makes directories of their own by date. */
  async #files(directory: string, depth: number): Promise<string[]> {
    const entries: Dirent[] = await readdir(directory, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".json")).map((entry) => join(directory, entry.name));
    const below = depth === 0 ? [] : await Promise.all(entries.filter((entry) => entry.isDirectory()).map((entry) => this.#files(join(directory, entry.name), depth - 1)));
    return [...files, ...below.flat()];
  }

  async #import(paths: readonly string[]): Promise<void> {
    const cdrs: ReadCdr[] = [];
    for (const file of await Promise.all(paths.map((path) => this.#read(path)))) {
      if (file === null) continue;
      try {
        if (!file.whole) throw new CdrError(`is larger than ${MAX_BYTES} bytes`);
        cdrs.push({ file, cdr: parseCdr(file.text) });
      } catch (error) {
        if (!(error instanceof CdrError)) throw error;
        // It may still be being written.
        if (!file.whole || Date.now() - file.modifiedMs >= this.#settings.patienceMs) await this.#setAside(file, error.message);
      }
    }
    if (cdrs.length === 0) return;
    await this.#dependencies.flush();
    try {
      await this.#store(cdrs);
    } catch (error) {
      if (!this.#dependencies.store.isRefusal(error)) throw error;
      // One of them will be refused again and again, and must not keep the others.
      for (const one of cdrs) await this.#storeAlone(one);
    }
  }

  async #store(cdrs: readonly ReadCdr[]): Promise<void> {
    await inSlices(this.#dependencies.store, cdrs, (tx, { cdr }) => storeCdr(tx, cdr, this.#dependencies), async (stored) => {
      for (const { file } of stored) await this.#remove(file);
    });
  }

  async #storeAlone(one: ReadCdr): Promise<void> {
    try {
      await this.#store([one]);
    } catch (error) {
      if (!this.#dependencies.store.isRefusal(error)) throw error;
      await this.#setAside(one.file, `cannot be stored: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #setAside(file: ReadFile, reason: string): Promise<void> {
    const { quarantine, logger, metrics } = this.#dependencies;
    const origin = file.path.slice(this.#settings.directory.length).replace(/^\/+/, "").slice(0, 255);
    await quarantine.add({ at: new Date(), origin, reason: reason.slice(0, 500), digest: createHash("sha256").update(file.text).digest("hex"), content: file.text });
    metrics.incident("cdr_quarantined");
    logger.warn({ file: file.path, reason }, "a call detail record could not be read or stored, and was set aside");
    await this.#remove(file);
  }

  /** One that stays is read again, and is known then. */
  async #remove({ path }: ReadFile): Promise<void> {
    try {
      await unlink(path);
      this.#stuck.delete(path);
    } catch (error) {
      // Another process has stored it too.
      if (isGone(error)) return;
      this.#tellOnce(path, error, "a call detail record was stored and cannot be removed");
    }
  }

  /** Null for one that cannot be read: it keeps no other. */
  async #read(path: string): Promise<ReadFile | null> {
    try {
      return await readLimited(path);
    } catch (error) {
      this.#tellOnce(path, error, "a call detail record cannot be read; trying again");
      return null;
    }
  }

  #tellOnce(path: string, error: unknown, what: string): void {
    if (this.#stuck.has(path)) return;
    this.#stuck.add(path);
    this.#dependencies.metrics.incident("cdr_import_failed");
    this.#dependencies.logger.error({ err: error, file: path }, what);
  }
}

/** Null when it has gone, or has become a link. Links are not followed, so that a writer of this directory cannot make us read other files. */
async function readLimited(path: string): Promise<ReadFile | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { size, mtimeMs } = await file.stat();
      const buffer = Buffer.alloc(Math.min(size, MAX_BYTES));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return { path, text: buffer.subarray(0, bytesRead).toString("utf8"), modifiedMs: mtimeMs, whole: size <= MAX_BYTES };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

const isGone = (error: unknown): boolean => ["ENOENT", "ELOOP"].includes(systemCode(error));
