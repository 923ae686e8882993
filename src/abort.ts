interface Fan {
  /** Bounded by the operations under way under the signal: each leaves when it ends. */
  readonly handlers: Set<() => void>;
  readonly tell: () => void;
}

/** By signal, while an operation is under way under it. */
const FANS = new WeakMap<AbortSignal, Fan>();

function fanOf(signal: AbortSignal): Fan {
  const handlers = new Set<() => void>();
  return FANS.get(signal) ?? { handlers, tell: () => [...handlers].forEach((handler) => handlers.has(handler) && handler()) };
}

/**
 * Calls `handler` when the signal is aborted, not when it is already. Returns the unsubscribe function. However many operations share a signal, as the phones of
 * an offer do, it has one listener: Node.js takes eleven for a leak.
 */
export function onAbort(signal: AbortSignal | undefined, handler: () => void): () => void {
  if (signal === undefined) return () => undefined;
  const fan = fanOf(signal);
  const own = (): void => handler();
  if (fan.handlers.size === 0) {
    FANS.set(signal, fan);
    signal.addEventListener("abort", fan.tell, { once: true });
  }
  fan.handlers.add(own);
  return () => {
    if (!fan.handlers.delete(own) || fan.handlers.size > 0) return;
    FANS.delete(signal);
    signal.removeEventListener("abort", fan.tell);
  };
}

/** What a signal of `underAny` is made of. A signal that lives long holds none that was made of it. */
const SOURCES = new WeakMap<AbortSignal, readonly AbortSignal[]>();

/** The signal, and all that it is made of by `underAny`. */
export function* sourcesOf(signal: AbortSignal): Generator<AbortSignal> {
  yield signal;
  for (const source of SOURCES.get(signal) ?? []) yield* sourcesOf(source);
}

/**
 * Runs work under a signal that is aborted when any of these is. In place of AbortSignal.any, of which Node.js keeps what it made for as long as
 * one of the sources lives: some of ours live as long as the process.
 */
export async function underAny<T>(signals: readonly AbortSignal[], work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  SOURCES.set(controller.signal, signals);
  const stops = signals.map((signal) => {
    const abort = (): void => controller.abort(signal.reason);
    if (signal.aborted) abort();
    return onAbort(signal, abort);
  });
  try {
    return await work(controller.signal);
  } finally {
    for (const stop of stops) stop();
  }
}

/** What the work resolves to, or null when it takes longer than `ms` milliseconds. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the work resolves to, or null when the signal is aborted first. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => resolve(null);
    if (signal.aborted) aborted();
    const stop = onAbort(signal, aborted);
    work.then(resolve, reject).finally(stop);
  });
}
