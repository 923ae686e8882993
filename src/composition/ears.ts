/** What programs hear of callers: one utterance of a leg's own audio, understood by the operator's recognizer. */
import { hear, type Recognizer } from "../speech/index.js";
import type { Ears } from "../twiml/index.js";

/** What the leg's party says: signed 16-bit samples, little-endian, mono, 8 kHz, as they come. Ends with the leg, and with the signal. */
export type Listen = (legUuid: string, signal: AbortSignal) => AsyncIterable<Buffer>;

/** How long a caller may be silent before is the program's matter. */
const WHENEVER_MS = Infinity;

/** `recognizer` null: programs gather keys alone. */
export function earsOf(recognizer: Recognizer | null, listen: Listen): Ears {
  if (recognizer === null) return { recognize: null };
  return {
    recognize: async ({ uuid }, { language, hints, endMs, maxMs, began, partial }, signal) => {
      const hearing = { limits: { startMs: WHENEVER_MS, endMs, maxMs }, wish: { language, hints, partial }, began };
      return (await hear(recognizer, listen(uuid, signal), hearing, signal)) ?? { text: "", confidence: null };
    },
  };
}
