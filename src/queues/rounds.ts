/** Work on many things, some in one turn of the event loop, so that FreeSWITCH's events are heard in between. */

/** @param atOnce about 1 ms of work */
export function fewAtATime<T>(items: readonly T[], atOnce: number, work: (item: T) => void, done: () => void): void {
  const turn = (from: number): void => {
    const next = from + atOnce;
    for (const item of items.slice(from, next)) work(item);
    if (next < items.length) setImmediate(() => turn(next));
    else done();
  };
  turn(0);
}
