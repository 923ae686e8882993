import { describe, expect, it } from "vitest";
import type { CallBack } from "../../src/calls/index.js";
import type { AuditEntry } from "../../src/audit/index.js";
import { CallplaneError } from "../../src/errors.js";
import { CALLBACK_ATTEMPTS, CALLBACKS_TO_ONE_NUMBER, Callbacks, type CallbacksOptions } from "../../src/queues/callbacks.js";
import type { CallbackBound, CallbackBounds, CallbackRecord } from "../../src/queues/ports.js";
import type { WaitingCaller } from "../../src/queues/waiting.js";
import { eventually } from "../lab/wait.js";
import { ManualClock } from "../support/manual-clock.js";

const asked = (): CallbackRecord => ({ id: "cb", organizationId: 1, department: "support", number: "+41445550100", priority: 0, joinedAt: new Date(1), attempts: 0, dueAt: new Date(1), state: "waiting", callId: null });

/** A store and a switch that outlive each Callplane. */
class Outside {
  record = asked();
  readonly dialled: string[] = [];
  readonly calls = new Map<string, "talking" | "alive">();
  readonly ready = new Set<string>();
  readonly clock = new ManualClock();
  /** Calls whose record says that the number answered. */
  readonly reached = new Set<string>();
  check: () => void = () => undefined;
  perDay = 100;
  refusal: CallbackBound | null = null;
  readonly bounds: CallbackBounds[] = [];
  readonly audit: AuditEntry[] = [];
  readonly counted: string[] = [];
  answer: (callId: string) => Promise<CallBack> = (id) => Promise.resolve({ id, reached: Promise.resolve(true) });

  async start(): Promise<Callbacks> {
    const quiet = (): void => undefined;
    const options: CallbacksOptions = {
      calls: {
        callbackNumber: (_organizationId, number) => {
          this.check();
          return number;
        },
        callBack: (callId) => {
          // Dialled only once the claim is stored with this very id.
          expect(this.record).toMatchObject({ state: "calling", callId });
          this.dialled.push(callId);
          this.calls.set(callId, "alive");
          return this.answer(callId);
        },
        stateOf: (callId) => this.calls.get(callId) ?? "gone",
        complete: () => true,
      },
      store: {
        add: (callback, bounds) => {
          this.bounds.push(bounds);
          this.record = { ...this.record, number: callback.number };
          return Promise.resolve(this.refusal ?? this.record);
        },
        update: (_id, change) => {
          this.record = { ...this.record, ...change };
          return Promise.resolve();
        },
        open: () => Promise.resolve(this.record.state === "waiting" || this.record.state === "calling" ? [this.record] : []),
        reached: (callId) => Promise.resolve(this.reached.has(callId)),
      },
      directory: { organization: () => ({ maxCallbacksPerDay: this.perDay }) },
      audit: { append: (entry) => void this.audit.push(entry) },
      metrics: { dialRefused: (rule) => void this.counted.push(rule) },
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      clock: this.clock,
      signal: new AbortController().signal,
      ready: ({ id }, ready) => void (ready ? this.ready.add(id) : this.ready.delete(id)),
    };
    const callbacks = new Callbacks(options);
    await callbacks.load();
    return callbacks;
  }
}

describe("a callback", () => {
  it("is dialled once when Callplane is killed while the agent's phone rings", async () => {
    const outside = new Outside();
    outside.answer = () => new Promise(() => undefined);
    void (await outside.start()).call(outside.record, "1001", 20);
    await eventually("the call", () => outside.dialled.length === 1);
    const next = await outside.start();
    next.sweep();
    expect([outside.record.state, outside.ready.size]).toEqual(["calling", 0]);
    outside.calls.set(outside.dialled[0] ?? "", "talking");
    next.sweep();
    await eventually("its end", () => outside.record.state === "done");
    expect([outside.dialled.length, outside.ready.size]).toEqual([1, 0]);
  });

  it("waits again, not at once, after a restart when the call of the one before has ended", async () => {
    const outside = new Outside();
    outside.record = { ...asked(), state: "calling", callId: "ended" };
    const next = await outside.start();
    next.sweep();
    await eventually("its state", () => outside.record.state === "waiting");
    next.sweep();
    expect(outside.ready.has("cb")).toBe(false);
    outside.clock.advance(60_000);
    next.sweep();
    expect(outside.ready.has("cb")).toBe(true);
    await next.call(outside.record, "1001", 20);
    expect([outside.record.state, outside.dialled.length]).toEqual(["done", 1]);
  });

  it("is not dialled again when the call that ended during a restart was answered", async () => {
    const outside = new Outside();
    outside.record = { ...asked(), state: "waiting", callId: "ended" };
    outside.reached.add("ended");
    expect(await (await outside.start()).call(outside.record, "1001", 20)).toBe(false);
    expect([outside.record.state, outside.dialled]).toEqual(["done", []]);
  });

  it.each(["NUMBER_NOT_ALLOWED", "InvalidParameter"] as const)("fails after its attempts when its number says %s, and rings no agent", async (code) => {
    const outside = new Outside();
    outside.check = () => {
      throw new CallplaneError(code);
    };
    const callbacks = await outside.start();
    const states: string[] = [];
    for (let attempt = 0; attempt < CALLBACK_ATTEMPTS; attempt++) {
      expect(await callbacks.call(outside.record, "1001", 20)).toBe(false);
      states.push(outside.record.state);
    }
    expect(states).toEqual(["waiting", "waiting", "failed"]);
    expect(outside.dialled).toEqual([]);
  });

  it("is put off, however often, while the organization has its fill of calls; that is neither an attempt nor the agent's fault", async () => {
    const outside = new Outside();
    outside.answer = () => Promise.reject(new CallplaneError("DIAL_LIMIT"));
    const callbacks = await outside.start();
    for (let time = 0; time <= CALLBACK_ATTEMPTS; time++) {
      expect(await callbacks.call(outside.record, "1001", 20)).toBe(false);
      expect(outside.record).toMatchObject({ state: "waiting", attempts: 0, dueAt: new Date(outside.clock.now() + 60_000) });
      outside.clock.advance(60_000);
    }
  });

  it("counts no attempt when the agent's phone is not answered", async () => {
    const outside = new Outside();
    outside.answer = () => Promise.reject(new CallplaneError("NO_ANSWER"));
    await expect((await outside.start()).call(outside.record, "1001", 20)).rejects.toMatchObject({ code: "NO_ANSWER" });
    expect(outside.record).toMatchObject({ state: "waiting", attempts: 0 });
  });
});

describe("who asks to be called back", () => {
  const caller: WaitingCaller = { id: "call", organizationId: 1, department: "support", node: "fs1", priority: 0, joinedAt: 5, stage: "waiting", number: "+41445550100", ringing: [] };

  it("is held to so many a day, of the organization and of one number", async () => {
    const outside = new Outside();
    outside.perDay = 7;
    expect(await (await outside.start()).ask(caller)).toMatchObject({ number: "+41445550100" });
    expect(outside.bounds).toEqual([{ since: new Date(outside.clock.now() - 86_400_000), all: 7, each: CALLBACKS_TO_ONE_NUMBER }]);
  });

  it.each(["callback-day", "callback-number"] as const)("waits on when the bound %s is reached, which is noted and counted", async (rule) => {
    const outside = new Outside();
    outside.refusal = rule;
    await expect((await outside.start()).ask(caller)).rejects.toMatchObject({ code: "DIAL_LIMIT" });
    expect(outside.counted).toEqual([rule]);
    expect(outside.audit).toEqual([expect.objectContaining({ organizationId: 1, actor: "system", action: "refused", target: "+41445550100", detail: { operation: "callback", code: "DIAL_LIMIT", rule, department: "support" } })]);
  });
});
