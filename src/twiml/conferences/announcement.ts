/** What an address gives for a conference's ears: the sounds of a document, or one sound (https://www.twilio.com/docs/voice/api/conference-participant-resource). */
import { spoken } from "../execution/say.js";
import type { Form, HttpMethod } from "../ports.js";
import { PROGRAM_CODES, ProgramError } from "../program-error.js";
import type { Run } from "../run.js";
import { absoluteUrl, fetchDocument } from "../webhook.js";

/** The longest pause within one, seconds. */
const MAX_PAUSE_S = 60;
const MAX_SOUNDS = 20;
const MAX_REDIRECTS = 10;

/** As often as its verb says; endless is as often as there is room. */
const repeated = (loop: number, sound: string): readonly string[] => Array.from({ length: loop === 0 ? MAX_SOUNDS : Math.min(loop, MAX_SOUNDS) }, () => sound);

/** Files and tones, in order, at most twenty. Throws ProgramError, and the signal's reason. @param run of somebody who takes part: the account, and what speaks */
export async function soundsOf(run: Run, url: string, method: HttpMethod, form: Form, signal: AbortSignal): Promise<readonly string[]> {
  const { web, voice } = run.parts;
  const { account } = run.call;
  const cookies = web.cookies();
  const sounds: string[] = [];
  let next = { url, method };
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const { document, url: base } = await fetchDocument(web, { ...next, form, account, cookies, signal });
    let redirect: typeof next | null = null;
    for (const verb of document.verbs) {
      if (sounds.length >= MAX_SOUNDS) return sounds.slice(0, MAX_SOUNDS);
      if (verb.verb === "Say") sounds.push(...repeated(verb.loop, await voice.say({ content: verb.parts.map(spoken), voice: verb.voice, language: verb.language }, signal)));
      else if (verb.verb === "Play" && verb.url !== null) sounds.push(...repeated(verb.loop, await voice.play(absoluteUrl(verb.url, base), signal)));
      else if (verb.verb === "Pause" && verb.lengthS > 0) sounds.push(`silence_stream://${Math.min(verb.lengthS, MAX_PAUSE_S) * 1000}`);
      else if (verb.verb === "Redirect") {
        redirect = { url: absoluteUrl(verb.url === "" ? next.url : verb.url, base), method: verb.method };
        break;
      }
    }
    if (redirect === null) return sounds.slice(0, MAX_SOUNDS);
    next = redirect;
  }
  throw new ProgramError(PROGRAM_CODES.redirects, "The documents of the announcement go in circles.", url);
}
