/** What an organization may choose to be played: a file of its own by name, a tone or silence. Never a path, a stream or a URL. */
import { z } from "zod";

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}\.(?:wav|au|aiff?|flac|og[ga]|opus|gsm|mp3)$/;

// mod_tone_stream reads a file with `path=`, and teletone works through the whole tone before the first sample is heard: `l=`, `L=` and long tones take
// FreeSWITCH's memory (libteletone_generate.c). So: volume, duration, wait and decay factor, and a bounded number of bounded tones; `loops` only repeats what was made.
const MS = "[12]?[0-9]{1,4}";
const TONES = `(?:%\\(${MS},${MS}(?:,[0-9]{1,5}(?:\\.[0-9]{1,3})?){1,8}\\))`;
const SETTING = `(?:v=-?[0-9]{1,2}(?:\\.[0-9]{1,2})?|[dw]=${MS}|\\+=[0-9]{0,2}(?:\\.[0-9]{1,3})?)`;
const TONE = new RegExp(`^tone_stream://(?:(?:${SETTING}|${TONES}{1,4})(?:;|$)){1,8}(?:(?<=;)loops=(?:-1|[0-9]{1,4}))?$`);
const SILENCE = /^silence_stream:\/\/(?:-1|[0-9]{1,7})(?:,[0-9]{1,5})?$/;

export const isSoundName = (value: string): boolean => NAME.test(value);
export const isSoundChoice = (value: string): boolean => isSoundName(value) || TONE.test(value) || SILENCE.test(value);

export const SoundChoiceSchema = z
  .string()
  .min(1)
  .max(512)
  .refine(isSoundChoice, "is neither the name of a sound of the organization (such as welcome.wav), nor a tone_stream:// or silence_stream://")
  .describe("The name of a sound of the organization (`GET /voiceconfig/sounds`), such as `welcome.wav`; or a `tone_stream://` of bounded tones, or a `silence_stream://`.");
