// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { h } from "vue";
import type { Agent, Call } from "../../../src/console/api/types.js";
import OutcomeCard from "../../../src/console/pages/desk/OutcomeCard.vue";
import { mountAtDesk, settled, shown, type Options } from "../mounted/mount.js";
import { alerts, all, button, choose, one, textOf, texts, type } from "../mounted/page.js";
import { later, refused, type Answers } from "../mounted/server.js";
import { agent, call, caller, leg, log } from "./samples.js";

afterEach(() => void vi.useRealTimers());

const RECORD = "GET /voiceconfig/calllogs/call-1";
const SAVE = "POST /voicechannel/calls/call-1:disposition";
const NOTE = "PUT /voiceconfig/calllogs/call-1";
const none = (): Response => refused(404, "NotFound", "There is no such object.");
const wrapUp = (until: string | null, more: Partial<Agent> = {}): Agent => agent({ status: "away", reason: "wrapUp", wrapUp: { callId: "call-1", until }, ...more });

const card = (calls: readonly Call[] = [call()], answers: Answers = {}, options: Options = {}) =>
  mountAtDesk(() => h(OutcomeCard), { agents: [agent({ status: "inCall", calls: calls.map(({ id }) => id) })], calls, ...options, answers: { [RECORD]: none, "GET /voiceconfig/calllogs/call-2": none, ...answers } });
const select = (): HTMLSelectElement => one<HTMLSelectElement>("select");
const note = (): HTMLTextAreaElement => one<HTMLTextAreaElement>("textarea");
const status = (): string => textOf(one("header [role=status]"));
/** As an agent who leaves the field. */
const leave = (): void => note().blur();

describe("the outcome of a call", () => {
  it("offers the choices of the call's department, and none where it has none", async () => {
    const { unmount } = await card();
    expect([texts("option"), select().value, status(), all("h2").map(textOf)]).toEqual([["Choose an outcome", "Resolved", "Callback promised"], "", "", ["Outcome"]]);
    unmount();
    await card([call({ department: "sales" })]);
    expect([all("select").length, all("textarea").length]).toEqual([0, 1]);
  });

  it("is saved as soon as it is chosen, and says when", async () => {
    const answer = later();
    const { acts } = await card([call()], { [SAVE]: () => answer.answer });
    choose(select(), "resolved");
    await shown(acts).toEqual([[SAVE, { code: "resolved" }]]);
    await shown(status).toBe("Saving");
    answer.give(undefined);
    await shown(status).toMatch(/^Saved \d+:\d\d/);
  });

  it("saves a note without an outcome in the record, when the field is left", async () => {
    const { acts } = await card();
    type(note(), " Wants an offer.\nCall back. ");
    await shown(status).toBe("Not saved yet");
    expect(acts()).toEqual([]);
    leave();
    await shown(acts).toEqual([[NOTE, { note: "Wants an offer.\nCall back." }]]);
    await shown(status).toMatch(/^Saved/);
  });

  it("saves itself a moment after the last letter, with the outcome", async () => {
    const { acts } = await card();
    choose(select(), "resolved");
    await shown(() => acts().length).toBe(1);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    for (const text of ["Of", "Off", "Offer"]) {
      type(note(), text);
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(acts().length).toBe(1);
    await vi.advanceTimersByTimeAsync(600);
    vi.useRealTimers();
    await shown(acts).toEqual([[SAVE, { code: "resolved" }], [SAVE, { code: "resolved", note: "Offer" }]]);
  });

  it("begins with what the record has, keeps an outcome that the department has no more, and saves nothing that was not touched", async () => {
    const { acts } = await card([call()], { [RECORD]: () => ({ ...log({ id: "call-1", disposition: "old-code", note: "From before" }), legs: [], events: [] }) });
    await shown(() => note().value).toBe("From before");
    expect([select().value, texts("option")]).toEqual(["old-code", ["Choose an outcome", "Old code", "Resolved", "Callback promised"]]);
    leave();
    choose(select(), "resolved");
    await shown(acts).toEqual([[SAVE, { code: "resolved" }]]);
  });

  it("is not overwritten by a record that comes late", async () => {
    const record = later();
    await card([call()], { [RECORD]: () => record.answer });
    type(note(), "Mine");
    record.give({ ...log({ id: "call-1", disposition: "resolved", note: "Theirs" }), legs: [], events: [] });
    await shown(() => select().value).toBe("resolved");
    expect(note().value).toBe("Mine");
  });

  it("says what the server refuses, and saves what is written then", async () => {
    let isRefused = true;
    const { acts } = await card([call()], { [NOTE]: () => (isRefused ? refused(400, "InvalidParameter", "note: is too long.") : undefined) });
    type(note(), "Long");
    leave();
    await shown(alerts).toEqual(["note: is too long."]);
    expect([status(), note().value]).toEqual(["Not saved", "Long"]);
    isRefused = false;
    type(note(), "Short");
    await shown(alerts).toEqual([]);
    leave();
    await shown(status).toMatch(/^Saved/);
    expect(acts().at(-1)).toEqual([NOTE, { note: "Short" }]);
  });

  it("waits for the server when that is not reached, and is saved when the stream is back", async () => {
    let isThere = false;
    const { acts, lose, back } = await card([call()], { [NOTE]: () => (isThere ? undefined : "unreachable") });
    lose();
    type(note(), "Half a sentence");
    leave();
    await shown(status).toBe("Saved as soon as the server is back");
    expect(note().value).toBe("Half a sentence");
    isThere = true;
    await back();
    await shown(status).toMatch(/^Saved \d/);
    expect([note().value, acts().length]).toEqual(["Half a sentence", 2]);
  });

  it("is the call's own: what was written about one is saved when another takes its place, and is not shown there", async () => {
    const second = call({ id: "call-2", fromName: "Sam Ortiz", createdAt: "2026-11-29T14:09:00.000Z", stateSince: "2026-11-29T14:09:00.000Z" });
    const { acts, updated, desk } = await card();
    type(note(), "About Priya");
    updated(call({ state: "held", heldBy: "agent" }));
    updated(second);
    await shown(() => desk.current.value?.id).toBe("call-2");
    await shown(acts).toEqual([[NOTE, { note: "About Priya" }]]);
    expect(note().value).toBe("");
    desk.select("call-1");
    await shown(() => note().value).toBe("About Priya");
  });

  it("is saved when the desk is left, and is there when the agent comes back", async () => {
    const { acts, unmount } = await card();
    type(note(), "Left");
    await settled();
    unmount();
    await shown(acts).toEqual([[NOTE, { note: "Left" }]]);
  });

  it("asks before the page is closed with something that is not saved", async () => {
    await card([call()], { [NOTE]: () => "unreachable" });
    const closing = (): boolean => dispatchEvent(new Event("beforeunload", { cancelable: true }));
    expect(closing()).toBe(true);
    type(note(), "Not yet");
    expect(closing()).toBe(false);
  });
});

describe("after the call", () => {
  it("is said of which call it is, with the time that is left and what comes then", async () => {
    const { agentIs, tell, pass } = await card();
    expect(texts(".body > p")).toEqual(["After the call there is time to finish this."]);
    tell({ type: "call.ended", data: { call: call({ state: "ended" }), ended: { cause: "NORMAL_CLEARING", by: "customer", waitMs: 0, talkMs: 1, holdMs: 0 } } });
    agentIs(wrapUp("2026-11-29T14:10:30.000Z"));
    await shown(() => texts(".body > p")).toEqual(["Of the call with Priya Raman"]);
    expect(textOf(one(".wrap-up"))).toBe("0:30 left, then freeFinish");
    agentIs(wrapUp("2026-11-29T14:10:30.000Z", { next: { status: "away", reason: "lunch", after: "wrapUp", by: null, byName: null } }));
    pass(10_000);
    await shown(() => textOf(one(".wrap-up"))).toBe("0:20 left, then away, lunchFinish");
  });

  it("finishes with what is written saved", async () => {
    const { acts } = await card([], {}, { agents: [wrapUp(null)] });
    expect(texts(".body > p")).toEqual(["Of your last call"]);
    type(note(), "Done");
    await settled();
    button("Finish").click();
    await shown(acts).toEqual([[NOTE, { note: "Done" }], ["POST /voicechannel/agents/1001/status", { status: "online" }]]);
  });

  it("has nothing to ask where there was no call, or while one only rings", async () => {
    const { updated } = await card([]);
    expect(texts("p.desk-empty")).toEqual(["With a call you can note here what came of it."]);
    updated(call({ state: "ringing", assignedTo: null, answeredAt: null, ringing: ["1001"], legs: [caller({ state: "ringing" }), leg({ state: "ringing" })] }));
    await settled();
    expect(all("textarea").length).toBe(0);
  });
});
