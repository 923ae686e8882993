/**
 * Writes the types that the console is checked against, and what its forms are made from, out of the two documents that a server serves: `/docs/json` and `/docs/events`.
 * The server is the built one (`dist/`), with the simulated switch, on a port of its own; nothing of it is kept.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { formsModule } from "./console-forms.js";

const REPOSITORY = join(import.meta.dirname, "..");
const TARGET = join(REPOSITORY, "src/console/api");
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

async function document(url) {
  const reply = await fetch(url, { headers: { accept: "application/json" } });
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}.`);
  return reply.json();
}

async function documents(url) {
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      return await Promise.all(["/docs/json", "/docs/events"].map((path) => document(url + path)));
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const directory = mkdtempSync(join(tmpdir(), "callplane-console-"));
const port = await freePort();
const server = spawn(process.execPath, [join(REPOSITORY, "dist/main.js")], { cwd: directory, env: { PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: "error" }, stdio: ["ignore", "ignore", "inherit"] });
try {
  const [api, events] = await documents(`http://127.0.0.1:${port}`);
  const types = await openapiTS(api);
  writeFileSync(join(TARGET, "openapi.d.ts"), astToString(types));
  writeFileSync(join(TARGET, "forms.ts"), formsModule(api));
  // An event is described by a schema of the same dialect.
  const told = await openapiTS({ openapi: "3.1.0", info: { title: events.info.title, version: events.info.version }, paths: {}, components: { schemas: events.components.schemas } });
  const names = Object.keys(events.components.schemas).filter((name) => name.endsWith("Event"));
  writeFileSync(join(TARGET, "events.d.ts"), `${astToString(told)}\n/** Everything that a stream tells. */\nexport type LiveEvent = ${names.map((name) => `components["schemas"]["${name}"]`).join(" | ")};\n`);
} finally {
  server.kill("SIGTERM");
  await new Promise((resolve) => server.once("close", resolve));
  rmSync(directory, { recursive: true, force: true });
}
