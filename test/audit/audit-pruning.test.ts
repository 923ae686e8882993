import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openStore, type Store } from "../../src/store/index.js";
import { startAuditPruning } from "../../src/audit/index.js";
import { ManualClock } from "../support/manual-clock.js";
import { silentLogger } from "../store/support.js";

const DAY_MS = 86_400_000;
let store: Store;
beforeEach(async () => {
  store = await openStore(":memory:");
  await store.audit.append([{ at: new Date(Date.now() - 40 * DAY_MS), organizationId: null, actor: "a", action: "test", target: "old", detail: {} }]);
});
afterEach(() => store.close());

it("Callplane prunes by itself once a day when the retention says so, and never otherwise", async () => {
  // Behind, so that the store, which goes by the machine's clock, lets go what this one calls old.
  const clock = new ManualClock(Date.now() - 3 * DAY_MS);
  await store.audit.setRetention({ days: 30, daily: false }, "cli:root");
  const retention = vi.spyOn(store.audit, "retention");
  const pruning = startAuditPruning(store.audit, { clock, logger: silentLogger() });
  clock.advance(DAY_MS);
  await vi.waitFor(() => expect(retention).toHaveBeenCalledTimes(2), { timeout: 15_000 });
  expect(await store.audit.list({ action: "test" })).toHaveLength(1);
  await store.audit.setRetention({ days: 30, daily: true }, "cli:root");
  clock.advance(DAY_MS);
  await vi.waitFor(async () => expect(await store.audit.list({ action: "audit.prune" })).toMatchObject([{ actor: "system", detail: { entries: 1, last: 1 } }]), { timeout: 15_000 });
  expect(await store.audit.list({ action: "test" })).toEqual([]);
  expect((await store.audit.verify()).fault).toBeNull();
  await pruning.close();
  expect(clock.timers).toBe(0);
});
