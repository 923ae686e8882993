/** What programs hear of callers: one utterance of a leg's own audio, understood by the operator's recognizer; and whether a person or a machine speaks. */
import { underAny } from "../abort.js";
import { detectMachine, hear, type Recognizer } from "../speech/index.js";
import type { Ears } from "../twiml/index.js";

/** What the leg's party says: signed 16-bit samples, little-endian, mono, 8 kHz, as they come. Ends with the leg, and with the signal. */
export type Listen = (legUuid: string, signal: AbortSignal) => AsyncIterable<Buffer>;

/** How long a caller may be silent before is the program's matter. */
const WHENEVER_MS = Infinity;
/** The detection's time is the audio's. When none comes it ends all the same, so much later. */
const NO_AUDIO_MS = 1000;

/** `recognizer` null: programs gather keys alone. */
export function earsOf(recognizer: Recognizer | null, listen: Listen): Ears {
  return {
    recognize:
      recognizer === null
        ? null
        : async ({ uuid }, { language, hints, endMs, maxMs, began, partial }, signal) => {
            const hearing = { limits: { startMs: WHENEVER_MS, endMs, maxMs }, wish: { language, hints, partial }, began };
            return (await hear(recognizer, listen(uuid, signal), hearing, signal)) ?? { text: "", confidence: null };
          },
    detectMachine: async ({ uuid }, settings, signal) => {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(new Error("No audio came.")), settings.timeoutMs + NO_AUDIO_MS);
      try {
        return await underAny([signal, late.signal], (either) => detectMachine(listen(uuid, either), settings, either));
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
