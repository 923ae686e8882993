/** Reads and removes FreeSWITCH's recordings, below one directory alone, whatever a row or a link says. */
import { open, realpath, unlink } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { lengthMs, trimSilence } from "../speech/index.js";
import type { RecordingContent } from "./types.js";

const isGone = (error: unknown): boolean => error instanceof Error && ["ENOENT", "ENOTDIR"].includes(String(Reflect.get(error, "code")));

export class RecordingFiles {
  readonly #written: string;
  readonly #read: string;

  /** `written`: where FreeSWITCH writes, on its own disk; `read`: where that directory is for Callplane. */
  constructor(written: string, read: string) {
    this.#written = written.replace(/\/+$/, "");
    this.#read = read;
  }

  /** Null when it is not there or not within the directory. */
  async open(path: string): Promise<RecordingContent | null> {
    const real = await this.#locate(path);
    if (real === null) return null;
    const file = await open(real, "r");
    const stats = await file.stat();
    if (!stats.isFile()) {
      await file.close();
      return null;
    }
    return {
      name: basename(real),
      bytes: stats.size,
      modifiedAt: stats.mtime,
      read: (range) => file.createReadStream({ autoClose: true, ...(range === undefined ? {} : range) }),
      close: () => file.close(),
    };
  }

  /** Cuts silence off both ends; gives the milliseconds that are left, or null when it is not there or not within the directory. Throws what the file system throws. */
  async trim(path: string): Promise<number | null> {
    const real = await this.#locate(path);
    return real === null ? null : trimSilence(real);
  }

  /** How long it is, milliseconds; null when it is not there or not within the directory. Throws as `trim`. */
  async lengthMs(path: string): Promise<number | null> {
    const real = await this.#locate(path);
    return real === null ? null : lengthMs(real);
  }

  /** True also for a missing file, false for one outside of the directory; throws when it cannot be removed. */
  async remove(path: string): Promise<boolean> {
    if (!this.#isOurs(path)) return false;
    const real = await this.#locate(path);
    if (real !== null) await unlink(real);
    return true;
  }

  #isOurs(path: string): boolean {
    return path.startsWith(`${this.#written}/`) && !path.split("/").includes("..");
  }

  async #locate(path: string): Promise<string | null> {
    if (!this.#isOurs(path)) return null;
    try {
      const root = await realpath(this.#read);
      const real = await realpath(join(root, path.slice(this.#written.length + 1)));
      return real.startsWith(root + sep) ? real : null;
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }
}
