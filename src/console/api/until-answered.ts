/** For what a page cannot begin without. */
import { ApiProblem } from "./problem.js";

const PAUSE_MS = 2000;
/** Not reached, too busy, or starting. */
const isForNow = ({ status }: ApiProblem): boolean => status === 0 || status === 429 || status >= 500;

/** Asks until the server answers. `waits`: it has not, and is asked again after a pause. `isWanted`: nobody waits for it any more where it says no; then null. Throws ApiProblem of an answer that will not change. */
export async function untilAnswered<T>(ask: () => Promise<T>, { waits, isWanted = () => true }: { readonly waits: () => void; readonly isWanted?: () => boolean }): Promise<T | null> {
  while (isWanted()) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiProblem) || !isForNow(error)) throw error;
      waits();
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? PAUSE_MS));
    }
  }
  return null;
}
