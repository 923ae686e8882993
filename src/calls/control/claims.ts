import { CallplaneError, conflict } from "../../errors.js";
import type { Call } from "../call.js";

/**
 * The router's hold on a caller while phones ring for her: somebody who picks her up takes her away, until a phone has answered.
 * From then on the pickup loses: exactly one of the two wins (CONTRACT: the loser gets 409).
 */
export class OfferClaim {
  readonly #withdrawn = new AbortController();
  #fixed = false;

  /** Aborted when the caller is taken away. */
  get signal(): AbortSignal {
    return this.#withdrawn.signal;
  }

  get fixed(): boolean {
    return this.#fixed;
  }

  /** A phone has answered; false when the caller has been taken away, or another phone was first. */
  fix(): boolean {
    if (this.#fixed || this.signal.aborted) return false;
    this.#fixed = true;
    return true;
  }

  /** The phone that answered is gone again: others may have her. */
  loosen(): void {
    this.#fixed = false;
  }

  /** False when it is too late. */
  withdraw(why: string): boolean {
    if (this.#fixed) return false;
    this.#withdrawn.abort(new CallplaneError("Conflict", why));
    return true;
  }
}

const TAKEN = "taken";

/** The calls that somebody is picking up now, or that the router is about to give to somebody: the second to try is told at once instead of waiting for the first one's phone. */
export class Claims {
  /** Bounded by the pickups and offers under way. */
  readonly #calls = new Map<Call, OfferClaim | typeof TAKEN>();

  has(call: Call): boolean {
    return this.#calls.has(call);
  }

  /** Whether she is about to talk to somebody, or must not be disturbed: no longer only offered. */
  taken(call: Call): boolean {
    const claim = this.#calls.get(call);
    return claim === TAKEN || claim?.fixed === true;
  }

  /** Throws Conflict when somebody else has it and a phone has answered for her, or is being picked up. */
  async hold<T>(call: Call, work: () => Promise<T>): Promise<T> {
    const claim = this.#calls.get(call);
    if (claim !== undefined && (claim === TAKEN || !claim.withdraw("Somebody picked the caller up."))) throw conflict(`Somebody is picking up the call ${call.id} already.`);
    this.#calls.set(call, TAKEN);
    try {
      return await work();
    } finally {
      this.#calls.delete(call);
    }
  }

  /** The router's own. Throws Conflict when somebody has it already. */
  async offer<T>(call: Call, work: (claim: OfferClaim) => Promise<T>): Promise<T> {
    if (this.#calls.has(call)) throw conflict(`Somebody is picking up the call ${call.id} already.`);
    const claim = new OfferClaim();
    this.#calls.set(call, claim);
    try {
      return await work(claim);
    } finally {
      if (this.#calls.get(call) === claim) this.#calls.delete(call);
    }
  }
}
