/** Reads and removes FreeSWITCH's recordings, below one directory alone, whatever a row or a link says. */
import { createReadStream } from "node:fs";
import { open, realpath, unlink, type FileHandle } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { Readable } from "node:stream";
import { CallplaneError, invalid } from "../errors.js";
import { lengthMs, mixed, mixedFileBytes, Mp3Encoder, NoMp3, trimSilence, waveIn, type RecordedWave } from "../speech/index.js";
import type { RecordingContent, RecordingForm } from "./recording.js";
import { systemCode } from "../system-errors.js";

const isGone = (error: unknown): boolean => ["ENOENT", "ENOTDIR"].includes(systemCode(error));

export class RecordingFiles {
  readonly #written: string;
  readonly #read: string;
  readonly #mp3: Pick<Mp3Encoder, "encode" | "forget">;

  /** `written`: where FreeSWITCH writes, on its own disk; `read`: where that directory is for Callplane. */
  constructor(written: string, read: string, mp3: Pick<Mp3Encoder, "encode" | "forget"> = new Mp3Encoder()) {
    this.#written = written.replace(/\/+$/, "");
    this.#read = read;
    this.#mp3 = mp3;
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

  /** In another form than the file has; null as `open`. Throws InvalidParameter for channels that it does not have, UnsupportedMediaType where nothing makes it, Busy, Internal. */
  async openAs(path: string, { type, channels }: RecordingForm): Promise<RecordingContent | null> {
    const real = await this.#locate(path);
    if (real === null) return null;
    const file = await open(real, "r");
    try {
      const { size, mtime } = await file.stat();
      const wave = await recordedIn(file);
      if ((channels ?? 1) > wave.channels) throw invalid("RequestedChannels", "is more than the recording has.");
      const isMixed = channels === 1 && wave.channels === 2;
      const source = (): Readable => (isMixed ? mixed(wave, samplesIn(real, wave)) : createReadStream(real));
      const name = basename(real);
      if (type === "wav") return { name, modifiedAt: mtime, bytes: isMixed ? mixedFileBytes(wave) : size, read: source, close: async () => undefined };
      const made = await this.#mp3.encode(`${real} ${mtime.getTime()} ${size} ${String(isMixed)}`, { channels: isMixed ? 1 : wave.channels, open: source }).catch(refused);
      return { name: name.replace(/\.\w+$/, ".mp3"), modifiedAt: mtime, bytes: made.bytes, read: () => made.read(), close: async () => made.close() };
    } finally {
      await file.close();
    }
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
    if (real === null) return true;
    await unlink(real);
    this.#mp3.forget(`${real} `);
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

/** From the first sample to the last. */
const samplesIn = (path: string, { from, to }: RecordedWave): Readable => (to > from ? createReadStream(path, { start: from, end: to - 1 }) : Readable.from([]));

async function recordedIn(file: FileHandle): Promise<RecordedWave> {
  try {
    return await waveIn(file);
  } catch (error) {
    throw new CallplaneError("UnsupportedMediaType", "The recording is no WAVE file of 16 bits, and is to be had as it is alone.", {}, { cause: error });
  }
}

function refused(error: unknown): never {
  if (!(error instanceof NoMp3)) throw error;
  if (error.why === "missing") throw new CallplaneError("UnsupportedMediaType", `Recordings are not to be had as MP3: ${error.message}. As WAVE (.wav) they are.`, {}, { cause: error });
  if (error.why === "crowded") throw new CallplaneError("Busy", "Too many recordings are made to MP3 at once.", { retryAfterS: 5 }, { cause: error });
  throw new CallplaneError("Internal", "The recording could not be made to MP3.", {}, { cause: error });
}
