import { NEXT, type Next } from "../next.js";
import { codeOfError, PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { Play } from "../verbs/play.js";
import { repeat } from "./repeat.js";

/** FreeSWITCH sends a digit for 250 ms (its default_dtmf_duration of 2000 samples), and a pause between two. */
const DIGIT_S = 0.3;
const PAUSES_S: Readonly<Record<string, number>> = { w: 0.5, W: 1 };
/** The most that FreeSWITCH takes in one command. */
const DIGITS_AT_ONCE = 64;
/** A file that ends sooner than that is not repeated at once: it may be none. */
const SHORTEST_S = 0.25;

/** Plays the keys, then the file. A file that cannot be had is skipped; the call goes on. */
export async function play(run: Run, verb: Play, stop?: AbortSignal): Promise<Next> {
  await run.answer();
  if (verb.digits !== null) await sendKeys(run, verb.digits);
  if (verb.url === null) return NEXT;
  const url = run.url(verb.url);
  await repeat(verb.loop, stop, async () => {
    const began = performance.now();
    try {
      await run.play(await run.parts.voice.play(url, run.signal), stop);
    } catch (error) {
      run.assertUp();
      if (!isOfSound(error)) throw error;
      run.error(codeOfError(error, PROGRAM_CODES.retrieval), `The sound cannot be played, so it is skipped: ${error.message}`, { element: "Play", line: verb.line, url });
      return false;
    }
    const lastedMs = performance.now() - began;
    if (verb.loop !== 1 && lastedMs < SHORTEST_S * run.parts.secondMs) await run.wait(SHORTEST_S, stop);
    return undefined;
  });
  return NEXT;
}

/** An error with a code of Twilio's dictionary is of the file, and not of the leg. */
const isOfSound = (error: unknown): error is Error => error instanceof Error && codeOfError(error, 0) !== 0;

/** Sends keys to the far end, and resolves when they have been sent. */
export async function sendKeys(run: Run, keys: string): Promise<void> {
  run.silentDocuments = 0;
  for (let at = 0; at < keys.length; at += DIGITS_AT_ONCE) {
    const piece = keys.slice(at, at + DIGITS_AT_ONCE);
    await run.parts.legs.sendDigits(run.leg, piece);
    // Nothing tells of their end.
    await run.wait([...piece].reduce((sum, key) => sum + (PAUSES_S[key] ?? DIGIT_S), 0));
  }
}
