import type { DialRefusal, DialRules, LiveOutsideCalls, DialPlace } from "./ports.js";

const WINDOW_MS = 60_000;
/** After so long a place whose leg was never seen is free again: longer than any phone rings first (RING_TIMEOUT_S is at most 600). */
const FORGOTTEN_MS = 610_000;

/** The limit that is reached, and when to try again. */
export interface Full {
  readonly rule: Extract<DialRefusal, "simultaneous" | "rate">;
  readonly limit: number;
  readonly retryAfterS: number;
}

interface Attempt {
  readonly at: number;
  /** The leg that will be dialled. */
  readonly leg: string;
  /** Milliseconds after which the place is free if the leg was never seen. */
  readonly forgottenMs: number;
  /** Its leg is not in the registry yet. */
  waiting: boolean;
}

type Limits = Pick<DialRules, "maxOutboundCalls" | "maxOutboundCallsPerMinute">;

/**
 * How many calls to the outside an organization may have and begin. A call takes its place before FreeSWITCH dials, so that two at once never share the
 * last one, and keeps it until the registry knows its leg and counts it.
 */
export class OutsideLimits {
  readonly #live: LiveOutsideCalls;
  readonly #now: () => number;
  /** By organization; oldest first. Bounded by the calls begun in the last minute, and those of ten minutes that nobody gave back. */
  readonly #attempts = new Map<number, Attempt[]>();

  constructor(live: LiveOutsideCalls, now: () => number) {
    this.#live = live;
    this.#now = now;
  }

  /** Null while there is room. */
  full(organizationId: number, { maxOutboundCalls, maxOutboundCallsPerMinute }: Limits): Full | null {
    const attempts = this.#recent(organizationId);
    if (maxOutboundCalls !== null) {
      const waiting = attempts.filter((attempt) => attempt.waiting).length;
      if (this.#live.outside(organizationId) + waiting >= maxOutboundCalls) return { rule: "simultaneous", limit: maxOutboundCalls, retryAfterS: 5 };
    }
    if (maxOutboundCallsPerMinute === null) return null;
    const since = this.#now() - WINDOW_MS;
    const begun = attempts.filter(({ at }) => at > since);
    if (begun.length < maxOutboundCallsPerMinute) return null;
    const oldest = begun[begun.length - Math.max(1, maxOutboundCallsPerMinute)]?.at ?? this.#now();
    return { rule: "rate", limit: maxOutboundCallsPerMinute, retryAfterS: Math.max(1, Math.ceil((oldest - since) / 1000)) };
  }

  /** Takes a place; call `full` just before, without awaiting in between. */
  take(organizationId: number, leg: string, forgottenMs = FORGOTTEN_MS): DialPlace {
    const attempt: Attempt = { at: this.#now(), leg, forgottenMs, waiting: true };
    const attempts = this.#attempts.get(organizationId);
    if (attempts === undefined) this.#attempts.set(organizationId, [attempt]);
    else attempts.push(attempt);
    return {
      begun: () => {
        attempt.waiting = false;
      },
      giveBack: () => {
        if (attempt.waiting) this.#remove(organizationId, attempt);
      },
    };
  }

  #recent(organizationId: number): readonly Attempt[] {
    const attempts = this.#attempts.get(organizationId);
    if (attempts === undefined) return [];
    const now = this.#now();
    // A leg whose event was lost with a connection is known from the snapshot after it.
    for (const attempt of attempts) if (attempt.waiting && (now - attempt.at >= attempt.forgottenMs || this.#live.knows(organizationId, attempt.leg))) attempt.waiting = false;
    const kept = attempts.filter(({ at, waiting }) => waiting || now - at < WINDOW_MS);
    this.#keep(organizationId, kept);
    return kept;
  }

  #remove(organizationId: number, attempt: Attempt): void {
    this.#keep(organizationId, (this.#attempts.get(organizationId) ?? []).filter((each) => each !== attempt));
  }

  #keep(organizationId: number, attempts: Attempt[]): void {
    if (attempts.length === 0) this.#attempts.delete(organizationId);
    else this.#attempts.set(organizationId, attempts);
  }
}
