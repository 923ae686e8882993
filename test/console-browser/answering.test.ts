/** An agent whose phone stands on the desk answers and declines in the page. */
import { expect, it } from "vitest";
import type { Page } from "playwright-core";
import { ok } from "../contract/suites/steps.js";
import { describeInBrowser, inPages, refused, useBrowser, type Pages } from "./stage.js";

const CALLER = "15551230001";
const NOBODY = { kind: "no-answer" } as const;

const held = (page: Page) => page.getByRole("group", { name: "Actions" }).getByRole("button", { name: /^Hold\b/ });
const middle = (page: Page) => page.getByRole("region", { name: "Current call" });

/** The agents serve support: the callers are offered to the first one first. */
async function serve({ stage, lab }: Pages, ...agents: readonly ("alice" | "bob")[]): Promise<void> {
  const extensions = { alice: "1001", bob: "1002" } as const;
  for (const agent of agents) {
    await lab.phone(extensions[agent], NOBODY);
    ok(await stage.as.admin.put(`/voiceconfig/voiceagents/${extensions[agent]}`, { departments: ["support"] }));
    ok(await stage.as[agent].post(`/voicechannel/agents/${extensions[agent]}/status`, { status: "online" }));
  }
}

describeInBrowser("a phone that stands on the desk", () => {
  const browser = useBrowser();

  it("is answered by a key, and the agent talks to the department's caller", async () =>
    inPages(browser(), async (pages) => {
      const { lab, stage, open } = pages;
      await serve(pages, "alice");
      const alice = await open("alice");
      const id = await lab.callIn({ from: CALLER, to: "queue:support", name: "Priya Raman" });
      await middle(alice).getByRole("heading", { name: "Priya Raman" }).waitFor();
      await middle(alice).getByRole("button", { name: /^Answer/ }).waitFor();
      await alice.keyboard.press("y");
      await held(alice).waitFor();
      await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
      expect(await lab.hears("1001")).toEqual(new Set([CALLER]));
    }));

  it("is declined, and the caller is offered to the next agent", async () =>
    inPages(browser(), async (pages) => {
      const { lab, stage, open } = pages;
      await serve(pages, "alice", "bob");
      const alice = await open("alice");
      const id = await lab.callIn({ from: CALLER, to: "queue:support", name: "Priya Raman" });
      const decline = middle(alice).getByRole("button", { name: /^Decline/ });
      await decline.click();
      await stage.as.admin.sees(id, { ringing: ["1002"] });
      await decline.waitFor({ state: "detached" });
    }));

  it("that refuses to answer rings on, and the reason stands at the button", async () =>
    inPages(browser(), async (pages) => {
      const { lab, stage, open } = pages;
      await serve(pages, "alice");
      lab.simulator.setPhone("1001", { ...NOBODY, ignoresTalk: true });
      const alice = await open("alice", { allowed: refused(409) });
      const id = await lab.callIn({ from: CALLER, to: "queue:support", name: "Priya Raman" });
      await middle(alice).getByRole("button", { name: /^Answer/ }).click();
      await middle(alice).getByRole("alert").filter({ hasText: "The phone did not answer when it was asked to. Answer it at the phone." }).waitFor();
      expect((await stage.as.alice.call(id))?.ringing).toEqual(["1001"]);
      await lab.answer("1001");
      await held(alice).waitFor();
      await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
    }));

  it("that rings during a conversation takes nothing from it, and is answered beside it", async () =>
    inPages(browser(), async ({ lab, stage, open }) => {
      const alice = await open("alice");
      const first = await lab.callIn({ from: CALLER, to: "1001", name: "Priya Raman" });
      await held(alice).waitFor();
      await lab.phone("1001", NOBODY);
      const second = await lab.callIn({ from: "15551230002", to: "1001", name: "Ben Ortiz" });
      const beside = middle(alice).getByRole("group", { name: "Ben Ortiz rings" });
      await beside.getByRole("button", { name: /^Answer/ }).waitFor();
      await middle(alice).getByRole("heading", { name: "Priya Raman" }).waitFor();
      await alice.keyboard.press("h");
      await stage.as.alice.sees(first, { state: "held" });
      await middle(alice).getByRole("heading", { name: "Priya Raman" }).waitFor();
      await alice.keyboard.press("y");
      await middle(alice).getByRole("heading", { name: "Ben Ortiz" }).waitFor();
      await stage.as.alice.sees(second, { state: "active", assignedTo: "1001" });
      await beside.waitFor({ state: "detached" });
    }));

  it("that rings while the agent looks for somebody takes nothing from the search, also when the caller is on hold", async () =>
    inPages(browser(), async ({ lab, stage, open }) => {
      const alice = await open("alice");
      const first = await lab.callIn({ from: CALLER, to: "1001", name: "Priya Raman" });
      await held(alice).click();
      await stage.as.alice.sees(first, { state: "held" });
      await middle(alice).getByRole("button", { name: /^Resume/ }).waitFor();
      await alice.keyboard.press("t");
      const search = middle(alice).getByRole("combobox");
      await search.fill("be");
      await lab.phone("1001", NOBODY);
      const second = await lab.callIn({ from: "15551230002", to: "1001", name: "Ben Ortiz" });
      await middle(alice).getByRole("group", { name: "Ben Ortiz rings" }).waitFor();
      await alice.keyboard.press("n");
      expect(await search.inputValue()).toBe("ben");
      expect((await stage.as.alice.call(second))?.ringing).toEqual(["1001"]);
    }));

  it("that rings is told on every page, with the way to the desk", async () =>
    inPages(browser(), async ({ lab, open }) => {
      await lab.phone("1001", NOBODY);
      const alice = await open("alice", { path: "/log" });
      await lab.callIn({ from: CALLER, to: "1001", name: "Priya Raman" });
      const bar = alice.getByRole("alert").filter({ hasText: "Priya Raman calls you" });
      await bar.getByRole("link").click();
      await middle(alice).getByRole("heading", { name: "Priya Raman" }).waitFor();
      await bar.waitFor({ state: "detached" });
    }));

  it("says who consults whom about what, before it is answered", async () =>
    inPages(browser(), async ({ lab, stage, open }) => {
      const id = await lab.callIn({ from: CALLER, to: "1001", name: "Priya Raman" });
      await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
      await lab.phone("1002", NOBODY);
      const bob = await open("bob");
      const consulted = stage.as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" });
      await middle(bob).getByText("alice consults you about Priya Raman").waitFor();
      await bob.keyboard.press("y");
      await middle(bob).getByText("alice asks you about this caller.").waitFor();
      ok(await consulted, 201);
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:swap`));
      await middle(bob).getByText("alice talks to Priya Raman. You hear music meanwhile.").waitFor();
    }));

  it("rings first when the agent calls somebody, and is answered for the call to go out", async () =>
    inPages(browser(), async ({ lab, stage, open }) => {
      await lab.phone("1001", NOBODY);
      const alice = await open("alice");
      const dialled = stage.as.alice.post("/voicechannel/calls", { type: "phonenumber", to: "+12125550199" });
      await alice.getByText("Your phone rings first. Answer it, and the call goes out.").waitFor();
      await middle(alice).getByRole("button", { name: /^Answer/ }).click();
      await held(alice).waitFor();
      ok(await dialled, 201);
    }));
});
