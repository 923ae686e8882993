// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { h } from "vue";
import type { Agent, Me } from "../../../src/console/api/types.js";
import StatusMenu from "../../../src/console/pages/agents/StatusMenu.vue";
import { agent } from "../desk/samples.js";
import { ALICE, CAROL, mount, settled, shown, type Options } from "../mounted/mount.js";
import { alerts, all, button, names, one, press, textOf, type } from "../mounted/page.js";
import { later, refused } from "../mounted/server.js";

const STATUS = "POST /voicechannel/agents/1001/status";
const menu = (options: Options = {}, self: Agent = agent()) => mount(() => h(StatusMenu, { agent: self }), { me: CAROL, ...options });
const trigger = (): HTMLButtonElement => button("Set status: Alice Moreau");
const items = (): readonly string[] => names("[role=menuitem]");
async function opened(): Promise<void> {
  trigger().focus();
  press("Enter", trigger());
  await shown(() => items().length).toBeGreaterThan(0);
}
const pick = (name: string): void => all("[role=menuitem]").find((item) => textOf(item) === name)?.click();
const NO_REASONS: Me = { ...CAROL, settings: { supervisionVisible: true, awayReasons: [], dispositions: {} } };

describe("the menu that sets the status of an agent", () => {
  it("is named after the agent, and has the reasons of the organization", async () => {
    await menu();
    expect([trigger().getAttribute("aria-haspopup"), trigger().getAttribute("aria-expanded")]).toEqual(["menu", "false"]);
    await opened();
    expect([trigger().getAttribute("aria-expanded"), items()]).toEqual(["true", ["Free", "Lunch", "Training", "Offline"]]);
    press("Escape");
    await shown(items).toEqual([]);
  });

  it("goes through its entries by the arrows", async () => {
    await menu();
    await opened();
    await shown(() => textOf(document.activeElement)).toBe("Free");
    press("ArrowDown");
    await shown(() => textOf(document.activeElement)).toBe("Lunch");
  });

  it.each([["Free", { status: "online" }], ["Training", { status: "away", reason: "training" }], ["Offline", { status: "offline" }]])("asks for %s, and is busy until that is answered", async (name, body) => {
    const answer = later();
    const { acts } = await menu({ answers: { [STATUS]: () => answer.answer } });
    await opened();
    pick(name);
    await shown(acts).toEqual([[STATUS, body]]);
    await shown(() => trigger().getAttribute("aria-busy")).toBe("true");
    answer.give(undefined);
    await shown(() => trigger().getAttribute("aria-busy")).toBe("false");
    expect(alerts()).toEqual([]);
  });

  it.each([
    ["in its words", refused(409, "Conflict", "Alice Moreau is offline."), "Alice Moreau is offline."],
    ["in the console's words when it is not reached", "unreachable", "The server cannot be reached. Try again."],
  ] as const)("says what the server refuses, %s, until that is closed", async (_, answer, text) => {
    await menu({ answers: { [STATUS]: () => answer } });
    await opened();
    pick("Lunch");
    await shown(() => textOf(document.querySelector("[role=alert]"))).toBe(`${text} Close`);
    button("Close").click();
    await settled();
    expect(alerts()).toEqual([]);
  });

  it("asks for the reason where the organization has no list of them, and keeps what is refused in the dialog", async () => {
    let isRefused = true;
    const { acts } = await menu({ me: NO_REASONS, answers: { [STATUS]: () => (isRefused ? refused(400, "InvalidParameter", "reason: is too long.") : undefined) } });
    await opened();
    expect(items()).toEqual(["Free", "Away …", "Offline"]);
    pick("Away …");
    await shown(() => all("dialog[open]").length).toBe(1);
    type(one<HTMLInputElement>("dialog input"), " dentist ");
    await settled();
    button("Set away").click();
    await shown(alerts).toEqual(["reason: is too long."]);
    isRefused = false;
    one<HTMLFormElement>("dialog form").requestSubmit();
    await shown(() => all("dialog").length).toBe(0);
    expect(acts()).toEqual([[STATUS, { status: "away", reason: "dentist" }], [STATUS, { status: "away", reason: "dentist" }]]);
  });

  it("is off while the stream is lost", async () => {
    const { lose, back } = await menu();
    lose();
    await shown(() => trigger().disabled).toBe(true);
    await back();
    await shown(() => trigger().disabled).toBe(false);
  });

  it("is not there for an agent, who sets nobody else's status", async () => {
    await menu({ me: ALICE });
    expect(all("button").length).toBe(0);
  });
});
