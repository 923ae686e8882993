/** A leg's audio for who listens without a program of the outside: a recognizer, the detection of answering machines. */
import { conflict } from "../errors.js";
import { onAbort } from "../abort.js";
import { newSid } from "../sids.js";
import { openCopy, type LinkOptions, type OpenCopy } from "./copies.js";

/** Two minutes: who does not take it in that time has no use for it. */
const MAX_WAITING = 6000;

/**
 * What the leg's party says (`heard`: what the party hears), as signed 16-bit samples of 8 kHz, mono, while it is read: a live copy, so that the leg may do what
 * it likes meanwhile. Ends with the leg, and with the signal. Throws StreamError, Conflict, SwitchUnavailable, Busy when the copy cannot be made.
 */
export async function* listen(options: LinkOptions, legUuid: string, side: "said" | "heard", signal: AbortSignal): AsyncGenerator<Buffer> {
  const { audio } = options;
  const leg = audio.find(legUuid);
  if (leg === undefined) throw conflict("The leg hung up.");
  const stream = newSid("MZ");
  /** Bounded by `MAX_WAITING`: the oldest goes. */
  const waiting: Buffer[] = [];
  let over = false;
  let wake: () => void = () => undefined;
  const end = (): void => {
    over = true;
    wake();
  };
  const stops = [onAbort(signal, end), audio.onEnd(leg.uuid, end)];
  audio.begin(stream);
  let copy: OpenCopy | null = null;
  try {
    copy = await openCopy(options, { stream, of: leg.uuid, side, speaks: null }, (pcm) => {
      waiting.push(pcm);
      if (waiting.length > MAX_WAITING) waiting.shift();
      wake();
    }, signal);
    stops.push(audio.onEnd(copy.near.uuid, end));
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else if (over) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } catch (error) {
    // It ended while it was copied.
    if (!leg.hungUp && !signal.aborted) throw error;
  } finally {
    for (const stop of stops) stop();
    audio.finish(stream);
    if (copy !== null) await Promise.all([copy.link.close(), audio.release(copy.near)]);
  }
}
