import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Client } from "../contract/harness.js";
import { hears, ok } from "../contract/suites/steps.js";
import { eventually, within } from "../lab/wait.js";
import { inWorld, type World, PATIENT } from "./world.js";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

/** A process of TypeScript is compiled as it starts, several at a time. */
const START_MS = 40_000;

interface Process {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

/** The real process, with nothing of this one's environment but what it needs to run at all. */
function start(environment: Readonly<Record<string, string>>, folder: string): Process {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), MAIN], { cwd: folder, env: { PATH, HOME, PORT: "0", DATABASE_URL: `file:${folder}/callplane.db`, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, stdout: () => stdout, stderr: () => stderr, exited };
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "callplane-process-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function urlOf(running: Process): Promise<string> {
  return eventually("the process to listen", () => /"url":"(http:[^"]+)"/.exec(running.stdout())?.[1], { timeoutMs: START_MS, details: () => running.stdout() + running.stderr() });
}

/** A Callplane in a process of its own, on the stage's people and on a switch that lives here. */
async function inProcess(test: (world: World, running: Process, alice: Client) => Promise<void>): Promise<void> {
  await inWorld(async (world) => {
    const { lab, stage } = world;
    await stage.stopCallplane();
    await withFolder(async (folder) => {
      const running = start({ FREESWITCH_NODES: lab.eslUrl, PROVISIONING_LISTEN: "off", DATABASE_URL: stage.databaseUrl, JWT_SECRET: "0123456789abcdef0123456789abcdef", RING_TIMEOUT_S: "5" }, folder);
      try {
        const url = await urlOf(running);
        await eventually("the process to be ready", async () => (await fetch(`${url}/health/ready`)).status === 200, { timeoutMs: START_MS });
        await test(world, running, new Client(() => url, stage.as.alice.token));
      } finally {
        running.child.kill("SIGKILL");
        await running.exited;
      }
    });
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
      await lab.phone("1002", { kind: "answer", afterMs: 1500 });
      const transfer = alice.post(`/voicechannel/calls/${talking}:transfer`, { type: "client", to: "1002" });
      await alice.sees(talking, { ringing: ["1002"] });
      running.child.kill("SIGTERM");
      await eventually("new requests to be refused", async () => {
        const reply = await fetch(`${alice.url()}/health/live`, { headers: { connection: "close" } }).catch(() => null);
        return reply === null || reply.status === 503;
      });
      expect(await streamed).toContain("shutdown");
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
      const running = start({ FREESWITCH_NODES: "esl://:s3cret%40word@127.0.0.1:1", PROVISIONING_LISTEN: "off", LOG_LEVEL: "trace" }, folder);
      try {
        const url = await urlOf(running);
        await eventually("the reason to be told", async () => (await (await fetch(`${url}/health/ready`)).text()).includes("refused"));
        expect((await fetch(`${url}/health/live`)).status).toBe(200);
        running.child.kill("SIGTERM");
        expect(await within("the process to end", START_MS, running.exited)).toBe(0);
        expect(running.stdout() + running.stderr()).not.toMatch(/s3cret/);
      } finally {
        running.child.kill("SIGKILL");
      }
    }));
});

describe("a start that cannot be is refused with exit code 1, one clear line and no stack:", PATIENT, () => {
  const refusals: readonly [what: string, environment: Readonly<Record<string, string>>, line: RegExp][] = [
    ["the demonstration on every address", { HOST: "0.0.0.0" }, /FREESWITCH_NODES.*0\.0\.0\.0/],
    ["a node that is no URL", { FREESWITCH_NODES: "esl://:s3cret/word@host" }, /FREESWITCH_NODES/],
    ["a database that is none", { DATABASE_URL: "file:./note.txt" }, /note\.txt|not a database/],
  ];
  it.each(refusals)("%s", async (_what, environment, line) =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, "note.txt"), "no database ".repeat(100));
      const running = start({ LOG_LEVEL: "error", ...environment }, folder);
      expect(await within("the process to end", START_MS, running.exited)).toBe(1);
      expect(running.stderr().trimEnd().split("\n")).toHaveLength(1);
      expect(running.stderr()).toMatch(/^callplane: /);
      expect(running.stderr()).toMatch(line);
      expect(running.stdout() + running.stderr()).not.toMatch(/\n\s+at |s3cret/);
    }));

  it("a port in use", async () =>
    withFolder(async (folder) => {
      const taken = createServer();
      await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
      const { port } = taken.address() as AddressInfo;
      try {
        const running = start({ LOG_LEVEL: "error", PORT: String(port) }, folder);
        expect(await within("the process to end", START_MS, running.exited)).toBe(1);
        expect(running.stderr().trimEnd().split("\n")).toHaveLength(1);
        expect(running.stderr()).toMatch(new RegExp(`^callplane: .*${port}`));
        expect(running.stdout() + running.stderr()).not.toMatch(/\n\s+at /);
      } finally {
        taken.close();
      }
    }));
});
