// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { h, shallowRef } from "vue";
import type { Call, Contact } from "../../../src/console/api/types.js";
import CurrentCall from "../../../src/console/pages/desk/CurrentCall.vue";
import { PHONE, type PagePhone } from "../../../src/console/phone/types.js";
import { mountAtDesk, settled, shown, type Options } from "../mounted/mount.js";
import { alerts, all, button, named, names, one, press, textOf, texts, type } from "../mounted/page.js";
import { later, refused, type Answers } from "../mounted/server.js";
import { agent, call, caller, colleague, consult, leg } from "./samples.js";

const MAREK: Contact = colleague("Marek Nowak", "online", { id: "1014" });
const act = (name: string, id = "call-1"): string => `POST /voicechannel/calls/${id}:${name}`;
/** The middle of the desk. */
const middle = (calls: readonly Call[], answers: Answers = {}, options: Options = {}) =>
  mountAtDesk(() => h(CurrentCall), { agents: [agent()], calls, ...options, answers: { "GET /voicechannel/directory": () => ({ items: [MAREK], total: 1, next: null }), ...answers } });
const tiles = (): readonly string[] => names(".tile");
const possible = (): readonly string[] => names(".tile:not(:disabled)");
const tile = (name: string): HTMLButtonElement => named(".tile", name);
const pills = (): readonly string[] => texts(".pill");
const END = { cause: "NORMAL_CLEARING", by: "customer", waitMs: 52_000, talkMs: 540_000, holdMs: 0 } as const;

describe("the bar of a conversation", () => {
  it("has each act in its place, with its key, and hanging up at the end", async () => {
    await middle([call()]);
    expect([tiles(), texts(".tile small"), all(".tile").map((each) => each.getAttribute("aria-keyshortcuts"))]).toEqual([["Mute", "Hold", "Keypad", "Transfer", "Add", "Record", "Park", "Hang up"], ["M", "H", "K", "T", "A", "R", "P", "⇧ E"], ["M", "H", "K", "T", "A", "R", "P", "Shift+E"]]);
    expect([possible(), one(".acts").getAttribute("aria-label")]).toEqual([tiles(), "Actions"]);
  });

  it("asks, and changes only when the event says so", async () => {
    const { acts, updated } = await middle([call()]);
    tile("Hold").click();
    await shown(acts).toEqual([[act("hold"), undefined]]);
    await settled();
    expect([tiles()[1], pills()[0]]).toEqual(["Hold", "Talking"]);
    updated(call({ state: "held", heldBy: "agent", stateSince: "2026-11-29T14:10:00.000Z" }));
    await shown(() => tiles()[1]).toBe("Resume");
    expect([pills()[0], possible()]).toEqual(["On hold", ["Resume", "Transfer", "Hang up"]]);
    tile("Resume").click();
    await shown(() => acts().at(-1)).toEqual([act("resume"), undefined]);
  });

  it("shows that it waits when the answer takes longer, and asks once meanwhile", async () => {
    const answer = later();
    const { acts } = await middle([call()], { [act("park")]: () => answer.answer });
    tile("Park").click();
    await shown(() => all('[data-act="park"][aria-busy="true"] .spinner').length).toBe(1);
    one('[data-act="park"]').click();
    expect(acts()).toHaveLength(1);
    answer.give(undefined);
    await shown(() => all('[data-act="park"][aria-busy="true"]').length).toBe(0);
  });

  it("says whether the agent is muted, by the event", async () => {
    const { acts, updated } = await middle([call()]);
    expect(tile("Mute").getAttribute("aria-pressed")).toBe("false");
    tile("Mute").click();
    await shown(acts).toEqual([[act("mute"), undefined]]);
    updated(call({ legs: [caller(), leg({ muted: true })] }));
    await shown(() => tiles()[0]).toBe("Unmute");
    expect([tile("Unmute").getAttribute("aria-pressed"), pills().includes("You are muted")]).toEqual(["true", true]);
    tile("Unmute").click();
    await shown(() => acts().at(-1)).toEqual([act("unmute"), undefined]);
  });

  it.each([["off", "Record", "start"], ["on", "Pause rec.", "pause"], ["paused", "Go on rec.", "resume"]] as const)("records: %s, it is %s", async (recordingState, name, action) => {
    const { acts } = await middle([call({ recordingState })]);
    tile(name).click();
    await shown(acts).toEqual([[act("record"), { action }]]);
  });

  it("lets a colleague do less with a call of somebody else's", async () => {
    await middle([call({ assignedTo: "1014", direction: "internal", department: null })]);
    expect(possible()).toEqual(["Mute", "Hold", "Hang up"]);
  });

  it("is off while the stream is lost, and on again after it", async () => {
    const { lose, back } = await middle([call()]);
    lose();
    await shown(possible).toEqual([]);
    await back();
    await shown(() => possible().length).toBe(8);
  });

  it("names whom each act of a consultation is about, and completes only when the colleague has answered", async () => {
    const talksTo = leg({ id: "leg-2", agent: "1014" });
    const { updated, acts } = await middle([call({ state: "held", heldBy: "agent", consult: consult("ringing"), legs: [caller({ state: "held" }), leg(), { ...talksTo, state: "ringing" }] })]);
    await shown(() => texts(".strip .grow")).toEqual(["Marek Nowak rings", "Priya Raman hears music"]);
    expect([tiles(), possible()]).toEqual([["Mute", "Keypad", "Swap", "Cancel", "Complete"], ["Cancel"]]);
    updated(call({ state: "held", heldBy: "agent", consult: consult("active"), legs: [caller({ state: "held" }), leg(), talksTo] }));
    await shown(possible).toEqual(["Mute", "Keypad", "Swap", "Cancel", "Complete"]);
    expect([texts(".strip .grow"), tile("Complete").title, tile("Cancel").title]).toEqual([["You talk to Marek Nowak", "Priya Raman hears music"], "Priya Raman talks to Marek Nowak, and you leave", "Back to Priya Raman"]);
    tile("Complete").click();
    await shown(acts).toEqual([[act("complete"), undefined]]);
  });
});

describe("what the server refuses", () => {
  it("stands at the bar until it is closed, and the call goes on", async () => {
    await middle([call()], { [act("hold")]: () => refused(409, "Conflict", "The call cannot be held now.") });
    tile("Hold").click();
    await shown(alerts).toEqual(["The call cannot be held now."]);
    expect(tiles()[1]).toBe("Hold");
    button("Close this message").click();
    await settled();
    expect(alerts()).toEqual([]);
  });

  it("of a transfer that rang says that the caller is back, when the event says so", async () => {
    const answer = later();
    const { updated } = await middle([call()], { [act("transfer")]: () => answer.answer });
    tile("Transfer").click();
    await shown(() => names(".ways button").includes("Transfer to Marek Nowak")).toBe(true);
    button("Transfer to Marek Nowak").click();
    updated(call({ transfer: { type: "client", to: "1014", since: "2026-11-29T14:10:00.000Z" } }));
    await shown(() => texts(".strip .grow")).toEqual(["To Marek Nowak · ringing"]);
    answer.give(refused(409, "NO_ANSWER", "Marek Nowak did not answer."));
    await shown(alerts).toEqual(["Marek Nowak did not answer."]);
    updated(call());
    await shown(alerts).toEqual(["Marek Nowak did not answer. Priya Raman is with you again."]);
  });
});

describe("the panels", () => {
  it("open by their tile with the field in focus, and close by Escape with the focus at the tile", async () => {
    await middle([call()]);
    tile("Transfer").focus();
    tile("Transfer").click();
    await shown(() => all("[role=combobox]").length).toBe(1);
    expect([tile("Transfer").getAttribute("aria-pressed"), document.activeElement === one("[role=combobox]"), one(".panel").getAttribute("aria-label")]).toEqual(["true", true, "Transfer to"]);
    press("Escape");
    await shown(() => all(".panel").length).toBe(0);
    await shown(() => document.activeElement === tile("Transfer")).toBe(true);
  });

  it("close when the call in the middle is another one, or can no more be passed on", async () => {
    const { updated } = await middle([call()]);
    tile("Add").click();
    await shown(() => all(".panel").length).toBe(1);
    updated(call({ state: "held", heldBy: "agent" }));
    await shown(() => all(".panel").length).toBe(0);
  });

  it("consult whom Enter chooses", async () => {
    const { acts } = await middle([call()]);
    tile("Transfer").click();
    await shown(() => one("[role=combobox]").getAttribute("aria-activedescendant")).not.toBeNull();
    press("Enter");
    await shown(acts).toEqual([[act("consult"), { type: "client", to: "1014" }]]);
  });

  it("send the digits of the keypad in their order, and show those that were sent", async () => {
    const first = later();
    let asked = 0;
    const { acts } = await middle([call()], { [act("dtmf")]: () => (++asked === 1 ? first.answer : asked === 3 ? refused(409, "Conflict", "The call is on hold.") : undefined) });
    tile("Keypad").click();
    await shown(() => document.activeElement === document.querySelector(".panel")).toBe(true);
    expect(textOf(one(".sent"))).toContain("Type the digits, or press them.");
    press("1");
    all(".digit").find((each) => textOf(each).startsWith("2"))?.click();
    press("#");
    await shown(acts).toEqual([[act("dtmf"), { digits: "1" }]]);
    expect(textOf(one(".digits"))).toBe("");
    first.give(undefined);
    await shown(() => acts().map(([, body]) => body)).toEqual([{ digits: "1" }, { digits: "2" }, { digits: "#" }]);
    await shown(alerts).toEqual(["The call is on hold."]);
    expect(textOf(one(".digits"))).toBe("12");
    press("Escape");
    await shown(() => all(".panel").length).toBe(0);
  });
});

describe("the head of a call", () => {
  it("says who it is, from where, what it is and how long it has been", async () => {
    const { pass } = await middle([call({ attributes: { language: "English", plan: "Business 20", account: "C-204" } })]);
    expect([textOf(one("h1")), textOf(one(".num")), textOf(one(".tm")), pills()]).toEqual(["Priya Raman", "+1 555 010 4471", "9:08", ["Talking", "billing", "Waited 0:52", "Speaks English", "Plan: Business 20"]]);
    pass(52_000);
    await shown(() => textOf(one(".tm"))).toBe("10:00");
  });

  it("says how long it has been on hold, and whether it is recorded", async () => {
    const { updated } = await middle([call({ state: "held", heldBy: "agent", stateSince: "2026-11-29T14:09:30.000Z", recordingState: "on" })]);
    expect(texts(".rec")).toEqual(["On hold 0:30", "Recording"]);
    updated(call({ recordingState: "paused" }));
    await shown(() => texts(".rec")).toEqual(["Recording paused"]);
  });

  it("has the caller's words as text, whatever is in them", async () => {
    await middle([call({ fromName: "<img src=x onerror=alert(1)>", attributes: { plan: "<b>x</b>" } })]);
    expect([textOf(one("h1")), all("h1 *").length, pills().at(-1), all(".pill b").length]).toEqual(["<img src=x onerror=alert(1)>", 0, "Plan: <b>x</b>", 0]);
  });

  it("tells each change of the call once, for those who do not see it", async () => {
    const { updated } = await middle([call()]);
    expect(textOf(one("p[role=status]"))).toBe("Priya Raman: Talking");
    updated(call({ state: "held", heldBy: "agent" }));
    await shown(() => textOf(one("p[role=status]"))).toBe("Priya Raman: On hold");
  });
});

describe("a call that rings", () => {
  const answered: string[] = [];
  const ringing = shallowRef<readonly string[]>([]);
  const phone: PagePhone = { state: shallowRef("ready" as const), ringing, muted: shallowRef(false), answer: (id) => Promise.resolve(void answered.push(id)), decline: () => Promise.resolve(), setMuted: () => undefined, dtmf: () => undefined };
  beforeEach(() => {
    answered.splice(0);
    ringing.value = [];
  });
  const offered = (more: Partial<Call> = {}): Call => call({ state: "queued", assignedTo: null, answeredAt: null, queuedAt: "2026-11-29T14:08:30.000Z", offeredTo: ["1001"], ringing: ["1001"], legs: [caller({ state: "parked" }), leg({ id: "mine", state: "ringing", sipCallId: "sip-9" })], ...more });
  const ANSWER = "POST /voicechannel/calls/call-1/legs/mine:answer";

  it("fills the middle: why, who, from where, how long; with two buttons and their keys, the first in focus", async () => {
    await middle([offered()]);
    expect([textOf(one(".pill.ring")), textOf(one("h1")), textOf(one(".num")), texts(".chips .pill")]).toEqual(["Calls billing", "Priya Raman", "+1 555 010 4471", ["Waited 1:30"]]);
    expect([names(".two button"), texts(".two kbd"), all(".two button").map((each) => each.getAttribute("aria-keyshortcuts")), document.activeElement === button("Answer")]).toEqual([["Answer", "Decline"], ["Y", "N"], ["Y", "N"], true]);
  });

  it("leaves the focus where somebody writes", async () => {
    const { updated, root } = await middle([]);
    const field = document.createElement("input");
    root.append(field);
    type(field, "x");
    updated(offered());
    await shown(() => names(".two button")).toEqual(["Answer", "Decline"]);
    expect(document.activeElement === field).toBe(true);
  });

  it("is answered by the agent's phone, which is said to ring elsewhere, and by this page's where that rings", async () => {
    const beside = await middle([offered()]);
    expect(textOf(one(".on-phone"))).toBe("Your phone rings. Answer here, or lift it.");
    button("Answer").click();
    await shown(beside.acts).toEqual([[ANSWER, undefined]]);
    beside.unmount();
    ringing.value = ["sip-9"];
    const here = await middle([offered()], {}, { given: [[PHONE, phone]] });
    expect(all(".on-phone").length).toBe(0);
    button("Answer").click();
    await shown(() => answered).toEqual(["sip-9"]);
    expect(here.acts()).toEqual([]);
  });

  it("cannot be answered before a phone rings, but declined", async () => {
    const { acts } = await middle([offered({ ringing: [], legs: [caller({ state: "parked" })] })]);
    expect(names(".two button")).toEqual(["Decline"]);
    button("Decline").click();
    await shown(acts).toEqual([[act("hangup"), undefined]]);
  });

  it("says what is refused, and rings on", async () => {
    await middle([offered()], { [ANSWER]: () => refused(409, "PHONE_DID_NOT_ANSWER", "Your phone did not answer.") });
    button("Answer").click();
    await shown(alerts).toEqual(["Your phone did not answer."]);
    expect(names(".two button")).toEqual(["Answer", "Decline"]);
  });

  it("says of a colleague's call why it rings", async () => {
    await middle([call({ assignedTo: "1014", department: null, state: "held", heldBy: "agent", consult: { ...consult("ringing"), agent: "1001", to: "1001", leg: "mine" }, ringing: ["1001"], legs: [caller({ state: "held" }), leg({ id: "theirs", agent: "1014" }), leg({ id: "mine", state: "ringing" })] })]);
    await shown(() => textOf(one("h1"))).toBe("Marek Nowak");
    expect(textOf(one(".pill.ring"))).toMatch(/Marek Nowak consults you about Priya Raman$/);
  });

  it("beside a conversation takes nothing away from it", async () => {
    const { acts } = await middle([call(), offered({ id: "call-2", fromName: "Sam Ortiz", createdAt: "2026-11-29T14:09:00.000Z" })]);
    expect([textOf(one("h1")), all(".beside .one").map((each) => each.getAttribute("aria-label"))]).toEqual(["Priya Raman", ["Sam Ortiz rings"]]);
    button("Decline").click();
    await shown(acts).toEqual([[act("hangup", "call-2"), undefined]]);
  });
});

describe("after a call", () => {
  it("stays in its place for a moment, with who ended it and how long it was", async () => {
    const { tell } = await middle([call()]);
    tell({ type: "call.ended", data: { call: call({ state: "ended" }), ended: END } });
    await shown(() => all(".tile").length).toBe(0);
    expect([textOf(one("h1")), one(".middle").textContent]).toEqual(["Priya Raman", expect.stringContaining("Priya Raman hung up")]);
    expect(one(".middle").textContent).toContain("Waited 0:52 · talked 9:00 · on hold 0:00");
  });

  it("gives way at once to the next one that rings", async () => {
    const { tell, updated } = await middle([call()]);
    tell({ type: "call.ended", data: { call: call({ state: "ended" }), ended: END } });
    await shown(() => all(".tile").length).toBe(0);
    updated(call({ id: "call-2", fromName: "Sam Ortiz", state: "ringing", assignedTo: null, answeredAt: null, ringing: ["1001"], legs: [caller({ state: "ringing" }), leg({ id: "mine", state: "ringing" })] }));
    await shown(() => names(".two button")).toEqual(["Answer", "Decline"]);
    expect(textOf(one("h1"))).toBe("Sam Ortiz");
  });

  it("says that the caller has been passed on, when the call goes on without the agent", async () => {
    const { tell } = await middle([call()]);
    tell({ type: "call.removed", data: { callId: "call-1", reason: "transferred", to: { type: "client", to: "1014" } } });
    await shown(() => one(".middle").textContent?.includes("Priya Raman has been passed on")).toBe(true);
  });
});

describe("without a call", () => {
  it("says how the agent stands, since when, and has a field to call somebody", async () => {
    const { acts } = await middle([]);
    expect([textOf(one("h1")), textOf(one(".state .sub"))]).toEqual(["Free 10:00", "The next call comes by itself"]);
    type(one<HTMLInputElement>("[role=combobox]"), "mar");
    await shown(() => names(".ways button")).toEqual(["Call Marek Nowak"]);
    press("Enter");
    await shown(acts).toEqual([["POST /voicechannel/calls", { type: "client", to: "1014" }]]);
  });

  it("says why a call could not be made, until that is closed", async () => {
    await middle([], { "POST /voicechannel/calls": () => refused(403, "NUMBER_NOT_ALLOWED", "This number may not be called.") });
    type(one<HTMLInputElement>("[role=combobox]"), "+15550107777");
    await shown(() => names(".ways button").at(-1)).toBe("Call +15550107777");
    named(".ways button", "Call +15550107777").click();
    await shown(alerts).toEqual(["This number may not be called."]);
  });

  it("ends the time after the call, and puts its end off", async () => {
    const { acts } = await middle([], {}, { agents: [agent({ status: "away", reason: "wrapUp", wrapUp: { callId: "call-0", until: "2026-11-29T14:10:20.000Z" } })] });
    expect([textOf(one("h1")), names(".state button")]).toEqual(["After the call 0:20", ["Finish", "+30 s"]]);
    button("+30 s").click();
    await shown(acts).toEqual([["POST /voicechannel/agents/1001/wrapup:extend", { byS: 30 }]]);
    button("Finish").click();
    await shown(() => acts().at(-1)).toEqual(["POST /voicechannel/agents/1001/status", { status: "online" }]);
  });
});
