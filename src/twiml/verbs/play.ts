/** `<Play>`: an audio file, or keys as DTMF tones (https://www.twilio.com/docs/voice/twiml/play). */
import { isAddress } from "../attributes.js";
import type { ElementReader } from "../reading.js";
import { MAX_LOOP } from "./say.js";

export interface Play {
  readonly verb: "Play";
  readonly line: number;
  /** The file, as the document has it; null: keys alone. */
  readonly url: string | null;
  /** Keys that are sent as tones: `0`-`9`, `*`, `#`, `A`-`D`, `w` waits half a second, `W` one second. Null: none. */
  readonly digits: string | null;
  /** How often; 0: until the call ends. */
  readonly loop: number;
}

/** What `digits` and `sendDigits` may hold. */
export const DTMF_STRING = /^[0-9*#A-DwW]{1,256}$/;

/** Without blanks, letters as FreeSWITCH writes them. */
export const tones = (written: string | null): string => (written ?? "").replace(/\s/g, "").replace(/[a-d]/g, (key) => key.toUpperCase());

export const play: ElementReader<Play> = (element, reading) => {
  const attributes = reading.attributes(element);
  const loop = attributes.integer("loop", 1, { min: 0, max: MAX_LOOP });
  const keys = tones(attributes.text("digits"));
  attributes.done();
  const written = reading.text(element);
  const url = written !== "" && isAddress(written) ? written : null;
  const digits = DTMF_STRING.test(keys) ? keys : null;
  // The keys themselves may be a secret, so that they are not shown.
  if (keys !== "" && digits === null) reading.warn(element, "digits are at most 256 of 0-9, *, #, A-D, w and W, so they are left out.");
  if (written !== "" && url === null) reading.warn(element, "Its text is no URL, so it is left out.");
  if (url !== null || digits !== null) return { verb: "Play", line: element.line, url, digits, loop };
  reading.warn(element, "There is nothing to play, so it is skipped.");
  return null;
};

/** Play within Gather and where else a caller's keys are listened to: files alone. */
export const playFile: ElementReader<Play> = (element, reading) => {
  const verb = play(element, reading);
  if (verb === null || verb.digits === null) return verb;
  reading.warn(element, "digits cannot be played in <Gather>, so they are left out.");
  return verb.url === null ? null : { ...verb, digits: null };
};
