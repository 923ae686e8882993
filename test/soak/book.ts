/** Who has ended what: a caller's leg may end only for a reason that stands here. */
import type { CallView } from "../../src/calls/types.js";
import { bare } from "../chaos/invariants/types.js";

/** An end takes that long to arrive at the caller's leg, on a machine that is busy. */
const RECENT_MS = 20_000;
/** Who was seen in a call so shortly before or after it hung up was in it then. */
const SEEN_MS = 5000;

export class Book {
  /** The newest end by each party. Bounded by the parties of a run. */
  readonly #hangUps = new Map<string, number>();
  /** Calls that somebody asked to end. Bounded by the calls of a run. */
  readonly #ends = new Map<string, number>();
  /** When each party was last seen in each call: numbers, and agents as parties. Bounded by the calls of a run. */
  readonly #parties = new Map<string, Map<string, number>>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes who is in the calls. `partyOf`: an agent's name among the parties. */
  saw(calls: readonly CallView[], partyOf: (agent: string) => string): void {
    for (const { id, from, legs } of calls) {
      const parties = this.#parties.get(id) ?? new Map<string, number>([[bare(from), -Infinity]]);
      this.#parties.set(id, parties);
      for (const { agent, number } of legs) parties.set(agent === null ? bare(number) : partyOf(agent), this.#now());
    }
  }

  /** The call's record says that the party was in it: of a call too short to be seen. */
  tookPart(callId: string, party: string): void {
    this.#parties.get(callId)?.set(bare(party), this.#now());
  }

  /** A phone, a customer or a number outside hangs up. */
  hungUp(party: string): void {
    this.#hangUps.set(bare(party), this.#now());
  }

  /** Somebody asks Callplane to end the call. */
  ended(callId: string): void {
    this.#ends.set(callId, this.#now());
  }

  hasHungUp(party: string): boolean {
    return this.#hangUps.has(bare(party));
  }

  /** The calls that the party was seen in. */
  callsOf(party: string): readonly string[] {
    return [...this.#parties].filter(([, parties]) => parties.has(bare(party))).map(([id]) => id);
  }

  /** Who was seen in one of the calls. */
  partiesOf(calls: readonly string[]): readonly string[] {
    return [...new Set(calls.flatMap((id) => [...(this.#parties.get(id)?.keys() ?? [])]))];
  }

  /** Why the party's leg may just have ended; null: for no reason that is known. */
  reason(party: string): string | null {
    if (this.hasHungUp(party)) return "hung up";
    for (const id of this.callsOf(party)) {
      if (this.#isRecent(this.#ends.get(id))) return `somebody ended ${id}`;
      const by = [...(this.#parties.get(id) ?? [])].find(([other, seen]) => this.#isRecent(this.#hangUps.get(other)) && Math.abs((this.#hangUps.get(other) ?? 0) - seen) < SEEN_MS)?.[0];
      if (by !== undefined) return `${by} of ${id} hung up`;
    }
    return null;
  }

  #isRecent(at: number | undefined): boolean {
    return at !== undefined && this.#now() - at < RECENT_MS;
  }
}
