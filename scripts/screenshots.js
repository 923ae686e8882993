/**
 * `npm run screenshots`: takes the pictures of the documentation (`docs/images/`) from the demonstration, as it is built, in a Chromium (CHROMIUM_BIN, else `chromium`).
 * Its callers are chosen by chance: the pictures differ a little each time.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { withDemonstration } from "./demonstration.js";

const TARGET = join(import.meta.dirname, "../docs/images");
const SIZE = { width: 1280, height: 800 };

const executablePath = process.env.CHROMIUM_BIN ?? spawnSync("sh", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"], { encoding: "utf8" }).stdout.trim();
if (executablePath === "") throw new Error("There is no Chromium: set CHROMIUM_BIN.");
mkdirSync(TARGET, { recursive: true });

async function person(browser, url, name, colorScheme = "light") {
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

await withDemonstration(async (url) => {
  const browser = await chromium.launch({ executablePath });
  try {
    const alice = await person(browser, url, "alice");
    await alice.getByRole("button", { name: /^Transfer\b/ }).click();
    await alice.getByRole("combobox", { name: "Transfer to" }).fill("b");
    await alice.getByRole("row", { name: /Bob/ }).waitFor();
    await picture(alice, "console-desk");
    const carol = await person(browser, url, "carol");
    await carol.getByRole("row").filter({ hasText: "Waiting" }).first().waitFor();
    await picture(carol, "console-wall");
    const dark = await person(browser, url, "carol", "dark");
    await dark.getByRole("row").filter({ hasText: "Alice" }).getByRole("button", { name: /^Listen/ }).click();
    await dark.getByRole("group", { name: "Mode" }).getByRole("button", { name: "Listen", pressed: true }).waitFor();
    await dark.keyboard.press("w");
    await dark.getByRole("group", { name: "Mode" }).getByRole("button", { name: "Whisper", pressed: true }).waitFor();
    await picture(dark, "console-whisper");
  } finally {
    await browser.close();
  }
});
console.log(`The pictures are in ${TARGET}.`);
