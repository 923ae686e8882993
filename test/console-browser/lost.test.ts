/** What a person sees when the server is away, and that it heals by itself. */
import { expect, it } from "vitest";
import type { Page } from "playwright-core";
import { ok } from "../contract/suites/steps.js";
import { describeInBrowser, inPages, logIn, PASSWORD, refused, useBrowser, type Pages } from "./stage.js";

const CALLER = "15551230001";
/** The browser's own words for a server that is not there. */
const AWAY = [/^Failed to load resource: net::ERR_/, /^WebSocket connection to 'ws:\/\/127\.0\.0\.1:\d+\/ws/];

const hold = (page: Page) => page.getByRole("group", { name: "Actions" }).getByRole("button", { name: /^Hold/ });
const marked = (page: Page): Promise<unknown> => page.evaluate("globalThis.mark");

/** A password that is set ends all logins of the user. */
async function endSessions(stage: Pages["stage"], username: string): Promise<void> {
  const users = (await stage.as.admin.get(`/voiceconfig/users?q=${username}`)).body as { readonly items: readonly { readonly id: number; readonly username: string }[] };
  const user = users.items.find((each) => each.username === username);
  ok(await stage.as.admin.put(`/voiceconfig/users/${user?.id ?? 0}/password`, { password: PASSWORD }), 204);
}

/** Answers a request as a server that is starting, or cannot now, until what it gives is called. */
async function refuse(page: Page, path: string): Promise<() => Promise<void>> {
  await page.route(`**${path}`, (route) => route.fulfill({ status: 503, json: { error: "NotReady", message: "Starting." } }));
  return () => page.unroute(`**${path}`);
}

describeInBrowser("a session", () => {
  const browser = useBrowser();

  it("waits for a server that is starting, and says so", async () =>
    inPages(browser(), async ({ visit }) => {
      const page = await visit({ allowed: refused(503) });
      const refreshes = await refuse(page, "/session:refresh");
      const demonstrates = await refuse(page, "/demonstration");
      await page.reload();
      const waits = page.getByText("The server does not answer yet.");
      await waits.waitFor();
      expect(await page.getByLabel("User name", { exact: true }).count()).toBe(0);
      await refreshes();
      await page.getByLabel("User name", { exact: true }).waitFor();
      await waits.waitFor();
      await demonstrates();
      await waits.waitFor({ state: "detached" });
    }));

  it("says that the server has not confirmed a logout", async () =>
    inPages(browser(), async ({ open }) => {
      const carol = await open("carol", { allowed: refused(503) });
      await carol.route("**/session", (route) => route.fulfill({ status: 503, json: { error: "NotReady", message: "Starting." } }));
      await carol.getByLabel(/^Your account/).click();
      await carol.getByRole("button", { name: "Sign out" }).click();
      await carol.getByText("The server has not confirmed it").waitFor();
      await carol.unroute("**/session");
      await carol.getByRole("button", { name: "Sign out" }).click();
      await carol.waitForURL(/\/login$/);
      await carol.reload();
      await carol.getByLabel("User name", { exact: true }).waitFor();
    }));

  it("begins anew, with nothing of the one before, when somebody else has logged in by another tab", async () =>
    inPages(browser(), async ({ stage, open, address }) => {
      const carol = await open("carol", { allowed: [...refused(401), ...AWAY] });
      await carol.evaluate("globalThis.mark = 'the same page'");
      expect((await carol.context().request.post(`${address}/session`, { data: { username: "bob", password: PASSWORD } })).status()).toBe(200);
      await endSessions(stage, "carol");
      await carol.getByLabel(/^Your account: Bob/i).waitFor();
      expect(await marked(carol)).toBeUndefined();
    }));
});

describeInBrowser("a page whose server is away", () => {
  const browser = useBrowser();

  it("says so, offers nothing meanwhile, and goes on without a reload, with what was half written and what has changed", async () =>
    inPages(browser(), async ({ lab, stage, open, cable }) => {
      const alice = await open("alice", { allowed: [...AWAY, ...refused(503)] });
      const id = await lab.callIn({ from: CALLER, to: "1001", name: "Priya Raman" });
      await hold(alice).waitFor();
      await alice.evaluate("globalThis.mark = 'the same page'");
      cable.cut();
      await stage.stopCallplane();
      await alice.getByText(/^Connection lost \d/).waitFor();
      await expect.poll(() => hold(alice).isDisabled()).toBe(true);
      await alice.getByRole("textbox", { name: "Note" }).fill("Wants the invoice again");
      await alice.getByText("Saved as soon as the server is back").waitFor();
      await stage.startAgain();
      // While nobody looks, somebody else acts on the call.
      ok(await stage.as.carol.post(`/voicechannel/calls/${id}:hold`));
      cable.mend();
      const live = alice.getByText("Live", { exact: true });
      // The page tries by itself too: where it was quicker, there is no button any more.
      await Promise.any([alice.getByRole("button", { name: "Now", exact: true }).click(), live.waitFor()]);
      await live.waitFor();
      await alice.getByRole("group", { name: "Actions" }).getByRole("button", { name: /^Resume/ }).waitFor();
      await expect.poll(async () => ((await stage.as.alice.get(`/voiceconfig/calllogs/${id}`)).body as { readonly note?: string | null }).note).toBe("Wants the invoice again");
      expect(await marked(alice)).toBe("the same page");
    }));

  it("asks for the password over the page when the session has ended, and goes on where it was", async () =>
    inPages(browser(), async ({ stage, open }) => {
      const carol = await open("carol", { path: "/", allowed: [...refused(401), ...AWAY] });
      await carol.getByRole("link", { name: "Queues" }).click();
      await carol.evaluate("globalThis.mark = 'the same page'");
      await endSessions(stage, "carol");
      await carol.getByRole("dialog").getByLabel("Password", { exact: true }).waitFor();
      await logIn(carol, null);
      await carol.getByText("Live", { exact: true }).waitFor();
      expect(new URL(carol.url()).pathname).toBe("/queues");
      expect(await marked(carol)).toBe("the same page");
    }));
});
