/**
 * `npm run screenshots`: takes the pictures of the documentation (`docs/images/`) from the demonstration, as it is built, in a Chromium (CHROMIUM_BIN, else `chromium`).
 * Its callers are chosen by chance: the pictures differ a little each time.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const REPOSITORY = join(import.meta.dirname, "..");
const TARGET = join(REPOSITORY, "docs/images");
const START_MS = 60_000;
const SIZE = { width: 1280, height: 800 };

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function ready(url) {
  const deadline = Date.now() + START_MS;
  while (!(await fetch(`${url}/health/ready`).then(({ ok }) => ok, () => false))) {
    if (Date.now() > deadline) throw new Error(`${url} is not ready.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const executablePath = process.env.CHROMIUM_BIN ?? spawnSync("sh", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"], { encoding: "utf8" }).stdout.trim();
if (executablePath === "") throw new Error("There is no Chromium: set CHROMIUM_BIN.");
const directory = mkdtempSync(join(tmpdir(), "callplane-screenshots-"));
mkdirSync(TARGET, { recursive: true });
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const server = spawn(process.execPath, [join(REPOSITORY, "bin/start.js")], { cwd: directory, env: { PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: "error" }, stdio: ["ignore", "ignore", "inherit"] });
let browser = null;

async function person(name, colorScheme = "light") {
  const context = await browser.newContext({ viewport: SIZE, colorScheme, locale: "en-US", reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole("button", { name: new RegExp(`^${name}`, "i") }).click();
  await page.getByText("Live", { exact: true }).waitFor();
  return page;
}
const picture = async (page, name) => {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(TARGET, `${name}.png`) });
};

try {
  await ready(url);
  browser = await chromium.launch({ executablePath });
  const alice = await person("alice");
  await alice.getByRole("button", { name: /^Transfer\b/ }).click();
  await alice.getByRole("combobox", { name: "Transfer to" }).fill("b");
  await alice.getByRole("row", { name: /Bob/ }).waitFor();
  await picture(alice, "console-desk");
  const carol = await person("carol");
  await carol.getByRole("row").filter({ hasText: "Waiting" }).first().waitFor();
  await picture(carol, "console-wall");
  const dark = await person("carol", "dark");
  await dark.getByRole("row").filter({ hasText: "Alice" }).getByRole("button", { name: /^Listen/ }).click();
  await dark.getByRole("group", { name: "Mode" }).getByRole("button", { name: "Listen", pressed: true }).waitFor();
  await dark.keyboard.press("w");
  await dark.getByRole("group", { name: "Mode" }).getByRole("button", { name: "Whisper", pressed: true }).waitFor();
  await picture(dark, "console-whisper");
} finally {
  await browser?.close();
  server.kill("SIGTERM");
  await new Promise((resolve) => server.once("close", resolve));
  rmSync(directory, { recursive: true, force: true });
}
console.log(`The pictures are in ${TARGET}.`);
