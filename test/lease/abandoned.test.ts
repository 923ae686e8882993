import { expect, it } from "vitest";
import { AbandonedNodes } from "../../src/lease/index.js";
import { openStore } from "../../src/store/index.js";
import { ManualClock } from "../support/manual-clock.js";
import { eventually } from "../lab/wait.js";

const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const one = { id: "one", name: "one:1", mark: null };

it("ends what was left on a node that no process has had for long, once, and not while one has it", async () => {
  const store = await openStore(":memory:");
  const { nodeLeases } = store;
  const ended: string[] = [];
  let during: readonly unknown[] = [];
  const sweep = (abandonedMs: number): AbandonedNodes =>
    new AbandonedNodes({
      leases: nodeLeases,
      owner: { name: "two:2", mark: null },
      timing: { abandonedMs },
      clock: new ManualClock(),
      logger,
      left: {
        nodes: async () => ["fs1", "fs2"].filter((node) => !ended.includes(node)),
        end: async (node) => {
          // Nobody begins to follow it meanwhile.
          during = await nodeLeases.take([node], one, 1000, []);
          ended.push(node);
        },
      },
    });
  try {
    await nodeLeases.take(["fs1"], one, 1, []);
    await nodeLeases.take(["fs2"], one, 60_000, []);
    const late = sweep(60_000);
    const soon = sweep(10);
    await eventually("the lease to have expired", async () => (await nodeLeases.abandoned(["fs1", "fs2"], 10)).length === 1);
    for (const abandoned of [late, late, soon]) await abandoned.look();
    // One look is none: its owner may have been kept from renewing the lease.
    expect(ended).toEqual([]);
    await nodeLeases.renew(["fs1"], one.id, 1);
    await eventually("the lease to have expired again", async () => (await nodeLeases.abandoned(["fs1"], 10)).length === 1);
    await soon.look();
    expect(ended).toEqual([]);
    await soon.look();
    await soon.look();
    expect(ended).toEqual(["fs1"]);
    expect(during).toMatchObject([{ owner: { name: "two:2" } }]);
    // It is free again.
    expect(await nodeLeases.take(["fs1"], one, 1000, [])).toEqual([]);
    await Promise.all([late.close(), soon.close()]);
  } finally {
    await store.close();
  }
});
