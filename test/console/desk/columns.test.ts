// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { h, shallowRef } from "vue";
import type { Call, QueueEntry } from "../../../src/console/api/types.js";
import CallerData from "../../../src/console/pages/desk/CallerData.vue";
import EarlierCalls from "../../../src/console/pages/desk/EarlierCalls.vue";
import MyCalls from "../../../src/console/pages/desk/MyCalls.vue";
import PeopleStrip from "../../../src/console/pages/desk/PeopleStrip.vue";
import RecentCalls from "../../../src/console/pages/desk/RecentCalls.vue";
import WaitingCallers from "../../../src/console/pages/desk/WaitingCallers.vue";
import { ALICE, mountAtDesk, settled, shown, type Options } from "../mounted/mount.js";
import { alerts, all, button, names, one, press, texts, textOf, type } from "../mounted/page.js";
import { later, refused } from "../mounted/server.js";
import { queue } from "../wall/samples.js";
import { agent, call, caller, colleague, leg, log } from "./samples.js";

const MAREK = colleague("Marek Nowak", "online", { id: "1014" });
const page = (...items: readonly object[]) => ({ items, total: items.length, next: null });
const second = (more: Partial<Call> = {}): Call => call({ id: "call-2", fromName: "Sam Ortiz", createdAt: "2026-11-29T14:02:00.000Z", ...more });

describe("my calls", () => {
  const mine = (calls: readonly Call[], options: Options = {}) => mountAtDesk(() => h(MyCalls), { agents: [agent()], calls, ...options });

  it("stand in the order in which they came, with what each is and the one act that goes to it", async () => {
    await mine([second({ state: "held", heldBy: "agent", stateSince: "2026-11-29T14:09:00.000Z" }), call()]);
    expect([texts(".desk-name"), texts(".what"), texts(".desk-time"), names(".way.button"), all(".pick").map((pick) => pick.getAttribute("aria-current"))]).toEqual([["Priya Raman", "Sam Ortiz"], ["Talking · billing", "On hold · billing"], ["9:08", "1:00"], ["Resume"], ["true", "false"]]);
  });

  it("are looked at by a press, which changes nothing of them", async () => {
    const { acts } = await mine([call(), second({ state: "held", heldBy: "agent" })]);
    all(".pick")[1]?.click();
    await settled();
    expect([all(".pick").map((pick) => pick.getAttribute("aria-current")), acts()]).toEqual([["false", "true"], []]);
  });

  it("say that there are none", async () => {
    await mine([]);
    expect(texts(".desk-empty")).toEqual(["Your calls will be here."]);
  });
});

describe("who waits for me", () => {
  const entry = (callId: string, fromName: string, queuedAt: string, position: number): QueueEntry => ({ callId, from: "+15550100001", fromText: "(555) 010-0001", fromName, queuedAt, position, priority: 0, skills: [], offeredTo: [] });
  const four = queue({ waiting: 4, entries: [entry("a", "Ann", "2026-11-29T14:07:00.000Z", 1), entry("b", "Bob", "2026-11-29T14:09:30.000Z", 2), entry("c", "Cleo", "2026-11-29T14:09:50.000Z", 3), entry("d", "Dan", "2026-11-29T14:09:55.000Z", 4)] });
  const waiting = (options: Options = {}) => mountAtDesk(() => h(WaitingCallers), { agents: [agent()], queues: [four, queue({ name: "sales", entries: [entry("x", "Xenia", "2026-11-29T14:00:00.000Z", 1)] })], ...options });

  it("comes from the agent's departments, the longest first, with how late it is in words", async () => {
    await waiting();
    expect([texts(".desk-name"), texts(".desk-time"), textOf(one("header .pill")), one("header .pill").className]).toEqual([["Ann", "Bob", "Cleo"], ["3:00much too late", "0:30late", "0:10"], "longest 3:00", "pill alarm"]);
    expect(texts(".desk-line .small")[0]).toBe("billing · No. 1 in line");
  });

  it("shows the others when that is wanted", async () => {
    await waiting();
    const more = button("1 more in billing");
    expect(more.getAttribute("aria-expanded")).toBe("false");
    more.click();
    await settled();
    expect([texts(".desk-name"), button("Show fewer").getAttribute("aria-expanded")]).toEqual([["Ann", "Bob", "Cleo", "Dan"], "true"]);
  });

  it("is picked up with the conversation on hold first, and told when somebody was faster", async () => {
    const pickUp = "POST /voicechannel/calls/a:pickup";
    const { acts } = await waiting({ calls: [call()], answers: { [pickUp]: () => refused(409, "Conflict", "Marek Nowak has taken the call.") } });
    button("Pick up Ann").click();
    await shown(alerts).toEqual(["Marek Nowak has taken the call."]);
    expect(acts().map(([line]) => line).slice(0, 2)).toEqual(["POST /voicechannel/calls/call-1:hold", pickUp]);
    button("Close this message").click();
    await settled();
    expect(alerts()).toEqual([]);
  });

  it("goes with the event, not with the press", async () => {
    const { tell, acts } = await waiting();
    button("Pick up Ann").click();
    await shown(() => acts().length).toBe(1);
    await settled();
    expect(texts(".desk-name")[0]).toBe("Ann");
    tell({ type: "queue.left", data: { queue: { name: "billing", waiting: 3 }, callId: "a", reason: "answered", agent: "1001" } });
    await shown(() => texts(".desk-name")).toEqual(["Bob", "Cleo", "Dan"]);
  });

  it("is nobody, for one of two reasons", async () => {
    const { unmount } = await waiting({ queues: [queue()] });
    expect(texts(".desk-empty")).toEqual(["Nobody waits in your departments."]);
    unmount();
    await waiting({ me: { ...ALICE, departments: [] } });
    expect(texts(".desk-empty")).toEqual(["You are in no department. Callers who wait are for its agents."]);
  });
});

describe("what is known of the caller", () => {
  const PATCH = "PATCH /voicechannel/calls/call-1/attributes";
  const data = (of: Call, options: Options = {}) => mountAtDesk((desk) => h(CallerData, { call: desk.calls.value[0] ?? of }), { agents: [agent()], calls: [of], ...options });
  const known = call({ attributes: { crm_link: "https://crm.example/7", account: "C-204" } });

  it("stands in order, in words, with a link that opens beside", async () => {
    await data(known);
    const link = one("dd a");
    expect([texts("dt"), texts("dd"), link.getAttribute("href"), link.getAttribute("rel"), link.getAttribute("target")]).toEqual([["Account", "Crm link"], ["C-204", "https://crm.example/7"], "https://crm.example/7", "noopener noreferrer", "_blank"]);
  });

  it("never makes a link of what is none, whoever wrote it", async () => {
    await data(call({ attributes: { a: "javascript:alert(1)", b: "<a href='https://x'>x</a>", c: "http://plain.example" } }));
    expect([all("dd a").length, texts("dd")]).toEqual([0, ["javascript:alert(1)", "<a href='https://x'>x</a>", "http://plain.example"]]);
  });

  it("is corrected, shown as corrected when the event says so, and taken out", async () => {
    const { acts, updated } = await data(known);
    button("Change Account").click();
    await shown(() => document.activeElement === document.querySelector("#desk-attribute-value")).toBe(true);
    type(one<HTMLInputElement>("#desk-attribute-value"), " C-205 ");
    await settled();
    one<HTMLFormElement>("form").requestSubmit();
    await shown(acts).toEqual([[PATCH, { account: "C-205" }]]);
    await shown(() => all("form").length).toBe(0);
    expect(texts("dd")[0]).toBe("C-204");
    updated({ ...known, attributes: { account: "C-205" } });
    await shown(() => texts("dd")).toEqual(["C-205"]);
    button("Change Account").click();
    await shown(() => all("form").length).toBe(1);
    button("Remove").click();
    await shown(() => acts().at(-1)).toEqual([PATCH, { account: null }]);
  });

  it("is added with a name that can be one, and what is refused stays until it is closed", async () => {
    const { acts } = await data(known, { answers: { [PATCH]: () => refused(409, "Conflict", "The call has too many attributes.") } });
    button("Add").click();
    await shown(() => document.activeElement === document.querySelector("#desk-attribute-name")).toBe(true);
    type(one<HTMLInputElement>("#desk-attribute-name"), "größe");
    type(one<HTMLInputElement>("#desk-attribute-value"), "XL");
    await settled();
    one("form").dispatchEvent(new Event("submit", { cancelable: true }));
    await shown(() => textOf(one("#desk-attribute-fault"))).toBe("Letters, digits and _ . - only, a letter or digit first.");
    expect(acts()).toEqual([]);
    type(one<HTMLInputElement>("#desk-attribute-name"), "shoe size");
    await settled();
    one("form").dispatchEvent(new Event("submit", { cancelable: true }));
    await shown(alerts).toEqual(["The call has too many attributes."]);
    expect([acts(), one<HTMLInputElement>("#desk-attribute-value").value]).toEqual([[[PATCH, { shoe_size: "XL" }]], "XL"]);
    press("Escape", one("#desk-attribute-value"));
    await settled();
    expect(all("form").length).toBe(0);
  });

  it("can be changed by the call's owner alone", async () => {
    await data(call({ assignedTo: "1014", attributes: { account: "C-204" } }));
    expect(names("button")).toEqual([]);
  });
});

describe("earlier calls with the number", () => {
  const WITH = "GET /voiceconfig/calllogs";
  const shownCall = shallowRef<Call | null>(null);
  const earlier = (of: Call | null, answer: Options["answers"]) => {
    shownCall.value = of;
    return mountAtDesk(() => h(EarlierCalls, { call: shownCall.value }), { answers: { "GET /voicechannel/directory": () => page(MAREK), ...answer } });
  };

  it("are asked for once a call, and tell who had them and what came of them", async () => {
    const { asked } = await earlier(call(), { [WITH]: () => page(log({ id: "call-1" }), log({ id: "old", agent: "1014", disposition: "callback-promised", note: "Wants an offer." }), log({ id: "lost", agent: null, answeredAt: null, talkMs: 0, status: "no-answer" })) });
    await shown(() => texts(".desk-name")).toEqual(["Marek Nowak", "billing"]);
    expect([texts(".about"), textOf(one("header .sub"))]).toEqual([["Callback promised · Wants an offer.", "Missed"], "2"]);
    shownCall.value = call({ state: "held" });
    await settled();
    expect(asked.filter(({ line }) => line.startsWith(WITH)).map(({ query }) => query)).toEqual([{ number: "+15550104471", limit: "20" }]);
  });

  it("of one call are never shown beside another, however late they come", async () => {
    const first = later();
    await earlier(call(), { [WITH]: ({ query: { number } }) => (number === "+15550104471" ? first.answer : page(log({ id: "other", agent: "1014" }))) });
    shownCall.value = second({ from: "+15550107777" });
    await shown(() => texts(".desk-name")).toEqual(["Marek Nowak"]);
    first.give(page(log({ id: "old" }), log({ id: "older" })));
    await settled();
    expect(texts(".desk-name")).toEqual(["Marek Nowak"]);
  });

  it("are none, cannot be read, or need not be asked for", async () => {
    const empty = "No earlier calls of yours with this number.";
    const failed = await earlier(call(), { [WITH]: () => refused(500, "InternalError", "No.") });
    await shown(() => texts(".desk-empty")).toEqual(["Earlier calls could not be read."]);
    failed.unmount();
    const nobody = await earlier(call({ from: "anonymous" }), {});
    expect([texts(".desk-empty"), nobody.asked.some(({ line }) => line.startsWith(WITH))]).toEqual([[empty], false]);
  });
});

describe("recent calls", () => {
  const LOGS = "GET /voiceconfig/calllogs";
  const recent = (options: Options = {}) => mountAtDesk(() => h(RecentCalls), { agents: [agent()], ...options });

  it("are named, say what came of them, and how the day goes", async () => {
    await recent({ answers: { [LOGS]: () => page(log({ id: "one", disposition: "resolved" }), log({ id: "two", fromName: null, answeredAt: null, talkMs: 0, status: "no-answer", from: "+15550107777", fromText: "(555) 010-7777", startedAt: "2026-11-29T13:00:00.000Z" })) } });
    await shown(() => texts(".desk-name")).toEqual(["Priya Raman", "(555) 010-7777"]);
    expect([texts(".desk-line .grow > .small"), textOf(one("header .sub")), names(".desk-line button")]).toEqual([["billing · Resolved", "Missed"], "Today 1 handled · 5:00 average", ["Call Priya Raman", "Call (555) 010-7777"]]);
  });

  it("are called back by a press, and why not is told until it is closed", async () => {
    const { acts } = await recent({ answers: { [LOGS]: () => page(log({ id: "one" })), "POST /voicechannel/calls": () => refused(403, "NUMBER_NOT_ALLOWED", "This number may not be called.") } });
    await shown(() => names(".desk-line button")).toEqual(["Call Priya Raman"]);
    button("Call Priya Raman").click();
    await shown(alerts).toEqual(["This number may not be called."]);
    expect(acts()).toEqual([["POST /voicechannel/calls", { type: "phonenumber", to: "+15550104471" }]]);
  });

  it("have a new one when its record is complete, of the agent's own calls alone", async () => {
    const { tell, asked } = await recent({ calls: [call()], answers: { [LOGS]: () => page(), "GET /voiceconfig/calllogs/call-1": () => ({ ...log({ id: "call-1" }), legs: [], events: [] }) } });
    await shown(() => texts(".desk-empty")).toEqual(["Calls that you have handled will be here."]);
    tell({ type: "calllog.completed", data: { id: "somebody-else" } }, { type: "call.ended", data: { call: call({ state: "ended" }), ended: { cause: "NORMAL_CLEARING", by: "customer", waitMs: 0, talkMs: 1, holdMs: 0 } } }, { type: "calllog.completed", data: { id: "call-1" } });
    await shown(() => texts(".desk-name")).toEqual(["Priya Raman"]);
    expect(asked.map(({ line }) => line).filter((line) => line.includes("somebody-else"))).toEqual([]);
  });

  it("keep a record that came while they were read", async () => {
    const list = later();
    const { tell } = await recent({ calls: [call()], answers: { [LOGS]: () => list.answer, "GET /voiceconfig/calllogs/call-1": () => ({ ...log({ id: "call-1" }), legs: [], events: [] }) } });
    tell({ type: "call.ended", data: { call: call({ state: "ended" }), ended: { cause: "NORMAL_CLEARING", by: "customer", waitMs: 0, talkMs: 1, holdMs: 0 } } }, { type: "calllog.completed", data: { id: "call-1" } });
    await shown(() => texts(".desk-name")).toEqual(["Priya Raman"]);
    list.give(page(log({ id: "old", fromName: "Sam Ortiz", from: "+15550107777", startedAt: "2026-11-29T13:00:00.000Z" })));
    await shown(() => texts(".desk-name").length).toBe(2);
    expect(texts(".desk-name")).toEqual(["Priya Raman", "Sam Ortiz"]);
  });

  it("are read again when they could not be", async () => {
    let isBroken = true;
    await recent({ answers: { [LOGS]: () => (isBroken ? "unreachable" : page(log({ id: "one" }))) } });
    await shown(() => texts(".desk-empty .grow")).toEqual(["Your calls could not be read."]);
    isBroken = false;
    button("Try again").click();
    await shown(() => texts(".desk-name")).toEqual(["Priya Raman"]);
  });
});

describe("the people of a conference", () => {
  const conference = call({ conference: true, legs: [caller(), leg(), leg({ id: "leg-2", agent: "1014", muted: true })] });
  const strip = (of: Call, options: Options = {}) => mountAtDesk((desk) => h(PeopleStrip, { call: desk.calls.value[0] ?? of }), { agents: [agent()], calls: [of], ...options, answers: { "GET /voicechannel/directory": () => page(MAREK), ...options.answers } });

  it("are muted and dropped one by one by the owner, each by name, but not the agent", async () => {
    const { acts } = await strip(conference);
    await shown(() => texts(".desk-name")).toEqual(["Priya Raman", "You", "Marek Nowak muted"]);
    expect([textOf(one("h2")), names(".people button")]).toEqual(["3 people", ["Mute Priya Raman", "Drop Priya Raman", "Unmute Marek Nowak", "Drop Marek Nowak"]]);
    button("Unmute Marek Nowak").click();
    button("Drop Priya Raman").click();
    await shown(() => acts().map(([line]) => line)).toEqual(["POST /voicechannel/calls/call-1/legs/leg-2:unmute", "POST /voicechannel/calls/call-1/legs/leg-0:hangup"]);
  });

  it("are only named to a colleague who is in it, and somebody who rings can only be dropped", async () => {
    const { unmount } = await strip({ ...conference, assignedTo: "1014" });
    await shown(() => texts(".desk-name").length).toBe(3);
    expect(names(".people button")).toEqual([]);
    unmount();
    await strip({ ...conference, legs: [caller(), leg(), leg({ id: "leg-2", agent: "1014", state: "ringing" })] });
    await shown(() => names(".people button")).toEqual(["Mute Priya Raman", "Drop Priya Raman", "Drop Marek Nowak"]);
  });
});
