/** Whether programs of calls can speak, and play what they are asked to. */
import type { Config } from "../config.js";
import { AddressGuard, OutboundClient } from "../outbound/index.js";
import { LocalSpeech, type SpokenText } from "../speech/index.js";
import { failed, passed, type Check } from "./doctor-check.js";

const SUBJECT = "speech";
const SAMPLE: SpokenText = { content: ["Hello."], voice: null, language: null };
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Says a word, as a program of a call would. */
export async function checkSpeech({ speech: settings, recognizer }: Config): Promise<Check[]> {
  const asked = settings.command ?? settings.url;
  const listens = recognizer.command ?? recognizer.url;
  const checks = [passed(SUBJECT, "recognizer", listens === null ? "neither RECOGNIZER_COMMAND nor RECOGNIZER_URL is set: programs of calls can gather keys, and no speech" : "set")];
  if (asked === null) return [passed(SUBJECT, "synthesizer", "neither SPEECH_COMMAND nor SPEECH_URL is set: in place of texts, callers of voice applications hear a tone, and digits of which there are recordings"), ...checks];
  const allowed = settings.url === null ? [] : [new URL(settings.url).hostname];
  const requests = new OutboundClient({ guard: new AddressGuard({ allowed }) });
  const failures: string[] = [];
  const metrics = { speechFinished: () => undefined, speechReady: () => undefined, incident: () => undefined };
  const logger = { ...quiet, error: ({ err }: { readonly err?: unknown }) => void failures.push(err instanceof Error ? err.message : "an unknown error") };
  const speech = await LocalSpeech.open({ settings, requests, ownRequests: requests, metrics, logger });
  try {
    if (speech.trouble === null) await speech.say(SAMPLE, new AbortController().signal);
    const trouble = speech.trouble ?? failures[0] ?? null;
    checks.unshift(
      trouble === null
        ? passed(SUBJECT, "synthesizer", `${settings.command?.join(" ") ?? new URL(settings.url ?? "").host} has said a word, which lies in ${settings.writeDir}`)
        : failed(SUBJECT, "synthesizer", trouble, "Run SPEECH_COMMAND by hand, or ask SPEECH_URL; Callplane must be able to write to SPEECH_WRITE_DIR (by default SPEECH_DIR), and FreeSWITCH to read there."),
    );
    const types = await speech.types();
    checks.push(types.includes("mp3") ? passed(SUBJECT, "sounds at URLs", `can be played: ${types.join(", ")}`) : failed(SUBJECT, "sounds at URLs", `no mp3: only ${types.join(", ")} can be played`, "Install ffmpeg, or sox with its mp3 format (libsox-fmt-mp3), where Callplane runs."));
  } finally {
    await speech.close();
    await requests.close();
  }
  return checks;
}
