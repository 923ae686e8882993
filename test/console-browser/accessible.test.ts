/** Every page by axe (WCAG 2.2 AA), in light and dark, and at 200 % zoom. */
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

describeInBrowser("every page, by axe", () => {
  const browser = useBrowser();

  it.each(["light", "dark"] as const)("has no fault in %s", async (colorScheme) =>
    inPages(browser(), async (pages) => {
      const { talking } = await busy(pages);
      const faults: string[] = [];
      const look = async (page: Page, path: string): Promise<void> => {
        await go(page, path);
        faults.push(...(await faultsOf(page, colorScheme)));
      };
      const options = { colorScheme, bypassCSP: true };
      const stranger = await pages.visit(options);
      await settled(stranger);
      faults.push(...(await faultsOf(stranger, colorScheme)));
      const alice = await pages.open("alice", options);
      for (const path of ["/desk", "/setup", "/log"]) await look(alice, path);
      const carol = await pages.open("carol", options);
      for (const path of [...SUPERVISOR, `/calls/${talking}`]) await look(carol, path);
      const admin = await pages.open("admin", options);
      for (const path of ADMIN) await look(admin, path);
      expect(faults).toEqual([]);
    }), 120_000);

  it("fits a window at 200 % zoom, and a tablet: nothing is cut off sideways", async () =>
    inPages(browser(), async (pages) => {
      await busy(pages);
      // A window of 1536 points at 200 %, and a tablet upright.
      for (const width of [768, 1024]) {
        const cut: string[] = [];
        for (const [person, paths] of [["alice", ["/desk"]], ["carol", SUPERVISOR], ["admin", ADMIN]] as const) {
          const page = await pages.open(person, { width, height: 600 });
          for (const path of paths) {
            await go(page, path);
            if (await page.evaluate<boolean>("document.documentElement.scrollWidth > document.documentElement.clientWidth")) cut.push(`${path} at ${width}`);
          }
        }
        expect(cut).toEqual([]);
      }
    }), 120_000);
});
