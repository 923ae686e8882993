/** What FreeSWITCH would make of a path, without a file behind it. */

/** How long a file of unknown length plays, in milliseconds. */
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
  return ORDINARY_FILE_MS * loops;
}
