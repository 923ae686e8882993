// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { h } from "vue";
import type { Agent, Me } from "../../../src/console/api/types.js";
import StatusMenu from "../../../src/console/pages/desk/StatusMenu.vue";
import { ALICE, mountAtDesk, settled, shown, type Options } from "../mounted/mount.js";
import { alerts, all, button, named, names, one, press, textOf, texts, type } from "../mounted/page.js";
import { later, refused } from "../mounted/server.js";
import { agent, call, caller, leg } from "./samples.js";

const STATUS = "POST /voicechannel/agents/1001/status";
const LUNCH = { status: "away", reason: "lunch", after: "call", by: null, byName: null } as const;
const talking = call({ answeredAt: "2026-11-29T14:08:00.000Z" });
const inCall = (more: Partial<Agent> = {}): Agent => agent({ status: "inCall", calls: ["call-1"], since: "2026-11-29T14:08:00.000Z", ...more });

const menu = (self: Agent, options: Options = {}) => mountAtDesk(() => h(StatusMenu), { agents: [self], ...options });
const opener = (): HTMLElement => one(".opener");
const now = (): string => texts(":scope > :not(.visually-hidden)", opener()).filter((text) => text !== "").join(" ");
const items = (): readonly string[] => names("#desk-status button");
async function opened(): Promise<void> {
  opener().click();
  await settled();
}

describe("the status in the header", () => {
  it.each([
    ["free, and since when", agent(), "Free 10:00"],
    ["away, with the reason", agent({ status: "away", reason: "lunch", since: "2026-11-29T14:05:00.000Z" }), "Away, lunch 5:00"],
    ["offline, without a time", agent({ status: "offline" }), "Offline"],
    ["that the phone is missing, and never free", agent({ registered: false }), "Phone not registered"],
    ["the time after a call, counting down", agent({ status: "away", reason: "wrapUp", wrapUp: { callId: "call-1", until: "2026-11-29T14:10:25.000Z" } }), "After call 0:25"],
    ["what was chosen to follow the time after a call", agent({ status: "away", reason: "wrapUp", wrapUp: { callId: "call-1", until: "2026-11-29T14:10:25.000Z" }, next: { ...LUNCH, after: "wrapUp" } }), "After call 0:25 then away, lunch"],
  ])("says %s", async (_, self, text) => {
    await menu(self);
    expect(now()).toBe(text);
  });

  it("counts the call, and says what follows it and who has chosen that", async () => {
    const { agentIs, pass } = await menu(inCall({ next: { ...LUNCH, by: "carol", byName: "Carol Weiss" } }), { calls: [talking] });
    expect(now()).toBe("In call 2:00 then away, lunch, set by Carol Weiss");
    pass(5000);
    agentIs(inCall({ next: { ...LUNCH, by: "system" } }));
    await shown(now).toBe("In call 2:05 then away, lunch, set by a rule");
  });

  it("says after a call what the agent was before it, where the page has seen that, and else nothing", async () => {
    const seen = await menu(agent({ status: "away", reason: "training" }));
    seen.updated(talking);
    seen.agentIs(inCall());
    await shown(now).toBe("In call 2:00 then away, training");
    seen.unmount();
    await menu(inCall(), { calls: [talking] });
    expect(now()).toBe("In call 2:00");
  });

  it("does not count how long a caller has waited as how long the phone rings", async () => {
    const rings = call({ state: "queued", assignedTo: null, answeredAt: null, queuedAt: "2026-11-29T14:00:00.000Z", offeredTo: ["1001"], legs: [caller({ state: "parked" }), leg({ state: "ringing" })] });
    await menu(agent({ calls: ["call-1"], ringing: ["call-1"] }), { calls: [rings] });
    expect(now()).toBe("Ringing");
  });
});

describe("the menu of the status", () => {
  it("opens with its first entry in focus, lists the reasons with their keys, and closes by Escape with the focus back", async () => {
    await menu(agent());
    expect([opener().getAttribute("aria-expanded"), all("#desk-status").length]).toEqual(["false", 0]);
    await opened();
    expect([opener().getAttribute("aria-expanded"), opener().getAttribute("aria-controls"), one("#desk-status").getAttribute("aria-label"), items(), textOf(document.activeElement)]).toEqual(["true", "desk-status", "Change your status", ["Free", "Lunch", "Training", "Offline"], "Free"]);
    expect(all("#desk-status kbd").map(textOf)).toEqual(["1", "2"]);
    press("Escape");
    await settled();
    expect([all("#desk-status").length, document.activeElement === opener()]).toEqual([0, true]);
  });

  it("goes through its entries by the arrows, round the ends", async () => {
    await menu(agent());
    await opened();
    const seen = ["ArrowDown", "ArrowUp", "ArrowUp"].map((key) => {
      press(key);
      return textOf(document.activeElement);
    });
    expect(seen).toEqual(["Lunch1", "Free", "Offline"]);
  });

  it("closes when the focus goes elsewhere", async () => {
    await menu(agent());
    await opened();
    const elsewhere = document.createElement("button");
    one(".status").parentElement?.append(elsewhere);
    elsewhere.focus();
    await settled();
    expect(all("#desk-status").length).toBe(0);
  });

  it("sets a reason by its number, and shows it only when the event says so", async () => {
    const { acts, agentIs } = await menu(agent());
    await opened();
    press("2");
    await shown(acts).toEqual([[STATUS, { status: "away", reason: "training" }]]);
    await shown(() => all("#desk-status").length).toBe(0);
    expect(now()).toBe("Free 10:00");
    agentIs(agent({ status: "away", reason: "training", since: "2026-11-29T14:10:00.000Z" }));
    await shown(now).toBe("Away, training 0:00");
  });

  it("sets each status by a press, and asks once while the answer is on its way", async () => {
    const answer = later();
    const { acts } = await menu(agent(), { answers: { [STATUS]: () => answer.answer } });
    await opened();
    named("#desk-status button", "Offline").click();
    named("#desk-status button", "Free").click();
    await settled();
    expect([acts(), all("#desk-status").length]).toEqual([[[STATUS, { status: "offline" }]], 1]);
    answer.give(undefined);
    await shown(() => all("#desk-status").length).toBe(0);
  });

  it("says what the server refuses, in it, until that is closed", async () => {
    await menu(agent(), { answers: { [STATUS]: () => refused(409, "Conflict", "Your phone is not registered.") } });
    await opened();
    named("#desk-status button", "Lunch").click();
    await shown(alerts).toEqual(["Your phone is not registered."]);
    expect([all("#desk-status").length, now()]).toEqual([1, "Free 10:00"]);
    button("Close this message").click();
    await settled();
    expect(alerts()).toEqual([]);
  });

  it("says that what is chosen in a call comes after it, and takes it back", async () => {
    const { acts, agentIs } = await menu(inCall({ next: LUNCH }), { calls: [talking] });
    await opened();
    expect([textOf(one("#desk-status .head")), items()[0]]).toEqual(["After this call", "Undo: away, lunch"]);
    button("Undo: away, lunch").click();
    await shown(acts).toEqual([["DELETE /voicechannel/agents/1001/next", undefined]]);
    expect(now()).toContain("then away, lunch");
    agentIs(inCall());
    await shown(now).toBe("In call 2:00");
  });

  it("finishes the time after a call into what was chosen to follow it", async () => {
    const { acts } = await menu(agent({ status: "away", reason: "wrapUp", wrapUp: { callId: "call-1", until: null }, next: { ...LUNCH, after: "wrapUp" } }));
    await opened();
    expect(items()).toEqual(["Undo: away, lunch", "Finish", "Lunch", "Training", "Offline"]);
    button("Finish").click();
    await shown(acts).toEqual([[STATUS, { status: "away", reason: "lunch" }]]);
  });

  it("takes any reason, or none, where the organization has no list of them", async () => {
    const me: Me = { ...ALICE, settings: { supervisionVisible: true, awayReasons: [], dispositions: {} } };
    const { acts } = await menu(agent(), { me });
    await opened();
    // A digit is text there.
    press("1", one("#desk-status input"));
    type(one<HTMLInputElement>("#desk-status input"), "  dentist ");
    await settled();
    button("Set away").click();
    await shown(acts).toEqual([[STATUS, { status: "away", reason: "dentist" }]]);
    await shown(() => all("#desk-status").length).toBe(0);
    await opened();
    type(one<HTMLInputElement>("#desk-status input"), " ");
    await settled();
    button("Set away").click();
    await shown(() => acts().at(-1)).toEqual([STATUS, { status: "away" }]);
  });
});
