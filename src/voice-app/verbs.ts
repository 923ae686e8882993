/** What a configuration's parts are in TwiML. */
import type { Menu, Prompt, VoiceConfigRecord } from "./config.js";
import type { PhoneLineRecord } from "./lines.js";
import type { ConfigTarget } from "./targets.js";
import { verb, type TwimlElement } from "./twiml.js";

const MESSAGE = "Please leave a message after the tone.";
const THANKS = "Thank you. Goodbye.";
const SORRY = "We are sorry, your call cannot be taken at this time. Goodbye.";

/** A caller's place in the application between two requests; it travels in the URLs that the documents hold. */
export interface Place {
  readonly config: number;
  /** What the next request follows: a menu, a phone that was rung, the same for the last one to be tried, a queue, or a message. */
  readonly step: "menu" | "rung" | "rungLast" | "queue" | "message";
  /** How often the menu has been heard. */
  readonly tries?: number;
}

/** Relative to the document, so that it is right behind any proxy and any path. */
export function urlOf({ config, step, tries }: Place): string {
  const query = new URLSearchParams({ config: String(config), step, ...(tries === undefined ? {} : { tries: String(tries) }) });
  return `${step === "menu" ? "gather" : "voice"}?${query.toString()}`;
}

export function prompt({ settings: { voice, language } }: VoiceConfigRecord, said: Prompt): TwimlElement {
  if (said.type === "play") return verb("Play", {}, said.url);
  return verb("Say", { voice: said.voice ?? voice ?? undefined, language: said.language ?? language }, said.text);
}

const say = (config: VoiceConfigRecord, text: string): TwimlElement => prompt(config, { type: "say", text, language: "en-US" });

/** The menu, and the way on for the caller who presses nothing. */
export function menuVerbs(config: VoiceConfigRecord, menu: Menu, tries: number): readonly TwimlElement[] {
  const next = urlOf({ config: config.id, step: "menu", tries });
  // Without a key that ends the input, so that # may be one of the menu's.
  const gather = verb("Gather", { input: "dtmf", numDigits: 1, finishOnKey: "", timeout: menu.timeoutS, action: next, method: "POST" }, prompt(config, menu.prompt));
  return [gather, verb("Redirect", { method: "POST" }, next)];
}

export const hangup = verb("Hangup");
export const regrets = (config: VoiceConfigRecord): readonly TwimlElement[] => [say(config, SORRY), hangup];
export const thanks = (config: VoiceConfigRecord): readonly TwimlElement[] => [say(config, THANKS), hangup];

export function voicemail(config: VoiceConfigRecord): readonly TwimlElement[] {
  const { greeting, maxLengthS } = config.settings.voicemail;
  return [greeting === null ? say(config, MESSAGE) : prompt(config, greeting), verb("Record", { maxLength: maxLengthS, playBeep: true, finishOnKey: "#", action: urlOf({ config: config.id, step: "message" }), method: "POST" })];
}

/** `isLast`: nobody else is tried when nobody answers. */
export function dial(config: VoiceConfigRecord, line: PhoneLineRecord, target: Extract<ConfigTarget, { type: "client" | "phonenumber" }>, isLast: boolean): readonly TwimlElement[] {
  const { ringS, recorded, statusCallback } = config.settings;
  const told = statusCallback === null ? {} : { statusCallback: statusCallback.url, statusCallbackMethod: statusCallback.method, statusCallbackEvent: statusCallback.events.join(" ") };
  const isNumber = target.type === "phonenumber";
  const attributes = {
    timeout: ringS,
    action: urlOf({ config: config.id, step: isLast ? "rungLast" : "rung" }),
    method: "POST",
    answerOnBridge: true,
    record: recorded ? "record-from-answer" : undefined,
    callerId: isNumber ? (line.callerId ?? line.number) : undefined,
  };
  return [verb("Dial", attributes, verb(isNumber ? "Number" : "Client", told, target.to))];
}

export function enqueue(config: VoiceConfigRecord, department: string): readonly TwimlElement[] {
  const { recorded, music } = config.settings;
  const recording = recorded ? [verb("Start", {}, verb("Recording", { channels: "dual" }))] : [];
  return [...recording, verb("Enqueue", { waitUrl: music ?? undefined, waitUrlMethod: music === null ? undefined : "GET", action: urlOf({ config: config.id, step: "queue" }), method: "POST" }, department)];
}
