/** What FreeSWITCH would make of a path, with or without a file behind it. */
import { closeSync, openSync, readSync, writeFileSync } from "node:fs";

/** How long a file of unknown length plays (`name-1500ms.wav` says its own), in milliseconds. */
const ORDINARY_FILE_MS = 2000;
const FOREVER_MS = 365 * 24 * 3600 * 1000;

/** Paths that the simulated file system does not let FreeSWITCH write: under /unwritable or /proc. */
export const isUnwritable = (path: string): boolean => /^\/(?:unwritable|proc)(?:\/|$)/.test(path);

/** Paths with nothing behind them: under /nonexistent or /unwritable. */
export const isUnreadable = (path: string): boolean => /^\/(?:nonexistent|unwritable)(?:\/|$)/.test(path);

export const fileType = (path: string): string => /^([a-z_]+):\/\//.exec(path)?.[1] ?? "file";

/** Milliseconds that the path plays: a tone's on and off times, the silence asked for, endless for streams. */
export function durationMs(path: string): number {
  if (path.startsWith("local_stream://") || path.includes("loops=-1")) return FOREVER_MS;
  const tone = /^tone_stream:\/\/.*?%\((\d+),(\d+),/.exec(path);
  const loops = Number(/loops=(\d+)/.exec(path)?.[1] ?? "1");
  if (tone?.[1] !== undefined && tone[2] !== undefined) return (Number(tone[1]) + Number(tone[2])) * loops;
  const silence = /^silence_stream:\/\/(-?\d+)/.exec(path)?.[1];
  if (silence !== undefined) return silence === "-1" ? FOREVER_MS : Number(silence);
  const named = /-(\d{1,7})ms\.[a-z0-9]{1,4}$/.exec(path)?.[1];
  return (named !== undefined ? Number(named) : (wavMs(path) ?? ORDINARY_FILE_MS)) * loops;
}

const WAV_HEADER = 44;

/** How long a plain WAV file plays; undefined for none. */
function wavMs(path: string): number | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return undefined;
  }
  try {
    const header = Buffer.alloc(WAV_HEADER);
    if (readSync(file, header, 0, WAV_HEADER, 0) < WAV_HEADER || header.toString("latin1", 0, 4) !== "RIFF" || header.toString("latin1", 36, 40) !== "data") return undefined;
    const bytesPerSecond = header.readUInt32LE(28);
    return bytesPerSecond === 0 ? undefined : (header.readUInt32LE(40) / bytesPerSecond) * 1000;
  } finally {
    closeSync(file);
  }
}

const LONGEST_SILENCE_MS = 60_000;

/** What a recording of a simulated caller leaves, where the directory exists: silence of its length. */
export const writeSilence = (path: string, ms: number): void => writeWav(path, Buffer.alloc(16 * Math.round(Math.min(ms, LONGEST_SILENCE_MS))));

/** Writes 16-bit mono of 8 kHz, where the directory exists. */
export function writeWav(path: string, pcm: Buffer): void {
  const bytes = pcm.length;
  const header = Buffer.alloc(WAV_HEADER);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(WAV_HEADER - 8 + bytes, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(bytes, 40);
  try {
    writeFileSync(path, Buffer.concat([header, pcm]));
  } catch {
    // Most simulated paths have no directory.
  }
}
