// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { h, shallowRef } from "vue";
import type { Call, Mode } from "../../../src/console/api/types.js";
import CallActs from "../../../src/console/pages/calls/acts/CallActs.vue";
import { PHONE, type PagePhone } from "../../../src/console/phone/types.js";
import SupervisionDock from "../../../src/console/supervision/SupervisionDock.vue";
import { ALICE, CAROL, mount, settled, shown, type Options } from "../mounted/mount.js";
import { alerts, all, button, named, names, one, press, textOf, texts, type } from "../mounted/page.js";
import { later, refused } from "../mounted/server.js";
import { agent, call, leg } from "../wall/samples.js";

const SUPERVISE = "POST /voicechannel/calls/call-1:supervise";
const AGENTS = [agent(), agent({ id: "1002", name: "Marek Nowak" }), agent({ id: "1003", name: "Carol Weiss" }), agent({ id: "1004", name: "Dana Roy" })];
const HEARERS: Readonly<Record<Mode, readonly string[]>> = { listen: [], whisper: ["leg-2"], barge: ["leg-1", "leg-2"] };

/** Alice's call with Priya, with Carol on it. */
function supervised(mode: Mode, mine: Partial<Call["supervision"][number]> = {}, of: Partial<Call> = {}): Call {
  const entry = { agent: "1003", mode, target: "1001", since: "2026-11-29T14:08:00.000Z", heardBy: [], hearers: [...HEARERS[mode]], muted: false, ...mine };
  return call({ legs: [leg({ name: "Priya Raman" }), leg({ id: "leg-2", role: "agent", agent: "1001", number: "1001" }), leg({ id: "leg-3", role: "supervisor", agent: "1003", number: "1003" })], supervision: [entry], ...of });
}

/** What the page's own phone is told of its microphone. */
const muted: boolean[] = [];
const phone: PagePhone = { state: shallowRef("ready" as const), ringing: shallowRef<readonly string[]>([]), muted: shallowRef(false), answer: () => Promise.resolve(), decline: () => Promise.resolve(), setMuted: (on) => void muted.push(on), dtmf: () => undefined };
beforeEach(() => void muted.splice(0));

const dock = (calls: readonly Call[] = [supervised("listen")], options: Options = {}) => mount(() => h(SupervisionDock), { me: CAROL, agents: AGENTS, calls, given: [[PHONE, phone]], ...options });
const sentence = (): string => textOf(document.querySelector("p[role=status]"));
const mode = (): string => textOf(document.querySelector(".dock .mode b"));
const pressed = (): readonly string[] => all(".modes button").filter((each) => each.getAttribute("aria-pressed") === "true").map(textOf);

describe("who hears whom", () => {
  it.each([
    ["listen", "Listen. Alice Moreau does not hear you. Priya Raman does not hear you.", ["does not hear you", "does not hear you"], "Your microphone is off · 2:00"],
    ["whisper", "Whisper. Alice Moreau hears you. Priya Raman does not hear you.", ["hears you", "does not hear you"], "Your microphone is live · 2:00"],
    ["barge", "Barge. Alice Moreau hears you. Priya Raman hears you.", ["hears you", "hears you"], "You are in the call · 2:00"],
  ] as const)("is said by name, in %s, and an arrow goes to whoever hears", async (of, said, hears, below) => {
    await dock([supervised(of)]);
    expect([sentence(), texts(".party .name"), texts(".party .hears").filter((_, index) => index !== 1), textOf(one(".mode .small"))]).toEqual([said, ["agent Alice Moreau", "You", "Priya Raman caller"], hears, below]);
    expect(all(".arrow").map((arrow) => arrow.querySelector(".goes") !== null)).toEqual(hears.map((text) => text === "hears you"));
  });

  it("is nobody while the supervisor is muted", async () => {
    await dock([supervised("barge", { muted: true, hearers: [] })]);
    expect([sentence(), textOf(one(".mode .small")), button("Unmute").getAttribute("aria-pressed")]).toEqual(["Barge. Alice Moreau does not hear you. Priya Raman does not hear you.", "You are muted · 2:00", "true"]);
  });

  it("names whoever else is on the call, and the other supervisors", async () => {
    const consulted = leg({ id: "leg-4", role: "agent", agent: "1002", number: "1002" });
    const of = supervised("whisper");
    await dock([{ ...of, legs: [...of.legs, consulted], consult: { to: "1002", agent: "1002", leg: "leg-4", state: "active", since: of.createdAt }, supervision: [...of.supervision, { agent: "1004", mode: "listen", target: "1001", since: of.createdAt, heardBy: [], hearers: [], muted: false }] }]);
    expect([sentence(), texts(".more li"), textOf(one(".middle > .sub"))]).toEqual(["Whisper. Alice Moreau hears you. Priya Raman does not hear you. Marek Nowak does not hear you.", ["Marek Nowak does not hear you"], "Also on the call: Dana Roy (listen)"]);
  });

  it("says that it is a program that has the caller, where no agent has", async () => {
    await dock([supervised("listen", { target: null }, { assignedTo: null, state: "scripted", legs: [leg({ name: "Priya Raman" })] })]);
    expect([sentence(), texts(".party .name")[0]]).toEqual(["Listen. The menu does not hear you. Priya Raman does not hear you.", "The menu"]);
  });

  it("follows the call to another agent, and says so until that is closed", async () => {
    const { updated } = await dock([supervised("whisper")]);
    const of = supervised("whisper", { target: "1002" });
    updated({ ...of, assignedTo: "1002", legs: [leg({ name: "Priya Raman" }), leg({ id: "leg-2", role: "agent", agent: "1002", number: "1002" })] });
    await shown(alerts).toEqual(["The call is with Marek Nowak now. You are still on it."]);
    expect(sentence()).toBe("Whisper. Marek Nowak hears you. Priya Raman does not hear you.");
    button("Close").click();
    await settled();
    expect(alerts()).toEqual([]);
  });
});

describe("the mode", () => {
  it("is asked for, and shown only when the event says so", async () => {
    const { acts, updated } = await dock();
    expect([mode(), pressed(), names(".modes button")]).toEqual(["Listen", ["Listen"], ["Listen", "Whisper", "Barge"]]);
    named(".modes button", "Whisper").click();
    await shown(acts).toEqual([[SUPERVISE, { mode: "whisper" }]]);
    await settled();
    expect([mode(), pressed(), sentence(), textOf(one(".mode .small"))]).toEqual(["Listen", ["Listen"], "Switching to Whisper", "Switching to Whisper"]);
    updated(supervised("whisper"));
    await shown(mode).toBe("Whisper");
    expect([pressed(), sentence()]).toEqual([["Whisper"], "Whisper. Alice Moreau hears you. Priya Raman does not hear you."]);
    named(".modes button", "Barge").click();
    await shown(() => acts().at(-1)).toEqual([SUPERVISE, { mode: "barge" }]);
    updated(supervised("barge"));
    await shown(pressed).toEqual(["Barge"]);
  });

  it("changes by its key, and to barge only with Shift", async () => {
    const { acts, updated } = await dock();
    press("b");
    press("B");
    await settled();
    expect(acts()).toEqual([]);
    press("w");
    await shown(() => acts().at(-1)).toEqual([SUPERVISE, { mode: "whisper" }]);
    updated(supervised("whisper"));
    await shown(mode).toBe("Whisper");
    press("B", document.body, { shiftKey: true });
    await shown(() => acts().at(-1)).toEqual([SUPERVISE, { mode: "barge" }]);
    expect(all(".modes button").map((each) => each.getAttribute("aria-keyshortcuts"))).toEqual(["L", "W", "Shift+B"]);
  });

  it("does not change by a letter that is typed, or that leads to a page", async () => {
    const { acts, root } = await dock();
    const field = document.createElement("input");
    root.append(field);
    type(field, "w");
    press("w", field);
    press("g");
    press("w");
    await settled();
    expect(acts()).toEqual([]);
  });

  it("stays as it is when the server refuses, and what it says stays until it is closed", async () => {
    await dock([supervised("listen")], { answers: { [SUPERVISE]: () => refused(403, "Forbidden", "You may not barge.") } });
    named(".modes button", "Barge").click();
    await shown(alerts).toEqual(["You may not barge."]);
    expect([mode(), sentence()]).toEqual(["Listen", "Listen. Alice Moreau does not hear you. Priya Raman does not hear you."]);
    button("Close").click();
    await settled();
    expect(alerts()).toEqual([]);
  });

  it("stays as it is when the server is not reached, which is said in the console's words", async () => {
    await dock([supervised("listen")], { answers: { [SUPERVISE]: () => "unreachable" } });
    named(".modes button", "Whisper").click();
    await shown(alerts).toEqual(["The server cannot be reached. Try again."]);
    expect(mode()).toBe("Listen");
  });

  it("is one of those that the person may use", async () => {
    const { acts } = await dock([supervised("listen")], { me: { ...CAROL, permissions: ["listen", "whisper"] } });
    expect(names(".modes button")).toEqual(["Listen", "Whisper"]);
    press("B", document.body, { shiftKey: true });
    await settled();
    expect(acts()).toEqual([]);
  });

  it("cannot be changed while the stream is lost", async () => {
    const { lose, back } = await dock([supervised("whisper")]);
    lose();
    await shown(() => all<HTMLButtonElement>(".dock button").every(({ disabled }) => disabled)).toBe(true);
    await back();
    await shown(() => all<HTMLButtonElement>(".dock button").some(({ disabled }) => disabled)).toBe(false);
  });

  it("is the title of the tab while it lasts", async () => {
    document.title = "Wall";
    const { updated, unmount } = await dock();
    expect(document.title).toBe("Listen: Alice Moreau – Callplane");
    updated(supervised("barge"));
    await shown(() => document.title).toBe("Barge: Alice Moreau – Callplane");
    unmount();
    expect(document.title).toBe("Wall");
    document.title = "";
  });
});

describe("the microphone of the page's phone", () => {
  it("is off in listen, on when the event of another mode comes, and off as soon as listen is asked for", async () => {
    const { updated } = await dock();
    expect(muted).toEqual([true]);
    named(".modes button", "Whisper").click();
    await settled();
    expect(muted.at(-1)).toBe(true);
    updated(supervised("whisper"));
    await shown(() => muted.at(-1)).toBe(false);
    named(".modes button", "Listen").click();
    await shown(() => muted.at(-1)).toBe(true);
    expect(mode()).toBe("Whisper");
  });

  it("is muted by its button only when the event says so, which is not there in listen", async () => {
    const { acts, updated } = await dock();
    expect(names(".dock button").includes("Mute")).toBe(false);
    updated(supervised("whisper"));
    await shown(mode).toBe("Whisper");
    button("Mute").click();
    await shown(acts).toEqual([[SUPERVISE, { muted: true }]]);
    expect(button("Mute").getAttribute("aria-pressed")).toBe("false");
    updated(supervised("whisper", { muted: true, hearers: [] }));
    await shown(() => names(".dock button").includes("Unmute")).toBe(true);
    expect(muted.at(-1)).toBe(true);
  });
});

describe("the end of it", () => {
  it.each([["its button", () => button("Leave").click()], ["Escape", () => void press("Escape")]])("is asked for by %s, and comes with the event", async (_, leave) => {
    const { acts, tell } = await dock();
    leave();
    await shown(acts).toEqual([[SUPERVISE, { mode: "off" }]]);
    await shown(sentence).toBe("Leaving");
    expect(mode()).toBe("Listen");
    const after = supervised("listen", {}, { supervision: [] });
    tell({ type: "call.supervision.ended", data: { call: after, agent: "1003", mode: "listen", reason: "asked" } });
    await shown(() => all(".dock").length).toBe(0);
    expect([alerts(), muted.at(-1), all(".window-frame").length]).toEqual([[], false, 0]);
  });

  it("that nobody here has asked for is said with its reason", async () => {
    const { tell } = await dock();
    tell({ type: "call.supervision.ended", data: { call: supervised("listen", {}, { supervision: [] }), agent: "1003", mode: "listen", reason: "hung_up" } });
    await shown(alerts).toEqual(["Your phone has hung up. You do not hear the call any more."]);
    expect(all(".dock").length).toBe(0);
  });
});

describe("the beginning of it", () => {
  const talk = supervised("listen", {}, { supervision: [] });
  const wall = (options: Options = {}) => mount(() => h("div", [h(CallActs, { call: talk, words: true }), h(SupervisionDock)]), { me: CAROL, agents: AGENTS, calls: [talk], ...options });

  it("says that the phone is called, until the event says that it listens", async () => {
    const { acts, updated } = await wall();
    expect(all(".dock").length).toBe(0);
    button("Listen").click();
    await shown(mode).toBe("Your phone is called");
    expect([acts(), textOf(one(".mode .small")), all(".modes").length]).toEqual([[[SUPERVISE, { mode: "listen" }]], "Answer it, if it does not do so by itself.", 0]);
    updated(supervised("listen"));
    await shown(mode).toBe("Listen");
  });

  it("can be called off, and is gone when it is refused", async () => {
    const begins = later();
    let isFirst = true;
    const { acts } = await wall({ answers: { [SUPERVISE]: () => (isFirst ? begins.answer : undefined) } });
    button("Listen").click();
    await shown(mode).toBe("Your phone is called");
    isFirst = false;
    press("Escape");
    await shown(() => acts().at(-1)).toEqual([SUPERVISE, { mode: "off" }]);
    begins.give(refused(409, "PHONE_DID_NOT_ANSWER", "Your phone did not answer."));
    await shown(alerts).toEqual(["Your phone did not answer."]);
    expect(all(".dock").length).toBe(0);
  });
});

it("is not there for who has no phone to hear with", async () => {
  await dock([supervised("listen")], { me: { ...ALICE, role: "supervisor", agent: null } });
  expect(all("aside").length).toBe(0);
});
