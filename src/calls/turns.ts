/** The short activities of one call take turns. While the one that runs waits for somebody to answer a phone, others may come in between. */
import { CallplaneError, conflict } from "../errors.js";

/**
 * What a short activity does while another one rings somebody for the call. One that needs the call for itself is `refused`, or `waits`. One that does not runs `beside`.
 * One that `callsOff` ends the ringing, unless nobody has asked for it, and comes next.
 */
export type WhileRinging = "refused" | "waits" | "beside" | "callsOff";

export interface TurnTerms {
  readonly whileRinging: WhileRinging;
  /** Whether somebody has asked for it, and may call its ringing off. */
  readonly isAsked: boolean;
}

/** One activity's turn. */
export class Turn {
  readonly terms: TurnTerms;
  /** Rejects when the activity is refused. */
  readonly begun: Promise<void>;
  readonly ended: Promise<void>;
  /** It waits for somebody to answer a phone. */
  rings = false;
  /** It has ended the ringing of the one before it. */
  hasCalledOff = false;
  begin: () => void = () => undefined;
  refuse: (why: CallplaneError) => void = () => undefined;
  end: () => void = () => undefined;
  readonly #controller = new AbortController();

  constructor(terms: TurnTerms) {
    this.terms = terms;
    this.begun = new Promise((resolve, reject) => {
      this.begin = resolve;
      this.refuse = reject;
    });
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(why: CallplaneError): void {
    this.#controller.abort(why);
  }
}

/** Why an activity is refused that needs the call for itself. */
const RINGS = "Somebody is being rung for the call: wait for the answer, or cancel it.";
/** The same for a ringing that nobody has asked for, and nobody may call off. */
const RINGS_ON = "A phone is being rung for the call, which nobody may call off: wait for the answer.";

export class Turns {
  /** Who waits for a turn, in the order of coming. Bounded by `MAX_WAITING` of the activities. */
  readonly #queue: Turn[] = [];
  #running: Turn | null = null;
  /** Has come in between while the other one rings. */
  #beside: Turn | null = null;
  #size = 0;
  #rest: Promise<void> = Promise.resolve();

  /** Those that run or wait for their turn. */
  get size(): number {
    return this.#size;
  }

  /** Whether anything runs, but for one that only waits for somebody to answer a phone. */
  get isActing(): boolean {
    return this.#running !== null && (!this.#running.rings || this.#beside !== null);
  }

  /** Why what needs the call for itself is refused now: the one that runs waits for somebody to answer a phone. Null: it is not refused. */
  get whyRefused(): string | null {
    return this.#running?.rings === true ? whyRefused(this.#running) : null;
  }

  /** Resolves when all that have come until now have ended. */
  rested(): Promise<void> {
    return this.#rest;
  }

  /** Runs in its turn. Throws Conflict for what needs the call for itself when somebody is rung before that. */
  take<T>(terms: TurnTerms, work: (turn: Turn) => Promise<T>): Promise<T> {
    const turn = new Turn(terms);
    this.#queue.push(turn);
    this.#size++;
    this.#next();
    const result = this.#run(turn, work);
    // Without the results: one long activity may see any number of short ones.
    this.#rest = Promise.allSettled([this.#rest, result]).then(() => undefined);
    return result;
  }

  /** Runs the part of a turn that waits for somebody to answer a phone. What has come in between ends before the turn goes on. */
  async ringing<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
    if (turn !== this.#running) return work();
    turn.rings = true;
    this.#next();
    try {
      return await work();
    } finally {
      turn.rings = false;
      await this.#beside?.ended;
    }
  }

  /** Calls off what runs; what waits comes after it. */
  abort(why: CallplaneError): void {
    this.#running?.abort(why);
    this.#beside?.abort(why);
  }

  async #run<T>(turn: Turn, work: (turn: Turn) => Promise<T>): Promise<T> {
    try {
      await turn.begun;
      return await work(turn);
    } finally {
      if (this.#running === turn) this.#running = null;
      if (this.#beside === turn) this.#beside = null;
      this.#size--;
      turn.end();
      this.#next();
    }
  }

  #next(): void {
    const running = this.#running;
    if (running === null) {
      this.#running = this.#queue.shift() ?? null;
      this.#running?.begin();
    } else if (running.rings) this.#meet(running);
  }

  /** What those who wait do while this one rings. */
  #meet(running: Turn): void {
    for (const turn of [...this.#queue]) {
      const { whileRinging } = turn.terms;
      if (whileRinging === "refused" || (whileRinging === "callsOff" && !running.terms.isAsked)) {
        this.#leave(turn);
        turn.refuse(conflict(whyRefused(running)));
      } else if (whileRinging === "callsOff") {
        turn.hasCalledOff = true;
        running.abort(new CallplaneError("CANCELED"));
      } else if (whileRinging === "beside" && this.#beside === null) {
        this.#leave(turn);
        this.#beside = turn;
        turn.begin();
      }
    }
  }

  #leave(turn: Turn): void {
    this.#queue.splice(this.#queue.indexOf(turn), 1);
  }
}

const whyRefused = ({ terms }: Turn): string => (terms.isAsked ? RINGS : RINGS_ON);
