/**
 * Whatever is done with a call is an activity (DESIGN decision 13). Short ones queue behind each other. A long one holds the call until it ends or is
 * taken over, and says how it meets whoever wants the call meanwhile. Each is logged when it starts and when it ends.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { underAny } from "../abort.js";
import { CallplaneError, conflict, ShuttingDown } from "../errors.js";
import type { Logger } from "../logger.js";
import type { Actor } from "../people/index.js";
import { Held, type Line, type Terms } from "./held.js";

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
}

export interface ActivitiesOptions {
  /** Told whenever no short activity, and no step of a long one, is under way under a key any more, or the one that is begins to wait for somebody. */
  readonly onRest?: (key: string) => void;
  /** Told whenever nothing more is done under a key. */
  readonly onIdle?: (key: string) => void;
  /** The long activity that the call's own state names. When nobody runs it, as after a restart, the call is kept for whoever takes it up again. */
  readonly unfinished?: (key: string) => string | null;
}

/** A short activity, or a step of a long one, under one of its keys. */
interface Turn {
  readonly key: string;
  /** It waits for somebody to answer a phone. */
  waits: boolean;
  /** The same under the key before. */
  readonly outer: Turn | undefined;
}

export class Activities {
  /** By call or supervisor. Bounded by the activities under way, of one key by `MAX_WAITING`: a key leaves with its last one. */
  readonly #lines = new Map<string, Line>();
  /** Bounded by the activities under way. */
  readonly #running = new Set<Promise<unknown>>();
  readonly #turnOf = new AsyncLocalStorage<Turn>();
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
    return line !== undefined && (line.waiting > 0 || (line.holder !== null && line.holder.name !== besides) || line.challenger !== null);
  }

  /** Whether a short activity, or a step of a long one, is under way under this key or is to be; not while it waits for somebody to answer a phone. */
  isActing(key: string): boolean {
    const line = this.#lines.get(key);
    return line !== undefined && line.waiting > 0 && line.turn?.waits !== true;
  }

  /** Runs the part of an activity that waits for somebody to answer a phone. What changes meanwhile is no step of the activity. */
  async untilAnswered<T>(work: () => Promise<T>): Promise<T> {
    const turns = turnsOf(this.#turnOf.getStore());
    for (const turn of turns) turn.waits = true;
    for (const turn of turns) if (this.#lines.get(turn.key)?.turn === turn) this.#options.onRest?.(turn.key);
    try {
      return await work();
    } finally {
      for (const turn of turns) turn.waits = false;
    }
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
   * A short activity: runs when everything before it under these keys has ended. Keys are taken in one order, so that two activities never wait for each other.
   * Throws Conflict when a long one refuses it, or too much waits already. `beside`: it leaves the legs where they are, and no long one minds it.
   */
  run<T>(keys: string | readonly string[], activity: Activity<T> & { readonly beside?: boolean }, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const all = typeof keys === "string" ? [keys] : [...new Set(keys)].sort();
    const [first = ""] = all;
    const held = all.some((key) => this.termsOf(key) === "refuses");
    if (held && activity.beside !== true) return this.#refused(first, activity, "Something is done with the call that must not be disturbed.");
    if (all.some((key) => (this.#lines.get(key)?.waiting ?? 0) >= MAX_WAITING)) return this.#refused(first, activity, "Too many operations wait for this call.");
    return this.#turns(all, (signal) => this.#logged(first, activity, () => work(signal)));
  }

  /** A long activity: holds the call from now on, and begins when the short ones before it have ended. Throws Conflict when another one does not yield. */
  async hold<T>(key: string, activity: Activity<T> & { readonly terms: Terms }, work: (held: Held) => Promise<T>): Promise<T> {
    const { holder = null, challenger = null } = this.#lines.get(key) ?? {};
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
    return new Held(name, line, terms, (step) => this.#turns([key], step));
  }

  async #held<T>(key: string, activity: Activity<T>, held: Held, work: (held: Held) => Promise<T>): Promise<T> {
    const line = this.#line(key);
    try {
      await line.tail;
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
    line?.current?.abort(conflict(why));
    line?.holder?.end(conflict(why));
    line?.challenger?.end(conflict(why));
  }

  /** Calls off what runs and refuses what waits or comes later; resolves when all has ended. Idempotent. */
  async close(): Promise<void> {
    const reason = new ShuttingDown();
    this.#closing.abort(reason);
    for (const { current, holder, challenger, lent } of this.#lines.values()) {
      current?.abort(reason);
      for (const held of [holder, challenger, ...lent]) held?.end(reason);
    }
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #turns<T>([first, ...rest]: readonly string[], work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (first === undefined) return work(this.#closing.signal);
    return this.#turn(first, (signal) => (rest.length === 0 ? work(signal) : this.#turns(rest, (inner) => underAny([signal, inner], work))));
  }

  async #turn<T>(key: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const line = this.#line(key);
    line.waiting++;
    this.#acting++;
    const controller = new AbortController();
    const turn: Turn = { key, waits: false, outer: this.#turnOf.getStore() };
    const result = line.tail.then(async () => {
      this.#closing.signal.throwIfAborted();
      line.current = controller;
      line.turn = turn;
      return this.#turnOf.run(turn, () => work(controller.signal));
    });
    line.tail = result.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await result;
    } finally {
      if (line.current === controller) line.current = null;
      if (line.turn === turn) line.turn = null;
      line.waiting--;
      this.#acting--;
      if (line.waiting === 0) this.#options.onRest?.(key);
      this.#leave(key, line);
    }
  }

  #line(key: string): Line {
    let line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, (line = { tail: Promise.resolve(), waiting: 0, current: null, turn: null, holder: null, challenger: null, lent: new Set() }));
    return line;
  }

  #leave(key: string, line: Line): void {
    if (line.waiting > 0 || line.holder !== null || line.challenger !== null || this.#lines.get(key) !== line) return;
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
    this.#logger.info({ ...fieldsOf(call, activity), outcome: "Conflict", why }, "activity refused");
    throw conflict(why);
  }
}

function turnsOf(turn: Turn | undefined): readonly Turn[] {
  return turn === undefined ? [] : [turn, ...turnsOf(turn.outer)];
}

const fieldsOf = (call: string, { name, by }: Pick<Activity, "name" | "by">): object => ({ activity: name, call, actor: by.name, ...(by.requestId === undefined ? {} : { requestId: by.requestId }) });
