/**
 * Whatever is done with a call is an activity (DESIGN decision 13). Short ones take turns, and say what they do while somebody is rung. A long one holds the call
 * until it ends or is taken over, and says how it meets whoever wants the call meanwhile. Each is logged when it starts and when it ends.
 */
import { sourcesOf, underAny } from "../abort.js";
import { CallplaneError, conflict, ShuttingDown } from "../errors.js";
import type { Logger } from "../logger.js";
import type { Actor } from "../people/index.js";
import { Held, type Line, type Terms } from "./held.js";
import { Turns, type Turn, type TurnTerms, type WhileRinging } from "./turns.js";

/** Activities that may wait for one call: more than anybody means, however slowly FreeSWITCH answers. */
const MAX_WAITING = 50;

/** Whom an activity is logged as, and the request that asked for it. */
export type Doer = Pick<Actor, "name" | "requestId">;

/** What nobody asked for. */
export const SYSTEM: Doer = { name: "system" };

export interface Activity<T = unknown> {
  /** hold, transfer, offer, message, … */
  readonly name: string;
  readonly by: Doer;
  /** What the log calls the outcome; `done` unless given, and the code of an error. */
  readonly outcome?: (result: T) => string;
  /** Default: what somebody has asked for is refused, and anything else waits. */
  readonly whileRinging?: WhileRinging;
}

/** What a short activity does; `hasCalledOff`: it has ended the ringing of another one. */
type Work<T> = (signal: AbortSignal, hasCalledOff: boolean) => Promise<T>;

export interface ActivitiesOptions {
  /** Told whenever no short activity, and no step of a long one, is under way under a key any more, or the one that is begins to wait for somebody. */
  readonly onRest?: (key: string) => void;
  /** Told whenever nothing more is done under a key. */
  readonly onIdle?: (key: string) => void;
  /** The long activity that the call's own state names. When nobody runs it, as after a restart, the call is kept for whoever takes it up again. */
  readonly unfinished?: (key: string) => string | null;
}

/** A short activity, or a step of a long one, under one of its keys. */
interface Taken {
  readonly key: string;
  readonly turn: Turn;
}

export class Activities {
  /** By call or supervisor. Bounded by the activities under way, of one key by `MAX_WAITING`: a key leaves with its last one. */
  readonly #lines = new Map<string, Line>();
  /** Bounded by the activities under way. */
  readonly #running = new Set<Promise<unknown>>();
  /** By the signal that its work is given. An AsyncLocalStorage in its place would take time of every promise of the process. */
  readonly #taken = new WeakMap<AbortSignal, Taken>();
  #acting = 0;
  readonly #logger: Logger;
  readonly #options: ActivitiesOptions;
  readonly #closing = new AbortController();

  constructor(logger: Logger, options: ActivitiesOptions = {}) {
    this.#logger = logger;
    this.#options = options;
  }

  /** Whether anything is done under this key; `besides`: anything else than a long activity of that name. */
  busy(key: string, besides?: string): boolean {
    const line = this.#lines.get(key);
    return line !== undefined && (line.turns.size > 0 || (line.holder !== null && line.holder.name !== besides) || line.challenger !== null);
  }

  /** Whether a short activity, or a step of a long one, is under way under this key or is to be; not while it waits for somebody to answer a phone. */
  isActing(key: string): boolean {
    return this.#lines.get(key)?.turns.isActing === true;
  }

  /** Runs the part of an activity that waits for somebody to answer a phone; `signal`: the one that its work was given, or made of it. What changes meanwhile is no step of the activity. */
  untilAnswered<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const ringing = ([taken, ...others]: readonly Taken[]): Promise<T> => {
      if (taken === undefined) return work();
      const { key, turn } = taken;
      const rung = this.#line(key).turns.ringing(turn, () => ringing(others));
      this.#tellRest(key);
      return rung;
    };
    return ringing([...sourcesOf(signal)].flatMap((source) => this.#taken.get(source) ?? []));
  }

  /** Short activities, and steps of long ones, that are under way or wait, under all keys. */
  get acting(): number {
    return this.#acting;
  }

  /** How the long activity that holds the call meets others; null when none does. An unfinished one refuses. */
  termsOf(key: string): Terms | null {
    return this.#lines.get(key)?.holder?.terms ?? (this.#unfinished(key) === null ? null : "refuses");
  }

  #unfinished(key: string): string | null {
    return this.#options.unfinished?.(key) ?? null;
  }

  /**
   * A short activity: runs when everything before it under these keys has ended, or while somebody is rung. Keys are taken in one order, so that two activities never
   * wait for each other. Throws Conflict when a long one refuses it, which lets those that run `beside` pass, when somebody is rung, or too much waits already.
   */
  async run<T>(keys: string | readonly string[], activity: Activity<T>, work: Work<T>): Promise<T> {
    const all = typeof keys === "string" ? [keys] : [...new Set(keys)].sort();
    const [first = ""] = all;
    const isAsked = activity.by !== SYSTEM;
    const { whileRinging = isAsked ? "refused" : "waits" } = activity;
    if (whileRinging !== "beside" && all.some((key) => this.termsOf(key) === "refuses")) return this.#refused(first, activity, "Something is done with the call that must not be disturbed.");
    if (all.some((key) => (this.#lines.get(key)?.turns.size ?? 0) >= MAX_WAITING)) return this.#refused(first, activity, "Too many operations wait for this call.");
    let begun = false;
    const begin: Work<T> = (signal, hasCalledOff) => {
      begun = true;
      return this.#logged(first, activity, () => work(signal, hasCalledOff));
    };
    try {
      return await this.#turns(all, { whileRinging, isAsked }, begin);
    } catch (error) {
      if (!begun && error instanceof CallplaneError) this.#logRefusal(first, activity, error.message);
      throw error;
    }
  }

  /** A long activity: holds the call from now on, and begins when the short ones before it have ended. Throws Conflict when another one does not yield. */
  async hold<T>(key: string, activity: Activity<T> & { readonly terms: Terms }, work: (held: Held) => Promise<T>): Promise<T> {
    const { holder = null, challenger = null, turns } = this.#lines.get(key) ?? {};
    const rings = activity.whileRinging === "refused" ? (turns?.whyRefused ?? null) : null;
    if (rings !== null) return this.#refused(key, activity, rings);
    const free = holder === null ? [null, activity.name].includes(this.#unfinished(key)) : challenger === null && holder.take(`The call was taken over (${activity.name}).`);
    if (!free) return this.#refused(key, activity, `Somebody has the call ${key} already.`);
    const line = this.#line(key);
    return this.#held(key, activity, (line.holder = this.#holding(key, line, activity.name, activity.terms)), work);
  }

  /**
   * As `hold` with the terms `keeps`, but leaves the call to a holder that yields until `Held.claim`, and until then may lose to it (AnsweredElsewhere). When the
   * holder ends before, the challenger has the call. One at a time: throws Conflict for a second one.
   */
  async challenge<T>(key: string, activity: Activity<T>, work: (held: Held) => Promise<T>): Promise<T> {
    const line = this.#lines.get(key);
    if (line?.holder?.terms !== "yields") return this.hold(key, { ...activity, terms: "keeps" }, work);
    if (line.challenger !== null) return this.#refused(key, activity, `Somebody has the call ${key} already.`);
    return this.#held(key, activity, (line.challenger = this.#holding(key, line, activity.name, "keeps")), work);
  }

  #holding(key: string, line: Line, name: string, terms: Terms): Held {
    return new Held(name, line, terms, (step) => this.#turns([key], STEP, step));
  }

  async #held<T>(key: string, activity: Activity<T>, held: Held, work: (held: Held) => Promise<T>): Promise<T> {
    const line = this.#line(key);
    try {
      await line.turns.rested();
      this.#closing.signal.throwIfAborted();
      held.signal.throwIfAborted();
      return await this.#logged(key, activity, () => work(held));
    } finally {
      if (line.holder === held) line.holder = line.challenger;
      if (line.challenger === held || line.challenger === line.holder) line.challenger = null;
      this.#leave(key, line);
    }
  }

  /** What waits for nothing and holds nothing: a hangup, an announcement that whoever takes the call stops. */
  beside<T>(key: string, activity: Activity<T>, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#logged(key, activity, () => work(this.#closing.signal));
  }

  /** Calls off what runs under this key; what waits comes after it. */
  abort(key: string, why: string): void {
    const line = this.#lines.get(key);
    line?.turns.abort(conflict(why));
    line?.holder?.end(conflict(why));
    line?.challenger?.end(conflict(why));
  }

  /** Calls off what runs and refuses what waits or comes later; resolves when all has ended. Idempotent. */
  async close(): Promise<void> {
    const reason = new ShuttingDown();
    this.#closing.abort(reason);
    for (const { turns, holder, challenger, lent } of this.#lines.values()) {
      turns.abort(reason);
      for (const held of [holder, challenger, ...lent]) held?.end(reason);
    }
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #turns<T>([first, ...rest]: readonly string[], terms: TurnTerms, work: Work<T>): Promise<T> {
    if (first === undefined) return work(this.#closing.signal, false);
    return this.#turn(first, terms, (signal, hasCalledOff) => (rest.length === 0 ? work(signal, hasCalledOff) : this.#turns(rest, terms, (inner, has) => underAny([signal, inner], (either) => work(either, has || hasCalledOff)))));
  }

  async #turn<T>(key: string, terms: TurnTerms, work: Work<T>): Promise<T> {
    const line = this.#line(key);
    this.#acting++;
    try {
      return await line.turns.take(terms, async (turn) => {
        this.#closing.signal.throwIfAborted();
        this.#taken.set(turn.signal, { key, turn });
        return work(turn.signal, turn.hasCalledOff);
      });
    } finally {
      this.#acting--;
      this.#tellRest(key);
      this.#leave(key, line);
    }
  }

  #tellRest(key: string): void {
    if (!this.isActing(key)) this.#options.onRest?.(key);
  }

  #line(key: string): Line {
    let line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, (line = { turns: new Turns(), holder: null, challenger: null, lent: new Set() }));
    return line;
  }

  #leave(key: string, line: Line): void {
    if (line.turns.size > 0 || line.holder !== null || line.challenger !== null || this.#lines.get(key) !== line) return;
    if (line.lent.size === 0) this.#lines.delete(key);
    this.#options.onIdle?.(key);
  }

  async #logged<T>(call: string, activity: Activity<T>, work: () => Promise<T>): Promise<T> {
    const fields = fieldsOf(call, activity);
    const began = performance.now();
    const end = (outcome: string): void => this.#logger.info({ ...fields, outcome, ms: Math.round(performance.now() - began) }, "activity ended");
    this.#logger.info(fields, "activity started");
    const running = work();
    this.#running.add(running);
    try {
      const result = await running;
      end(activity.outcome?.(result) ?? "done");
      return result;
    } catch (error) {
      end(error instanceof CallplaneError ? error.code : "Internal");
      throw error;
    } finally {
      this.#running.delete(running);
    }
  }

  async #refused(call: string, activity: Pick<Activity, "name" | "by">, why: string): Promise<never> {
    this.#logRefusal(call, activity, why);
    throw conflict(why);
  }

  #logRefusal(call: string, activity: Pick<Activity, "name" | "by">, why: string): void {
    this.#logger.info({ ...fieldsOf(call, activity), outcome: "Conflict", why }, "activity refused");
  }
}

/** A step of a long activity takes its turn, whoever is rung. */
const STEP: TurnTerms = { whileRinging: "waits", isAsked: false };

const fieldsOf = (call: string, { name, by }: Pick<Activity, "name" | "by">): object => ({ activity: name, call, actor: by.name, ...(by.requestId === undefined ? {} : { requestId: by.requestId }) });
