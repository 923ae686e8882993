/** The demonstration's line. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { openStore, type Store } from "../../src/store/index.js";
import { DEMO_LINE, offerBot, seedDemoLine } from "../../src/voice-app/index.js";

let store: Store;
beforeEach(async () => {
  store = await openStore(":memory:");
  await store.organizations.create({ name: "demo", domain: "demo.local", country: "US" });
  for (const name of ["support", "sales"]) await store.departments.create(1, name, {});
  await store.agents.create({ organizationId: 1, agentId: "1001", extension: "1001" });
});
afterEach(() => store.close());

const botKey = async () => (await store.voiceConfigs.list(1))[0]?.settings.menu?.keys["4"];

it("has a menu, is made once, and leads to the bot wherever that answers", async () => {
  await seedDemoLine(store, 1);
  await seedDemoLine(store, 1);
  expect(await store.phoneLines.list(1)).toMatchObject([{ number: DEMO_LINE, targetType: "config" }]);
  for (const port of [4001, 4002]) {
    await offerBot(store, 1, `http://127.0.0.1:${port}/voice`);
    expect(await botKey()).toEqual({ type: "url", to: `http://127.0.0.1:${port}/voice`, method: "POST" });
  }
});

it("is the newcomer's to change: a key that leads elsewhere stays, and so does a line that is gone", async () => {
  await seedDemoLine(store, 1);
  const [config] = await store.voiceConfigs.list(1);
  const menu = config?.settings.menu;
  if (config === undefined || menu == null) throw new Error("There is no menu.");
  await store.voiceConfigs.update(1, config.id, { menu: { ...menu, keys: { 4: { type: "department", to: "sales" } } } });
  await offerBot(store, 1, "http://127.0.0.1:4001/voice");
  expect(await botKey()).toEqual({ type: "department", to: "sales" });
  await store.voiceConfigs.update(1, config.id, { menu: null });
  await offerBot(store, 1, "http://127.0.0.1:4001/voice");
  expect((await store.voiceConfigs.list(1))[0]?.settings.menu).toBeNull();
});
