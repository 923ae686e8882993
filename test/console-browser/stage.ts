/** The console in a real Chromium: whole browsers for people who are logged in, on a Callplane with a simulated switch. */
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject } from "vitest";
import { findChromium } from "../browser/chromium.js";
import { openCable, type Cable } from "../browser/cable.js";
import { PASSWORD, type Person, type StageOptions } from "../contract/harness.js";
import { inWorld, type World } from "../faults/world.js";

export { PASSWORD };

export interface Visit {
  readonly colorScheme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  readonly locale?: string;
  /** The page's policy is not enforced: for tools that the test brings into the page. */
  readonly bypassCSP?: boolean;
  /** Where the person goes first. */
  readonly path?: string;
  /** What the page may complain of: a refusal that the test provokes is logged by the browser itself. */
  readonly allowed?: readonly RegExp[];
}

export interface Pages extends World {
  /** Between the browsers and Callplane: its address stays when Callplane is started again. */
  readonly cable: Cable;
  readonly address: string;
  /** A browser of its own at the login page. */
  readonly visit: (visit?: Visit) => Promise<Page>;
  /** A browser of its own in which the person has logged in. */
  readonly open: (person: Person, visit?: Visit) => Promise<Page>;
}

/** For one step of a person; it costs nothing where the page does what is expected. */
const STEP_MS = 15_000;

const found = await findChromium();
const built = inject("console");

/** Tests that need a Chromium; without one they are skipped, and say so. */
export const describeInBrowser = (name: string, tests: () => void): void => {
  if ("missing" in found) describe.skip(`${name} (${found.missing})`, tests);
  else describe(name, tests);
};

/** One Chromium for the tests of a file. */
export function useBrowser(): () => Browser {
  let browser: Browser | null = null;
  beforeAll(async () => {
    if ("path" in found) browser = await chromium.launch({ executablePath: found.path, args: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"] });
  });
  afterAll(async () => browser?.close());
  return () => {
    if (browser === null) throw new Error("The browser is not open.");
    return browser;
  };
}

/** The browser's message of a reply that the console asked for and shows to the person. */
export const refused = (...statuses: readonly number[]): RegExp[] => statuses.map((status) => new RegExp(`^Failed to load resource: the server responded with a status of ${status} `));

/** Logs in by the form, as the one whom it names where `username` is null. */
export async function logIn(page: Page, username: string | null, password: string = PASSWORD): Promise<void> {
  if (username !== null) await page.getByLabel("User name", { exact: true }).fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(({ pathname }) => pathname !== "/login");
}

/** What pages look like at the end, for whoever asks for it: `CONSOLE_SHOTS` is a folder. */
export async function photograph(contexts: readonly BrowserContext[]): Promise<void> {
  const folder = process.env["CONSOLE_SHOTS"];
  if (folder === undefined) return;
  await Promise.all(contexts.flatMap((context, index) => context.pages().map((page, at) => page.screenshot({ path: join(folder, `last-${index}-${at}.png`) }).catch(() => undefined))));
}

/** Opens a world with browsers, and expects at its end that no page has logged an error, broken the policy, or asked another host. */
export async function inPages(browser: Browser, test: (pages: Pages) => Promise<void>, environment: Readonly<Record<string, string>> = {}, options: StageOptions = {}): Promise<void> {
  await inWorld(async (world) => {
    const cable = await openCable(() => Number(new URL(world.stage.url()).port));
    const address = `http://127.0.0.1:${cable.port}`;
    const contexts: BrowserContext[] = [];
    const complaints: string[] = [];
    const visit = async ({ colorScheme = "light", width = 1280, height = 800, locale = "en-US", bypassCSP = false, path = "/", allowed = [] }: Visit = {}): Promise<Page> => {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale, bypassCSP, reducedMotion: "reduce" });
      context.setDefaultTimeout(STEP_MS);
      contexts.push(context);
      const page = await context.newPage();
      const complain = (text: string): void => void (allowed.some((pattern) => pattern.test(text)) || complaints.push(text));
      page.on("console", (message) => ["error", "warning"].includes(message.type()) && complain(message.text()));
      page.on("pageerror", (error) => complain(error.message));
      page.on("request", (request) => {
        const { origin, protocol } = new URL(request.url());
        if (origin !== address && protocol.startsWith("http")) complain(`another host was asked: ${origin}`);
      });
      await page.goto(address + path);
      return page;
    };
    try {
      await test({
        ...world,
        cable,
        address,
        visit,
        async open(person, options) {
          const page = await visit(options);
          await logIn(page, person);
          return page;
        },
      });
      expect(complaints).toEqual([]);
    } catch (error) {
      await photograph(contexts);
      throw error;
    } finally {
      await Promise.all(contexts.map((context) => context.close()));
      await cable.close();
    }
  }, { SIP_WSS_URL: "off", ...environment }, { ...options, ...(built === null ? {} : { consoleDirectory: built }) });
}
