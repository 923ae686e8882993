/** What a caller hears who waits for a conference or in a queue: music, silence, or a document (`waitUrl`). */
import { onAbort } from "../../abort.js";
import { interpret } from "../interpreter.js";
import type { HttpMethod } from "../attributes.js";
import type { Form } from "../ports.js";
import { ProgramError } from "../program-error.js";
import type { Run } from "../run.js";

export interface WaitSound {
  /** As the document has it; null: music; empty: silence. */
  readonly waitUrl: string | null;
  readonly waitMethod: HttpMethod;
}

/** A document that is over sooner is not asked for again before. */
const SHORTEST_S = 1;

/** The document once, then silence. Rejects with the signal's reason, and never otherwise. */
export async function waitOnce(run: Run, sound: WaitSound, signal: AbortSignal): Promise<never> {
  const url = addressOf(run, sound);
  if (url !== null) await documentOnce(run, url, sound.waitMethod, [], signal);
  return untilAborted(signal);
}

/**
 * The document again and again, each time with fresh parameters. Resolves when it says `<Leave>` or `<Hangup>`; rejects with the signal's reason. A document that cannot be
 * had is music from then on.
 */
export async function waitOn(run: Run, sound: WaitSound, parameters: () => Form, signal: AbortSignal): Promise<"leave" | "hangup"> {
  const url = addressOf(run, sound);
  if (url === null) return untilAborted(signal);
  for (;;) {
    const began = performance.now();
    const outcome = await documentOnce(run, url, sound.waitMethod, parameters(), signal);
    if (outcome === "leave" || outcome === "hangup") return outcome;
    if (outcome === "failed") return untilAborted(signal);
    signal.throwIfAborted();
    const left = SHORTEST_S - (performance.now() - began) / run.parts.secondMs;
    if (left > 0) await run.wait(left, signal);
    signal.throwIfAborted();
  }
}

/** Null: silence, or music, which plays from now on; also in place of an address that is none, which is told in the call's log. */
function addressOf(run: Run, { waitUrl }: WaitSound): string | null {
  if (waitUrl === "") return null;
  try {
    if (waitUrl !== null) return run.url(waitUrl);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    run.error(error.code, `The waitUrl is left out: ${error.message}`, { url: error.url });
  }
  run.parts.rooms.music(run.leg);
  return null;
}

async function documentOnce(run: Run, url: string, method: HttpMethod, parameters: Form, signal: AbortSignal): Promise<"end" | "leave" | "hangup" | "failed"> {
  const beside = run.beside(run.leg, "waiting", run.call, { signal, ended: run.ended });
  try {
    return await interpret(beside, { source: { url, method }, parameters, fallback: null });
  } catch (error) {
    signal.throwIfAborted();
    run.assertUp();
    if (!(error instanceof ProgramError)) throw error;
    // It is in the call's log already.
    run.parts.rooms.music(run.leg);
    return "failed";
  }
}

/** Rejects with the signal's reason. */
export const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const aborted = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error("The wait was called off."));
    if (signal.aborted) aborted();
    else onAbort(signal, aborted);
  });
