// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { createRunner } from "../../../src/console/pages/desk/acts.js";
import { deskDe } from "../../../src/console/messages/desk.de.js";
import { deskEn } from "../../../src/console/messages/desk.en.js";
import { nextWords } from "../../../src/console/pages/desk/call-words.js";
import { ApiProblem } from "../../../src/console/api/problem.js";
import { isField } from "../../../src/console/keys.js";
import { deedOf, keyOf, SHOWN_KEYS } from "../../../src/console/pages/desk/keys.js";
import { bookOf, chipsOf, nameIn, partyOf } from "../../../src/console/pages/desk/parties.js";
import { wordsOf } from "../../../src/console/ui/code-words.js";
import { SITUATIONS } from "../../../src/console/pages/desk/situation.js";
import { before, isLater, shownStatus, sinceOf } from "../../../src/console/pages/desk/status.js";
import { departmentsOf, latenessOf, longestOf, waitingCallers } from "../../../src/console/pages/desk/waiting.js";
import type { Queue, QueueEntry } from "../../../src/console/api/types.js";
import { agent, call, caller, colleague, consult, leg, ME, shared } from "./samples.js";

const pressed = (key: string, more: Partial<KeyboardEvent> = {}) => deedOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

describe("keys", () => {
  it("ask for the acts of the brief", () => {
    expect(pressed("m")).toEqual({ act: ["mute"] });
    expect(pressed("E", { shiftKey: true })).toEqual({ act: ["hangup", "leave", "cancelDial"] });
    expect(pressed("3")).toEqual({ call: 2 });
    expect(pressed("?", { shiftKey: true })).toEqual({ show: "keys" });
    expect(pressed("s")).toEqual({ show: "status" });
    expect([pressed("x"), pressed("c"), pressed("b")]).toEqual([{ act: ["swap"] }, { act: ["complete"] }, { act: ["cancelConsult", "cancelTransfer", "cancelAdd"] }]);
  });
  it("never hang up without Shift, and leave the browser's alone", () => {
    expect(pressed("e")).toBeNull();
    expect(pressed("E")).toBeNull();
    expect(pressed("r", { ctrlKey: true })).toBeNull();
    expect(pressed("M")).toEqual({ act: ["mute"] });
  });
  it("are shown at each act that has one, and in the list", () => {
    expect((["swap", "complete", "cancelConsult", "cancelTransfer", "hangup", "leave", "resume"] as const).map(keyOf)).toEqual(["X", "C", "B", "B", "⇧ E", "⇧ E", "H"]);
    const shown = new Set<string>(SHOWN_KEYS.map(([key]) => key));
    for (const { bar } of Object.values(SITUATIONS)) for (const act of bar) expect(shown).toContain(keyOf(act));
  });
  it("are off in fields", () => {
    document.body.innerHTML = "<input id=a><textarea id=b></textarea><button id=c></button><input id=d type=checkbox>";
    expect(["a", "b", "c", "d"].map((id) => isField(document.getElementById(id)))).toEqual([true, true, false, false]);
    document.body.replaceChildren();
  });
});

describe("people", () => {
  const book = bookOf([colleague("Marek Nowak", "online", { id: "marek" }), shared("Main office", "+15550109000")]);
  it("are called by name, by id, extension or number", () => expect(["marek", "1014", "+15550109000", "1099"].map((key) => nameIn(book, key))).toEqual(["Marek Nowak", "Marek Nowak", "Main office", "1099"]));
  it("are the other one of the call", () => {
    expect(partyOf(call(), ME, book)).toEqual({ name: "Priya Raman", number: "+1 555 010 4471" });
    expect(partyOf(call({ fromName: null }), ME, book)).toEqual({ name: "+1 555 010 4471", number: null });
    expect(partyOf(call({ direction: "outbound", from: ME, to: "+15550109000", toText: "(555) 010-9000" }), ME, book)).toEqual({ name: "Main office", number: "(555) 010-9000" });
    expect(partyOf(call({ direction: "outbound", from: ME, to: "+15550104471", toText: "(555) 010-4471", legs: [leg(), caller({ name: "+15550104471" })] }), ME, book)).toEqual({ name: "(555) 010-4471", number: null });
    expect(partyOf(call({ direction: "internal", from: ME, to: "1014", toText: "1014" }), ME, book)).toEqual({ name: "Marek Nowak", number: "1014" });
    // The one who is consulted about a call between colleagues has to do with the one who was called.
    const asked = call({ direction: "internal", assignedTo: "marek", from: "1014", fromName: null, to: "1020", toText: "1020", consult: { ...consult("active"), agent: ME } });
    expect(partyOf(asked, ME, book)).toEqual({ name: "1020", number: null });
    expect(partyOf({ ...asked, to: ME }, ME, book)).toEqual({ name: "Marek Nowak", number: "+1 555 010 4471" });
    expect(partyOf(call({ direction: "internal", assignedTo: "marek", from: "1014", fromName: null, fromText: "1014", to: ME }), ME, book)).toEqual({ name: "Marek Nowak", number: "1014" });
  });
  it("have few chips, and codes are words", () => {
    expect(chipsOf({ account: "C-204", language: "English", plan: "Business 20", menu: "Billing" })).toEqual([{ key: "language", value: "English" }, { key: "plan", value: "Business 20" }]);
    expect(wordsOf("callback-promised")).toBe("Callback promised");
  });
});

describe("who waits", () => {
  const none = (): boolean => false;
  const entry = (callId: string, queuedAt: string): QueueEntry => ({ callId, from: "+15550100001", fromText: "(555) 010-0001", fromName: null, queuedAt, position: 1, priority: 0, skills: [], offeredTo: [] });
  const queue = (name: string, entries: QueueEntry[]): Queue => ({ name, waiting: entries.length, serviceLevelS: 20, serviceLevelTarget: 0.8, alarms: { longestWaitS: 180, waiting: null, talkS: null, awayS: null }, figures: { waiting: 0, longestWaitS: 0, callbacks: 0, serviceLevel: null, answered: 0, abandoned: 0, overflowed: 0, averageWaitS: null, agents: { free: 0, busy: 0 } }, entries });
  const queues = [queue("support", [entry("b", "2026-11-29T14:01:00.000Z")]), queue("billing", [entry("a", "2026-11-29T14:00:00.000Z")]), queue("sales", [entry("c", "2026-11-29T13:00:00.000Z")])];
  it("comes from own departments, the longest first", () => {
    expect(waitingCallers(queues, ["billing", "support"], none).map(({ callId }) => callId)).toEqual(["a", "b"]);
    expect(waitingCallers(queues, ["*"], none).map(({ name }) => name)).toEqual(["(555) 010-0001", "(555) 010-0001", "(555) 010-0001"]);
    expect(departmentsOf(waitingCallers(queues, ["*"], none))).toEqual(["billing", "sales", "support"]);
  });
  it("stands in the order in which it is served: by priority, then by the wait; the longest wait is told whoever has it", () => {
    const urgent = { ...entry("urgent", "2026-11-29T14:02:00.000Z"), priority: 5 };
    const callers = waitingCallers([queue("support", [urgent, { ...entry("b", "2026-11-29T14:01:00.000Z"), position: 2 }])], ["support"], none);
    expect(callers.map(({ callId, position }) => [callId, position])).toEqual([["urgent", 1], ["b", 2]]);
    expect(longestOf(callers)?.callId).toBe("b");
    expect(longestOf([])).toBeNull();
  });
  it("does not name a second time whoever rings at the agent already", () => {
    expect(waitingCallers(queues, ["*"], (id) => id === "a").map(({ callId }) => callId)).toEqual(["c", "b"]);
  });
  it("is late past the service level, and too late past the alarm", () => {
    const [first] = waitingCallers(queues, ["billing"], none);
    const at = Date.parse("2026-11-29T14:00:00.000Z");
    expect(first && [0, 20, 180].map((s) => latenessOf(first, at + s * 1000))).toEqual(["fine", "watch", "alarm"]);
  });
});

describe("the status", () => {
  it("is never free without a phone", () => expect(shownStatus(agent({ registered: false }), new Map()).state).toBe("noPhone"));
  it("counts the wrap-up down", () => expect(shownStatus(agent({ status: "away", reason: "wrapUp", wrapUp: { callId: "call-1", until: "2026-11-29T14:10:00.000Z" } }), new Map())).toMatchObject({ state: "wrapUp", until: "2026-11-29T14:10:00.000Z", reason: null }));
  it("counts the hold of the caller whom the agent has left, also while another call rings", () => {
    const held = call({ state: "held", heldBy: "agent", stateSince: "2026-11-29T14:03:00.000Z" });
    const rings = call({ id: "call-2", state: "ringing", assignedTo: null, ringing: [ME], stateSince: "2026-11-29T14:03:20.000Z", legs: [caller({ state: "ringing" }), leg({ id: "mine", state: "ringing" })] });
    const shown = shownStatus(agent({ status: "inCall", calls: ["call-1", "call-2"], ringing: ["call-2"] }), new Map([["call-1", held], ["call-2", rings]]));
    expect([shown.state, sinceOf(shown, held, [held, rings], ME), sinceOf(shown, rings, [held, rings], ME)]).toEqual(["held", held.stateSince, held.stateSince]);
  });
  it("follows a call", () => {
    const busy = agent({ status: "inCall", calls: ["call-1"], next: { status: "away", reason: "lunch", after: "wrapUp", by: "carol", byName: "Carol Weiss" } });
    const shown = shownStatus(busy, new Map([["call-1", call()]]));
    expect([isLater(shown), shown.next]).toEqual([true, { status: "away", reason: "lunch", after: "wrapUp", by: "carol", byName: "Carol Weiss" }]);
    expect(before(busy, { status: "away", reason: "break" })).toEqual({ status: "away", reason: "break" });
    // The page was opened in the call: an agent who has never been free lands offline.
    expect(before(busy, null)).toBeNull();
    expect(before(agent({ status: "away", reason: "wrapUp" }), { status: "away", reason: "break" })).toEqual({ status: "online", reason: null });
  });
});

it("what follows is in words, with its reason", () => {
  expect(nextWords(deskEn.status, { status: "away", reason: "long_lunch" })).toBe("away, long lunch");
  expect(deskEn.outcome.left(nextWords(deskEn.status, { status: "online", reason: null }))).toBe("left, then free");
  expect(deskDe.outcome.left(nextWords(deskDe.status, { status: "offline", reason: null }))).toBe("übrig, dann offline");
});

describe("asking the server", () => {
  const refused = (message: string) => Promise.reject(new ApiProblem({ status: 409, code: "NO_ANSWER", message }));
  it("tells a refusal until it is closed, or asked again", async () => {
    const runner = createRunner("Not reached.");
    expect(await runner.run("transfer", "call-1", () => refused("Marek did not answer."))).toBe(false);
    expect(runner.refusal.value).toEqual({ of: "transfer", callId: "call-1", code: "NO_ANSWER", message: "Marek did not answer." });
    await runner.run("hold", "call-1", () => Promise.resolve());
    expect(runner.refusal.value).not.toBeNull();
    await runner.run("consult", "call-1", () => Promise.resolve());
    expect(runner.refusal.value).toBeNull();
  });
  it("says nothing of what the agent has called off", async () => {
    const runner = createRunner("");
    let fail: (error: ApiProblem) => void = () => undefined;
    const asked = runner.run("transfer", "call-1", () => new Promise((_, reject) => (fail = reject)));
    runner.expectRefusal("transfer", "CANCELED");
    fail(new ApiProblem({ status: 409, code: "CANCELED", message: "Somebody called it off." }));
    await asked;
    expect(runner.refusal.value).toBeNull();
  });
  it("tells of another refusal than that", async () => {
    const runner = createRunner("");
    let fail: (error: ApiProblem) => void = () => undefined;
    const asked = runner.run("transfer", "call-1", () => new Promise((_, reject) => (fail = reject)));
    runner.expectRefusal("transfer", "CANCELED");
    fail(new ApiProblem({ status: 409, code: "CALL_FAILED", message: "It could not be completed." }));
    await asked;
    expect(runner.refusal.value?.code).toBe("CALL_FAILED");
  });
  it("asks once at a time", async () => {
    const runner = createRunner("");
    let end = (): void => undefined;
    const first = runner.run("hold", "call-1", () => new Promise<void>((resolve) => (end = resolve)));
    expect(await runner.run("hold", "call-1", () => Promise.resolve())).toBe(false);
    end();
    expect(await first).toBe(true);
  });
});

