/** Time limits that count only the time in which this process ran: a machine short of CPU says nothing about the database. */
import { performance } from "node:perf_hooks";

const LOOK_MS = 20;
/** What counts at most between two looks; a longer pause is this process's own. */
const MAX_STEP_MS = 50;

/** One wait. End it, however it ends. */
export interface Wait {
  /** Milliseconds of the limit that are left; negative when it is over. */
  left(): number;
  end(): void;
}

export class Patience {
  #ranMs = 0;
  #lookedAt = 0;
  #waits = 0;
  #timer: NodeJS.Timeout | null = null;

  begin(limitMs: number): Wait {
    if (this.#waits++ === 0) {
      this.#lookedAt = performance.now();
      this.#timer = setInterval(() => this.#look(), LOOK_MS);
    }
    const end = this.#look() + limitMs;
    return { left: () => end - this.#look(), end: () => this.#end() };
  }

  #look(): number {
    const now = performance.now();
    this.#ranMs += Math.min(now - this.#lookedAt, MAX_STEP_MS);
    this.#lookedAt = now;
    return this.#ranMs;
  }

  #end(): void {
    if (--this.#waits > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
