import { NEXT, type Next } from "../next.js";
import type { Run } from "../run.js";
import type { Pause } from "../verbs/pause.js";

/** Silence; as the first verb of a call that has not been answered, the caller hears it ring meanwhile. */
export async function pause(run: Run, verb: Pause, stop?: AbortSignal): Promise<Next> {
  if (run.begun) await run.answer();
  await run.wait(verb.lengthS, stop);
  run.assertUp();
  return NEXT;
}
