/** The demonstration's line. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { openStore, type Store } from "../../src/store/index.js";
import { DEMO_BOT_PATH, DEMO_LINE, offerBot, seedDemoLine } from "../../src/voice-app/index.js";

let store: Store;
beforeEach(async () => {
  store = await openStore(":memory:");
  await store.organizations.create({ name: "demo", domain: "demo.local", country: "US" });
  for (const name of ["support", "sales"]) await store.departments.create(1, name, {});
  await store.agents.create({ organizationId: 1, agentId: "1001", extension: "1001" });
});
afterEach(() => store.close());

const botAt = (port: number): string => `http://127.0.0.1:${port}${DEMO_BOT_PATH}`;
const botKey = async () => (await store.voiceConfigs.list(1))[0]?.settings.menu?.keys["4"];

it("has a menu, is made once, and leads to the bot wherever that answers", async () => {
  await seedDemoLine(store, 1);
  await seedDemoLine(store, 1);
  expect(await store.phoneLines.list(1)).toMatchObject([{ number: DEMO_LINE, targetType: "config" }]);
  for (const port of [4001, 4002]) {
    await offerBot(store, 1, botAt(port));
    expect(await botKey()).toEqual({ type: "url", to: botAt(port), method: "POST" });
  }
});

it("is the newcomer's to change: a key that leads elsewhere stays, and so does a line that is gone", async () => {
  await seedDemoLine(store, 1);
  const [config] = await store.voiceConfigs.list(1);
  const menu = config?.settings.menu;
  if (config === undefined || menu == null) throw new Error("There is no menu.");
  await store.voiceConfigs.update(1, config.id, { menu: { ...menu, keys: { 4: { type: "department", to: "sales" } } } });
  await offerBot(store, 1, botAt(4001));
  expect(await botKey()).toEqual({ type: "department", to: "sales" });
  await store.voiceConfigs.update(1, config.id, { menu: null });
  await offerBot(store, 1, botAt(4001));
  expect((await store.voiceConfigs.list(1))[0]?.settings.menu).toBeNull();
});

it("finds the bot again in a configuration with another name, at another key and as a target", async () => {
  await seedDemoLine(store, 1);
  const [config] = await store.voiceConfigs.list(1);
  const menu = config?.settings.menu;
  if (config === undefined || menu == null) throw new Error("There is no menu.");
  await offerBot(store, 1, botAt(4001));
  const bot = await botKey();
  if (bot === undefined) throw new Error("There is no bot.");
  await store.voiceConfigs.update(1, config.id, { name: "Main", menu: { ...menu, keys: { 1: { type: "department", to: "sales" }, 7: bot } }, target: bot });
  await offerBot(store, 1, botAt(4002));
  const [{ settings } = config] = await store.voiceConfigs.list(1);
  expect(settings).toMatchObject({ menu: { keys: { 1: { type: "department" }, 7: { to: botAt(4002) } } }, target: { to: botAt(4002) } });
});

it("leaves an application of the newcomer's on this machine, and a key that was taken out, alone", async () => {
  await seedDemoLine(store, 1);
  const [config] = await store.voiceConfigs.list(1);
  const menu = config?.settings.menu;
  if (config === undefined || menu == null) throw new Error("There is no menu.");
  const own = { type: "url", to: "http://127.0.0.1:3000/voice", method: "POST" } as const;
  await store.voiceConfigs.update(1, config.id, { menu: { ...menu, keys: { 4: own } } });
  await offerBot(store, 1, botAt(4001));
  expect(await botKey()).toEqual(own);
  await store.voiceConfigs.update(1, config.id, { menu: { ...menu, keys: { 1: { type: "department", to: "sales" } } } });
  await offerBot(store, 1, botAt(4001));
  expect(await botKey()).toBeUndefined();
});
