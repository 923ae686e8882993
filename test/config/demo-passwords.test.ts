import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { DEMO_PASSWORD, seedDemo } from "../../src/auth/index.js";
import { startCallplane } from "../../src/callplane.js";
import { loadConfig } from "../../src/config.js";
import { openStore } from "../../src/store/index.js";
import { Client } from "../contract/harness.js";
import { temporaryDirectory } from "../support/temporary.js";

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

const start = (environment: Readonly<Record<string, string>>) =>
  startCallplane(loadConfig({ PORT: "0", LOG_LEVEL: "silent", DATABASE_URL: `file:${join(directory.path, "callplane.db")}`, JWT_SECRET: "0123456789abcdef0123456789abcdef", AUDIT_KEY_FILE: join(directory.path, "audit-key"), ...environment }));

it("the demonstration does not start behind a proxy, nor on an address that others reach", async () => {
  await expect(start({ TRUST_PROXY: "1" })).rejects.toThrow("not behind a proxy");
  await expect(start({ HOST: "0.0.0.0" })).rejects.toThrow("not on 0.0.0.0");
});

it("the demonstration refuses a database that has other organizations, and leaves it as it was", async () => {
  const url = `file:${join(directory.path, "callplane.db")}`;
  const store = await openStore(url);
  await store.organizations.create({ name: "acme", domain: "acme.example" });
  await store.close();
  await expect(start({})).rejects.toThrow(/FREESWITCH_NODES is not set.*acme/);
  const after = await openStore(url);
  expect([(await after.organizations.list()).map(({ name }) => name), await after.users.list()]).toEqual([["acme"], []]);
  await after.close();
});

it("the demonstration has a database of its own, unless one is named", () => {
  const [unnamed, named] = [loadConfig({}), loadConfig({ DATABASE_URL: "file:x.db" })];
  expect(unnamed.demoDatabaseUrl).not.toBe(unnamed.databaseUrl);
  expect([named.demoDatabaseUrl, named.databaseUrl]).toEqual(["file:x.db", "file:x.db"]);
});

it("the demonstration tells phones no address to connect to: it has none", async () => {
  const running = await start({ PROVISIONING_LISTEN: "off" });
  try {
    const { body } = await new Client(() => running.url, "").post("/login", { username: "alice", password: DEMO_PASSWORD });
    const alice = new Client(() => running.url, z.object({ token: z.string() }).parse(body).token);
    for (const path of ["/voicetwilio/token", "/voicetwilio/tokens"]) {
      for (const reply of [await alice.get(path), await alice.post(path)]) expect(reply).toMatchObject({ status: 200, body: { sip: { domain: "demo.local", user: "1001", wssUrl: "" } } });
    }
  } finally {
    await running.close();
  }
});

it("a port that is taken is told with the variable that chose it", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  const taken = new RegExp(`^PROVISIONING_LISTEN: 127\\.0\\.0\\.1:${port}: another program`);
  await expect(start({ FREESWITCH_NODES: "esl://:unused@127.0.0.1:9", PROVISIONING_LISTEN: `127.0.0.1:${port}`, PROVISIONING_SECRET: "0123456789abcdef0123456789abcdef" })).rejects.toThrow(taken);
  await expect(start({ PORT: String(port) })).rejects.toThrow(/^HOST, PORT: /);
  await new Promise((resolve) => other.close(resolve));
});

it("on a FreeSWITCH nobody starts with people who have the demonstration's password, on loopback either", async () => {
  const store = await openStore(`file:${join(directory.path, "callplane.db")}`);
  await seedDemo(store, { ln: 1, r: 1, p: 1 });
  await store.close();
  const refused = await start({ FREESWITCH_NODES: "esl://:unused@127.0.0.1:9", PROVISIONING_LISTEN: "off" }).then((running) => running.close().then(() => "started"), String);
  expect(refused).toContain("still have the demonstration's password");
  expect(refused).not.toContain(`"${DEMO_PASSWORD}"`);
});
