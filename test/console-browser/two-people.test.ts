/** An agent and a supervisor in browsers of their own, on the same calls. */
import { expect, it } from "vitest";
import type { Page } from "playwright-core";
import { eventually } from "../lab/wait.js";
import { describeInBrowser, inPages, refused, useBrowser } from "./stage.js";

const CALLER = "15551230001";

const act = (page: Page, name: string) => page.getByRole("group", { name: "Actions" }).getByRole("button", { name: new RegExp(`^${name}\\b`) });
const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });

describeInBrowser("two people in two browsers", () => {
  const browser = useBrowser();

  it("an agent holds, resumes, is refused a transfer, consults and completes; the supervisor's wall follows", async () =>
    inPages(browser(), async ({ lab, stage, open }) => {
      const alice = await open("alice", { allowed: refused(409) });
      const carol = await open("carol");
      await alice.waitForURL("**/desk");
      await carol.waitForURL("**/wall");
      const id = await lab.callIn({ from: CALLER, to: "1001", name: "Priya Raman" });
      await alice.getByRole("heading", { name: "Priya Raman" }).waitFor();
      await row(carol, "Priya Raman").getByText("Talking").waitFor();

      await act(alice, "Hold").click();
      await act(alice, "Resume").waitFor();
      await row(carol, "Priya Raman").getByText("On hold").waitFor();
      await act(alice, "Resume").click();
      await act(alice, "Hold").waitFor();
      await stage.as.alice.sees(id, { state: "active" });

      await lab.phone("1002", { kind: "busy" });
      await act(alice, "Transfer").click();
      await alice.getByRole("combobox", { name: "Transfer to" }).fill("bo");
      // At once, before the directory has answered: it is for who was typed, not for who was shown.
      await alice.keyboard.press("Control+Enter");
      await alice.getByText("Priya Raman is with you again.").waitFor();
      await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });

      await lab.phone("1002", { kind: "answer" });
      await act(alice, "Transfer").click();
      await alice.getByRole("combobox", { name: "Transfer to" }).fill("bo");
      await alice.keyboard.press("Enter");
      await alice.getByText("You talk to bob").waitFor();
      await row(carol, "Priya Raman").getByText("2 agents").waitFor();
      await alice.keyboard.press("c");
      await stage.as.bob.sees(id, { state: "active", assignedTo: "1002" });
      await alice.getByText("Priya Raman has been passed on").waitFor();
      // Of what the agent has passed on, Recent tells at once and after a reload, by name.
      const recent = alice.getByRole("region", { name: "Recent" });
      const passedOn = recent.getByRole("listitem").filter({ hasText: "Priya Raman" }).filter({ hasText: "Passed on" });
      await passedOn.waitFor();
      await recent.getByText(/^Today 1 handled/).waitFor();
      await alice.reload();
      await passedOn.waitFor();
      await eventually("the wall to show bob's name", async () => (await row(carol, "Priya Raman").textContent())?.includes("bob") === true);
    }));

  it("a supervisor listens, whispers and barges, and the dock says by name who hears", async () =>
    inPages(browser(), async ({ lab, open }) => {
      const carol = await open("carol");
      await lab.callIn({ from: CALLER, to: "1001", name: "Priya Raman" });
      await row(carol, "Priya Raman").getByText("Talking").waitFor();
      await row(carol, "Priya Raman").getByRole("button", { name: /^Listen/ }).click();
      const dock = carol.getByRole("complementary", { name: "Your supervision" });
      const said = dock.getByRole("status");
      const expectSaid = async (text: string): Promise<void> => expect.poll(() => said.textContent()).toBe(text);
      await expectSaid("Listen. alice does not hear you. Priya Raman does not hear you.");
      expect(await lab.hears("1001")).toEqual(new Set([CALLER]));
      await carol.keyboard.press("w");
      await expectSaid("Whisper. alice hears you. Priya Raman does not hear you.");
      await carol.keyboard.press("Shift+B");
      await expectSaid("Barge. alice hears you. Priya Raman hears you.");
      await carol.keyboard.press("l");
      await expectSaid("Listen. alice does not hear you. Priya Raman does not hear you.");
      await carol.keyboard.press("Escape");
      await dock.getByRole("group", { name: "Mode" }).waitFor({ state: "detached" });
    }));
});
