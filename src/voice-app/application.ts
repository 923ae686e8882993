/** The application over the configuration: what a caller meets next, as TwiML. It runs behind Callplane's own engine and behind Twilio alike. */
import { canonicalNumber } from "../dialling/index.js";
import { systemClock, type Clock } from "../clock.js";
import { notFound } from "../errors.js";
import type { DeliveryQueue, Form } from "../outbound/index.js";
import type { VoiceAccounts } from "../people/index.js";
import type { VoiceConfigRecord } from "./config.js";
import type { VoiceDirectory } from "./directory.js";
import { isOpen } from "./hours.js";
import type { PhoneLineRecord } from "./lines.js";
import type { ConfigTarget } from "./targets.js";
import { twimlDocument, verb, type TwimlElement } from "./twiml.js";
import { dial, enqueue, hangup, menuVerbs, prompt, regrets, thanks, voicemail, type Place } from "./verbs.js";

/** What a request to an application tells (https://www.twilio.com/docs/voice/twiml#request-parameters), as far as it is needed. */
export interface ApplicationRequest {
  /** Where the caller is; null: at the beginning. */
  readonly place: Place | null;
  readonly digits: string;
  readonly dialCallStatus: string;
  readonly queueResult: string;
}

/** One document leads through so many configurations at most; they may point to each other. */
const MAX_CONFIGS = 10;
const ANSWERED = new Set(["completed", "answered"]);
/** The caller waited in vain, or could not wait at all. */
const NOT_TAKEN = new Set(["queue-full", "error", "system-error"]);

export interface ApplicationOptions {
  readonly voice: VoiceDirectory;
  readonly accounts: VoiceAccounts;
  /** Null: nothing is passed on. */
  readonly deliveries: Pick<DeliveryQueue, "enqueue"> | null;
  readonly clock?: Clock;
}

/** The event (`statusCallbackEvent`) that a CallStatus stands for; what is none of these is an end. */
const EVENT_OF: Readonly<Record<string, string>> = { queued: "initiated", initiated: "initiated", ringing: "ringing", "in-progress": "answered", answered: "answered" };
const MAX_LANE = 100;

export class VoiceApplication {
  readonly #options: ApplicationOptions;
  readonly #clock: Clock;

  constructor(options: ApplicationOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** The line that was called, however its number is written. Throws NotFound. */
  line(to: string): PhoneLineRecord {
    const { voice } = this.#options;
    const line = voice.lineWithNumber(to) ?? voice.lineWithNumber(canonicalNumber(to, undefined) ?? "");
    if (line === undefined) throw notFound("A phone line of this number");
    return line;
  }

  /** The next document. Throws NotFound when the line has no configuration, or the one that the caller was in is gone. */
  answer(line: PhoneLineRecord, request: ApplicationRequest): string {
    const { place } = request;
    const config = this.#config(line, place === null ? (line.targetType === "config" ? Number(line.target) : 0) : place.config);
    const next = new Next(this.#options.voice, this.#clock, line);
    return twimlDocument(place === null ? next.enter(config) : next.go(config, place, request));
  }

  /** With what requests about the line may be signed. */
  tokens({ organizationId, signingToken }: PhoneLineRecord): readonly string[] {
    const account = this.#options.accounts.of(organizationId);
    return [signingToken, account?.authToken, account?.previousAuthToken].filter((token) => token != null);
  }

  /** Passes on, signed with the line's token or by the organization's account, what has become of a call, when the line's or its configuration's status callback asks for it. `form`: all that was told. */
  async passOn(line: PhoneLineRecord, form: Form): Promise<void> {
    const { deliveries, voice } = this.#options;
    const config = line.targetType === "config" ? voice.config(line.organizationId, Number(line.target)) : undefined;
    const chosen = config?.settings.statusCallback ?? null;
    const field = (name: string): string => form.find(([each]) => each.toLowerCase() === name)?.[1] ?? "";
    const status = field("callstatus");
    const isWanted = line.statusCallback !== null || chosen?.events.some((event) => event === (EVENT_OF[status] ?? "completed")) === true;
    const to = line.statusCallback === null ? chosen : { url: line.statusCallback, method: line.statusCallbackMethod };
    if (deliveries === null || to === null || status === "" || !isWanted) return;
    await deliveries.enqueue({ organizationId: line.organizationId, lane: field("callsid").slice(0, MAX_LANE), kind: "callback", url: to.url, method: to.method, form, sign: true, line: line.id });
  }

  #config({ organizationId }: PhoneLineRecord, id: number): VoiceConfigRecord {
    const config = this.#options.voice.config(organizationId, id);
    if (config === undefined) throw notFound("The line's configuration");
    return config;
  }
}

/** One document in the making. */
class Next {
  readonly #voice: VoiceDirectory;
  readonly #clock: Clock;
  readonly #line: PhoneLineRecord;
  #entered = 0;

  constructor(voice: VoiceDirectory, clock: Clock, line: PhoneLineRecord) {
    this.#voice = voice;
    this.#clock = clock;
    this.#line = line;
  }

  /** What a caller meets who comes to this configuration. */
  enter(config: VoiceConfigRecord): readonly TwimlElement[] {
    this.#entered += 1;
    if (this.#entered > MAX_CONFIGS) return regrets(config);
    const { hours, closed, greeting, menu, target } = config.settings;
    if (hours !== null && !isOpen(hours, this.#clock.now())) return [...(closed.greeting === null ? [] : [prompt(config, closed.greeting)]), ...this.#to(config, closed.target)];
    const first = greeting === null ? [] : [prompt(config, greeting)];
    return [...first, ...(menu === null ? this.#to(config, target) : menuVerbs(config, menu, 1))];
  }

  /** What a caller meets after the step. */
  go(config: VoiceConfigRecord, { step, tries }: Place, { digits, dialCallStatus, queueResult }: ApplicationRequest): readonly TwimlElement[] {
    if (step === "message") return thanks(config);
    if (step === "menu") return this.#chosen(config, digits, tries ?? 1);
    if (step === "queue") return NOT_TAKEN.has(queueResult) ? this.#to(config, config.settings.unanswered, true) : [hangup];
    if (ANSWERED.has(dialCallStatus)) return [hangup];
    return step === "rung" ? this.#to(config, config.settings.unanswered, true) : voicemail(config);
  }

  #chosen(config: VoiceConfigRecord, digits: string, tries: number): readonly TwimlElement[] {
    const { menu, target } = config.settings;
    if (menu === null) return this.#to(config, target);
    const key = digits.slice(0, 1);
    const chosen = Object.hasOwn(menu.keys, key) ? menu.keys[key] : undefined;
    if (chosen !== undefined) return this.#to(config, chosen);
    const wrong = key !== "" && menu.invalid !== null ? [prompt(config, menu.invalid)] : [];
    return [...wrong, ...(tries >= menu.tries ? this.#to(config, target) : menuVerbs(config, menu, tries + 1))];
  }

  #to(config: VoiceConfigRecord, target: ConfigTarget, isLast = false): readonly TwimlElement[] {
    switch (target.type) {
      case "client":
      case "phonenumber":
        return dial(config, this.#line, target, isLast);
      case "department":
        return enqueue(config, target.to);
      case "config": {
        const other = this.#voice.config(config.organizationId, Number(target.to));
        return other === undefined ? regrets(config) : this.enter(other);
      }
      case "url":
        return [verb("Redirect", { method: target.method }, target.to)];
      case "voicemail":
        return voicemail(config);
      case "hangup":
        return [hangup];
    }
  }
}
