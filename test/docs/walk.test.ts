/** The README's walk through, as somebody pastes it, block by block. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { eventually } from "../lab/wait.js";
import { installation, type Installation } from "../support/installation.js";
import { snippetsOf } from "./snippets.js";

const PATIENCE_MS = 120_000;

let installed: Installation | null = null;
afterEach(async () => {
  await installed?.remove();
  installed = null;
});

const section = (text: string, heading: string): string => text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? "";

it("does what is written there", { timeout: PATIENCE_MS }, async () => {
  installed = installation({ built: true });
  const folder = installed.path;
  const demonstration = installed.start(process.execPath, ["bin/start.js"], { PORT: "0", AUDIT_KEY_FILE: join(folder, "audit-key"), DATABASE_URL: `file:${folder}/demo.db`, RECORDINGS_DIR: join(folder, "recordings") });
  const url = await eventually("Callplane to listen", () => /"url":"(http[^"]+)".*"Callplane listens"/.exec(demonstration.stdout())?.[1] ?? null, { timeoutMs: PATIENCE_MS, details: demonstration.stdout });
  // The stream of everything ends with Ctrl-C alone.
  const blocks = snippetsOf(section(readFileSync("README.md", "utf8"), "A walk through")).map(({ text }) => text).filter((text) => !text.startsWith("curl -N"));
  const script = blocks.join("\n").replace("api=http://127.0.0.1:8080", `api=${url}`);
  expect(script).toContain(`api=${url}\n`);
  const { stdout, stderr } = await installed.start("bash", ["-c", script]).ended;
  expect(stderr).toBe("");
  const codes = [...stdout.matchAll(/(\d{3})$/gm)].map(([, code]) => code);
  // Hold, resume, and Bob's hold; transfer, whisper, barge; pickup and lunch; what Bob hangs up, and his status.
  expect(codes).toEqual(["200", "200", "403", "200", "200", "200", "200", "200", ...codes.slice(8)]);
  expect([codes.length >= 10, new Set(codes.slice(8))]).toEqual([true, new Set(["200"])]);
  expect(stdout).toContain("Call|");
});
