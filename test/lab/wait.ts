/** Waiting on conditions, with a limit and a message that says what was waited for. */

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Most conditions come at once. Where one takes its time, to look every few milliseconds would take the processor from what it waits for. */
const SHORTEST_PAUSE_MS = 4;
const PAUSES_OF_WAITED = 1 / 8;

export interface WaitOptions {
  /** Milliseconds; default 15,000: it costs nothing where the condition comes, and a busy machine takes its time. */
  readonly timeoutMs?: number;
  /** Milliseconds between two looks at most; default 50. At first they follow sooner on each other. */
  readonly everyMs?: number;
  /** Added to the message when the limit is reached. */
  readonly details?: () => Promise<string> | string;
}

/** Looks until `probe` gives something other than null, false or undefined, and returns that. Throws after the limit; what `probe` throws passes through. */
export async function eventually<T>(what: string, probe: () => Promise<T | null | undefined | false> | T | null | undefined | false, options: WaitOptions = {}): Promise<T> {
  const { timeoutMs = 15_000, everyMs = 50 } = options;
  const began = performance.now();
  for (;;) {
    const found = await probe();
    if (found !== null && found !== undefined && found !== false) return found;
    const waitedMs = performance.now() - began;
    if (waitedMs > timeoutMs) {
      const details = options.details === undefined ? "" : `\n${await options.details()}`;
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.${details}`);
    }
    await delay(Math.min(everyMs, Math.max(SHORTEST_PAUSE_MS, waitedMs * PAUSES_OF_WAITED)));
  }
}

/** Rejects with a message naming `what` when `promise` takes longer than `timeoutMs`. */
export async function within<T>(what: string, timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${timeoutMs} ms in vain for ${what}.`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
