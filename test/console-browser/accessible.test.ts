/** Every page by axe (WCAG 2.2 AA), in light and dark, and in narrow windows. */
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeInBrowser, inPages, useBrowser, type Pages } from "./stage.js";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** In the dark, all but the colours is as in the light. */
const RULES = { light: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], dark: ["color-contrast"] } as const;

async function faultsOf(page: Page, colorScheme: keyof typeof RULES): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, { runOnly: ${JSON.stringify(RULES[colorScheme])}, resultTypes: ["violations"] })`);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${new URL(page.url()).pathname}: ${id}: ${html.slice(0, 160)} ${failureSummary?.replaceAll("\n", " ") ?? ""}`));
}

const WIDE = { width: 1280, height: 800 };
/** A tablet on its side; one that is upright, which is as wide as a window of 1536 points at 200 %. */
const NARROW = [1024, 768] as const;

const ADMIN = ["agents", "departments", "lines", "voice", "trunks", "users", "tokens", "webhooks", "callbacks", "messages", "organization", "audit"].map((name) => `/admin/${name}`);
const SUPERVISOR = ["/wall", "/calls", "/queues", "/queues/support", "/agents", "/agents/1001", "/log", "/reports", "/setup"];

/** Some of each: a call that talks, one that waits, one that is held. */
async function busy({ lab, stage }: Pages): Promise<{ readonly talking: string }> {
  const talking = await lab.callIn({ from: "15551230001", to: "1001", name: "Priya Raman" });
  const held = await lab.callIn({ from: "15551230002", to: "1002", name: "Tom Ashworth" });
  await lab.callIn({ from: "15551230003", to: "queue:support" });
  await stage.as.bob.sees(held, { state: "active" });
  await stage.as.bob.post(`/voicechannel/calls/${held}:hold`);
  await stage.as.alice.sees(talking, { state: "active" });
  return { talking };
}

/** The page has shown what it was opened for: its heading, and nothing that is still being read. */
async function settled(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  await page.locator("main [aria-busy=true]").first().waitFor({ state: "detached" });
}

/** As by a link: the page is not loaded anew. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState({}, "", ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent("popstate", { state: {} }))`);
  await page.locator(`.content[data-path="${path}"]`).waitFor();
  await settled(page);
}

describeInBrowser("every page", () => {
  const browser = useBrowser();

  it("has no fault by axe in light and in dark, and nothing is cut off sideways at 200 % zoom or on a tablet", async () =>
    inPages(browser(), async (pages) => {
      const { talking } = await busy(pages);
      const faults: string[] = [];
      const look = async (page: Page): Promise<void> => {
        for (const colorScheme of ["dark", "light"] as const) {
          await page.emulateMedia({ colorScheme });
          faults.push(...(await faultsOf(page, colorScheme)));
        }
        for (const width of NARROW) {
          await page.setViewportSize({ width, height: 600 });
          if (await page.evaluate<boolean>("document.documentElement.scrollWidth > document.documentElement.clientWidth")) faults.push(`${new URL(page.url()).pathname}: cut off at ${width}`);
        }
        await page.setViewportSize(WIDE);
      };
      const stranger = await pages.visit({ bypassCSP: true });
      await settled(stranger);
      await look(stranger);
      const everybody = [["alice", ["/desk", "/setup", "/log"]], ["carol", [...SUPERVISOR, `/calls/${talking}`]], ["admin", ADMIN]] as const;
      for (const [person, paths] of everybody) {
        const page = await pages.open(person, { bypassCSP: true });
        for (const path of paths) {
          await go(page, path);
          await look(page);
        }
      }
      expect(faults).toEqual([]);
    }), 180_000);
});
