import { describe, expect, it } from "vitest";
import { DEMO_PASSWORD, demoUsersLeft, hashPassword, seedDemo } from "../../src/auth/index.js";
import { verifyPassword } from "../../src/auth/passwords.js";
import { openStore } from "../../src/store/index.js";
import { QUICK } from "./support.js";

describe("the demo's accounts", () => {
  it("are those that the README promises", async () => {
    const store = await openStore(":memory:");
    await seedDemo(store, QUICK);
    const organization = await store.organizations.findByName("demo");
    expect(organization).toMatchObject({ domain: "demo.local", allowedPrefixes: ["+1212"], departments: ["sales", "support"], awayReasons: ["lunch", "break", "training"] });
    expect((await store.departments.list(organization?.id)).map(({ name, settings }) => [name, settings.wrapUpS, settings.dispositions[0], settings.alarms.waiting])).toEqual([["sales", 20, "sold", 3], ["support", 20, "solved", 3]]);
    expect((await store.agents.list(organization?.id)).map(({ agentId, departments }) => [agentId, departments])).toEqual([["1001", ["sales", "support"]], ["1002", ["support"]], ["1003", ["*"]]]);
    const users = await store.users.list();
    expect(users.map(({ username, role, agentId, extension }) => [username, role, agentId, extension])).toEqual([
      ["admin", "admin", null, null],
      ["alice", "agent", "1001", "1001"],
      ["bob", "agent", "1002", "1002"],
      ["carol", "supervisor", "1003", "1003"],
    ]);
    for (const { passwordHash } of users) expect(await verifyPassword(passwordHash, DEMO_PASSWORD)).toBe(true);
    await store.close();
  });

  it("are made once, and what was changed since stays", async () => {
    const store = await openStore(":memory:");
    await seedDemo(store, QUICK);
    const organization = await store.organizations.findByName("demo");
    await store.organizations.update(organization?.id ?? 0, { allowedPrefixes: [], awayReasons: [] });
    await store.departments.update(organization?.id ?? 0, "support", { wrapUpS: 0 });
    await seedDemo(store, QUICK);
    expect((await store.organizations.list()).map(({ awayReasons }) => awayReasons)).toEqual([[]]);
    expect((await store.departments.list()).map(({ settings }) => settings.wrapUpS)).toEqual([20, 0]);
    expect((await store.organizations.list()).map(({ allowedPrefixes }) => allowedPrefixes)).toEqual([[]]);
    expect(await store.users.list()).toHaveLength(4);
    await store.close();
  });

  it("that are missing are made again, in the departments that are left", async () => {
    const store = await openStore(":memory:");
    await seedDemo(store, QUICK);
    const organization = (await store.organizations.findByName("demo"))?.id ?? 0;
    const alice = await store.agents.find(organization, "1001");
    await store.agents.remove(alice?.id ?? 0);
    await store.departments.remove(organization, "sales");
    await seedDemo(store, QUICK);
    expect((await store.agents.find(organization, "1001"))?.departments).toEqual(["support"]);
    await store.close();
  });

  it("are told as long as they can log in with the well-known password", async () => {
    const store = await openStore(":memory:");
    expect(await demoUsersLeft(store)).toEqual([]);
    await seedDemo(store, QUICK);
    const idOf = async (name: string): Promise<number> => (await store.users.findByUsername(name))?.id ?? 0;
    await store.users.update(await idOf("alice"), { disabled: true });
    await store.users.update(await idOf("bob"), { passwordHash: await hashPassword("another", QUICK) });
    expect(await demoUsersLeft(store)).toEqual(["carol", "admin"]);
    await store.close();
  });
});
