/** Brings a waiting caller and an agent together: ring first, then join (FREESWITCH.md). */
import { underAny } from "../abort.js";
import { codeOf, isMissed, SYSTEM_DOER, type Activity, type CallLegs, type Held, type LiveCall, type LiveLeg, type RungPhone } from "../calls/index.js";
import { AnsweredElsewhere, CallplaneError, conflict, ShuttingDown } from "../errors.js";
import type { OfferTold } from "./offers.js";
import type { OfferFailure, OfferOutcome } from "./waiting.js";

/** A pickup rings beside it. Whose phone answers first has the caller, so that exactly one of the two wins (CONTRACT). */
const OFFER: Activity<OfferOutcome> & { readonly terms: "yields" } = { name: "offer", by: SYSTEM_DOER, terms: "yields", outcome: ({ answered, agentId, failures }) => (answered ? `answered by ${agentId ?? "an outside number"}` : (failures[0]?.code ?? "withdrawn")) };

/** An agent whose phone is to ring. */
export interface OfferedAgent {
  readonly agentId: string;
  readonly ringS: number;
  /** Aborted when the agent takes no calls any more: an answer that was known before counts. */
  readonly withdrawn: AbortSignal;
}

/** A phone that rings for the caller, or is to. */
interface Phone extends Partial<Pick<OfferedAgent, "withdrawn">> {
  readonly agentId: string | null;
  /** When it stops ringing, epoch milliseconds; null: not known. */
  readonly until: number | null;
  /** Resolves with its leg once it has answered. */
  readonly answer: (caller: LiveLeg, signal: AbortSignal) => Promise<LiveLeg>;
}

/**
 * Rings the agents' phones for a waiting caller, and joins the caller with the first that answers; the others stop ringing. All stop when the caller hangs up, is
 * picked up or is moved. Throws Conflict when the caller does not wait, another activity holds the call, or other phones ring already.
 */
export async function offer(calls: CallLegs, callId: string, agents: readonly OfferedAgent[], { told, now }: { readonly told: OfferTold; readonly now: number }, signal: AbortSignal): Promise<OfferOutcome> {
  const call = waitingCall(calls, callId);
  return calls.activities.hold(call.id, OFFER, (held) => {
    if (phonesBeside(call).length > 0) throw conflict(`Phones ring for the caller of ${call.id} already.`);
    const phones = agents.map(({ agentId, ringS, withdrawn }) => ({ ...rung(calls, call, { agentId }, ringS), until: now + ringS * 1000, withdrawn }));
    for (const { agentId, until } of phones) if (agentId !== null) told(agentId, until, { type: "made" });
    return ringAll(calls, call, held, phones, told, signal);
  });
}

/** As `offer`, for phones that ring already or have answered: their operation was lost (a restart, a lost connection). */
export async function takeOver(calls: CallLegs, callId: string, withdrawn: (agentId: string) => AbortSignal, told: OfferTold, signal: AbortSignal): Promise<OfferOutcome> {
  const call = waitingCall(calls, callId);
  const phones = phonesBeside(call).map((leg): Phone => ({ agentId: leg.agentId, until: null, answer: (caller, any) => calls.answered(leg, caller, any), ...(leg.agentId === null || leg.answered ? {} : { withdrawn: withdrawn(leg.agentId) }) }));
  return calls.activities.hold(call.id, { ...OFFER, name: "offer.resume" }, (held) => ringAll(calls, call, held, phones, told, signal));
}

/** Rings a number that the organization may dial, as an overflow. Throws NUMBER_NOT_ALLOWED, and the code of a number that does not answer. */
export async function dialOut(calls: CallLegs, callId: string, number: string, ringS: number, signal: AbortSignal): Promise<void> {
  const call = waitingCall(calls, callId);
  const outcome = await calls.activities.hold(call.id, { ...OFFER, name: "overflow" }, (held) => ringAll(calls, call, held, [rung(calls, call, { number }, ringS)], () => undefined, signal));
  if (!outcome.answered) throw new CallplaneError(outcome.failures[0]?.code ?? "Conflict");
}

const phonesBeside = (call: LiveCall): readonly LiveLeg[] => call.legs.filter((leg) => leg !== call.customer && leg.agentId !== null && !leg.hungUp);

const rung = (calls: CallLegs, call: LiveCall, phone: RungPhone, ringS: number): Phone => ({
  agentId: "agentId" in phone ? phone.agentId : null,
  until: null,
  answer: (guard, signal) => calls.ring(call, phone, ringS, guard, signal),
});

/** While phones ring, other activities of the call need not wait. */
async function ringAll(calls: CallLegs, call: LiveCall, held: Held, phones: readonly Phone[], told: OfferTold, signal: AbortSignal): Promise<OfferOutcome> {
  const caller = waitingLeg(call);
  const decided = new AbortController();
  const { queue, priority } = call;
  // A number outside is rung whatever the caller's place is.
  const placeMatters = phones.some(({ agentId }) => agentId !== null);
  const waitsHere = (): boolean => call.state === "queued" && call.queue === queue && (call.priority === priority || !placeMatters);
  const givenUp = (): boolean => !waitsHere() && held.take("The caller does not wait here any more.");
  const stop = calls.onChange((change) => {
    if (change.call === call) givenUp();
  });
  // Bounded by the phones.
  const failures: OfferFailure[] = [];
  let isWithdrawn = false;
  let taker: string | null = null;
  let joined = false;
  const one = async ({ agentId, until, answer, withdrawn }: Phone): Promise<void> => {
    const tell = (news: Parameters<OfferTold>[2]): void => {
      if (agentId !== null) told(agentId, until, news);
    };
    let leg: LiveLeg | null = null;
    let kept = false;
    const since = performance.now();
    try {
      const answering = (leg = await underAny([signal, held.signal, decided.signal, ...(withdrawn === undefined ? [] : [withdrawn])], (either) => answer(caller, either)));
      kept = held.keep();
      if (!kept) throw conflict("Somebody else was first.");
      // As a step, so that no other activity moves the caller at the same time.
      await held.step((any) => {
        // Whoever moved the caller had the call's turn before.
        if (!waitsHere()) throw conflict(`The caller of ${call.id} was moved.`);
        return calls.join(waitingLeg(call), answering, any);
      });
      taker = agentId;
      joined = true;
      tell({ type: "accepted" });
      decided.abort(new AnsweredElsewhere());
    } catch (error) {
      // The next process joins it with the caller.
      const left = agentId !== null && [error, held.signal.reason, signal.reason].some((reason) => reason instanceof ShuttingDown);
      if (leg !== null && !left) await calls.release(leg);
      if (kept) {
        held.yield();
        givenUp();
      }
      if (error instanceof AnsweredElsewhere || held.signal.aborted || decided.signal.aborted || signal.aborted || caller.hungUp) {
        // It rings on, and the next process tells its end.
        if (!left) tell({ type: "withdrawn", reason: caller.hungUp ? "caller_gone" : "taken" });
        return;
      }
      const code = codeOf(error);
      const missed = isMissed(error);
      const gone = withdrawn?.aborted === true;
      isWithdrawn ||= gone;
      if (!gone) failures.push({ agentId, code, missed });
      tell(gone ? { type: "withdrawn", reason: "agent" } : missed ? { type: "missed", code } : { type: "withdrawn", reason: "failed" });
      if (agentId !== null) calls.offered(call, agentId, gone ? "offer-withdrawn" : missed ? "missed" : "offer-failed", code, Math.round(performance.now() - since));
    }
  };
  try {
    await Promise.all(phones.map(one));
  } finally {
    stop();
  }
  return { answered: joined, agentId: taker, failures, withdrawn: isWithdrawn };
}

function waitingCall(calls: CallLegs, callId: string): LiveCall {
  const call = calls.find(callId);
  if (call === undefined) throw conflict(`The call ${callId} has ended.`);
  return call;
}

function waitingLeg(call: LiveCall): LiveLeg {
  const caller = call.customer;
  if (call.state !== "queued" || caller === undefined || !caller.parked) throw conflict(`The call ${call.id} is ${call.state}.`);
  return caller;
}
