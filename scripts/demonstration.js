/** Runs the built demonstration for the length of some work, on a port and in a folder of its own; nothing of it is kept. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const REPOSITORY = join(import.meta.dirname, "..");
const START_MS = 60_000;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Throws when it is not ready within a minute. */
async function ready(url) {
  const deadline = Date.now() + START_MS;
  while (!(await fetch(`${url}/health/ready`).then(({ ok }) => ok, () => false))) {
    if (Date.now() > deadline) throw new Error(`${url} is not ready.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** `work` is given its address, once it is ready. Rejects with what the work rejects with. */
export async function withDemonstration(work) {
  const directory = mkdtempSync(join(tmpdir(), "callplane-demonstration-"));
  const port = await freePort();
  const server = spawn(process.execPath, [join(REPOSITORY, "dist/main.js")], { cwd: directory, env: { PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: "error" }, stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise((resolve) => server.once("close", resolve));
  try {
    const url = `http://127.0.0.1:${port}`;
    await ready(url);
    await work(url);
  } finally {
    server.kill("SIGTERM");
    await ended;
    rmSync(directory, { recursive: true, force: true });
  }
}
