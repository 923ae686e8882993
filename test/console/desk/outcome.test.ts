import createClient from "openapi-fetch";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiProblem, unreachable } from "../../../src/console/api/problem.js";
import type { paths } from "../../../src/console/api/openapi.js";
import { deskApi } from "../../../src/console/pages/desk/desk-api.js";
import { Drafts } from "../../../src/console/pages/desk/drafts.js";
import { noteText, Outcome, type OutcomeChange, type OutcomeState, type OutcomeText } from "../../../src/console/pages/desk/outcome.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function begin() {
  const saved: OutcomeChange[] = [];
  const states: OutcomeState["kind"][] = [];
  const answers: (() => Promise<void>)[] = [];
  const ports = { save: async (change: OutcomeChange) => {
    await (answers.shift()?.() ?? Promise.resolve());
    saved.push(change);
  }, told: ({ kind }: OutcomeState) => void states.push(kind), now: () => 14, pauseMs: 1000 };
  return { outcome: new Outcome(ports), ports, saved, states, answers };
}
const text = (note: string, code = "solved"): OutcomeText => ({ code, note });

it("saves itself after a pause, once", async () => {
  const { outcome, saved } = begin();
  outcome.edit(text("Char"));
  await vi.advanceTimersByTimeAsync(900);
  outcome.edit(text("Charged twice"));
  await vi.advanceTimersByTimeAsync(900);
  expect(saved).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(saved).toEqual([text("Charged twice")]);
  expect(outcome.state).toEqual({ kind: "saved", at: 14 });
});

it("saves when the field is left, and nothing twice", async () => {
  const { outcome, saved } = begin();
  outcome.edit(text("Solved"));
  await outcome.flush();
  await outcome.flush();
  await vi.advanceTimersByTimeAsync(5000);
  expect(saved).toEqual([text("Solved")]);
});

it("keeps what is written while it is saved", async () => {
  const { outcome, saved, answers } = begin();
  let done = (): void => undefined;
  answers.push(() => new Promise((resolve) => (done = resolve)));
  outcome.edit(text("one"));
  const first = outcome.flush();
  await vi.advanceTimersByTimeAsync(0);
  outcome.edit(text("one two"));
  done();
  await first;
  expect(outcome.state.kind).toBe("unsaved");
  await vi.advanceTimersByTimeAsync(1000);
  expect(saved).toEqual([text("one"), text("one two")]);
});

it.each([["a lost connection", unreachable()], ["an ended session", new ApiProblem({ status: 401, code: "Unauthorized", message: "Log in." })]])("keeps it over %s, and saves it then", async (_, problem) => {
  const { outcome, saved, answers } = begin();
  answers.push(() => Promise.reject(problem));
  outcome.edit(text("half-written"));
  await outcome.flush();
  expect(outcome.state.kind).toBe("waiting");
  expect(outcome.text).toEqual(text("half-written"));
  await outcome.again();
  expect(saved).toEqual([text("half-written")]);
});

it("says what the server refuses", async () => {
  const { outcome, answers } = begin();
  answers.push(() => Promise.reject(new ApiProblem({ status: 400, code: "InvalidParameter", message: "code: is not one of solved." })));
  outcome.edit(text("", "other"));
  await outcome.flush();
  expect(outcome.state).toEqual({ kind: "refused", message: "code: is not one of solved." });
});

it("does not put the record over what was written meanwhile", async () => {
  const { outcome, saved } = begin();
  outcome.edit(text("mine"));
  outcome.loaded(text("old"));
  expect(outcome.text).toEqual(text("mine"));
  await outcome.flush();
  expect(saved).toEqual([text("mine")]);
});

it("shows the record, and saves nothing of it", async () => {
  const { outcome, saved } = begin();
  outcome.loaded(text("old"));
  await outcome.flush();
  expect([outcome.text, saved]).toEqual([text("old"), []]);
});

it("keeps the lines of a note, and no other control characters", () => expect(noteText(" Charged\t\u0007twice.\r\n\nRefund\rordered.\n\t")).toBe("Charged twice.\r\n\nRefund ordered."));

it("keeps the note of the record that comes after an outcome was chosen, and leaves it to the record", async () => {
  const { outcome, saved } = begin();
  outcome.edit(text("", "solved"));
  outcome.loaded(text("Charged twice", ""));
  expect(outcome.text).toEqual(text("Charged twice", "solved"));
  await outcome.flush();
  expect(saved).toEqual([{ code: "solved", note: null }]);
});

describe("what is sent", () => {
  /** The requests of one change. */
  async function sent(change: OutcomeChange): Promise<readonly unknown[]> {
    const requests: unknown[] = [];
    const fetch = async (request: Request): Promise<Response> => {
      requests.push([request.method, new URL(request.url).pathname, JSON.parse(await request.text())]);
      return new Response(null, { status: 204 });
    };
    await deskApi(createClient<paths>({ baseUrl: "http://localhost", fetch })).close("call-1", change);
    return requests;
  }

  it.each([
    ["an emptied note, with an outcome", { code: "solved", note: " " }, [["POST", "/voicechannel/calls/call-1:disposition", { code: "solved", note: "" }]]],
    ["an emptied note, without one", { code: "", note: "" }, [["PUT", "/voiceconfig/calllogs/call-1", { note: "" }]]],
    ["a note of two lines", { code: "", note: "one\ntwo\n" }, [["PUT", "/voiceconfig/calllogs/call-1", { note: "one\ntwo" }]]],
    ["an outcome, whose note was not touched", { code: "solved", note: null }, [["POST", "/voicechannel/calls/call-1:disposition", { code: "solved" }]]],
    ["nothing", { code: "", note: null }, []],
  ])("is %s", async (_, change, requests) => expect(await sent(change)).toEqual(requests));
});

it("keeps the drafts of the last calls, and all that is not saved", () => {
  const { ports } = begin();
  const drafts = new Drafts();
  const { outcome } = drafts.of("first", () => ports);
  outcome.edit(text("not saved"));
  for (let n = 0; n < 40; n++) drafts.of(`call-${n}`, () => ports);
  expect(drafts.of("first", () => ports)).toEqual({ outcome, isNew: false });
  expect(drafts.of("call-0", () => ports).isNew).toBe(true);
  expect(drafts.hasUnsaved).toBe(true);
});
