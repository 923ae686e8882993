/** A supervisor at the wall and the pages behind it, by keyboard. */
import { expect, it } from "vitest";
import type { Page } from "playwright-core";
import { ok } from "../contract/suites/steps.js";
import { describeInBrowser, inPages, useBrowser } from "./stage.js";

const CALLER = "15551230001";
const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });
const navigation = (page: Page) => page.getByRole("navigation", { name: "Main" });

describeInBrowser("a supervisor who uses the keyboard", () => {
  const browser = useBrowser();

  it("chooses and listens as soon as the wall is there, is told where the pages of one agent belong, and finds the keys there", async () =>
    inPages(browser(), async ({ lab, stage, address, open }) => {
      const carol = await open("carol");
      const id = await lab.callIn({ from: CALLER, to: "1001", name: "Priya Raman" });
      await row(carol, "Priya Raman").getByText("Talking").waitFor();
      expect(await carol.evaluate<string>("document.activeElement.tagName")).toBe("BODY");
      await carol.keyboard.press("ArrowDown");
      await carol.getByRole("row", { selected: true }).filter({ hasText: "Priya Raman" }).waitFor();
      await carol.keyboard.press("l");
      const said = carol.getByRole("complementary", { name: "Your supervision" }).getByRole("status");
      await expect.poll(() => said.textContent()).toBe("Listen. alice does not hear you. Priya Raman does not hear you.");

      await lab.phone("1002", { kind: "answer" });
      expect((await stage.as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" })).status).toBe(201);
      await carol.keyboard.press("Shift+B");
      await expect.poll(() => said.textContent()).toBe("Barge. alice hears you. Priya Raman does not hear you. bob hears you.");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:cancel`));

      await carol.goto(`${address}/agents/1001`);
      await navigation(carol).getByRole("link", { name: "Agents" }).and(carol.locator("[aria-current=true]")).waitFor();
      await carol.getByRole("heading", { name: "alice" }).waitFor();
      await carol.keyboard.press("?");
      await carol.getByRole("dialog", { name: "Keys" }).waitFor();
    }));
});
