import type { SpokenPart } from "../../speech/index.js";
import { NEXT, type Next } from "../next.js";
import type { Run } from "../run.js";
import type { Say, SpeechPart } from "../verbs/say.js";
import { repeat } from "./repeat.js";

/** Speaks the text; `stop` ends it, as a key ends the prompts of a `<Gather>`. */
export async function say(run: Run, verb: Say, stop?: AbortSignal): Promise<Next> {
  await run.answer();
  const text = { content: verb.parts.map(spoken), voice: verb.voice, language: verb.language };
  await repeat(verb.loop, stop, async () => {
    // Again for each time: a file of the cache stays for little longer than it plays.
    await run.play(await run.parts.voice.say(text, run.signal), stop);
    return undefined;
  });
  return NEXT;
}

/** As the speech room takes it. */
export function spoken(part: SpeechPart): SpokenPart {
  if (typeof part === "string") return part;
  const attributes = Object.fromEntries(Object.entries(part.attributes).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  return { element: part.name, attributes, content: part.parts.map(spoken) };
}
