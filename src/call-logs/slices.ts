/** Many rows in several transactions, so that neither the event loop nor other writers wait for all of them. */
import { setImmediate as turn } from "node:timers/promises";
import type { CallRecordStore, CallRecordWork } from "./ports.js";

/** With its commit a transaction stays well within a frame of 20 ms. */
const SLICE_MS = 8;
const AT_MOST = 500;

/** `committed` is called with the items of each transaction. Throws what a transaction throws; what was committed before it stays. */
export async function inSlices<T>(store: Pick<CallRecordStore, "transaction">, items: readonly T[], work: (tx: CallRecordWork, item: T) => Promise<unknown>, committed: (slice: readonly T[]) => void | Promise<void> = () => undefined): Promise<void> {
  for (let from = 0; from < items.length; ) {
    const start = from;
    from = await store.transaction(async (tx) => {
      const until = performance.now() + SLICE_MS;
      let next = start;
      for (const item of items.slice(start, start + AT_MOST)) {
        await work(tx, item);
        next++;
        if (performance.now() >= until) break;
      }
      return next;
    });
    await committed(items.slice(start, from));
    if (from < items.length) await turn();
  }
}
