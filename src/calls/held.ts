/** The hold of a long activity on its call: whether others may take the call over, and how the call is taken, lent and given back. */
import { AnsweredElsewhere, conflict, type CallplaneError } from "../errors.js";
import type { Turns } from "./turns.js";

/**
 * What becomes of others who want a call that is held: `yields`, another long one takes the call over, or challenges it; `keeps`, another long one is refused;
 * `refuses`, short ones that move the call's legs are refused as well. All other short ones wait for their turn, or run at once when nothing is under way.
 */
export type Terms = "yields" | "keeps" | "refuses";

/** What is done with one call, or with one supervisor. */
export interface Line {
  /** The short ones, and the steps of long ones. */
  readonly turns: Turns;
  holder: Held | null;
  /** Wants the call of a holder that yields, and has not claimed it yet. */
  challenger: Held | null;
  /** Holders that have left the call to others for a while. Bounded by the activities under way. */
  readonly lent: Set<Held>;
}

/** A long activity's hold on its call. */
export class Held {
  readonly name: string;
  readonly #taken = new AbortController();
  readonly #line: Line;
  readonly #step: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  #terms: Terms;

  /** @param name of its activity */
  constructor(name: string, line: Line, terms: Terms, step: Held["step"]) {
    this.name = name;
    this.#line = line;
    this.#terms = terms;
    this.#step = step;
  }

  /** Aborted when the call is taken over or hung up, and when Callplane stops. */
  get signal(): AbortSignal {
    return this.#taken.signal;
  }

  get terms(): Terms {
    return this.#terms;
  }

  /** From now on nobody may take the call over; false when somebody has, or it is kept already. */
  keep(): boolean {
    if (this.#terms !== "yields" || this.signal.aborted) return false;
    this.#terms = "keeps";
    this.#line.challenger?.end(new AnsweredElsewhere());
    return true;
  }

  /** A challenger's turn: takes the call from the holder. Throws AnsweredElsewhere when the holder keeps it. */
  claim(): void {
    const line = this.#line;
    this.signal.throwIfAborted();
    if (line.challenger !== this) return;
    if (line.holder?.take("The call was picked up.") === false) throw new AnsweredElsewhere();
    line.holder = this;
    line.challenger = null;
  }

  /** Others may take the call over again. */
  yield(): void {
    this.#terms = "yields";
  }

  /** Leaves the call to others while `work` runs, and takes it again from whoever yields. Throws Conflict when somebody keeps it. */
  async lend<T>(work: () => Promise<T>): Promise<T> {
    const line = this.#line;
    line.lent.add(this);
    if (line.holder === this) line.holder = null;
    try {
      return await work();
    } finally {
      line.lent.delete(this);
      if (!this.signal.aborted && line.holder !== null && !line.holder.take("The call was taken back.")) this.end(conflict("Somebody else has the call."));
      if (!this.signal.aborted) line.holder = this;
    }
  }

  /** Runs a part of the activity in the call's turn: nothing short is done with the call at the same time. */
  step<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#step(work);
  }

  /** Takes the call from a long activity that yields; false when it does not. */
  take(why: string): boolean {
    if (this.#terms === "yields") this.end(new AnsweredElsewhere(why));
    return this.#terms === "yields";
  }

  end(reason: CallplaneError): void {
    this.#taken.abort(reason);
  }
}
