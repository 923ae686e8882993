import { describe, expect, it } from "vitest";
import type { CallBack } from "../../src/calls/index.js";
import type { AuditEntry } from "../../src/audit/index.js";
import { CallplaneError } from "../../src/errors.js";
import { CALLBACK_ATTEMPTS, CALLBACKS_TO_ONE_NUMBER, Callbacks, type CallbacksOptions } from "../../src/queues/callbacks.js";
import type { CallbackBound, CallbackBounds, CallbackRecord } from "../../src/queues/ports.js";
import type { WaitingCaller } from "../../src/queues/waiting.js";
import { eventually } from "../lab/wait.js";
import { ManualClock } from "../support/manual-clock.js";

const NEVER = new AbortController().signal;

const asked = (): CallbackRecord => ({ id: "cb", organizationId: 1, department: "support", number: "+41445550100", fromName: null, priority: 0, joinedAt: new Date(1), attempts: 0, dueAt: new Date(1), state: "waiting", callId: null, node: null });

/** A store and a switch that outlive each Callplane. */
class Outside {
  record = asked();
  readonly dialled: string[] = [];
  readonly calls = new Map<string, "talking" | "alive">();
  /** Of every Callplane. */
  readonly ready = new Set<string>();
  /** Told before a change is stored. */
  beforeChange: () => Promise<void> = () => Promise.resolve();
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

  /** A Callplane, which follows this FreeSWITCH. */
  async start(node = "fs1", ready = this.ready): Promise<Callbacks> {
    const quiet = (): void => undefined;
    const options: CallbacksOptions = {
      calls: {
        callbackNumber: (_organizationId, number) => {
          this.check();
          return number;
        },
        nodeOfPhone: () => node,
        callBack: (callId, _organizationId, _agentId, _number, options) => {
          // Dialled only once the claim is stored with this very id.
          expect(this.record).toMatchObject({ state: "calling", callId, node });
          expect(options.node).toBe(node);
          this.dialled.push(callId);
          this.calls.set(callId, "alive");
          return this.answer(callId);
        },
        stateOf: (callId) => (this.record.node === node ? (this.calls.get(callId) ?? "gone") : "gone"),
        knows: (name) => name === null || name === node,
      },
      store: {
        add: (callback, bounds) => {
          this.bounds.push(bounds);
          this.record = { ...this.record, number: callback.number };
          return Promise.resolve(this.refusal ?? this.record);
        },
        change: async (known, change) => {
          await this.beforeChange();
          const { state, callId, attempts } = this.record;
          if (known.state !== state || known.callId !== callId || known.attempts !== attempts) return false;
          this.record = { ...this.record, ...change };
          return true;
        },
        open: () => Promise.resolve(this.record.state === "waiting" || this.record.state === "calling" ? [this.record] : []),
        find: () => Promise.resolve(this.record),
        reached: (callId) => Promise.resolve(this.reached.has(callId)),
      },
      directory: { organization: () => ({ maxCallbacksPerDay: this.perDay }) },
      audit: { append: (entry) => void this.audit.push(entry) },
      metrics: { dialRefused: (rule) => void this.counted.push(rule) },
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      clock: this.clock,
      signal: new AbortController().signal,
      ready: ({ id }, isReady) => void (isReady ? ready.add(id) : ready.delete(id)),
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
    void (await outside.start()).call(outside.record, "1001", 20, NEVER);
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
    await next.call(outside.record, "1001", 20, NEVER);
    expect([outside.record.state, outside.dialled.length]).toEqual(["done", 1]);
  });

  it("is not dialled again when the call that ended during a restart was answered", async () => {
    const outside = new Outside();
    outside.record = { ...asked(), state: "waiting", callId: "ended" };
    outside.reached.add("ended");
    expect(await (await outside.start()).call(outside.record, "1001", 20, NEVER)).toBe(false);
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
      expect(await callbacks.call(outside.record, "1001", 20, NEVER)).toBe(false);
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
      expect(await callbacks.call(outside.record, "1001", 20, NEVER)).toBe(false);
      expect(outside.record).toMatchObject({ state: "waiting", attempts: 0, dueAt: new Date(outside.clock.now() + 60_000) });
      outside.clock.advance(60_000);
    }
  });

  it("counts no attempt when the agent's phone is not answered", async () => {
    const outside = new Outside();
    outside.answer = () => Promise.reject(new CallplaneError("NO_ANSWER"));
    await expect((await outside.start()).call(outside.record, "1001", 20, NEVER)).rejects.toMatchObject({ code: "NO_ANSWER" });
    expect(outside.record).toMatchObject({ state: "waiting", attempts: 0 });
  });
});

describe("a callback that two processes know", () => {
  /** With the callbacks that each takes for ready. */
  async function two(outside: Outside): Promise<{ readonly one: Callbacks; readonly other: Callbacks; readonly readyAtOther: Set<string> }> {
    const readyAtOther = new Set<string>();
    return { one: await outside.start(), other: await outside.start("fs2", readyAtOther), readyAtOther };
  }

  it("is dialled by one of them, also when both have an agent at the same moment", async () => {
    const outside = new Outside();
    const { one, other } = await two(outside);
    expect((await Promise.all([one.call(outside.record, "1001", 20, NEVER), other.call(outside.record, "1002", 20, NEVER)])).sort()).toEqual([false, true]);
    expect([outside.dialled.length, outside.record.state, outside.record.attempts]).toEqual([1, "done", 1]);
  });

  it("is dropped by the other when it was finished, and goes on when it waits again", async () => {
    const outside = new Outside();
    const { one, other, readyAtOther } = await two(outside);
    outside.answer = () => Promise.reject(new CallplaneError("NO_ANSWER"));
    await expect(one.call(outside.record, "1001", 20, NEVER)).rejects.toMatchObject({ code: "NO_ANSWER" });
    other.sweep();
    expect(await other.call(asked(), "1002", 20, NEVER)).toBe(false);
    expect(readyAtOther.has("cb")).toBe(false);
    await eventually("it to be ready again", () => {
      other.sweep();
      return readyAtOther.has("cb");
    });
    outside.answer = (id) => Promise.resolve({ id, reached: Promise.resolve(true) });
    expect(await other.call(outside.record, "1002", 20, NEVER)).toBe(true);
    outside.clock.advance(10_000);
    await eventually("it to be dropped", () => {
      one.sweep();
      return one.get("cb") === undefined;
    });
    expect(outside.dialled).toHaveLength(2);
  });

  it("becomes known to the other when it was added, and is not offered there while it is being called", async () => {
    const outside = new Outside();
    outside.record = { ...asked(), state: "done" };
    const { one, other, readyAtOther } = await two(outside);
    outside.record = asked();
    one.begin(outside.record);
    outside.clock.advance(10_000);
    await eventually("it to be ready at the other", () => {
      other.sweep();
      return readyAtOther.has("cb");
    });
    outside.answer = () => new Promise(() => undefined);
    void one.call(outside.record, "1001", 20, NEVER);
    await eventually("the call", () => outside.dialled.length === 1);
    outside.clock.advance(10_000);
    await eventually("it to be offered no more", () => {
      other.sweep();
      return !readyAtOther.has("cb");
    });
  });

  it("is recovered by who follows the call's FreeSWITCH, and by the other only when nobody has for an hour", async () => {
    const outside = new Outside();
    outside.answer = () => new Promise(() => undefined);
    const { one, other } = await two(outside);
    void one.call(outside.record, "1001", 20, NEVER);
    await eventually("the call", () => outside.dialled.length === 1);
    let changes = 0;
    outside.beforeChange = () => {
      changes++;
      return Promise.resolve();
    };
    outside.clock.advance(10_000);
    await other.load();
    other.sweep();
    expect([outside.record.state, changes]).toEqual(["calling", 0]);
    outside.clock.advance(3_600_000);
    other.sweep();
    await eventually("its recovery", () => outside.record.state === "waiting");
    expect(changes).toBe(1);
  });

  it("is recovered at once by the next process with the call's FreeSWITCH", async () => {
    const outside = new Outside();
    outside.record = { ...asked(), state: "calling", callId: "ended", node: "fs2" };
    (await outside.start("fs1")).sweep();
    expect(outside.record.state).toBe("calling");
    (await outside.start("fs2")).sweep();
    await eventually("its recovery", () => outside.record.state === "waiting");
  });
});

describe("what is told of callbacks", () => {
  const followed = (callbacks: Callbacks): string[] => {
    const told: string[] = [];
    callbacks.onChange(({ type, callback: { state, attempts } }) => told.push(`${type} ${state} ${attempts}`));
    return told;
  };

  it("is each change once, by this process and by others", async () => {
    const outside = new Outside();
    outside.record = { ...asked(), state: "done" };
    const [own, other] = [await outside.start(), await outside.start("fs2")];
    const [ownTold, otherTold] = [followed(own), followed(other)];
    outside.record = asked();
    own.begin(outside.record);
    await other.load();
    outside.answer = (id) => Promise.resolve({ id, reached: Promise.resolve(false) });
    await own.call(outside.record, "1001", 20, NEVER);
    await other.load();
    outside.answer = (id) => Promise.resolve({ id, reached: Promise.resolve(true) });
    await own.call(outside.record, "1001", 20, NEVER);
    await other.load();
    await own.load();
    expect(ownTold).toEqual(["created waiting 0", "updated calling 0", "updated calling 1", "updated waiting 1", "updated calling 1", "updated calling 2", "done done 2"]);
    expect(otherTold).toEqual(["created waiting 0", "updated waiting 1", "done done 2"]);
  });
});

describe("who asks to be called back", () => {
  const caller: WaitingCaller = { id: "call", organizationId: 1, department: "support", node: "fs1", priority: 0, joinedAt: 5, enteredAt: 5, stage: "waiting", number: "+41445550100", fromName: null, ringing: [] };

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
