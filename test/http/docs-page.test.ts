/** `/docs` in a browser: it draws the operations from our own files alone, and its policy has nothing to refuse. */
import type { AddressInfo } from "node:net";
import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import { findChromium } from "../browser/chromium.js";
import { createWorld } from "./fakes.js";

const found = await findChromium();

test.skipIf("missing" in found)("the page draws the operations, and asks nobody else", { timeout: 120_000 }, async () => {
  if ("missing" in found) return;
  const world = createWorld();
  const browser = await chromium.launch({ executablePath: found.path });
  try {
    await world.app.listen({ port: 0, host: "127.0.0.1" });
    const origin = `http://127.0.0.1:${(world.app.server.address() as AddressInfo).port}`;
    const page = await browser.newPage();
    const [told, asked]: [string[], string[]] = [[], []];
    page.on("console", (message) => void (message.type() === "error" && told.push(message.text())));
    page.on("pageerror", (error) => void told.push(error.message));
    page.on("request", (request) => void asked.push(request.url()));
    await page.goto(`${origin}/docs`);
    await page.locator("#operations-tag-calls").click({ timeout: 90_000 });
    await page.locator("#operations-calls-holdCall button").first().click();
    await page.getByText("Hold the call: the customer hears music.").first().waitFor();
    expect(asked.filter((url) => !url.startsWith(origin) && !url.startsWith("data:"))).toEqual([]);
    expect(told).toEqual([]);
  } finally {
    await browser.close();
    world.app.server.closeAllConnections();
    await world.close();
  }
});
