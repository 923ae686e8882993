import { describe, expect, it } from "vitest";
import { INITIAL_STATE, nextOf, reasonOf, statusOf, step, type AgentInput, type AgentState, type AskedStatus } from "../../src/agents/status.js";

const ask = (status: AskedStatus, reason: string | null = null): AgentInput => ({ type: "request", status, reason });
const joined = (callId: string): AgentInput => ({ type: "callJoined", callId });
const left = (callId: string): AgentInput => ({ type: "callLeft", callId });
const missed: AgentInput = { type: "heartbeatsMissed" };
const phonesLost: AgentInput = { type: "phonesLost" };

const run = (inputs: readonly AgentInput[], from: AgentState = INITIAL_STATE): AgentState => inputs.reduce((state, input) => step(state, input).state, from);
const statusAfter = (...inputs: readonly AgentInput[]) => statusOf(run(inputs));

describe("the status machine", () => {
  it("begins offline", () => expect(statusAfter()).toBe("offline"));

  it.each([
    ["a call shows inCall", [ask("online"), joined("a")], "inCall"],
    ["the last call's end gives the status before it back", [ask("online"), joined("a"), left("a")], "online"],
    ["away comes back after a call", [ask("away"), joined("a"), left("a")], "away"],
    ["an offline agent who answers her phone is inCall", [joined("a")], "inCall"],
    ["and offline again after it", [joined("a"), left("a")], "offline"],
    ["with two calls the first end changes nothing", [ask("online"), joined("a"), joined("b"), left("a")], "inCall"],
    ["with two calls the last end leaves", [ask("online"), joined("a"), joined("b"), left("a"), left("b")], "online"],
    ["away asked for in a call waits for its end", [ask("online"), joined("a"), ask("away")], "inCall"],
    ["and takes effect then", [ask("online"), joined("a"), ask("away"), left("a")], "away"],
    ["the last wish in a call counts", [ask("online"), joined("a"), ask("away"), ask("online"), left("a")], "online"],
    ["offline takes effect at once, also in a call", [ask("online"), joined("a"), ask("offline")], "offline"],
    ["and stays when that call ends", [ask("online"), joined("a"), ask("offline"), left("a")], "offline"],
    ["a further call after going offline shows inCall", [ask("online"), joined("a"), ask("offline"), joined("b")], "inCall"],
    ["coming back online while the call lasts shows inCall", [ask("online"), joined("a"), ask("offline"), ask("online")], "inCall"],
    ["the end of the call that she left forgets that she left", [ask("online"), joined("a"), ask("offline"), left("a"), joined("b")], "inCall"],
    ["missed heartbeats set offline", [ask("online"), missed], "offline"],
    ["a call keeps from going offline by missed heartbeats", [ask("online"), joined("a"), missed], "inCall"],
    ["and the status after it is the one before it", [ask("online"), joined("a"), missed, left("a")], "online"],
    ["a call keeps from going offline by the loss of the phone", [ask("away"), joined("a"), phonesLost, left("a")], "away"],
    ["missed heartbeats do not touch an offline agent in a call", [joined("a"), missed], "inCall"],
    ["the last phone's loss sets away offline", [ask("away"), phonesLost], "offline"],
    ["a call is joined once", [ask("online"), joined("a"), joined("a"), left("a")], "online"],
    ["the end of an unknown call is nothing", [ask("online"), joined("a"), left("b")], "inCall"],
  ] as const)("%s", (_name, inputs, expected) => expect(statusAfter(...inputs)).toBe(expected));

  it("keeps the reason with away alone, over a call", () => {
    const state = run([ask("away", "wrapUp"), joined("a")]);
    expect(reasonOf(state)).toBeNull();
    expect(reasonOf(run([left("a")], state))).toBe("wrapUp");
    expect(reasonOf(run([left("a"), ask("online")], state))).toBeNull();
  });

  it("knows what was asked for during a call, and by whom, until the call is over", () => {
    const calling = run([ask("online"), joined("a")]);
    expect(nextOf(calling)).toBeNull();
    const forced = step(calling, ask("away", "lunch"), "request:carol").state;
    expect(nextOf(forced)).toEqual({ status: "away", reason: "lunch", after: "wrapUp", by: "carol" });
    expect(nextOf(step(forced, ask("online")).state)).toEqual({ status: "online", reason: null, after: "wrapUp", by: null });
    expect(nextOf(step(calling, ask("away", "missed"), "system").state)).toEqual({ status: "away", reason: "missed", after: "wrapUp", by: "system" });
    expect(nextOf(run([joined("b"), left("a")], forced))).toEqual({ status: "away", reason: "lunch", after: "wrapUp", by: "carol" });
    // Offline shows at once: nothing follows.
    expect(nextOf(run([ask("offline")], calling))).toBeNull();
    expect(nextOf(run([left("a"), joined("b")], forced))).toBeNull();
  });

  const asked = (status: AskedStatus, after: "call" | "wrapUp", reason: string | null = null): AgentInput => ({ type: "request", status, reason, after });
  const wrapUp = (callId: string): AgentInput => ({ type: "callLeft", callId, wrapUp: { callId, until: 1000 } });
  const over: AgentInput = { type: "wrapUpOver" };
  const withdrawn: AgentInput = { type: "withdrawn" };
  const away: AgentInput = { type: "request", status: "away", reason: "lunch" };
  const lunch = { status: "away", reason: "lunch" };
  const inWrapUp = { status: "away", reason: "wrapUp" };
  const free = { status: "online", reason: null };
  const soon = (after: "call" | "wrapUp") => ({ ...lunch, after, by: null });

  // What is asked for, when, and what is seen: at once, after the call, and after the wrap-up, where there is one.
  it.each([
    ["nothing, in a call", [ask("online"), joined("a")], [wrapUp("a"), { ...inWrapUp, next: null }], [over, free]],
    ["away, in a call", [ask("online"), joined("a"), away], [wrapUp("a"), { ...inWrapUp, next: soon("wrapUp") }], [over, lunch]],
    ["away, in a call without wrap-up", [ask("online"), joined("a"), away], [left("a"), { ...lunch, next: null }], [over, lunch]],
    ["away after the call", [ask("online"), joined("a"), asked("away", "call", "lunch")], [wrapUp("a"), { ...lunch, next: null }], [over, lunch]],
    ["online, in a call", [ask("online"), joined("a"), ask("online")], [wrapUp("a"), inWrapUp], [over, free]],
    ["online after the call", [ask("online"), joined("a"), asked("online", "call")], [wrapUp("a"), { ...free, next: null }], [over, free]],
    ["online, in a call of an agent who was away", [away, joined("a"), ask("online")], [wrapUp("a"), inWrapUp], [over, free]],
    ["away, withdrawn in the call", [ask("online"), joined("a"), away, withdrawn], [wrapUp("a"), { ...inWrapUp, next: null }], [over, free]],
    ["away, withdrawn in the wrap-up", [ask("online"), joined("a"), away, wrapUp("a")], [withdrawn, { ...inWrapUp, next: null }], [over, free]],
    ["another away, withdrawn by one who was away", [away, joined("a"), ask("away", "tea"), withdrawn], [wrapUp("a"), { ...lunch, next: null }], [over, lunch]],
    ["online, in a wrap-up", [ask("online"), joined("a"), wrapUp("a")], [ask("online"), free], [over, free]],
    ["away, in a wrap-up", [ask("online"), joined("a"), wrapUp("a")], [away, { ...lunch, next: null }], [over, lunch]],
    ["away after it, in a wrap-up", [ask("online"), joined("a"), wrapUp("a")], [asked("away", "wrapUp", "lunch"), { ...inWrapUp, next: soon("wrapUp") }], [over, lunch]],
    ["and then online", [ask("online"), joined("a"), away, wrapUp("a")], [ask("online"), { ...free, next: null }], [over, free]],
    ["and then another call", [ask("online"), joined("a"), away, wrapUp("a")], [joined("b"), { status: "inCall", next: soon("wrapUp") }], [left("b"), lunch]],
    ["offline, in a wrap-up with a next", [ask("online"), joined("a"), away, wrapUp("a")], [ask("offline"), { status: "offline", next: null }], [over, { status: "offline" }]],
    ["away after a wrap-up, in none", [ask("online")], [asked("away", "wrapUp", "lunch"), { ...lunch, next: null }], [over, lunch]],
    ["silence, in a wrap-up with a next", [ask("online"), joined("a"), away, wrapUp("a")], [missed, { status: "offline", next: null }], [over, { status: "offline" }]],
  ] satisfies readonly (readonly [string, readonly AgentInput[], readonly [AgentInput, object], readonly [AgentInput, object]])[])("what follows: %s", (_name, before, [first, seen], [second, then]) => {
    const shown = (state: AgentState) => ({ status: statusOf(state), reason: reasonOf(state), next: nextOf(state) });
    const one = run([...before, first]);
    expect(shown(one)).toMatchObject(seen);
    expect(shown(run([second], one))).toMatchObject(then);
  });

  it("has a wrap-up lengthened, which is remembered", () => {
    const state = run([ask("online"), joined("a"), wrapUp("a")]);
    const longer = step(state, { type: "wrapUpExtended", until: 2000 });
    expect(longer).toMatchObject({ state: { wrapUp: { callId: "a", until: 2000 } }, effects: [{ type: "remember", cause: "request" }] });
    expect(step(run([ask("online")]), { type: "wrapUpExtended", until: 2000 }).effects).toEqual([]);
  });

  it("tells a change once, with its cause", () => {
    expect(step(INITIAL_STATE, ask("online")).effects).toEqual([{ type: "watch" }, { type: "changed", status: "online", cause: "request" }]);
    const online = run([ask("online")]);
    expect(step(online, ask("online")).effects).toEqual([{ type: "watch" }]);
    expect(step(online, joined("a")).effects).toEqual([{ type: "changed", status: "inCall", cause: "call" }]);
    expect(step(online, missed).effects).toEqual([{ type: "unwatch" }, { type: "changed", status: "offline", cause: "heartbeat" }]);
    expect(step(online, phonesLost).effects).toEqual([{ type: "unwatch" }, { type: "changed", status: "offline", cause: "registration" }]);
    expect(step(run([joined("a")], online), ask("away")).effects).toEqual([{ type: "watch" }, { type: "remember", cause: "request" }]);
  });

  it("is never inCall without a call nor online with one, whatever happens in whatever order", () => {
    const inputs: readonly AgentInput[] = [ask("online"), ask("away"), asked("away", "call", "lunch"), asked("away", "wrapUp", "lunch"), withdrawn, ask("offline"), joined("a"), joined("b"), left("a"), left("b"), wrapUp("a"), over, missed, phonesLost];
    const seen = new Map<string, AgentState>([[JSON.stringify(INITIAL_STATE), INITIAL_STATE]]);
    for (const state of seen.values()) {
      for (const input of inputs) {
        const { state: after, effects } = step(state, input);
        const status = statusOf(after);
        expect(status === "inCall").toBe(after.calls.length > 0 && !after.left);
        if (status === "online" || status === "away") expect(after.calls).toEqual([]);
        if (after.left) expect(after.wish).toBe("offline");
        // What waits has something to wait for, and a wrap-up is not beside a call.
        if (after.next !== null) expect(after.wrapUp !== null || status === "inCall").toBe(true);
        if (after.wrapUp !== null) expect(after.calls).toEqual([]);
        expect(effects.some((effect) => effect.type === "changed")).toBe(status !== statusOf(state) || reasonOf(after) !== reasonOf(state));
        seen.set(JSON.stringify(after), after);
      }
    }
    expect(seen.size).toBeGreaterThan(15);
  });
});
