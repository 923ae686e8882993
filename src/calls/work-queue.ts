import { underAny } from "../abort.js";
import { CallplaneError, conflict } from "../errors.js";

/** Operations that may wait for one call: more than anybody means, however slowly FreeSWITCH answers. */
const MAX_WAITING = 50;

interface Line {
  tail: Promise<void>;
  waiting: number;
  current: AbortController | null;
}

/**
 * One queue of work per call (DESIGN decision 5): operations on one call run in order, those of different calls in parallel.
 * A hangup calls off what is under way instead of waiting for it.
 */
export class WorkQueue {
  /** By call or supervisor. Bounded by the operations under way, of one key by `MAX_WAITING`: a key leaves with its last one. */
  readonly #lines = new Map<string, Line>();
  readonly #onIdle: (key: string) => void;
  #closed = false;

  /** `onIdle` is told whenever a key has no more work. */
  constructor(onIdle: (key: string) => void = () => undefined) {
    this.#onIdle = onIdle;
  }

  busy(key: string): boolean {
    return this.#lines.has(key);
  }

  /** Runs the work when everything before it under this key has settled. Throws Conflict when too much waits there already. */
  async run<T>(key: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const line = this.#lines.get(key) ?? { tail: Promise.resolve(), waiting: 0, current: null };
    if (line.waiting >= MAX_WAITING) throw conflict("Too many operations wait for this call.");
    this.#lines.set(key, line);
    line.waiting++;
    const before = line.tail;
    const controller = new AbortController();
    const result = before.then(async () => {
      if (this.#closed) throw shuttingDown();
      line.current = controller;
      return work(controller.signal);
    });
    line.tail = result.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await result;
    } finally {
      if (line.current === controller) line.current = null;
      if (--line.waiting === 0) {
        this.#lines.delete(key);
        this.#onIdle(key);
      }
    }
  }

  /** Runs the work under several keys at once; keys are taken in one order, so that two such works never wait for each other. */
  async runAll<T>(keys: readonly string[], work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const [first, ...rest] = [...new Set(keys)].sort();
    if (first === undefined) return work(new AbortController().signal);
    return this.run(first, (signal) => (rest.length === 0 ? work(signal) : this.runAll(rest, (inner) => underAny([signal, inner], work))));
  }

  /** Calls off what runs under this key. */
  abort(key: string, why: string): void {
    this.#lines.get(key)?.current?.abort(new CallplaneError("Conflict", why));
  }

  /** Calls off what runs and refuses what waits or comes later. */
  close(): void {
    this.#closed = true;
    for (const line of this.#lines.values()) line.current?.abort(shuttingDown());
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await Promise.all([...this.#lines.values()].map((line) => line.tail));
  }
}

const shuttingDown = (): CallplaneError => new CallplaneError("SwitchUnavailable", "Callplane is shutting down.", { retryAfterS: 5 });
