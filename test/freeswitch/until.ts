/** Resolves to the first value that is neither false, null nor undefined; throws after the limit, saying what was waited for. */
export async function until<T>(what: string, condition: () => T | false | null | undefined, limitMs = 15_000): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = condition();
    if (value !== false && value !== null && value !== undefined) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Keeps this process from doing anything for so long. */
export function stall(ms: number): void {
  const began = performance.now();
  while (performance.now() - began < ms);
}
