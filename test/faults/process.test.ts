import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openStore } from "../../src/store/index.js";
import { Client } from "../contract/harness.js";
import { hears, ok } from "../contract/suites/steps.js";
import { eventually, within } from "../lab/wait.js";
import { START_MS, startProcess, type Process } from "../support/process.js";
import { get, rawConnection } from "../support/raw-connection.js";
import { temporaryDirectory } from "../support/temporary.js";
import { inWorld, type World, PATIENT } from "./world.js";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = temporaryDirectory();
  try {
    await work(folder.path);
  } finally {
    folder.remove();
  }
}

/** A Callplane in a process of its own, on the stage's people and on a switch that lives here. */
async function inProcess(test: (world: World, running: Process, alice: Client) => Promise<void>): Promise<void> {
  await inWorld(async (world) => {
    const { lab, stage } = world;
    await withFolder(async (folder) => {
      const running = startProcess({ FREESWITCH_NODES: lab.eslUrl, PROVISIONING_LISTEN: "off", DATABASE_URL: stage.databaseUrl, JWT_SECRET: "0123456789abcdef0123456789abcdef", RING_TIMEOUT_S: "5" }, folder);
      try {
        const url = await running.url();
        await eventually("the process to be ready", async () => (await fetch(`${url}/health/ready`)).status === 200, { timeoutMs: START_MS });
        await test(world, running, new Client(() => url, stage.as.alice.token));
      } finally {
        await running.kill();
      }
    });
  }, {}, { stopped: true });
}

async function takesNothingNew(client: Client): Promise<void> {
  await eventually("new requests to be refused", async () => {
    const reply = await fetch(`${client.url()}/health/live`, { headers: { connection: "close" } }).catch(() => null);
    return reply === null || reply.status === 503;
  });
}

describe.concurrent("the process", PATIENT, () => {
  it("on SIGTERM finishes what is under way, takes nothing new, ends streams, exits 0 and leaves the calls alone", async () =>
    inProcess(async ({ lab, stage }, running, alice) => {
      const talking = await lab.callIn({ from: "15551230001", to: "1001" });
      await alice.sees(talking, { state: "active" });
      const untouched = await lab.callIn({ from: "15551230002", to: "1004" });
      await eventually("the second call", () => lab.simulator.channels().filter(({ bridgedTo }) => bridgedTo !== undefined).length === 4);
      const stream = await fetch(`${alice.url()}/events`, { headers: { authorization: `Bearer ${alice.token}` } });
      const streamed = stream.text();
      await lab.phone("1002", { kind: "no-answer" });
      const transfer = alice.post(`/voicechannel/calls/${talking}:transfer`, { type: "client", to: "1002" });
      await alice.sees(talking, { ringing: ["1002"] });
      running.child.kill("SIGTERM");
      await takesNothingNew(alice);
      expect(await streamed).toContain("shutdown");
      await lab.answer("1002");
      ok(await transfer);
      expect(await within("the process to end", START_MS, running.exited)).toBe(0);
      expect(running.stderr()).toBe("");
      await hears(lab, "15551230001", "1002");
      await hears(lab, "15551230002", "1004");
      // The next one finds them.
      await stage.startAgain();
      await stage.as.bob.sees(talking, { state: "active", assignedTo: "1002" });
      await stage.as.dave.sees(untouched, { state: "active", assignedTo: "1004" });
    }));

  it("refuses what comes while it stops in the words of the path's face", async () =>
    inProcess(async ({ lab }, running, alice) => {
      const talking = await lab.callIn({ from: "15551230001", to: "1001" });
      await alice.sees(talking, { state: "active" });
      await lab.phone("1002", { kind: "no-answer" });
      const transfer = JSON.stringify({ type: "client", to: "1002" });
      const headers = { authorization: `Bearer ${alice.token}` };
      const connection = await rawConnection(alice.url(), { reading: true });
      connection.write(`POST /voicechannel/calls/${talking}:transfer HTTP/1.1\r\nHost: x\r\nAuthorization: ${headers.authorization}\r\nContent-Type: application/json\r\nContent-Length: ${transfer.length}\r\n\r\n${transfer}`);
      await alice.sees(talking, { ringing: ["1002"] });
      // It waits behind the transfer, on the same connection.
      connection.write(get("/call/list", headers));
      running.child.kill("SIGTERM");
      await takesNothingNew(alice);
      await lab.answer("1002");
      await eventually("both to be answered", () => connection.statuses.length === 2 || connection.isClosed);
      expect(connection.statuses).toEqual([200, 503]);
      expect(connection.text).toMatch(/retry-after: 1\r\n/i);
      expect(connection.text).toContain('{"status":"service unavailable"');
      connection.close();
      expect(await within("the process to end", START_MS, running.exited)).toBe(0);
    }));

  it.each([
    ["a rejection", 'void Promise.reject(new Error("that nobody catches"));'],
    ["an exception", 'setTimeout(() => { throw new Error("that nobody catches"); });'],
  ])("on %s that nothing catches says so, gives its nodes back and exits 70", async (_what, mistake) =>
    withFolder(async (folder) => {
      const preload = join(folder, "mistake.mjs");
      writeFileSync(preload, `process.on("SIGUSR2", () => { ${mistake} });`);
      const running = startProcess({ FREESWITCH_NODES: "esl://:secret@127.0.0.1:1", PROVISIONING_LISTEN: "off", NODE_OPTIONS: `--import ${preload}` }, folder);
      try {
        await running.url();
        running.child.kill("SIGUSR2");
        expect(await within("the process to end", START_MS, running.exited)).toBe(70);
        expect(running.stdout()).toContain("that nobody catches");
        const store = await openStore(`file:${folder}/callplane.db`);
        expect((await store.nodeLeases.list(["127.0.0.1:1"])).map(({ owner }) => owner)).toEqual([null]);
        await store.close();
      } finally {
        await running.kill();
      }
    }));

  it("on a second SIGTERM exits at once", async () =>
    inProcess(async ({ lab }, running, alice) => {
      const talking = await lab.callIn({ from: "15551230001", to: "1001" });
      await alice.sees(talking, { state: "active" });
      await lab.phone("1002", { kind: "no-answer" });
      const transfer = alice.post(`/voicechannel/calls/${talking}:transfer`, { type: "client", to: "1002" }).catch(() => "cut off");
      await alice.sees(talking, { ringing: ["1002"] });
      running.child.kill("SIGTERM");
      await eventually("the first signal to be told", () => running.stdout().includes("requests under way are finished"));
      running.child.kill("SIGTERM");
      expect(await within("the process to end", START_MS, running.exited)).toBe(1);
      // Not waited for: it would have been answered when the phone stopped ringing.
      expect(await transfer).toBe("cut off");
      expect(lab.simulator.channels().some(({ party }) => party === "15551230001")).toBe(true);
    }));

  it("survives a switch that is not there, and tells nobody its password", async () =>
    withFolder(async (folder) => {
      const running = startProcess({ FREESWITCH_NODES: "esl://:s3cret%40word@127.0.0.1:1", PROVISIONING_LISTEN: "off", LOG_LEVEL: "trace" }, folder);
      try {
        const url = await running.url();
        await eventually("the reason to be told", async () => (await (await fetch(`${url}/health/ready`)).text()).includes("refused"));
        expect((await fetch(`${url}/health/live`)).status).toBe(200);
        running.child.kill("SIGTERM");
        expect(await within("the process to end", START_MS, running.exited)).toBe(0);
        expect(running.output()).not.toMatch(/s3cret/);
      } finally {
        await running.kill();
      }
    }));

  it("says loudly that it is a demonstration, where it listens, and no token", async () =>
    withFolder(async (folder) => {
      const running = startProcess({}, folder);
      try {
        const url = await running.url();
        expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
        expect(running.stdout()).toContain("DEMONSTRATION");
        const reply = await fetch(`${url}/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username: "alice", password: "demo" }) });
        const { token } = (await reply.json()) as { token: string };
        expect((await fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
        running.child.kill("SIGTERM");
        expect(await within("the process to end", START_MS, running.exited)).toBe(0);
        expect(running.output()).not.toContain(token);
      } finally {
        await running.kill();
      }
    }));
});

describe("a start that cannot be is refused with exit code 1, one clear line and no stack:", PATIENT, () => {
  const refusals: readonly [what: string, environment: Readonly<Record<string, string>>, line: RegExp][] = [
    ["the demonstration on every address", { HOST: "0.0.0.0" }, /FREESWITCH_NODES.*0\.0\.0\.0/],
    ["the demonstration on every IPv6 address", { HOST: "::" }, /FREESWITCH_NODES.*::/],
    ["the demonstration on an address of the outside", { HOST: "192.0.2.1" }, /FREESWITCH_NODES.*192\.0\.2\.1/],
    ["a node that is no URL", { FREESWITCH_NODES: "esl://:s3cret/word@host" }, /FREESWITCH_NODES/],
    ["a database that is none", { DATABASE_URL: "file:./note.txt" }, /note\.txt|not a database/],
  ];
  it.each(refusals)("%s", async (_what, environment, line) =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, "note.txt"), "no database ".repeat(100));
      const running = startProcess({ LOG_LEVEL: "error", ...environment }, folder);
      expect(await within("the process to end", START_MS, running.exited)).toBe(1);
      expect(running.stderr().trimEnd().split("\n")).toHaveLength(1);
      expect(running.stderr()).toMatch(/^callplane: /);
      expect(running.stderr()).toMatch(line);
      expect(running.output()).not.toMatch(/\n\s+at |s3cret/);
    }));

  it("a port in use", async () =>
    withFolder(async (folder) => {
      const taken = createServer();
      await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
      const { port } = taken.address() as AddressInfo;
      try {
        const running = startProcess({ LOG_LEVEL: "error", PORT: String(port) }, folder);
        expect(await within("the process to end", START_MS, running.exited)).toBe(1);
        expect(running.stderr().trimEnd().split("\n")).toHaveLength(1);
        expect(running.stderr()).toMatch(new RegExp(`^callplane: .*${port}`));
        expect(running.output()).not.toMatch(/\n\s+at /);
      } finally {
        taken.close();
      }
    }));
});
