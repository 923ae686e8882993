/** For what a page cannot begin without. */
import { ApiProblem } from "./problem.js";

const PAUSE_MS = { first: 1000, longest: 15_000 };
/** Not reached, too busy, or starting. */
const isForNow = ({ status }: ApiProblem): boolean => status === 0 || status === 429 || status >= 500;

/** How long to wait after so many tries that failed. Each pause is up to twice the one before; a thousand pages do not come back at the same moment. */
export function pauseMs(failed: number, { first, longest } = PAUSE_MS, random: () => number = Math.random): number {
  const most = Math.min(longest, first * 2 ** (failed - 1));
  return most / 2 + (random() * most) / 2;
}

/** Asks until the server answers. `waits`: it has not, and is asked again after a pause. `isWanted`: nobody waits for it any more where it says no; then null. Throws ApiProblem of an answer that will not change. */
export async function untilAnswered<T>(ask: () => Promise<T>, { waits, isWanted = () => true }: { readonly waits: () => void; readonly isWanted?: () => boolean }): Promise<T | null> {
  for (let failed = 1; isWanted(); failed++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiProblem) || !isForNow(error)) throw error;
      waits();
      const pause = Math.max(error.retryAfterMs ?? 0, pauseMs(failed));
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return null;
}
