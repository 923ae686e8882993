/** What a running document works with: the leg, the caller's keys, sounds, requests to the program's server. */
import { setTimeout as sleep } from "node:timers/promises";
import type { AgentDirectory } from "./run-ports.js";
import { underAny } from "../abort.js";
import type { Held, LiveCall, LiveLeg, ProgramChildren, ProgramLegs, ProgramRecordings, ProgramRooms, ProgramWaits } from "../calls/index.js";
import type { Logger } from "../logger.js";
import type { Streams } from "../media/index.js";
import type { Conferences } from "./conferences/index.js";
import type { FollowedLegs } from "./followed-legs.js";
import type { LeftRecordings } from "./left-recordings.js";
import type { LegRecordings } from "./leg-recordings.js";
import type { NamedQueues } from "./named-queues/index.js";
import type { ProgramOrganizations } from "./run-ports.js";
import { callForm, type CallFacts } from "./call-parameters.js";
import type { Next } from "./next.js";
import { laneOf, signedBy, type Callbacks, type Ears, type Form, type HttpMethod, type LegBook, type ProgramAccount, type RecordingBook, type Voice, type Web, type WebCookies } from "./ports.js";
import { codeOfError, LegEnded, PROGRAM_CODES, ProgramError } from "./program-error.js";
import type { ProgramLog } from "./program-log.js";
import { statusOfLeg, type CallStatus } from "./statuses.js";
import { absoluteUrl, fetchDocument, type Fetched } from "./webhook.js";

/** What all programs share. */
export interface RunParts {
  readonly legs: ProgramLegs;
  readonly children: ProgramChildren;
  readonly rooms: ProgramRooms;
  readonly waits: ProgramWaits;
  readonly talkRecordings: ProgramRecordings;
  readonly web: Web;
  readonly callbacks: Callbacks;
  readonly voice: Voice;
  readonly ears: Ears;
  readonly recordings: RecordingBook;
  readonly legBook: LegBook;
  /** Recordings in the background. */
  readonly legRecordings: LegRecordings;
  /** Of an earlier process. */
  readonly leftRecordings: Pick<LeftRecordings, "over" | "isMessage">;
  readonly streams: Pick<Streams, "connect" | "start" | "stop">;
  readonly directory: AgentDirectory;
  /** Tells what becomes of legs. */
  readonly followed: Pick<FollowedLegs, "begin" | "ended" | "kept" | "unmade">;
  readonly conferences: Conferences;
  readonly queues: NamedQueues;
  readonly organizations: ProgramOrganizations;
  readonly log: ProgramLog;
  readonly logger: Logger;
  /** How the outside reaches Callplane, without a slash at the end. */
  readonly publicUrl: string;
  /** Milliseconds of a second that a document names; tests shorten it. */
  readonly secondMs: number;
}

/** What is one call's own, whichever document runs. */
export interface RunCall {
  readonly account: ProgramAccount;
  readonly facts: CallFacts;
  readonly cookies: WebCookies;
  /** The name under which the leg is marked, also of the legs that it dials. */
  readonly program: string;
  /** Sent along with each request. */
  readonly parameters: Form;
}

/** Whose document it is: the call's own; one for a dialled party before the bridge; one for a caller who waits in a queue or a conference. */
export type RunKind = "call" | "party" | "waiting";

export class Run {
  readonly parts: RunParts;
  readonly call: RunCall;
  readonly leg: LiveLeg;
  readonly kind: RunKind;
  /** Aborted when the document is to stop: replaced, called off, Callplane stops. */
  readonly signal: AbortSignal;
  /** Aborted when the leg has hung up; what is told to the program's server then is no matter of the leg. */
  readonly ended: AbortSignal;
  /** The document that runs: what its addresses are relative to. */
  source: Pick<Fetched, "url" | "method"> = { url: null, method: "POST" };
  /** Documents since the caller last heard something, or a verb has taken its time. */
  silentDocuments = 0;
  /** Whether a verb of this call has run already: Reject and a leading Pause look at it. */
  begun = false;
  readonly #held: Held | null;

  /** @param held null: the call is not held by this run, but by the one around it */
  constructor(parts: RunParts, call: RunCall, leg: LiveLeg, options: { readonly kind: RunKind; readonly signal: AbortSignal; readonly ended: AbortSignal; readonly held: Held | null }) {
    this.parts = parts;
    this.call = call;
    this.leg = leg;
    this.kind = options.kind;
    this.signal = options.signal;
    this.ended = options.ended;
    this.#held = options.held;
  }

  /** A run of another document beside this one: on a dialled party, or on this leg while the caller waits. */
  beside(leg: LiveLeg, kind: RunKind, call: RunCall, signals: { readonly signal: AbortSignal; readonly ended: AbortSignal }): Run {
    const run = new Run(this.parts, call, leg, { kind, ...signals, held: null });
    run.source = this.source;
    return run;
  }

  get callSid(): string {
    return this.call.facts.callSid;
  }

  get status(): CallStatus {
    return statusOfLeg(this.leg);
  }

  get liveCall(): LiveCall {
    return this.parts.legs.callOf(this.leg);
  }

  /** Leaves the call to others while `work` runs: whoever talks to the caller may hold, transfer and so on. */
  lend<T>(work: () => Promise<T>): Promise<T> {
    return this.#held === null ? work() : this.#held.lend(work);
  }

  /** Answers the leg, unless it is. */
  answer(): Promise<void> {
    return this.parts.legs.answer(this.leg, this.signal);
  }

  /** Plays a file or tone to its end. `stop` ends it, which is no error. */
  async play(sound: string, stop?: AbortSignal): Promise<void> {
    this.silentDocuments = 0;
    if (stop === undefined) return this.parts.legs.play(this.leg, sound, this.signal);
    if (stop.aborted) return;
    try {
      await underAny([this.signal, stop], (signal) => this.parts.legs.play(this.leg, sound, signal));
    } catch (error) {
      this.signal.throwIfAborted();
      if (!stop.aborted) throw error;
    }
  }

  /** Waits so many of a document's seconds. `stop` ends it, which is no error, and so does the end of the leg. */
  async wait(seconds: number, stop?: AbortSignal): Promise<void> {
    const began = performance.now();
    await underAny(stop === undefined ? [this.signal, this.ended] : [this.signal, this.ended, stop], (signal) => sleep(seconds * this.parts.secondMs, undefined, { signal }).catch(() => undefined));
    this.signal.throwIfAborted();
    this.tookTime(began);
  }

  /** A program whose verbs take their time waits for something, and does not go in circles. @param began by `performance.now()` */
  tookTime(began: number): void {
    if (performance.now() - began >= UNHURRIED_S * this.parts.secondMs) this.silentDocuments = 0;
  }

  /** Tells of each key that the caller presses; returns the unsubscribe function. */
  onDigit(handler: (digit: string) => void): () => void {
    return this.parts.legs.onLeg(this.leg.uuid, (change) => {
      if (change.type === "digit") handler(change.digit);
    });
  }

  /** An address of the document, absolute; null or empty: the document's own. Throws ProgramError. */
  url(reference: string | null): string {
    if (reference !== null && reference !== "") return absoluteUrl(reference, this.source.url);
    return absoluteUrl(this.source.url ?? "", null);
  }

  /** A callback with an absolute address; null: it has none that can be asked, which is told in the call's log and touches nothing else. */
  callbackOf<Given extends { readonly url: string }>(callback: Given | null, about: { readonly element: string; readonly line: number }): Given | null {
    if (callback === null) return null;
    try {
      return { ...callback, url: this.url(callback.url) };
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      this.warn(error.code, `A callback is left out: ${error.message}`, about);
      return null;
    }
  }

  /** The next document is asked from `action` with these parameters; null or empty: from the document's own address. Throws ProgramError. */
  action(action: string | null, method: HttpMethod, parameters: Form): Next {
    return { then: "redirect", url: this.url(action), method, parameters };
  }

  /** Asks for a document with the parameters of the call. Throws ProgramError, and the signal's reason. */
  fetch(url: string, method: HttpMethod, parameters: Form): Promise<Fetched> {
    return underAny([this.signal, this.ended], (signal) => this.#fetch(url, method, parameters, signal));
  }

  #fetch(url: string, method: HttpMethod, parameters: Form, signal: AbortSignal): Promise<Fetched> {
    const { account, cookies } = this.call;
    return fetchDocument(this.parts.web, { url, method, form: this.form(parameters), account, cookies, signal });
  }

  /** The caller has hung up: the action is told all the same, and its answer is moot. Never rejects. */
  async lastRequest(action: string | null, method: HttpMethod, parameters: Form): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new LegEnded()), LAST_REQUEST_MS);
    try {
      await underAny([this.signal, late.signal], (signal) => this.#fetch(this.url(action), method, parameters, signal));
    } catch (error) {
      this.warn(codeOfError(error, PROGRAM_CODES.retrieval), "The action could not be told of the end of the call.", { url: this.source.url });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The parameters of the call, then these. */
  form(parameters: Form = []): Form {
    return callForm(this.call.facts, this.status, [...this.call.parameters, ...parameters]);
  }

  /** Tells a server something, later if need be; its answer does not matter. `form` is sent as it is. */
  async callback(url: string, method: HttpMethod, form: Form): Promise<void> {
    const { account } = this.call;
    const to = this.url(url);
    await this.parts.callbacks.enqueue({ organizationId: account.organizationId, lane: laneOf(this.callSid, to), kind: "callback", url: to, method, form, ...signedBy(account) });
  }

  /** Writes into the call's log what was skipped or failed, and goes on. */
  warn(code: number, text: string, about: { readonly element?: string; readonly line?: number; readonly url?: string | null } = {}): void {
    this.parts.log.add(this.call.account.organizationId, this.callSid, { level: "warning", code, text, ...about });
  }

  error(code: number, text: string, about: { readonly element?: string; readonly line?: number; readonly url?: string | null } = {}): void {
    this.parts.log.add(this.call.account.organizationId, this.callSid, { level: "error", code, text, ...about });
  }

  /** Throws LegEnded when the leg has hung up. */
  assertUp(): void {
    this.signal.throwIfAborted();
    if (this.leg.hungUp) throw new LegEnded();
  }
}

const LAST_REQUEST_MS = 15_000;
/** Whoever goes in circles is faster. */
const UNHURRIED_S = 0.5;
