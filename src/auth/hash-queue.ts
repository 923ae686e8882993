/** Hashes a few passwords at a time: scrypt occupies the processor, and the thread pool of libuv, which file operations need as well. */
import { availableParallelism } from "node:os";
import { CallplaneError } from "../errors.js";

/** libuv has four threads by default; with fewer processors a second hash only slows the first one down. */
const MIN_PROCESSORS_FOR_TWO = 3;
const MAX_WAITING = 256;
const MAX_WAITING_PER_ADDRESS = 64;
const RETRY_S = 5;

export interface HashQueueOptions {
  /** Hashes at a time; by default two, or one where there are two processors. */
  readonly lanes?: number;
  readonly maxWaiting?: number;
  readonly maxWaitingPerAddress?: number;
}

/** On whose behalf: addresses take turns, and within an address its users. */
export interface HashAsker {
  readonly address: string;
  readonly user: string;
}

interface Job {
  readonly run: () => Promise<void>;
  readonly refuse: (error: CallplaneError) => void;
}

const busy = (): CallplaneError => new CallplaneError("Busy", "Too many passwords are checked at once; try again in a moment.", { retryAfterS: RETRY_S });

/** A bounded, fair queue: wrong guesses of one address, or for one user, keep nobody else waiting. Work for one asker runs one after the other. */
export class HashQueue {
  readonly #lanes: number;
  readonly #maxWaiting: number;
  readonly #maxPerAddress: number;
  /** By address and user, whose turn comes first: a Map keeps the order in which keys were added. Bounded by `maxWaiting`, of one address by `maxWaitingPerAddress`. */
  readonly #waiting = new Map<string, Map<string, Job[]>>();
  /** Bounded by the lanes. */
  readonly #running = new Set<string>();
  #size = 0;
  #closed = false;

  constructor({ lanes = availableParallelism() >= MIN_PROCESSORS_FOR_TWO ? 2 : 1, maxWaiting = MAX_WAITING, maxWaitingPerAddress = MAX_WAITING_PER_ADDRESS }: HashQueueOptions = {}) {
    this.#lanes = lanes;
    this.#maxWaiting = maxWaiting;
    this.#maxPerAddress = maxWaitingPerAddress;
  }

  get waiting(): number {
    return this.#size;
  }

  /** Rejects as `work` does. Throws Busy when too much waits already, or after `close`. */
  async run<T>({ address, user }: HashAsker, work: () => Promise<T>): Promise<T> {
    const users = this.#waiting.get(address) ?? new Map<string, Job[]>();
    const ofAddress = [...users.values()].reduce((sum, jobs) => sum + jobs.length, 0);
    if (this.#closed || this.#size >= this.#maxWaiting || ofAddress >= this.#maxPerAddress) throw busy();
    return new Promise<T>((resolve, reject) => {
      const job: Job = { run: () => work().then(resolve, reject), refuse: reject };
      users.set(user, [...(users.get(user) ?? []), job]);
      this.#waiting.set(address, users);
      this.#size += 1;
      this.#next();
    });
  }

  /** Refuses the waiting work; what runs may finish. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const users of this.#waiting.values()) for (const jobs of users.values()) for (const job of jobs) job.refuse(busy());
    this.#waiting.clear();
    this.#size = 0;
  }

  #next(): void {
    while (this.#running.size < this.#lanes) {
      const taken = this.#take();
      if (taken === null) return;
      const { key, job } = taken;
      this.#running.add(key);
      void job.run().finally(() => {
        this.#running.delete(key);
        this.#next();
      });
    }
  }

  /** The next job whose asker has none running; its user and its address go to the end of their rows. */
  #take(): { readonly key: string; readonly job: Job } | null {
    for (const [address, users] of this.#waiting) {
      for (const [user, jobs] of users) {
        const key = `${address} ${user}`;
        const [job, ...others] = jobs;
        if (job === undefined || this.#running.has(key)) continue;
        users.delete(user);
        if (others.length > 0) users.set(user, others);
        this.#waiting.delete(address);
        if (users.size > 0) this.#waiting.set(address, users);
        this.#size -= 1;
        return { key, job };
      }
    }
    return null;
  }
}
