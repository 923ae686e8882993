/** What a browser alone shows of the page's frame: parts that do not come, links that do not fit, and what is asked before something is removed. */
import { expect, it } from "vitest";
import { ok } from "../contract/suites/steps.js";
import { describeInBrowser, inPages, useBrowser } from "./stage.js";

/** The browser's own words for a file that did not come. */
const NOT_COME = [/^Failed to load resource: net::ERR_FAILED/, /dynamically imported module/];
const REPORTS = /assets\/ReportsPage.*\.js$/;

describeInBrowser("the frame of the page", () => {
  const browser = useBrowser();

  it("says that a page did not come, and opens it when the person asks again", async () =>
    inPages(browser(), async ({ open }) => {
      const carol = await open("carol", { allowed: NOT_COME });
      await carol.route(REPORTS, (route) => route.abort());
      await carol.getByRole("link", { name: "Reports" }).click();
      await carol.getByText("A part of this page could not be loaded.").waitFor();
      expect(new URL(carol.url()).pathname).toBe("/wall");
      await carol.unroute(REPORTS);
      await carol.getByRole("button", { name: "Load again" }).click();
      await carol.getByRole("heading", { name: "Reports" }).waitFor();
      expect(await carol.getByRole("button", { name: "Load again" }).count()).toBe(0);
    }));

  it("has digits of one width, so that a time that runs moves nothing beside it", async () =>
    inPages(browser(), async ({ open }) => {
      const carol = await open("carol");
      const widths = await carol.evaluate<readonly number[]>(`(() => {
        const text = document.querySelector("main h1").appendChild(document.createElement("span"));
        return ["1111", "0000", "4444"].map((digits) => {
          text.textContent = digits;
          return text.getBoundingClientRect().width;
        });
      })()`);
      expect(new Set(widths).size).toBe(1);
    }));

  it("has all links, and cuts none, on a laptop of 1366 points at 200 % and in German", async () =>
    inPages(browser(), async ({ open }) => {
      const admin = await open("admin", { width: 683, height: 384 });
      await admin.getByRole("navigation").locator("summary").click();
      const menu = admin.getByRole("navigation").locator(".list");
      await menu.getByRole("link", { name: "Reports" }).waitFor();
      expect(await menu.getByRole("link").count()).toBeGreaterThan(5);
      await menu.getByRole("link", { name: "Queues" }).click();
      await admin.waitForURL(/\/queues$/);
      expect(await admin.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      await admin.evaluate("localStorage.setItem('callplane.language', 'de')");
      await admin.reload();
      await admin.getByRole("navigation").locator("summary").click();
      await menu.getByRole("link", { name: "Warteschlangen" }).waitFor();
      expect(await admin.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    }));

  it("names what still uses a department, and does not let it be removed meanwhile", async () =>
    inPages(browser(), async ({ open, stage }) => {
      ok(await stage.as.admin.post("/voiceconfig/configs", { name: "Asks for support", target: { type: "department", to: "support" } }), 201);
      const admin = await open("admin");
      await admin.getByRole("link", { name: "Administration" }).click();
      await admin.getByRole("link", { name: "Departments" }).click();
      await admin.getByRole("link", { name: "support" }).click();
      await admin.getByRole("button", { name: "Remove", exact: true }).click();
      const dialog = admin.getByRole("dialog");
      await dialog.getByText("Remove support?").waitFor();
      await dialog.getByText(/^Used by .*1 menu/).waitFor();
      await dialog.getByRole("link", { name: "Asks for support" }).waitFor();
      await expect.poll(() => dialog.getByRole("button", { name: "Remove", exact: true }).isDisabled()).toBe(true);
    }));
});
