/** Reads what FreeSWITCH records while it records it. */
import { open, type FileHandle } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isMissing } from "../system-errors.js";

export interface GrowingFileOptions {
  /** Looked at again after so long. */
  readonly pollMs?: number;
  /** The file has ended when it has not grown for so long. */
  readonly idleMs?: number;
}

const PIECE_BYTES = 16_000;

async function opened(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/**
 * The samples of a recording whose name ends in `.r8` (raw signed 16-bit samples at 8 kHz, as FreeSWITCH's mod_sndfile writes them), as they are written;
 * `enable_file_write_buffering=false` on the channel makes that each 20 ms. The file may not be there yet. Ends with the signal, or when nothing has been
 * written for `idleMs`.
 */
export async function* growingAudio(path: string, signal: AbortSignal, { pollMs = 40, idleMs = 2000 }: GrowingFileOptions = {}): AsyncGenerator<Buffer> {
  let file: FileHandle | null = null;
  try {
    let at = 0;
    let grewAt = performance.now();
    while (!signal.aborted) {
      file ??= await opened(path);
      const { bytesRead, buffer } = file === null ? { bytesRead: 0, buffer: Buffer.alloc(0) } : await file.read(Buffer.alloc(PIECE_BYTES), 0, PIECE_BYTES, at);
      const whole = bytesRead - (bytesRead % 2);
      if (whole > 0) {
        at += whole;
        grewAt = performance.now();
        yield buffer.subarray(0, whole);
        continue;
      }
      if (performance.now() - grewAt >= idleMs) return;
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await file?.close();
  }
}
