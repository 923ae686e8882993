// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { h } from "vue";
import { ApiProblem } from "../../../src/console/api/problem.js";
import type { Call, CallEnd } from "../../../src/console/api/types.js";
import { nameIn } from "../../../src/console/pages/desk/parties.js";
import { mountAtDesk, settled, shown, type Options } from "../mounted/mount.js";
import { texts } from "../mounted/page.js";
import { refused } from "../mounted/server.js";
import { agent, call, caller, colleague, leg } from "./samples.js";

afterEach(() => void vi.useRealTimers());

const END: CallEnd = { cause: "NORMAL_CLEARING", by: "customer", waitMs: 0, talkMs: 1, holdMs: 0 };
const other = call({ id: "call-2", fromName: "Sam Ortiz", createdAt: "2026-11-29T14:02:00.000Z", state: "held", heldBy: "agent" });
const rings = call({ id: "call-3", state: "ringing", assignedTo: null, answeredAt: null, ringing: ["1001"], legs: [caller({ state: "ringing" }), leg({ id: "mine", state: "ringing" })] });
/** The desk itself, with what a part of it sees. */
async function desk(calls: readonly Call[], options: Options = {}) {
  const mounted = await mountAtDesk(() => h("p"), { agents: [agent()], calls, ...options });
  const ended = (of: Call): void => mounted.tell({ type: "call.ended", data: { call: { ...of, state: "ended" }, ended: END } });
  const shows = (): readonly (string | null)[] => [mounted.desk.current.value?.id ?? null, mounted.desk.justEnded.value?.call.id ?? null];
  return { ...mounted, ended, shows };
}

describe("a call that ends", () => {
  it("stays in the middle for three seconds, and is the one whose outcome is asked until another begins", async () => {
    const { ended, shows, desk: { outcomeCall, justEnded }, updated } = await desk([call()]);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    ended(call());
    await vi.advanceTimersByTimeAsync(2900);
    expect([shows(), justEnded.value?.ended, outcomeCall.value]).toEqual([[null, "call-1"], END, "call-1"]);
    await vi.advanceTimersByTimeAsync(200);
    expect([shows(), outcomeCall.value]).toEqual([[null, null], "call-1"]);
    vi.useRealTimers();
    updated(rings);
    await shown(shows).toEqual(["call-3", null]);
    expect(outcomeCall.value).toBe("call-1");
  });

  it("gives the middle at once to the conversation that goes on beside it", async () => {
    const { ended, shows } = await desk([call(), call({ id: "call-2", conference: true, createdAt: "2026-11-29T14:02:00.000Z", stateSince: "2026-11-29T14:02:00.000Z" })]);
    await shown(shows).toEqual(["call-2", null]);
    ended(call({ id: "call-2", conference: true }));
    await shown(shows).toEqual(["call-1", null]);
  });

  it("and was not in the middle leaves that as it is", async () => {
    const { ended, shows } = await desk([call(), other]);
    ended(other);
    await settled();
    expect(shows()).toEqual(["call-1", null]);
  });

  it("and only rang was never here: nothing is asked of it", async () => {
    const { ended, shows, desk: { outcomeCall } } = await desk([rings]);
    ended(rings);
    await shown(shows).toEqual([null, null]);
    expect(outcomeCall.value).toBeNull();
  });

  it("while the stream was lost is gone, and nobody says how it ended", async () => {
    const { shows, lose, back, console: page, desk: { outcomeCall, known } } = await desk([call()]);
    lose();
    page.live.picture.calls.delete("call-1");
    await back();
    await shown(shows).toEqual([null, null]);
    expect([outcomeCall.value, known("call-1")?.fromName]).toEqual(["call-1", "Priya Raman"]);
  });

  it("goes on with somebody else: it is said once, whatever the stream tells of it later", async () => {
    const { tell, ended, shows, desk: { justEnded } } = await desk([call()]);
    tell({ type: "call.removed", data: { callId: "call-1", reason: "transferred", to: null } });
    await shown(shows).toEqual([null, "call-1"]);
    ended(call());
    await settled();
    expect(justEnded.value?.ended).toBeNull();
  });
});

describe("what was refused", () => {
  const refuse = (): Promise<never> => Promise.reject(new ApiProblem({ status: 409, code: "Conflict", message: "No." }));

  it("goes with the call that it is about, but stays where it is why the middle has not changed", async () => {
    const { desk: made } = await desk([call(), other]);
    await made.runner.run("park", "call-1", refuse);
    made.select("call-2");
    await settled();
    expect(made.runner.refusal.value).toBeNull();
    await made.runner.run("resume", "call-1", refuse);
    made.select("call-1");
    await settled();
    made.select("call-2");
    await settled();
    expect(made.runner.refusal.value?.message).toBe("No.");
  });
});

describe("names", () => {
  it("are those of the directory, and follow the stream", async () => {
    const marek = colleague("Marek Nowak", "online", { id: "1014" });
    const { tell, desk: { book } } = await desk([], { answers: { "GET /voicechannel/directory": () => ({ items: [marek], total: 1, next: null }) } });
    await shown(() => nameIn(book.value, "1014")).toBe("Marek Nowak");
    tell({ type: "directory.presence", data: { items: [{ ...marek, name: "Marek Zielinski" }], removed: [] } });
    expect(nameIn(book.value, "1014")).toBe("Marek Zielinski");
    tell({ type: "directory.presence", data: { items: [], removed: [{ type: "agent", id: "1014" }] } });
    expect(nameIn(book.value, "1014")).toBe("1014");
  });

  it("that the stream tells before the directory has answered are not taken back by the older answer", async () => {
    const marek = colleague("Marek Nowak", "online", { id: "1014" });
    let give: (answer: object) => void = () => undefined;
    const answer = new Promise<object>((resolve) => (give = resolve));
    const { tell, desk: { book } } = await desk([], { answers: { "GET /voicechannel/directory": () => answer } });
    tell({ type: "directory.presence", data: { items: [{ ...marek, name: "Marek Zielinski" }], removed: [{ type: "agent", id: "1012" }] } });
    give({ items: [marek, colleague("Ema Lund", "online", { id: "1012", extension: "1012" }), colleague("Tomas Havel", "online", { id: "1011", extension: "1011" })], total: 3, next: null });
    await shown(() => nameIn(book.value, "1011")).toBe("Tomas Havel");
    expect([nameIn(book.value, "1014"), nameIn(book.value, "1012")]).toEqual(["Marek Zielinski", "1012"]);
  });

  it("are ids and numbers where the directory cannot be read", async () => {
    const { desk: { book } } = await desk([], { answers: { "GET /voicechannel/directory": () => refused(500, "InternalError", "No.") } });
    await settled();
    expect([nameIn(book.value, "1014"), texts("[role=alert]")]).toEqual(["1014", []]);
  });
});
