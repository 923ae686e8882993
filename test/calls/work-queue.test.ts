import { describe, expect, it } from "vitest";
import { CallplaneError } from "../../src/errors.js";
import { WorkQueue } from "../../src/calls/work-queue.js";

/** Work that goes on until it is called off. */
function stoppable(): { readonly work: (signal: AbortSignal) => Promise<never>; readonly began: Promise<void> } {
  let begin: () => void = () => undefined;
  const began = new Promise<void>((resolve) => (begin = resolve));
  const work = (signal: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => {
      begin();
      signal.addEventListener("abort", () => reject(signal.reason instanceof Error ? signal.reason : new Error("aborted")));
    });
  return { work, began };
}

describe("the queue of work of a call", () => {
  it("runs one after the other under one key, and others beside them", async () => {
    const queue = new WorkQueue();
    const order: string[] = [];
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    const one = queue.run("a", async () => {
      order.push("first begins");
      await gate;
      order.push("first ends");
    });
    const two = queue.run("a", async () => order.push("second"));
    await queue.run("b", async () => order.push("beside"));
    expect(queue.busy("a")).toBe(true);
    letGo();
    await Promise.all([one, two]);
    expect(order).toEqual(["first begins", "beside", "first ends", "second"]);
    expect(queue.busy("a")).toBe(false);
  });

  it("goes on after work that failed, and tells when a key has no more", async () => {
    const idle: string[] = [];
    const queue = new WorkQueue((key) => idle.push(key));
    const failed = queue.run("a", async () => Promise.reject(new Error("no")));
    const next = queue.run("a", async () => "yes");
    await expect(failed).rejects.toThrow("no");
    expect(await next).toBe("yes");
    expect(idle).toEqual(["a"]);
  });

  it("calls off what runs, not what waits behind it", async () => {
    const queue = new WorkQueue();
    const first = stoppable();
    const running = queue.run("a", first.work);
    const waiting = queue.run("a", async (signal) => signal.aborted);
    await first.began;
    queue.abort("a", "hung up");
    await expect(running).rejects.toMatchObject({ code: "Conflict", message: "hung up" });
    expect(await waiting).toBe(false);
    queue.abort("a", "nothing there");
  });

  it("takes several keys in one order, so that two that want the same never wait for each other", async () => {
    const queue = new WorkQueue();
    const results = await Promise.all(Array.from({ length: 50 }, (_, index) => queue.runAll(index % 2 === 0 ? ["a", "b", "c"] : ["c", "b", "a"], async () => index)));
    expect(results).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(["a", "b", "c"].some((key) => queue.busy(key))).toBe(false);
  });

  it("takes a key once that is named twice", async () => {
    expect(await new WorkQueue().runAll(["a", "a"], async () => "done")).toBe("done");
  });

  it("calls off work under several keys by any of them", async () => {
    for (const key of ["a", "b"]) {
      const queue = new WorkQueue();
      const both = stoppable();
      const running = queue.runAll(["b", "a"], both.work);
      await both.began;
      queue.abort(key, "hung up");
      await expect(running).rejects.toBeInstanceOf(CallplaneError);
    }
  });

  it("closed, calls off what runs and refuses what waits and what comes later", async () => {
    const queue = new WorkQueue();
    const first = stoppable();
    const running = queue.run("a", first.work);
    let ran = false;
    const waiting = queue.run("a", async () => (ran = true));
    await first.began;
    queue.close();
    const outcomes = await Promise.allSettled([running, waiting, queue.run("b", async () => (ran = true)), queue.idle()]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "fulfilled"]);
    for (const outcome of outcomes.slice(0, 3)) expect(outcome).toMatchObject({ reason: { code: "SwitchUnavailable", details: { retryAfterS: 5 } } });
    expect(ran).toBe(false);
  });
});
