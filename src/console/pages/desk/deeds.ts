/** What each act of the desk does: one place, for the buttons and the keys. */
import { watch } from "vue";
import { ApiProblem } from "../../api/problem.js";
import type { Call } from "../../api/types.js";
import type { Target, Way } from "./directory-search.js";
import { inTheWay } from "./my-calls.js";
import { partyOf } from "./parties.js";
import { ringingBeside } from "./ring.js";
import { firstOf, legToAnswer, ownLegOf, ownRingingLeg, type Act } from "./situation.js";
import { statusAfter } from "./status.js";
import type { Desk, Panel } from "./use-desk.js";

export interface Deeds {
  /** Nothing when it is not possible now. */
  do(act: Act): void;
  doFirst(acts: readonly Act[]): void;
  /** Goes to one of the own calls; the conversation that is in the way is held first. */
  goTo(call: Call, way: "answer" | "resume" | "takeBack"): Promise<void>;
  answer(call: Call): Promise<void>;
  decline(call: Call): Promise<void>;
  /** Takes a caller who waits. Throws ApiProblem. */
  pickUp(callId: string): Promise<void>;
  /** Throws ApiProblem. */
  call(target: Target): Promise<void>;
  reach(way: Way, target: Target): void;
  /** Ends the time after a call, or the time away. Whether it was done. */
  finish(): Promise<boolean>;
}

/** A page that rings knows it by then. */
const INVITE_MS = 1500;

/** The call's events and the INVITE of its phone come by different ways: a moment later it is known whether this page's phone is the one that rings. */
function pageRings({ phone: { state, ringing }, calls, known, agentId }: Desk, call: Call): Promise<void> {
  const isKnown = (): boolean => state.value !== "ready" || legToAnswer(known(call.id) ?? call, agentId, ringing.value)?.inPage != null;
  if (isKnown()) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, INVITE_MS);
    const stop = watch([ringing, calls, state], () => {
      if (isKnown()) done();
    }, { flush: "sync" });
  });
}

/** `gone`: what is said of a call that rings no more. The role of the person decides how a ringing call is declined: a supervisor who hangs a call up ends it for its caller. */
export function deedsOf(desk: Desk, role: string, gone: (name: string) => string): Deeds {
  const { api, agentId, runner, phone } = desk;
  const stopped = (call: Call): ApiProblem => new ApiProblem({ status: 404, code: "NotFound", message: gone(partyOf(call, agentId, desk.book.value).name) });

  /** With the conversation that is in the way on hold. When the work is refused, it goes on: its caller must not be left with music and nobody at the phone. */
  const withRoom = async (callId: string | null, work: () => Promise<unknown>): Promise<void> => {
    const other = inTheWay(desk.calls.value, agentId, callId);
    if (other !== null) await api.hold(other.id);
    try {
      await work();
    } catch (error) {
      if (other !== null && error instanceof ApiProblem && isRefusal(error)) await goOn(other.id);
      throw error;
    }
  };
  /** What is told is why the work was refused. A call that cannot go on is shown on hold, where the agent can try again. */
  const goOn = async (callId: string): Promise<void> => {
    if (inTheWay(desk.calls.value, agentId, callId) !== null) return;
    await api.resume(callId).catch((error: unknown) => {
      if (!(error instanceof ApiProblem)) throw error;
    });
  };
  const dial = async (target: Target): Promise<void> => {
    if (target.type === "department") return;
    const phoneTarget = { type: target.type, to: target.to };
    await withRoom(null, () => api.call(phoneTarget));
  };
  const answer = async (call: Call): Promise<void> => {
    const isAnswered = await runner.run("answer", call.id, async () => {
      await pageRings(desk, call);
      // Of a call that is gone, the last that was known still rings.
      const now = desk.calls.value.find(({ id }) => id === call.id);
      const answers = now === undefined ? null : legToAnswer(now, agentId, phone.ringing.value);
      // The phone was lifted, or answers by itself.
      if (now !== undefined && ownLegOf(now, agentId)?.state === "active") return;
      if (answers === null) throw stopped(call);
      const { leg, inPage } = answers;
      await withRoom(call.id, () => (inPage === null ? api.answerLeg(call.id, leg.id) : phone.answer(inPage)).catch((error: unknown) => {
        throw error instanceof ApiProblem && error.code === "NotFound" ? stopped(call) : error;
      }));
    });
    // A conference goes on beside it, and would keep the middle.
    if (isAnswered && desk.calls.value.some(({ id }) => id === call.id)) desk.select(call.id);
  };
  const decline = async (call: Call): Promise<void> => {
    const leg = ownRingingLeg(call, agentId);
    await runner.run("decline", call.id, () => (role === "agent" || leg === undefined ? api.hangup(call.id) : api.dropLeg(call.id, leg.id)).catch((error: unknown) => {
      // It rings no more, which is what was wanted.
      if (!(error instanceof ApiProblem && error.code === "NotFound")) throw error;
    }));
  };
  const toggle = (panel: Panel): void => {
    desk.panel.value = desk.panel.value === panel ? null : panel;
  };
  /** Ends the ringing; that the act which rang is called off then is what was wanted. */
  const callOff = (act: Act, call: Call, of: string): void => {
    runner.expectRefusal(of, CALLED_OFF);
    void runner.run(act, call.id, () => api.cancel(call.id));
  };
  const ask = (act: Act, call: Call, work: () => Promise<unknown>): void => void runner.run(act, call.id, work);

  const DEEDS: Readonly<Record<Act, (call: Call) => void>> = {
    answer: (call) => void answer(call),
    decline: (call) => void decline(call),
    mute: (call) => ask("mute", call, () => api.mute(call.id, ownLegOf(call, agentId)?.muted !== true)),
    hold: (call) => ask("hold", call, () => api.hold(call.id)),
    resume: (call) => void goTo(call, "resume"),
    takeBack: (call) => void goTo(call, "takeBack"),
    keypad: () => toggle("keypad"),
    transfer: () => toggle("transfer"),
    add: () => toggle("add"),
    record: (call) => ask("record", call, () => api.record(call.id, RECORDING[call.recordingState])),
    park: (call) => ask("park", call, () => api.park(call.id)),
    // Of another's call it is the own phone alone: a supervisor who is consulted must not end the caller's call.
    hangup: (call) => {
      const own = ownLegOf(call, agentId);
      for (const of of runner.busy.value) runner.expectRefusal(of, HUNG_UP);
      ask("hangup", call, () => (own !== undefined && (call.assignedTo !== agentId || call.state === "queued") ? api.dropLeg(call.id, own.id) : api.hangup(call.id)));
    },
    cancelDial: (call) => ask("cancelDial", call, () => api.hangup(call.id)),
    complete: (call) => ask("complete", call, () => api.complete(call.id)),
    swap: (call) => ask("swap", call, () => api.swap(call.id)),
    leave: (call) => ask("leave", call, () => api.leave(call.id)),
    cancelConsult: (call) => {
      if (call.consult?.state === "ringing") callOff("cancelConsult", call, "consult");
      else ask("cancelConsult", call, () => api.cancel(call.id));
    },
    cancelTransfer: (call) => callOff("cancelTransfer", call, "transfer"),
    cancelAdd: (call) => callOff("cancelAdd", call, "add"),
  };

  const goTo: Deeds["goTo"] = async (call, way) => {
    if (way === "answer") return answer(call);
    // Where it is refused, the middle stays with the conversation.
    if (await runner.run(way, call.id, () => withRoom(call.id, () => (way === "resume" ? api.resume(call.id) : api.pickup(call.id))))) desk.select(call.id);
  };

  const doFirst = (acts: readonly Act[]): void => {
    const call = desk.current.value;
    const act = firstOf(acts, desk.acts.value);
    if (call !== null && act !== null) return DEEDS[act](call);
    // What rings beside the conversation has these two keys.
    const beside = desk.isLive.value ? ringingBeside(desk.calls.value, agentId, call?.id ?? null)[0] : undefined;
    const answers = acts.find((wanted) => wanted === "answer" || wanted === "decline");
    if (beside !== undefined && answers !== undefined) DEEDS[answers](beside);
  };

  return {
    do: (act) => doFirst([act]),
    doFirst,
    goTo,
    answer,
    decline,
    pickUp: (callId) => withRoom(callId, () => api.pickup(callId)),
    call: dial,
    finish: () => runner.run("status", null, () => {
      const { status, reason } = statusAfter(desk.agent.value);
      return api.setStatus(agentId, status, reason);
    }),
    reach: (way, target) => {
      const call = desk.current.value;
      if (way === "call") void runner.run("call", null, () => dial(target));
      else if (call !== null && way === "transfer") void runner.run("transfer", call.id, () => api.transfer(call.id, target));
      else if (call !== null && target.type !== "department") {
        const phoneTarget = { type: target.type, to: target.to };
        void runner.run(way, call.id, () => (way === "add" ? api.add(call.id, phoneTarget) : api.consult(call.id, phoneTarget)));
      }
    },
  };
}

/** Of what the server was not reached for, nobody knows whether it is done. */
const isRefusal = ({ code }: ApiProblem): boolean => code !== "Unreachable";

/** How an act is refused whose ringing was ended by `:cancel`. */
const CALLED_OFF = "CANCELED";
/** How an act is refused whose call is hung up meanwhile, which the agent knows. */
const HUNG_UP = "Conflict";
const RECORDING: Readonly<Record<Call["recordingState"], "start" | "pause" | "resume">> = { off: "start", on: "pause", paused: "resume" };
