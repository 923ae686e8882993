/** Since when a call is in its state, and who had it before. */
import type { CallState } from "./types.js";

/** Of one call; beyond it the oldest are forgotten. */
const MAX_PREVIOUS = 10;

interface Followed {
  readonly state: CallState;
  readonly owner: string | null;
  readonly createdAt: Date;
  readonly queuedAt: Date | null;
  readonly answeredAt: Date | null;
  readonly parkedAt: Date | null;
}

/** When a call in this state was put into it; null: nobody has put it there. */
const putAt = ({ state, queuedAt, parkedAt }: Followed): Date | null => (state === "queued" ? queuedAt : state === "held" || state === "parked" ? parkedAt : null);

/** When a call in this state began to be in it, as far as the call itself tells. */
const begunAt = (call: Followed): Date => putAt(call) ?? (call.state === "active" ? call.answeredAt : null) ?? call.createdAt;

export class History {
  /** Owners that it has no more, the first one first, at most `MAX_PREVIOUS`; one who has it again is among them. */
  previous: readonly string[] = [];
  #state: CallState | null = null;
  #since: Date | null = null;
  #owner: string | null = null;

  /** As our own state on the channels tells of it after a restart. */
  restore(state: CallState, since: Date): void {
    this.#state ??= state;
    this.#since ??= since;
  }

  /** The call is like this at `at`. */
  follow(call: Followed, at: Date): void {
    const { state, owner } = call;
    if (this.#state !== state) {
      this.#since = this.#state === null ? begunAt(call) : (putAt(call) ?? at);
      this.#state = state;
    }
    if (owner === this.#owner) return;
    if (this.#owner !== null) this.#left(this.#owner);
    this.#owner = owner;
  }

  /** Another call was joined to this one. */
  join({ previous }: History): void {
    for (const agent of previous) this.#left(agent);
  }

  since(call: Followed): Date {
    return this.#since ?? begunAt(call);
  }

  /** Where the call itself does not tell it. */
  sinceToKeep(call: Followed): Date | undefined {
    const since = this.since(call);
    return since.getTime() === begunAt(call).getTime() ? undefined : since;
  }

  #left(agent: string): void {
    this.previous = [...this.previous.filter((each) => each !== agent), agent].slice(-MAX_PREVIOUS);
  }
}
