import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CallbackBounds, CallbackRecord } from "../../src/queues/index.js";
import { openStore, type Store } from "../../src/store/index.js";

const NOW = Date.UTC(2026, 6, 1);
const HOUR_MS = 3_600_000;
let store: Store;
let organizationId: number;
beforeEach(async () => {
  store = await openStore(":memory:");
  organizationId = (await store.organizations.create({ name: "acme", domain: "acme.example" })).id;
});
afterEach(() => store.close());

const bounds: CallbackBounds = { since: new Date(NOW - 24 * HOUR_MS), all: 3, each: 2 };

async function ask(number: string, { hoursAgo = 0, organization = organizationId, done = true } = {}): Promise<string> {
  const joinedAt = new Date(NOW - hoursAgo * HOUR_MS);
  const added = await store.callbacks.add({ id: randomUUID(), organizationId: organization, department: "support", number, fromName: null, priority: 0, joinedAt, dueAt: joinedAt }, bounds);
  if (typeof added === "string") return added;
  if (done) await store.callbacks.change(added, { state: "done" });
  return added.id;
}

describe("callbacks that callers ask for", () => {
  it("are no more to one number than its bound, whatever became of them", async () => {
    await ask("+442079460000");
    await ask("+442079460000");
    expect(await ask("+442079460000")).toBe("callback-number");
    expect(await ask("+442079460001")).toMatch(/-/);
  });

  it("are no more of one organization than its bound, and those of before the day count no more", async () => {
    await ask("+442079460000", { hoursAgo: 24.5 });
    for (const number of ["+442079460001", "+442079460002", "+442079460003"]) await ask(number, { hoursAgo: 12 });
    expect(await ask("+442079460004")).toBe("callback-day");
    const other = await store.organizations.create({ name: "beta", domain: "beta.example" });
    expect(await ask("+442079460004", { organization: other.id })).not.toBe("callback-day");
  });

  it("are one when the number waits already, whatever the bounds", async () => {
    const first = await ask("+442079460000", { done: false });
    await ask("+442079460001");
    await ask("+442079460002");
    expect(await ask("+442079460000")).toBe(first);
    const open: readonly CallbackRecord[] = await store.callbacks.open();
    expect(open).toEqual([]);
  });

  it("are given to one process alone, and to none that knows an older state", async () => {
    await ask("+442079460000", { done: false });
    const [known] = await store.callbacks.open();
    if (known === undefined) throw new Error("it is not open");
    const claims = ["fs1", "fs2"].map((node) => store.callbacks.change(known, { state: "calling", callId: randomUUID(), node }));
    expect((await Promise.all(claims)).sort()).toEqual([false, true]);
    const [claimed] = await store.callbacks.open();
    expect(claimed?.state).toBe("calling");
    // The agent did not answer: it waits as before, but not as the other process knows it.
    expect(await store.callbacks.change(claimed ?? known, { state: "waiting" })).toBe(true);
    expect(await store.callbacks.change(known, { state: "calling", callId: randomUUID(), node: "fs2" })).toBe(false);
  });
});
