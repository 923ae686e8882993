/** WAVE files as MP3, by lame, sox or ffmpeg, whichever the machine has. What was made is kept for a while, in files without names, so that nothing of them is left after a kill. */
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, open as openFile, read, write, type ReadStream } from "node:fs";
import { open, unlink, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { CommandFailed, Commands } from "./command.js";
import { Crowded } from "./places.js";
import { reasonOf, Shared } from "./shared.js";

export interface Mp3Limits {
  /** Programs that run at a time, and who wait for one. */
  readonly atOnce: number;
  readonly maxWaiting: number;
  /** Of one file. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Of all that are kept. */
  readonly keptBytes: number;
  readonly keptFiles: number;
}

const LIMITS: Mp3Limits = { atOnce: 2, maxWaiting: 16, timeoutMs: 120_000, maxBytes: 128 * 1024 * 1024, keptBytes: 256 * 1024 * 1024, keptFiles: 64 };
const LOOK = { timeoutMs: 5000, maxBytes: 1_000_000 };
/** Of a channel, as Twilio's. */
const KBIT_S = 32;

/** `missing`: the machine has no program that makes MP3. `crowded`: too many wait. `failed`: the program could not. */
export class NoMp3 extends Error {
  readonly why: "missing" | "crowded" | "failed";
  constructor(why: NoMp3["why"], message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = "NoMp3";
    this.why = why;
  }
}

export interface Mp3File {
  readonly bytes: number;
  /** Call it once, or `close`. */
  read(): ReadStream;
  close(): void;
}

export interface WaveSource {
  readonly channels: number;
  open(): Readable;
}

type Argv = (channels: number) => readonly string[];

/** One that may be on the machine. */
export interface Mp3Program {
  /** Whether it is, and makes MP3: by what this command writes. */
  readonly look: readonly string[];
  readonly isGood: (output: string) => boolean;
  /** Reads a WAVE file from stdin, writes MP3 to stdout. */
  readonly argv: Argv;
}

const CANDIDATES: readonly Mp3Program[] = [
  { look: ["lame", "--version"], isGood: () => true, argv: (channels) => ["lame", "--quiet", "-b", String(KBIT_S * channels), "-", "-"] },
  { look: ["sox", "--help"], isGood: (help) => /AUDIO FILE FORMATS:[^\n]* mp3 /.test(help), argv: (channels) => ["sox", "-V1", "-t", "wav", "-", "-t", "mp3", "-C", String(KBIT_S * channels), "-"] },
  {
    look: ["ffmpeg", "-hide_banner", "-encoders"],
    isGood: (encoders) => encoders.includes("libmp3lame"),
    argv: (channels) => ["ffmpeg", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "pipe", "-f", "wav", "-i", "pipe:0", "-vn", "-b:a", `${KBIT_S * channels}k`, "-f", "mp3", "pipe:1"],
  },
];

/** The file is ours to close, and not the stream's. */
const stays = (_fd: number, done?: (error?: NodeJS.ErrnoException | null) => void): void => done?.(null);

class Kept {
  readonly bytes: number;
  readonly #file: FileHandle;
  #readers = 0;
  #isDropped = false;
  #isClosed = false;

  constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.bytes = bytes;
  }

  /** Null: it is gone. */
  reader(): Mp3File | null {
    if (this.#isClosed) return null;
    this.#readers += 1;
    let isOver = false;
    const close = (): void => {
      if (isOver) return;
      isOver = true;
      this.#readers -= 1;
      this.#close();
    };
    return {
      bytes: this.bytes,
      read: () => createReadStream("", { fd: this.#file.fd, start: 0, fs: { open: openFile, read, close: stays } }).once("close", close),
      close,
    };
  }

  /** With its last reader. */
  drop(): void {
    this.#isDropped = true;
    this.#close();
  }

  #close(): void {
    if (!this.#isDropped || this.#readers > 0 || this.#isClosed) return;
    this.#isClosed = true;
    void this.#file.close().catch(() => undefined);
  }
}

export class Mp3Encoder {
  readonly #limits: Mp3Limits;
  readonly #commands: Commands;
  readonly #candidates: readonly Mp3Program[];
  readonly #directory: string;
  readonly #shared = new Shared<Kept>();
  readonly #closing = new AbortController();
  /** By key, the one that was not asked for for the longest time first. Bounded by `keptFiles` and `keptBytes`. */
  readonly #kept = new Map<string, Kept>();
  #program: Promise<Argv | null> | null = null;

  constructor({ limits = {}, candidates = CANDIDATES, directory = tmpdir() }: { readonly limits?: Partial<Mp3Limits>; readonly candidates?: readonly Mp3Program[]; readonly directory?: string } = {}) {
    this.#limits = { ...LIMITS, ...limits };
    this.#commands = new Commands(this.#limits.atOnce, this.#limits.maxWaiting);
    this.#candidates = candidates;
    this.#directory = directory;
  }

  /** The same key is the same sound. Throws NoMp3. */
  async encode(key: string, source: WaveSource): Promise<Mp3File> {
    const known = this.#use(key);
    if (known !== null) return known;
    try {
      const made = await this.#shared.run(key, this.#closing.signal, (signal) => this.#make(key, source, signal));
      const file = made.reader();
      if (file !== null) return file;
      throw new NoMp3("crowded", "too many sounds are made at once");
    } catch (error) {
      if (error instanceof NoMp3) throw error;
      if (error instanceof Crowded) throw new NoMp3("crowded", "too many sounds are made at once", { cause: error });
      throw new NoMp3("failed", error instanceof CommandFailed ? error.message : "the sound could not be made", { cause: error });
    }
  }

  /** What was made of the keys that begin so is let go. */
  forget(prefix: string): void {
    for (const [key, kept] of this.#kept) if (key.startsWith(prefix)) this.#drop(key, kept);
  }

  /** Idempotent. */
  close(): void {
    this.#closing.abort(new Error("Callplane is shutting down."));
    this.#shared.close(reasonOf(this.#closing.signal));
    this.#commands.close();
    this.forget("");
  }

  #use(key: string): Mp3File | null {
    const kept = this.#kept.get(key);
    if (kept === undefined) return null;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.reader();
  }

  async #make(key: string, source: WaveSource, signal: AbortSignal): Promise<Kept> {
    const { timeoutMs, maxBytes } = this.#limits;
    const program = await this.#found(signal);
    if (program === null) throw new NoMp3("missing", "there is neither lame, nor sox with its mp3 format, nor ffmpeg");
    const path = join(this.#directory, `.callplane-${randomUUID()}.mp3`);
    const file = await open(path, "wx+", 0o600);
    try {
      await unlink(path);
      await this.#commands.pipe(program(source.channels), () => source.open(), createWriteStream("", { fd: file.fd, fs: { open: openFile, write, close: stays } }), { timeoutMs, maxBytes }, signal);
      const kept = new Kept(file, (await file.stat()).size);
      this.#keep(key, kept);
      return kept;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  #keep(key: string, kept: Kept): void {
    const { keptBytes, keptFiles } = this.#limits;
    // Nobody would let go of it any more.
    if (this.#closing.signal.aborted) return kept.drop();
    this.#kept.set(key, kept);
    let bytes = [...this.#kept.values()].reduce((sum, each) => sum + each.bytes, 0);
    for (const [old, each] of this.#kept) {
      if (old === key || (bytes <= keptBytes && this.#kept.size <= keptFiles)) return;
      bytes -= each.bytes;
      this.#drop(old, each);
    }
  }

  #drop(key: string, kept: Kept): void {
    this.#kept.delete(key);
    kept.drop();
  }

  /** Looked for when it is needed first, and again while there is none: one may be installed. */
  async #found(signal: AbortSignal): Promise<Argv | null> {
    this.#program ??= this.#look(signal).catch((error: unknown) => {
      this.#program = null;
      throw error;
    });
    const program = await this.#program;
    if (program === null) this.#program = null;
    return program;
  }

  async #look(signal: AbortSignal): Promise<Argv | null> {
    for (const { look, isGood, argv } of this.#candidates) {
      try {
        if (isGood((await this.#commands.run(look, Buffer.alloc(0), LOOK, signal)).toString("utf8"))) return argv;
      } catch (error) {
        if (!(error instanceof CommandFailed)) throw error;
      }
    }
    return null;
  }
}
