import { describe, expect, it } from "vitest";
import { Activities, type ActivitiesOptions, type Activity, SYSTEM } from "../../src/calls/activities.js";
import type { Held, Terms } from "../../src/calls/held.js";
import { CallplaneError, conflict } from "../../src/errors.js";

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const HOLD = { name: "hold", by: { name: "alice", requestId: "r1" } };
const PICKUP = { name: "pickup", by: SYSTEM };
const offer = (terms: Terms = "yields", name = "offer") => ({ name, by: SYSTEM, terms });

interface Line {
  readonly message: string;
  readonly outcome?: string;
}

/** Activities, and the lines that they wrote. */
function logged(options: ActivitiesOptions = {}): { readonly activities: Activities; readonly lines: Line[] } {
  const lines: Line[] = [];
  const logger = { ...quiet, info: (fields: object, message: string) => void lines.push({ message, ...fields }) };
  return { activities: new Activities(logger, options), lines };
}

function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

/** Work that goes on until it is called off. */
function stoppable(): { readonly work: (signal: AbortSignal) => Promise<never>; readonly held: (held: Held) => Promise<never>; readonly began: Promise<void>; readonly signal: () => AbortSignal | undefined } {
  const { open, opened } = gate();
  let under: AbortSignal | undefined;
  const work = (signal: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => {
      under = signal;
      open();
      signal.addEventListener("abort", () => reject(signal.reason instanceof Error ? signal.reason : new Error("aborted")));
    });
  return { work, held: ({ signal }) => work(signal), began: opened, signal: () => under };
}

describe("short activities", () => {
  it("run one after the other on one call, beside those of others", async () => {
    const { activities } = logged();
    const order: string[] = [];
    const { open, opened } = gate();
    const one = activities.run("a", HOLD, async () => {
      order.push("first begins");
      await opened;
      order.push("first ends");
    });
    const two = activities.run("a", HOLD, async () => order.push("second"));
    await activities.run("b", HOLD, async () => order.push("other"));
    expect(activities.busy("a")).toBe(true);
    open();
    await Promise.all([one, two]);
    expect(order).toEqual(["first begins", "other", "first ends", "second"]);
    expect(activities.busy("a")).toBe(false);
  });

  it("go on after one that failed; it is told when nothing more is done with the call", async () => {
    const idle: string[] = [];
    const { activities } = logged({ onIdle: (key) => idle.push(key) });
    const failed = activities.run("a", HOLD, async () => Promise.reject(new Error("no")));
    const next = activities.run("a", HOLD, async () => "yes");
    await expect(failed).rejects.toThrow("no");
    expect(await next).toBe("yes");
    expect(idle).toEqual(["a"]);
  });

  it("are called off by a hangup while they run, not while they wait behind", async () => {
    const { activities } = logged();
    const first = stoppable();
    const running = activities.run("a", HOLD, first.work);
    const waiting = activities.run("a", HOLD, async (signal) => signal.aborted);
    await first.began;
    activities.abort("a", "hung up");
    await expect(running).rejects.toMatchObject({ code: "Conflict", message: "hung up" });
    expect(await waiting).toBe(false);
    activities.abort("a", "nothing there");
  });

  it("on several calls take them in one order, so that two that want the same never wait for each other", async () => {
    const { activities } = logged();
    const results = await Promise.all(Array.from({ length: 50 }, (_, index) => activities.run(index % 2 === 0 ? ["a", "b", "c", "a"] : ["c", "b", "a"], HOLD, async () => index)));
    expect(results).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(["a", "b", "c"].some((key) => activities.busy(key))).toBe(false);
  });

  it.each(["a", "b"])("on several calls are called off by any of them: %s", async (key) => {
    const { activities } = logged();
    const both = stoppable();
    const running = activities.run(["b", "a"], HOLD, both.work);
    await both.began;
    activities.abort(key, "hung up");
    await expect(running).rejects.toBeInstanceOf(CallplaneError);
  });
});

describe("while a short activity waits for somebody to answer a phone", () => {
  /** An activity that rings until the phone is answered. */
  function ringing(activities: Activities, activity: Pick<Activity, "name" | "by"> = HOLD, keys: string | readonly string[] = "a"): { readonly answer: () => void; readonly rung: Promise<string>; readonly order: string[] } {
    const { open, opened } = gate();
    const order: string[] = [];
    const rung = activities.run(keys, activity, async (signal) => {
      const off = new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"))));
      await activities.untilAnswered(signal, () => Promise.race([opened, off]));
      order.push("answered");
      return "answered";
    });
    return { answer: open, rung, order };
  }
  const beside = { ...HOLD, name: "mute", whileRinging: "beside" } as const;
  const cancel = { ...HOLD, name: "cancel", whileRinging: "callsOff" } as const;

  it("what does not need the call for itself runs, one after the other, also when it came before; the one that rings goes on after it", async () => {
    const rests: boolean[] = [];
    const { activities } = logged({ onRest: (key) => void rests.push(activities.isActing(key)) });
    const { open, opened } = gate();
    const { answer, rung, order } = ringing(activities);
    const first = activities.run("a", beside, async () => {
      order.push("mute begins");
      await opened;
      order.push("mute ends");
    });
    const second = activities.run("a", beside, async () => order.push("unmute"));
    expect(await activities.run("b", HOLD, async () => activities.isActing("a"))).toBe(true);
    answer();
    open();
    await Promise.all([first, rung]);
    await second;
    expect(order).toEqual(["mute begins", "mute ends", "answered", "unmute"]);
    expect([activities.busy("a"), rests.includes(true)]).toEqual([false, false]);
  });

  it.each(["a", "b"])("what does not need the call for itself runs under each call that it rings for: %s", async (key) => {
    const { activities } = logged();
    const { answer, rung } = ringing(activities, HOLD, ["b", "a"]);
    expect(await activities.run(key, beside, async () => "muted")).toBe("muted");
    answer();
    expect(await rung).toBe("answered");
  });

  it("what somebody asks for and needs the call for itself is refused, also when it came before, and said in the log", async () => {
    const { activities, lines } = logged();
    const { answer, rung } = ringing(activities);
    const early = activities.run("a", HOLD, async () => "held");
    await expect(early).rejects.toMatchObject({ code: "Conflict" });
    await expect(activities.run(["b", "a"], { ...HOLD, name: "bridge" }, async () => "joined")).rejects.toMatchObject({ code: "Conflict" });
    await expect(activities.hold("a", { ...offer("keeps", "pickup"), whileRinging: "refused" }, async () => "picked up")).rejects.toMatchObject({ code: "Conflict" });
    expect(lines.filter(({ message }) => message === "activity refused")).toHaveLength(3);
    const system = activities.run("a", PICKUP, async () => "waited");
    answer();
    expect([await rung, await system]).toEqual(["answered", "waited"]);
    expect([activities.busy("a"), activities.busy("b")]).toEqual([false, false]);
  });

  it("a cancel ends it and comes next, also when it came before; without a ringing it has its turn", async () => {
    const { activities } = logged();
    const cancelled = (): Promise<boolean> => activities.run("a", cancel, async (_signal, hasCalledOff) => hasCalledOff);
    const { rung } = ringing(activities);
    const both = [cancelled(), cancelled()];
    await expect(rung).rejects.toMatchObject({ code: "CANCELED" });
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(await cancelled()).toBe(false);
  });

  it("a cancel does not end what nobody has asked for, and is refused", async () => {
    const { activities } = logged();
    const { answer, rung } = ringing(activities, PICKUP);
    const why = "A phone is being rung for the call, which nobody may call off: wait for the answer.";
    await expect(activities.run("a", cancel, async () => "cancelled")).rejects.toMatchObject({ code: "Conflict", message: why });
    await expect(activities.run("a", HOLD, async () => "held")).rejects.toMatchObject({ code: "Conflict", message: why });
    await expect(activities.hold("a", { ...offer("keeps", "pickup"), whileRinging: "refused" }, async () => "picked up")).rejects.toMatchObject({ code: "Conflict", message: why });
    answer();
    expect(await rung).toBe("answered");
  });

  it("a hangup calls off both, and so does the end of Callplane", async () => {
    for (const stop of [(activities: Activities) => activities.abort("a", "hung up"), (activities: Activities) => void activities.close()]) {
      const { activities } = logged();
      const { rung } = ringing(activities);
      const muting = stoppable();
      const muted = activities.run("a", beside, muting.work);
      await muting.began;
      stop(activities);
      await expect(muted).rejects.toBeInstanceOf(CallplaneError);
      await expect(rung).rejects.toBeInstanceOf(CallplaneError);
      expect(activities.busy("a")).toBe(false);
    }
  });
});

describe("a long activity", () => {
  it("that yields is taken over by the next one, and lets short ones run meanwhile", async () => {
    const { activities } = logged();
    const rings = stoppable();
    const offered = activities.hold("a", offer(), rings.held);
    await rings.began;
    expect(await activities.run("a", HOLD, async () => "ran")).toBe("ran");
    expect(await activities.hold("a", offer("keeps", "pickup"), async (held) => held.step(async () => "picked up"))).toBe("picked up");
    await expect(offered).rejects.toMatchObject({ code: "Conflict" });
    expect([activities.busy("a"), activities.termsOf("a")]).toEqual([false, null]);
  });

  it("that yields goes on beside a challenger, which has the call once it claims it", async () => {
    const { activities } = logged();
    const rings = stoppable();
    const offered = activities.hold("a", offer(), rings.held);
    offered.catch(() => undefined);
    await rings.began;
    const done = await activities.challenge("a", PICKUP, async (held) => {
      expect([activities.termsOf("a"), rings.signal()?.aborted]).toEqual(["yields", false]);
      await expect(activities.challenge("a", PICKUP, async () => "second")).rejects.toMatchObject({ code: "Conflict" });
      await expect(activities.hold("a", offer("refuses", "greeting"), async () => "other")).rejects.toMatchObject({ code: "Conflict" });
      held.claim();
      expect([activities.termsOf("a"), rings.signal()?.aborted]).toEqual(["keeps", true]);
      return held.step(async () => "picked up");
    });
    expect(done).toBe("picked up");
    await expect(offered).rejects.toMatchObject({ code: "Conflict" });
    expect(activities.busy("a")).toBe(false);
  });

  it("that keeps the call ends its challenger, and leaves the call to it when it ends without", async () => {
    const { activities } = logged();
    for (const keeps of [true, false]) {
      const { open, opened } = gate();
      const challenger = stoppable();
      const offered = activities.hold("a", offer(), async (held) => {
        await opened;
        if (keeps) held.keep();
      });
      const picked = activities.challenge("a", PICKUP, challenger.held);
      picked.catch(() => undefined);
      await challenger.began;
      open();
      await offered;
      expect(challenger.signal()?.aborted).toBe(keeps);
      if (!keeps) {
        expect(activities.termsOf("a")).toBe("keeps");
        activities.abort("a", "hung up");
      }
      await expect(picked).rejects.toMatchObject({ code: "Conflict" });
      expect(activities.busy("a")).toBe(false);
    }
  });

  it("that nobody holds is held by a challenger at once", async () => {
    const { activities } = logged();
    await activities.challenge("a", PICKUP, async (held) => {
      held.claim();
      expect(activities.termsOf("a")).toBe("keeps");
    });
    expect(activities.busy("a")).toBe(false);
  });

  it("that yields may keep the call from some moment on, unless it has lost it, and give it back", async () => {
    const { activities } = logged();
    const { open, opened } = gate();
    await activities.hold("a", offer(), async (held) => {
      expect([held.keep(), held.keep()]).toEqual([true, false]);
      await expect(activities.hold("a", offer("keeps", "pickup"), async () => "too late")).rejects.toMatchObject({ code: "Conflict" });
      held.yield();
      const taken = activities.hold("a", offer("keeps", "pickup"), () => opened);
      expect([held.signal.aborted, held.keep()]).toEqual([true, false]);
      open();
      await taken;
    });
  });

  it("that keeps the call has short ones wait for its turn, and refuses another long one at once", async () => {
    const { activities } = logged();
    const { open, opened } = gate();
    const order: string[] = [];
    const picked = activities.hold("a", offer("keeps", "pickup"), (held) =>
      held.step(async () => {
        await opened;
        order.push("pickup");
      }),
    );
    const second = activities.hold("a", offer("keeps", "pickup"), async () => order.push("never"));
    await expect(second).rejects.toMatchObject({ code: "Conflict" });
    const short = activities.run("a", HOLD, async () => order.push("hold"));
    open();
    await Promise.all([picked, short]);
    expect(order).toEqual(["pickup", "hold"]);
  });

  it("that refuses lets those alone run that leave the legs where they are", async () => {
    const { activities, lines } = logged();
    const message = stoppable();
    const held = activities.hold("a", offer("refuses", "message"), message.held);
    await message.began;
    await expect(activities.run("a", HOLD, async () => "moved")).rejects.toMatchObject({ code: "Conflict" });
    await expect(activities.run(["a", "b"], HOLD, async () => "joined")).rejects.toMatchObject({ code: "Conflict" });
    expect(await activities.run("a", { ...HOLD, name: "record", whileRinging: "beside" }, async () => "recorded")).toBe("recorded");
    expect(lines.filter(({ message: text }) => text === "activity refused")).toHaveLength(2);
    activities.abort("a", "hung up");
    await expect(held).rejects.toMatchObject({ message: "hung up" });
    expect(activities.busy("b")).toBe(false);
  });

  it("that the call's state names, and nobody runs since a restart, has the call kept until it is taken up again", async () => {
    const { activities } = logged({ unfinished: (key) => (key === "a" ? "message" : null) });
    await expect(activities.hold("a", offer("keeps", "pickup"), async () => "picked up")).rejects.toMatchObject({ code: "Conflict" });
    await expect(activities.run("a", HOLD, async () => "moved")).rejects.toMatchObject({ code: "Conflict" });
    expect(await activities.run("a", { ...HOLD, whileRinging: "beside" }, async () => "recorded")).toBe("recorded");
    expect(await activities.hold("a", offer("refuses", "message"), async () => "left")).toBe("left");
    expect(await activities.hold("b", offer("keeps", "pickup"), async () => "picked up")).toBe("picked up");
  });

  it("begins when the short ones before it have ended, and not at all when it was taken over before", async () => {
    const { activities } = logged();
    const { open, opened } = gate();
    const before = activities.run("a", HOLD, () => opened);
    const lost = activities.hold("a", offer(), async () => Promise.reject(new Error("must not begin")));
    const begun = activities.hold("a", offer("keeps", "pickup"), async () => "begun");
    open();
    await before;
    await expect(lost).rejects.toMatchObject({ code: "Conflict" });
    expect(await begun).toBe("begun");
  });
});

describe("the log", () => {
  it("has one line for each start and end: activity, call, actor, request, outcome, milliseconds", async () => {
    const { activities, lines } = logged();
    await activities.run("a", HOLD, async () => undefined);
    await expect(activities.run("a", HOLD, async () => Promise.reject(conflict("held already")))).rejects.toThrow();
    await activities.hold("a", { ...offer(), outcome: (agent: string) => `answered by ${agent}` }, async () => "1001");
    const who = { activity: "hold", call: "a", actor: "alice", requestId: "r1" };
    const system = { activity: "offer", call: "a", actor: "system" };
    const ms = expect.any(Number) as number;
    expect(lines).toEqual([
      { message: "activity started", ...who },
      { message: "activity ended", ...who, outcome: "done", ms },
      { message: "activity started", ...who },
      { message: "activity ended", ...who, outcome: "Conflict", ms },
      { message: "activity started", ...system },
      { message: "activity ended", ...system, outcome: "answered by 1001", ms },
    ]);
  });
});

describe("the end of all activities", () => {
  it("calls off what runs and refuses what waits and what comes later", async () => {
    const { activities } = logged();
    const [short, long, other] = [stoppable(), stoppable(), stoppable()];
    let ran = false;
    const all = [
      activities.run("a", HOLD, short.work),
      activities.run("a", HOLD, async () => (ran = true)),
      activities.hold("b", offer("refuses"), long.held),
      activities.beside("c", HOLD, other.work),
    ];
    await Promise.all([short.began, long.began, other.began]);
    const closed = activities.close();
    all.push(activities.run("d", HOLD, async () => (ran = true)), activities.hold("d", offer(), async () => (ran = true)));
    for (const outcome of await Promise.allSettled(all)) expect(outcome).toMatchObject({ status: "rejected", reason: { code: "SwitchUnavailable", details: { retryAfterS: 5 } } });
    await closed;
    expect(ran).toBe(false);
  });
});

describe("a call that its holder lends", () => {
  it("is free for others meanwhile, and its holder's again afterwards", async () => {
    const { activities } = logged();
    const { open, opened } = gate();
    const lent = gate();
    const order: string[] = [];
    const program = activities.hold("a", offer("refuses", "program"), async (held) => {
      await held.lend(async () => {
        lent.open();
        await opened;
      });
      order.push("back");
    });
    await lent.opened;
    expect([activities.busy("a"), activities.termsOf("a")]).toEqual([false, null]);
    await activities.run("a", HOLD, async () => void order.push("hold"));
    open();
    await program;
    expect(order).toEqual(["hold", "back"]);
    expect(activities.busy("a")).toBe(false);
  });

  it("refuses others again when it is back", async () => {
    const { activities } = logged();
    const back = gate();
    const end = gate();
    const program = activities.hold("a", offer("refuses", "program"), async (held) => {
      await held.lend(async () => undefined);
      back.open();
      await end.opened;
    });
    await back.opened;
    await expect(activities.run("a", HOLD, async () => undefined)).rejects.toMatchObject({ code: "Conflict" });
    end.open();
    await program;
  });

  it("is taken back from whoever yields, and lost to whoever keeps it", async () => {
    for (const [terms, lost] of [["yields", false], ["keeps", true]] as const) {
      const { activities } = logged();
      const { held: other, began } = stoppable();
      const taken = gate();
      let signal: AbortSignal | undefined;
      const program = activities.hold("a", offer("refuses", "program"), async (held) => {
        await held.lend(async () => {
          const competing = activities.hold("a", offer(terms), other);
          competing.catch(() => undefined);
          await began;
          taken.open();
        });
        signal = held.signal;
      });
      await taken.opened;
      await program;
      expect(signal?.aborted).toBe(lost);
      await activities.close();
    }
  });
});
