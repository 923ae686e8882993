import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { HashQueue, hashPassword } from "../../src/auth/index.js";
import type { HashQueueOptions } from "../../src/auth/index.js";

const queues: HashQueue[] = [];
const open = (options: HashQueueOptions): HashQueue => {
  const queue = new HashQueue(options);
  queues.push(queue);
  return queue;
};
afterEach(() => {
  for (const queue of queues.splice(0)) queue.close();
});

/** Work that runs until it is told to end. */
function gated() {
  const ends: (() => void)[] = [];
  const order: string[] = [];
  const work = (name: string) => async (): Promise<string> => {
    order.push(name);
    await new Promise<void>((resolve) => ends.push(resolve));
    return name;
  };
  const endOne = async (): Promise<void> => {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { work, order, endOne, running: () => ends.length };
}

describe("the queue of password hashes", () => {
  it("runs so many at a time, and each in the end", async () => {
    const queue = open({ lanes: 2 });
    const { work, order, endOne, running } = gated();
    const all = Promise.all(["1", "2", "3", "4", "5"].map((user) => queue.run({ address: "a", user }, work(user))));
    expect([running(), queue.waiting]).toEqual([2, 3]);
    while (running() > 0) {
      await endOne();
      expect(running()).toBeLessThanOrEqual(2);
    }
    expect(await all).toEqual(["1", "2", "3", "4", "5"]);
    expect(order).toHaveLength(5);
  });

  it("gives addresses their turns, and users within an address theirs", async () => {
    const queue = open({ lanes: 1 });
    const { work, order, endOne, running } = gated();
    const ask = (address: string, user: string, name: string): Promise<string> => queue.run({ address, user }, work(name));
    const all = [
      ...[1, 2, 3, 4].map((each) => ask("attacker", "victim", `guess ${each}`)),
      ask("attacker", "colleague", "a right one behind the same address"),
      ask("elsewhere", "victim", "a right one from elsewhere"),
    ];
    while (running() > 0) await endOne();
    await Promise.all(all);
    expect(order).toEqual(["guess 1", "guess 2", "a right one from elsewhere", "a right one behind the same address", "guess 3", "guess 4"]);
  });

  it("never runs two for the same user and address, so that a limit on failures is exact", async () => {
    const queue = open({ lanes: 2 });
    const { work, endOne, running } = gated();
    const all = [1, 2, 3].map((each) => queue.run({ address: "a", user: "u" }, work(String(each))));
    for (let left = 3; left > 0; left -= 1) {
      expect(running()).toBe(1);
      await endOne();
    }
    expect(await Promise.all(all)).toEqual(["1", "2", "3"]);
  });

  it("refuses what is too much, of one address and of all, and takes the next when there is room", async () => {
    const queue = open({ lanes: 1, maxWaiting: 4, maxWaitingPerAddress: 2 });
    const { work, endOne, running } = gated();
    const taken = [0, 1, 2].map((each) => queue.run({ address: "a", user: String(each) }, work("a")));
    const busy = { code: "Busy", status: 503, details: { retryAfterS: expect.any(Number) as number } };
    await expect(queue.run({ address: "a", user: "3" }, work("a"))).rejects.toMatchObject(busy);
    taken.push(queue.run({ address: "b", user: "" }, work("b")), queue.run({ address: "c", user: "" }, work("c")));
    await expect(queue.run({ address: "d", user: "" }, work("d"))).rejects.toMatchObject(busy);
    await endOne();
    taken.push(queue.run({ address: "d", user: "" }, work("d")));
    while (running() > 0) await endOne();
    expect((await Promise.all(taken)).sort()).toEqual(["a", "a", "a", "b", "c", "d"]);
    expect(queue.waiting).toBe(0);
  });

  it("passes a failure on and goes on; refuses what waits when it is closed", async () => {
    const queue = open({ lanes: 1 });
    await expect(queue.run({ address: "a", user: "u" }, async () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    const { work, endOne } = gated();
    const first = queue.run({ address: "a", user: "u" }, work("first"));
    const second = queue.run({ address: "a", user: "v" }, work("second"));
    queue.close();
    await expect(second).rejects.toMatchObject({ code: "Busy" });
    await expect(queue.run({ address: "a", user: "u" }, work("third"))).rejects.toMatchObject({ code: "Busy" });
    await endOne();
    expect(await first).toBe("first");
  });

  it("leaves threads for files: one is read before a queue full of hashes is through", async () => {
    const queue = open({});
    const done: string[] = [];
    const hashes = Promise.all(Array.from({ length: 12 }, async (_, index) => queue.run({ address: "a", user: String(index) }, () => hashPassword("somebody's", { ln: 14, r: 8, p: 1 })).then(() => done.push("hash"))));
    await readFile(fileURLToPath(import.meta.url));
    done.push("file");
    await hashes;
    expect(done.indexOf("file")).toBeLessThan(6);
  });
});
