import createClient from "openapi-fetch";
import { describe, expect, it, vi } from "vitest";
import { computed, ref, shallowRef } from "vue";
import type { paths } from "../../../src/console/api/openapi.js";
import { problemOf, unreachable } from "../../../src/console/api/problem.js";
import type { Agent, Call } from "../../../src/console/api/types.js";
import { PhoneProblem } from "../../../src/console/phone/problem.js";
import { createRunner } from "../../../src/console/pages/desk/acts.js";
import { deedsOf } from "../../../src/console/pages/desk/deeds.js";
import { deskApi } from "../../../src/console/pages/desk/desk-api.js";
import { currentOf } from "../../../src/console/pages/desk/my-calls.js";
import { bookOf } from "../../../src/console/pages/desk/parties.js";
import { keysBeside } from "../../../src/console/pages/desk/ring.js";
import { actsOf, situationOf, type Act } from "../../../src/console/pages/desk/situation.js";
import type { Desk, Panel } from "../../../src/console/pages/desk/use-desk.js";
import { agent, call, caller, consult, leg, ME } from "./samples.js";

type Answer = Response | Error;
const refusal = (code: string): Response => new Response(JSON.stringify({ error: code, message: code }), { status: 409, headers: { "content-type": "application/json" } });

/** The desk of an agent with these calls. `answers` by the end of the request's address; done unless given. */
function desk(calls: readonly Call[], answers: Readonly<Record<string, () => Answer | Promise<Answer>>> = {}, answerInPage: () => Promise<void> = () => Promise.resolve(), self: Agent | null = null) {
  const asked: string[] = [];
  const bodies: string[] = [];
  const selected: string[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    asked.push(`${request.method} ${pathname.replace("/voicechannel/", "")}`);
    // Beside the answer, which must not wait for it.
    void request.text().then((body) => bodies.push(body));
    const answer = await (Object.entries(answers).find(([end]) => pathname.endsWith(end))?.[1]() ?? new Response(null, { status: 204 }));
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client = createClient<paths>({ baseUrl: "http://localhost", fetch });
  client.use({ onResponse: async ({ response }) => {
    if (!response.ok) throw await problemOf(response);
  } });
  const shown = shallowRef(calls);
  const current = computed(() => currentOf(shown.value, ME, null));
  const runner = createRunner("Not reached.");
  const ringing = shallowRef<readonly string[]>([]);
  const made: Desk = {
    agentId: ME, api: deskApi(client), runner, calls: shown, current, book: shallowRef(bookOf([])), agent: shallowRef(self), justEnded: shallowRef(null), outcomeCall: computed(() => null), panel: ref<Panel | null>(null), isLive: computed(() => true),
    phone: { state: shallowRef<"ready">("ready"), ringing, muted: shallowRef(false), answer: answerInPage, decline: () => Promise.resolve(), setMuted: () => undefined, dtmf: () => undefined },
    situation: computed(() => (current.value === null ? null : situationOf(current.value, ME))),
    acts: computed(() => (current.value === null ? new Set<Act>() : actsOf(current.value, ME))),
    known: () => undefined, select: (id) => void selected.push(id), isSelected: () => false,
  };
  return { deeds: deedsOf(made, "agent", (name) => `${name} does not ring any more.`), runner, asked, bodies, ringing, shown, selected };
}

const talking = call({ id: "first" });
const rings = call({ id: "second", state: "ringing", assignedTo: null, ringing: [ME], legs: [caller({ state: "ringing" }), leg({ id: "mine", state: "ringing", sipCallId: "sip-2" })] });
const held = call({ id: "second", state: "held", heldBy: "agent" });

describe("the conversation that is in the way", () => {
  it("waits on hold when the other call is answered", async () => {
    const { deeds, asked } = desk([talking, rings]);
    await deeds.answer(rings);
    expect(asked).toEqual(["POST calls/first:hold", "POST calls/second/legs/mine:answer"]);
  });

  it("goes on when the phone does not answer", async () => {
    const { deeds, asked, runner } = desk([talking, rings], { ":answer": () => refusal("PHONE_DID_NOT_ANSWER") });
    await deeds.answer(rings);
    expect(asked.at(-1)).toBe("POST calls/first:resume");
    expect(runner.refusal.value).toMatchObject({ of: "answer", code: "PHONE_DID_NOT_ANSWER" });
  });

  it("goes on when the phone in the page cannot answer", async () => {
    const { deeds, asked, ringing } = desk([talking, rings], {}, () => Promise.reject(new PhoneProblem("refused", "No microphone.")));
    ringing.value = ["sip-2"];
    await deeds.answer(rings);
    expect(asked).toEqual(["POST calls/first:hold", "POST calls/first:resume"]);
  });

  it("goes on when a number is refused, another call cannot be resumed, or another has the caller", async () => {
    const { deeds, asked } = desk([talking, held], { "/calls": () => refusal("NUMBER_NOT_ALLOWED"), "second:resume": () => refusal("CALL_FAILED"), ":pickup": () => refusal("Conflict") });
    await expect(deeds.call({ type: "phonenumber", to: "+15550109000" })).rejects.toMatchObject({ code: "NUMBER_NOT_ALLOWED" });
    await deeds.goTo(held, "resume");
    await expect(deeds.pickUp("third")).rejects.toMatchObject({ code: "Conflict" });
    expect(asked.filter((line) => line.endsWith("first:resume"))).toHaveLength(3);
  });

  it("stays on hold when it cannot go on, and the first refusal is told", async () => {
    const { deeds, runner } = desk([talking, rings], { ":answer": () => refusal("PHONE_DID_NOT_ANSWER"), ":resume": () => refusal("Conflict") });
    await deeds.answer(rings);
    expect(runner.refusal.value).toMatchObject({ of: "answer", code: "PHONE_DID_NOT_ANSWER" });
  });

  it("stays on hold when nobody knows whether the other call was answered", async () => {
    const { deeds, asked } = desk([talking, rings], { ":answer": () => unreachable() });
    await deeds.answer(rings);
    expect(asked).not.toContain("POST calls/first:resume");
  });

  it("is not left when it cannot be put on hold, and a conference goes on without", async () => {
    const busy = desk([talking, rings], { ":hold": () => refusal("Conflict") });
    await busy.deeds.answer(rings);
    expect(busy.asked).toEqual(["POST calls/first:hold"]);
    const conference = desk([call({ id: "first", conference: true }), rings]);
    await conference.deeds.answer(rings);
    expect(conference.asked).toEqual(["POST calls/second/legs/mine:answer"]);
  });
});

describe("a call that rings while the agent talks", () => {
  it("has the keys of answering and declining, and the conversation all others", async () => {
    const { deeds, asked } = desk([talking, rings]);
    deeds.doFirst(["hangup", "leave", "cancelDial"]);
    await vi.waitFor(() => expect(asked).toEqual(["POST calls/first:hangup"]));
    deeds.doFirst(["decline"]);
    await vi.waitFor(() => expect(asked.at(-1)).toBe("POST calls/second:hangup"));
  });

  it("takes the middle when it is answered, and not when that is refused", async () => {
    const done = desk([talking, rings]);
    done.deeds.doFirst(["answer"]);
    // A moment is waited for the page's own phone.
    await vi.waitFor(() => expect(done.selected).toEqual(["second"]), { timeout: 15_000 });
    const not = desk([talking, rings], { ":answer": () => refusal("PHONE_DID_NOT_ANSWER") });
    await not.deeds.goTo(rings, "answer");
    expect(not.selected).toEqual([]);
    const held = desk([talking, { ...rings, state: "held", heldBy: "agent", assignedTo: ME, ringing: [] }], { "second:resume": () => refusal("Conflict") });
    await held.deeds.goTo(rings, "resume");
    expect(held.selected).toEqual([]);
  });
});

describe("an answer that comes too late", () => {
  const gone = { of: "answer", callId: "second", message: "Priya Raman does not ring any more." };
  it("is told in words when the phone is asked and rings no more", async () => {
    const { deeds, runner } = desk([rings], { ":answer": () => new Response(JSON.stringify({ error: "NotFound", message: "There is no such object." }), { status: 404, headers: { "content-type": "application/json" } }) });
    await deeds.answer(rings);
    expect(runner.refusal.value).toMatchObject(gone);
  });

  it("is no refusal of one who declines: it rings no more", async () => {
    const { deeds, runner } = desk([rings], { ":hangup": () => new Response(JSON.stringify({ error: "NotFound", message: "There is no such object." }), { status: 404, headers: { "content-type": "application/json" } }) });
    await deeds.decline(rings);
    expect(runner.refusal.value).toBeNull();
  });

  it("is told when the call has gone meanwhile, and nothing is asked", async () => {
    const { deeds, runner, asked, shown } = desk([rings]);
    shown.value = [];
    await deeds.answer(rings);
    expect([runner.refusal.value, asked]).toMatchObject([gone, []]);
  });
});

it("hangs up the own phone alone in another's call, or before the caller is there", async () => {
  const consulted = call({ id: "other", assignedTo: "1002", state: "held", consult: { ...consult("active"), agent: ME }, legs: [caller({ state: "held" }), leg({ id: "theirs", agent: "1002" }), leg({ id: "mine" })] });
  const connecting = call({ id: "queued", state: "queued", assignedTo: null, offeredTo: [ME], legs: [caller({ state: "parked" }), leg({ id: "mine" })] });
  for (const of of [consulted, connecting]) {
    const { deeds, asked } = desk([of]);
    deeds.do("hangup");
    await vi.waitFor(() => expect(asked).toEqual([`POST calls/${of.id}/legs/mine:hangup`]));
  }
});

describe("what rings for the call", () => {
  const third = leg({ id: "leg-2", agent: "1014", state: "ringing" });
  it.each([
    ["a transfer", "transfer", "cancelTransfer", call({ transfer: { type: "client", to: "1014", since: "2026-11-29T14:05:00.000Z" }, legs: [caller(), leg(), third] })],
    ["a consultation", "consult", "cancelConsult", call({ state: "held", heldBy: "agent", consult: consult("ringing"), legs: [caller({ state: "held" }), leg(), third] })],
    ["somebody who is added", "add", "cancelAdd", call({ legs: [caller(), leg(), third] })],
  ] as const)("is ended by :cancel, %s, and what rang tells nothing of it", async (_, way, act, of) => {
    let fail: (answer: Answer) => void = () => undefined;
    const { deeds, asked, runner } = desk([of], { [`:${way === "add" ? "conference" : way}`]: () => new Promise<Answer>((resolve) => (fail = resolve)), ":cancel": () => {
      fail(refusal("CANCELED"));
      return new Response(null, { status: 204 });
    } });
    deeds.reach(way, { type: "client", to: "1014" });
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    deeds.do(act);
    await vi.waitFor(() => expect([asked.at(-1), runner.busy.value.size]).toEqual(["POST calls/call-1:cancel", 0]));
    expect(runner.refusal.value).toBeNull();
  });
});

it("is not told that the call was hung up, whoever hangs up a call that rings back", async () => {
  const parked = call({ state: "parked" });
  let fail: (answer: Answer) => void = () => undefined;
  const { deeds, asked, runner } = desk([parked], { ":pickup": () => new Promise<Answer>((resolve) => (fail = resolve)), ":hangup": () => {
    fail(refusal("Conflict"));
    return new Response(null, { status: 204 });
  } });
  deeds.do("takeBack");
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  deeds.do("hangup");
  await vi.waitFor(() => expect([asked.at(-1), runner.busy.value.size]).toEqual(["POST calls/call-1:hangup", 0]));
  expect(runner.refusal.value).toBeNull();
});

describe("the end of the time after a call", () => {
  const after = (next: Agent["next"]): Agent => agent({ status: "away", reason: "wrapUp", wrapUp: { callId: "call-1", until: null }, next });
  it.each([
    ["free, where nothing else was chosen", after(null), { status: "online" }],
    ["away, for the reason that was chosen", after({ status: "away", reason: "lunch", after: "wrapUp", by: "carol", byName: "Carol Weiss" }), { status: "away", reason: "lunch" }],
    ["away without a reason", after({ status: "away", reason: null, after: "wrapUp", by: null, byName: null }), { status: "away" }],
    ["offline, where that was chosen", after({ status: "offline", reason: null, after: "wrapUp", by: null, byName: null }), { status: "offline" }],
    ["free, of one who was away", agent({ status: "away", reason: "break" }), { status: "online" }],
  ])("is what the page has said: %s", async (_, self, body) => {
    const { deeds, asked, bodies } = desk([], {}, () => Promise.resolve(), self);
    await expect(deeds.finish()).resolves.toBe(true);
    await vi.waitFor(() => expect([asked, bodies.map((sent): unknown => JSON.parse(sent))]).toEqual([["POST agents/1001/status"], [body]]));
  });
});

describe("the keys of answering and declining", () => {
  const both = { answer: true, decline: true };
  it("are shown beside the middle only where they are not the middle's", () => {
    expect([keysBeside(null, ME), keysBeside(talking, ME)]).toEqual([both, both]);
    expect(keysBeside(rings, ME)).toEqual({ answer: false, decline: false });
    // It is offered, and no phone rings for it yet: there is nothing to answer.
    expect(keysBeside(call({ state: "queued", assignedTo: null, offeredTo: [ME], legs: [caller()] }), ME)).toEqual({ answer: true, decline: false });
  });

  it("are for the call that shows them", async () => {
    const other = { ...rings, id: "third" };
    const { deeds, asked } = desk([rings, other]);
    deeds.doFirst(["decline"]);
    await vi.waitFor(() => expect(asked).toEqual(["POST calls/second:hangup"]));
  });
});
