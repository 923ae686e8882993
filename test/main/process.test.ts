/** Callplane as a process of its own: how it starts, refuses to start, and stops. */
import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "../lab/wait.js";
import { temporaryDirectory } from "../support/temporary.js";

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string | null>;
}

const MAIN = join(import.meta.dirname, "../../src/main.ts");

describe("the process", () => {
  const closers: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  function start(env: Readonly<Record<string, string>>): Started {
    const directory = temporaryDirectory();
    const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), MAIN], {
      cwd: directory.path,
      env: { PATH: process.env["PATH"], DATABASE_URL: `file:${join(directory.path, "callplane.db")}`, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<number | string | null>((resolve) => child.on("exit", (code, signal) => resolve(signal ?? code)));
    closers.push(async () => {
      child.kill("SIGKILL");
      await ended;
      directory.remove();
    });
    return { child, output: () => output, ended };
  }

  const urlOf = ({ output }: Started): Promise<string> => eventually("the URL in the log", () => /"url":"([^"]+)"/.exec(output())?.[1], { timeoutMs: 20_000, details: output });

  it("says loudly that it is a demonstration, where it listens, and stops with 0 on SIGTERM", async () => {
    const started = start({ PORT: "0" });
    const url = await urlOf(started);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(started.output()).toContain("DEMONSTRATION");
    const reply = await fetch(`${url}/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username: "alice", password: "demo" }) });
    const { token } = (await reply.json()) as { token: string };
    expect((await fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    started.child.kill("SIGTERM");
    expect(await started.ended).toBe(0);
    expect(started.output()).not.toContain(token);
  }, 40_000);

  it.each(["0.0.0.0", "::", "192.0.2.1"])("refuses to be reached at %s with the demonstration's passwords", async (HOST) => {
    const started = start({ PORT: "0", HOST });
    expect(await started.ended).toBe(1);
    expect(started.output()).toContain("loopback");
  }, 40_000);

  it("ends with 1 and the reason when its port is taken", async () => {
    const other = await new Promise<Server>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
    });
    closers.push(() => new Promise<void>((resolve) => other.close(() => resolve())));
    const address = other.address();
    const started = start({ PORT: String(typeof address === "object" && address !== null ? address.port : 0) });
    expect(await started.ended).toBe(1);
    expect(started.output()).toContain("EADDRINUSE");
  }, 40_000);

  it("names every setting that makes no sense, and shows no secret", async () => {
    const started = start({ PORT: "eighty", FREESWITCH_NODES: "esl://:hunter2@", JWT_SECRET: "hunter3" });
    expect(await started.ended).toBe(1);
    for (const name of ["PORT", "FREESWITCH_NODES", "JWT_SECRET"]) expect(started.output()).toContain(name);
    expect(started.output()).not.toMatch(/hunter/);
  }, 40_000);
});
