import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { eventually } from "../lab/wait.js";
import { deployment, installation, type Installation } from "../support/installation.js";

const REPOSITORY = join(import.meta.dirname, "../..");
const START_MS = 60_000;

const read = (file: string): unknown => JSON.parse(readFileSync(join(REPOSITORY, file), "utf8"));

const scriptOf = (name: string): string => z.object({ scripts: z.record(z.string(), z.string()) }).parse(read("package.json")).scripts[name] ?? "";

let installed: Installation | null = null;
afterEach(async () => {
  await installed?.remove();
  installed = null;
});

describe("an installation that nobody has built", () => {
  it.each([
    ["the command line", "bin/callplane.js"],
    ["the start", "bin/start.js"],
  ])("says at %s what to run", async (_, command) => {
    installed = installation({ built: false });
    const { code, stdout, stderr } = await installed.start(process.execPath, [command]).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^callplane: [^\n]*npm ci[^\n]*npm run build[^\n]*\n$/);
  });

  it("is no fault of npm's where the compiler is left out", async () => {
    installed = installation({ built: false });
    expect(await installed.start(process.execPath, ["scripts/prepare.js"]).ended).toMatchObject({ code: 0 });
    const { scripts } = z.object({ scripts: z.object({ prepare: z.string() }) }).parse(read("package.json"));
    expect(scripts.prepare).toBe("node scripts/prepare.js");
  });
});

it(
  "npm start passes SIGTERM on: Callplane closes, and npm ends with it",
  { timeout: 2 * START_MS },
  async () => {
    installed = installation({ built: true });
    const { child, stdout, ended } = installed.start("npm", ["start"], { PORT: "0", AUDIT_KEY_FILE: join(installed.path, "audit-key") });
    await eventually("Callplane to listen", () => stdout().includes('"Callplane listens"'), { timeoutMs: START_MS, details: stdout });
    child.kill("SIGTERM");
    const { stdout: said } = await ended;
    expect(said).toContain('"signal":"SIGTERM"');
  },
);

it("what the README names is all that an installation of the built product needs", { timeout: 2 * START_MS }, async () => {
  const sentence = /^To deploy what is built.*?: copy (.*?) \(it holds/m.exec(readFileSync(join(REPOSITORY, "README.md"), "utf8"))?.[1] ?? "";
  const named = [...sentence.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  expect(named).toEqual(["package.json", "package-lock.json", "bin", "scripts", "dist"]);
  installed = await deployment(named);
  // `npm ci --omit=dev` runs it, and finds no compiler then, as the test above has it.
  expect(existsSync(join(installed.path, scriptOf("prepare").replace(/^node /, "")))).toBe(true);
  expect(await installed.start(process.execPath, ["bin/callplane.js", "org", "create", "acme", "--domain", "acme.example"], { AUDIT_KEY_FILE: join(installed.path, "audit-key") }).ended).toMatchObject({ code: 0 });
  const { child, stdout, ended } = installed.start("npm", ["start"], { PORT: "0", AUDIT_KEY_FILE: join(installed.path, "audit-key"), DATABASE_URL: `file:${installed.path}/demo.db`, RECORDINGS_DIR: join(installed.path, "recordings") });
  const url = await eventually("Callplane to listen", () => /"url":"(http[^"]+)".*"Callplane listens"/.exec(stdout())?.[1] ?? null, { timeoutMs: START_MS, details: stdout });
  expect((await fetch(`${url}/docs/json`)).status).toBe(200);
  child.kill("SIGTERM");
  await ended;
});

it("of the packages with install scripts, better-sqlite3 alone may run them, and each of the others is refused by name", () => {
  const { allowScripts } = z.object({ allowScripts: z.record(z.string(), z.boolean()) }).parse(read("package.json"));
  const { packages } = z.object({ packages: z.record(z.string(), z.object({ hasInstallScript: z.boolean().optional() })) }).parse(read("package-lock.json"));
  const withScripts = Object.entries(packages).flatMap(([path, { hasInstallScript }]) => (hasInstallScript === true ? [path.replace(/^.*node_modules\//, "")] : []));
  expect(Object.keys(allowScripts).sort()).toEqual([...new Set(withScripts)].sort());
  expect(Object.entries(allowScripts).filter(([, allowed]) => allowed)).toEqual([["better-sqlite3", true]]);
});
