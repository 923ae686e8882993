import { describe, expect, it } from "vitest";
import { ReplyQueue } from "../../src/freeswitch/reply-queue.js";

const LONG = { timeoutMs: 60_000 };

describe("the reply queue", () => {
  it("gives replies in the order of the commands", async () => {
    const queue = new ReplyQueue();
    const waiting = [queue.wait(LONG), queue.wait(LONG), queue.wait(LONG)];
    for (const text of ["one", "two", "three"]) expect(queue.deliver(text)).toBe(true);
    expect(await Promise.all(waiting)).toEqual(["one", "two", "three"]);
    expect(queue.length).toBe(0);
  });

  it("keeps the place of a command that was given up, so that its late reply goes to nobody else", async () => {
    const queue = new ReplyQueue();
    const impatient = queue.wait({ timeoutMs: 1 });
    const patient = queue.wait(LONG);
    await expect(impatient).rejects.toMatchObject({ code: "Timeout" });
    expect(queue.length).toBe(2);
    queue.deliver("late");
    queue.deliver("mine");
    expect(await patient).toBe("mine");
  });

  it("keeps the place of a command that was called off", async () => {
    const queue = new ReplyQueue();
    const abort = new AbortController();
    const first = queue.wait({ ...LONG, signal: abort.signal });
    const second = queue.wait({ ...LONG, signal: abort.signal });
    const third = queue.wait(LONG);
    queue.deliver("in time");
    abort.abort(new Error("enough"));
    expect(await first).toBe("in time");
    await expect(second).rejects.toThrow("enough");
    queue.deliver("late");
    queue.deliver("third");
    expect(await third).toBe("third");
  });

  it("says when a reply belongs to nobody", () => {
    expect(new ReplyQueue().deliver("stray")).toBe(false);
  });

  it("rejects everything that is pending, once", async () => {
    const queue = new ReplyQueue();
    const waiting = [queue.wait(LONG), queue.wait(LONG)];
    queue.rejectAll(new Error("gone"));
    queue.rejectAll(new Error("again"));
    for (const one of waiting) await expect(one).rejects.toThrow("gone");
    expect(queue.length).toBe(0);
  });

  it("stays right over many commands", async () => {
    const queue = new ReplyQueue();
    const replies: string[] = [];
    for (let n = 0; n < 2000; n++) {
      const reply = queue.wait(LONG);
      if (n % 3 !== 0) queue.deliver(`${n - Math.ceil(n / 3)}`);
      reply.then((text) => replies.push(text), () => undefined);
    }
    while (queue.deliver("rest"));
    await Promise.resolve();
    expect(replies).toHaveLength(2000);
    expect(queue.length).toBe(0);
  });
});
