/** One party that Dial calls: its ringing, its callbacks, and what became of it. */
import { randomUUID } from "node:crypto";
import { onAbort } from "../../abort.js";
import type { Child, ChildOptions, ChildTarget, LiveLeg } from "../../calls/index.js";
import { CallplaneError } from "../../errors.js";
import { callSid } from "../../sids.js";
import type { CallFacts } from "../call-parameters.js";
import { detectAnswerer, newAnswerer, type MachineWish } from "../detection.js";
import type { Progress } from "../progress.js";
import { statusOfRefusal } from "../refusals.js";
import type { Run } from "../run.js";
import { sipResponseOf, type EndStatus } from "../statuses.js";
import type { Dial, PartyNoun } from "../verbs/dial.js";
import { PARTY_PROGRAM } from "../party-program.js";

/** Whom a noun stands for, and what its leg gets. Throws CallplaneError for what cannot be called. */
export interface PartyTarget {
  readonly target: ChildTarget;
  /** As programs are told it. */
  readonly to: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** It may not be called at all. */
interface Refused {
  readonly refused: unknown;
}

/** Twilio's errors of a party that may not be called (https://www.twilio.com/docs/api/errors). */
const REFUSALS: Readonly<Partial<Record<CallplaneError["code"], number>>> = { InvalidParameter: 13224, NotFound: 13224, NUMBER_NOT_ALLOWED: 13225, DIAL_LIMIT: 10004 };

export class PartyCall {
  readonly noun: PartyNoun;
  readonly facts: CallFacts;
  /** The leg, answered; null: it came to nothing. Never rejects. */
  readonly answered: Promise<LiveLeg | null>;
  readonly #run: Run;
  readonly #progress: Progress;
  readonly #uuid: string;
  readonly #createdAt = new Date();
  readonly #sip: Child["sip"];
  readonly #calling = new AbortController();
  readonly #machine: MachineWish | null;
  #why: EndStatus = "failed";
  #response = sipResponseOf("NORMAL_CLEARING");

  constructor(run: Run, verb: Dial, noun: PartyNoun, { target, to, variables }: PartyTarget, from: string, callerId: string | null) {
    this.#run = run;
    this.noun = noun;
    const about = { element: noun.noun, line: noun.line };
    const callback = run.callbackOf(noun.statusCallback, about);
    this.#machine = this.#wish(about);
    const stops = [run.signal, run.ended].map((signal) => onAbort(signal, () => this.#calling.abort(signal.reason)));
    const dialled = this.#dial(target, {
      ringS: Math.max(1, Math.round((verb.timeoutS * run.parts.secondMs) / 1000)),
      callerId,
      program: PARTY_PROGRAM,
      variables: { playback_terminators: "none", ...variables },
      by: { name: "program" },
    });
    const uuid = this.#uuid = "id" in dialled ? dialled.id : randomUUID();
    this.#sip = "sip" in dialled ? dialled.sip : () => ({ callId: null, refusedWith: null });
    this.facts = { account: run.call.account, callSid: callSid(uuid), parentCallSid: run.callSid, parties: { from, to, direction: "outbound-dial", callerName: null }, ...(this.#machine === null ? {} : { answerer: newAnswerer() }) };
    this.#progress = run.parts.followed.begin({ facts: this.facts, uuid, node: run.leg.node, callback, machine: this.#machine });
    this.#progress.happened("initiated", new Date());
    this.answered = this.#follow(dialled, stops);
  }

  /** How its ringing ended; it did not answer. */
  get why(): EndStatus {
    return this.#why;
  }

  /** What SIP says of it, and the status of its answer or refusal as programs are told it; empty: there is none. */
  get sip(): { readonly callId: string | null; readonly response: string } {
    const { callId, refusedWith } = this.#sip();
    return { callId, response: refusedWith === null ? this.#response : String(refusedWith) };
  }

  /**
   * Listens whether a person or a machine has answered, whatever the leg does meanwhile. Resolves when what runs before the bridge may be asked for: at once, unless its server
   * decides by the verdict, which nobody else is told. Never rejects.
   */
  async detect(leg: LiveLeg): Promise<void> {
    const { answerer } = this.facts;
    const wish = this.#machine;
    if (wish === null || answerer === undefined) return;
    const detected = detectAnswerer(this.#run.parts, { ...this.facts, answerer }, leg, wish, this.#run.signal).then(() => {
      if (answerer.answeredBy !== null) this.#progress.detected();
    });
    if (!wish.beside) await detected;
  }

  /** As with Twilio's API, keys that are sent are for a machine: nobody listens then. */
  #wish(about: { readonly element: string; readonly line: number }): MachineWish | null {
    const { noun } = this;
    if (noun.machineDetection === null || (noun.noun === "Number" && noun.sendDigits !== null)) return null;
    const { callback, mode, timeoutS, ...thresholds } = noun.machineDetection;
    const told = this.#run.callbackOf(callback, about);
    return { settings: { ...thresholds, mode: mode === "Enable" ? "start" : "end", timeoutMs: timeoutS * 1000 }, callback: told === null ? null : { url: told.url, method: told.method }, beside: told !== null || noun.document === null };
  }

  /** Ends the ringing. */
  cancel(reason: Error): void {
    this.#calling.abort(reason);
  }

  #dial(target: ChildTarget, options: Omit<ChildOptions, "onProgress">): Child | Refused {
    const onProgress: ChildOptions["onProgress"] = (what, leg, at) => {
      if (what !== "completed") return this.#progress.happened(what, at);
      this.#progress.completed({ cause: leg.hangupCause }, at);
      this.#run.parts.followed.ended(this.#progress);
    };
    try {
      return this.#run.parts.children.dial(this.#run.leg, target, { ...options, onProgress }, this.#calling.signal);
    } catch (error) {
      return { refused: error };
    }
  }

  async #follow(dialled: Child | Refused, stops: readonly (() => void)[]): Promise<LiveLeg | null> {
    try {
      if ("refused" in dialled) throw dialled.refused;
      return await dialled.answered;
    } catch (error) {
      // It was called off, by us or with the caller's end.
      const end = this.#calling.signal.aborted || this.#run.leg.hungUp ? ({ status: "canceled", cause: "ORIGINATOR_CANCEL" } as const) : statusOfRefusal(error);
      this.#why = end.status;
      this.#response = sipResponseOf(end.cause ?? "");
      const endedAt = new Date();
      // Whoever is told of its end finds it.
      if ("refused" in dialled || !dialled.begun()) await this.#run.parts.followed.unmade(this.facts, { uuid: this.#uuid, parent: this.#run.leg.uuid }, end, this.#createdAt, endedAt);
      this.#progress.completed({ ...end, refusedWith: this.#sip().refusedWith }, endedAt);
      this.#run.parts.followed.ended(this.#progress);
      const code = error instanceof CallplaneError ? REFUSALS[error.code] : undefined;
      if (code !== undefined) this.#run.error(code, error instanceof Error ? error.message : "The party cannot be called.", { element: this.noun.noun, line: this.noun.line });
      return null;
    } finally {
      for (const stop of stops) stop();
    }
  }
}
