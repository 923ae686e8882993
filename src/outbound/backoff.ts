export interface RetryTiming {
  readonly minMs: number;
  readonly maxMs: number;
}

/** How long to wait after so many failures: doubling steps, the upper half of each at random, so that what failed together does not come back together. */
export function retryMs(attempts: number, { minMs, maxMs }: RetryTiming, random: () => number): number {
  const step = Math.min(maxMs, minMs * 2 ** Math.min(attempts, 30));
  return Math.round(step / 2 + (random() * step) / 2);
}
