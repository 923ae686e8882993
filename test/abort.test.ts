import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { onAbort, underAny, unlessAborted } from "../src/abort.js";
import { Proofs } from "../src/calls/proofs.js";
import { Jobs } from "../src/freeswitch/jobs.js";
import { ReplyQueue } from "../src/freeswitch/reply-queue.js";

const PHONES = 20;

describe("many operations under one signal", () => {
  let warnings: string[];
  const warned = ({ name }: Error): void => void warnings.push(name);
  beforeEach(() => {
    warnings = [];
    process.on("warning", warned);
  });
  afterEach(() => process.off("warning", warned));

  /** As each phone of an offer does: a background job, a reply, and the proof of the answer, under the offer's signals. */
  async function ringAll(signals: readonly AbortSignal[], until: Promise<void>): Promise<void> {
    const proofs = new Proofs();
    const jobs = new Jobs();
    const replies = new ReplyQueue();
    let answered = false;
    const phones = Array.from({ length: PHONES }, (_, index) =>
      underAny(signals, async (any) => {
        const options = { timeoutMs: 60_000, signal: any };
        const shared = { timeoutMs: 60_000, signal: signals[0] };
        await Promise.all([jobs.wait(String(index), options), jobs.wait(`shared ${index}`, shared), replies.wait(shared), proofs.until([String(index)], () => (answered ? true : undefined), { ...shared, of: "the answer", node: "fs1" })]);
      }),
    );
    await until;
    answered = true;
    for (let index = 0; index < PHONES; index++) {
      proofs.changed(String(index));
      jobs.finish(String(index), "");
      jobs.finish(`shared ${index}`, "");
      replies.deliver("");
    }
    await Promise.all(phones);
  }

  it("make Node.js warn of no leak, and leave no listener, however many come after each other", async () => {
    const stopping = new AbortController().signal;
    const withdrawn = new AbortController().signal;
    for (let offer = 0; offer < 100; offer++) await ringAll([stopping, withdrawn], Promise.resolve());
    // A warning is told in a later turn of the event loop.
    await new Promise(setImmediate);
    expect(warnings).toEqual([]);
    for (const signal of [stopping, withdrawn]) expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("are all called off, also those that are called off by another", () => {
    const controller = new AbortController();
    const told: string[] = [];
    const stops = new Map<string, () => void>();
    for (const name of ["first", "second", "third"]) {
      stops.set(name, onAbort(controller.signal, () => {
        told.push(name);
        stops.get("second")?.();
      }));
    }
    controller.abort();
    expect(told).toEqual(["first", "third"]);
  });

  it("end at once under a signal that was aborted before", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    expect(await unlessAborted(signal, new Promise<string>(() => undefined))).toBeNull();
    await expect(underAny([signal], (any) => Promise.reject(any.reason as Error))).rejects.toThrow("enough");
  });
});
