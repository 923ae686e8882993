/** Rows that the next commit of anybody writes, too. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAuditLog } from "../../src/audit/index.js";
import { openStore, type Store } from "../../src/store/index.js";
import type { Piggyback } from "../../src/piggyback.js";
import { silentLogger } from "./support.js";

const entry = (target: string) => ({ at: new Date(), organizationId: null, actor: "root", action: "test", target, detail: {} });
/** No organization has this id. */
const NOBODY = 4711;
const status = (agentId: string, organizationId = 1) => ({ organizationId, agentId, status: "online", reason: null, since: new Date(), cause: "call" }) as const;

/** Gives its rows once, and remembers what it was told. */
function waiting<T>(...rows: T[]): Piggyback<T> & { readonly told: boolean[] } {
  const told: boolean[] = [];
  return { take: () => rows.splice(0), taken: (isCommitted) => void told.push(isCommitted), told };
}

describe("rows that wait for another's commit", () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore(":memory:");
    await store.organizations.create({ name: "acme", domain: "acme.example" });
  });
  afterEach(() => store.close());
  const commit = (): Promise<void> => store.callRecords.transaction(async () => undefined);
  const targets = async (): Promise<readonly string[]> => (await store.audit.list()).map(({ target }) => target);

  it("are committed with it, and are asked for no more once they have ended", async () => {
    const rows = waiting(entry("a"));
    const end = store.audit.piggyback(rows);
    await commit();
    expect([await targets(), rows.told]).toEqual([["a"], [true]]);
    end();
    const take = vi.spyOn(rows, "take");
    await commit();
    expect(take).not.toHaveBeenCalled();
  });

  it("wait on when that commit comes to nothing", async () => {
    const rows = waiting(entry("a"));
    store.audit.piggyback(rows);
    await expect(store.callRecords.transaction(async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect([await targets(), rows.told]).toEqual([[], []]);
    await commit();
    expect([await targets(), rows.told]).toEqual([["a"], [true]]);
  });

  it("that the database refuses leave nothing behind, and fail nobody's commit", async () => {
    const bad = waiting(status("1001"), status("1002", NOBODY));
    const good = waiting(entry("a"));
    store.agentStatus.piggyback(bad);
    store.audit.piggyback(good);
    await store.organizations.create({ name: "beta", domain: "beta.example" });
    expect([await store.agentStatus.latest(), bad.told]).toEqual([[], [false]]);
    expect([await targets(), good.told, (await store.organizations.list()).length]).toEqual([["a"], [true], 2]);
  });

  it("are an act's audit entry, which is there as soon as the act's record is", async () => {
    const log = createAuditLog(store.audit, { logger: silentLogger() });
    const append = vi.spyOn(store.audit, "append");
    log.append(entry("act"), { confirms: true });
    log.append(entry("again"), { confirms: true });
    await commit();
    expect(await targets()).toEqual(["again", "act"]);
    await log.close();
    expect([append.mock.calls.length, await targets()]).toEqual([0, ["again", "act"]]);
  });

  it("are written by themselves when no commit comes, in their order", async () => {
    const log = createAuditLog(store.audit, { logger: silentLogger() });
    log.append(entry("act"), { confirms: true });
    await vi.waitFor(async () => expect(await targets()).toEqual(["act"]), { timeout: 15_000 });
    log.append(entry("next"));
    await log.close();
    expect(await targets()).toEqual(["next", "act"]);
  });
});
