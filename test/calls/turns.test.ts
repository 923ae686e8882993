import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it, vi } from "vitest";
import { Turns } from "../../src/calls/turns.js";

/** A turn whose result can be collected as soon as nobody keeps it. */
function took(turns: Turns): { readonly ended: Promise<void>; readonly result: WeakRef<object> } {
  const result = {};
  return { ended: turns.take({ whileRinging: "waits", isAsked: false }, async () => result).then(() => undefined), result: new WeakRef(result) };
}

it("nothing is kept of what has ended, however long the call is held", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const turns = new Turns();
  const results: WeakRef<object>[] = [];
  for (let n = 0; n < 5; n++) {
    const { ended, result } = took(turns);
    await ended;
    results.push(result);
  }
  await turns.rested();
  await vi.waitFor(() => {
    collect();
    expect(turns.size).toBe(0);
    expect(results.filter((result) => result.deref() !== undefined)).toHaveLength(0);
  });
});
