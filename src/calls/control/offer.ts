/** The router's way to bring a waiting caller and an agent together: ring first, then join (FREESWITCH.md). */
import { underAny } from "../../abort.js";
import { CallplaneError, conflict } from "../../errors.js";
import { SYSTEM, type Activity, type Held } from "../activities.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { OfferOutcome, OfferPhone } from "../queueing.js";
import { organizationOf, type ControlContext } from "./context.js";
import { answered, codeOf, joinAnswered, release, ring } from "./legs.js";
import { phoneOf, resolvePhone, ringing, type PhoneTarget } from "./targets.js";

/** Whoever picks the caller up takes the call away, until a phone has answered: then the pickup loses, so that exactly one of the two wins (CONTRACT). */
const OFFER: Activity<OfferOutcome> & { readonly terms: "yields" } = { name: "offer", by: SYSTEM, terms: "yields", outcome: ({ answered, agentId, failures }) => (answered ? `answered by ${agentId ?? "an outside number"}` : (failures[0]?.code ?? "withdrawn")) };

/** A phone that rings for the caller, or is to. */
interface Phone {
  readonly agentId: string | null;
  /** Resolves with its leg once it has answered. */
  readonly answer: (caller: Channel, signal: AbortSignal) => Promise<Channel>;
}

/**
 * Rings the agents' phones for a waiting caller and joins the caller with the first that answers; the others stop ringing. A caller who hangs up, is picked up
 * or moved meanwhile stops all of them. Throws Conflict when the caller does not wait, somebody has the caller already, or other phones ring already.
 */
export async function offer(context: ControlContext, call: Call, phones: readonly OfferPhone[], signal: AbortSignal): Promise<OfferOutcome> {
  const organization = organizationOf(context, call);
  const targets = phones.map(({ agentId, ringS }) => phoneRung(context, call, phoneOf(context, organization, agentId), ringS));
  return context.activities.hold(call.id, OFFER, (held) => {
    if (phonesBeside(call).length > 0) throw conflict(`Phones ring for the caller of ${call.id} already.`);
    return ringAll(context, call, held, targets, signal);
  });
}

/** Takes over the phones that ring for a waiting caller, or have answered, because of an operation that is no more (a restart, a lost connection); as `offer` otherwise. */
export async function takeOver(context: ControlContext, call: Call, signal: AbortSignal): Promise<OfferOutcome> {
  const phones = phonesBeside(call).map((leg): Phone => ({ agentId: leg.agentId, answer: (caller, any) => answered(context, leg, caller, any) }));
  return context.activities.hold(call.id, { ...OFFER, name: "offer.resume" }, (held) => ringAll(context, call, held, phones, signal));
}

const phonesBeside = (call: Call): Channel[] => call.legs.filter((leg) => leg !== call.customer && leg.agentId !== null && !leg.hungUp);

const phoneRung = (context: ControlContext, call: Call, target: PhoneTarget, ringS: number): Phone => ({
  agentId: target.agentId,
  answer: (guard, signal) => ring(context, { call, ...ringing(target, call.from || null), guard, ringS }, signal),
});

/** Rings a number that the organization may dial, as an overflow. Throws NUMBER_NOT_ALLOWED, and the code of a number that does not answer. */
export async function dialOut(context: ControlContext, call: Call, number: string, ringS: number, signal: AbortSignal): Promise<void> {
  const target = resolvePhone(context, organizationOf(context, call), { type: "phonenumber", to: number });
  const outcome = await context.activities.hold(call.id, { ...OFFER, name: "overflow" }, (held) => ringAll(context, call, held, [phoneRung(context, call, target, ringS)], signal));
  if (!outcome.answered) throw new CallplaneError(outcome.failures[0]?.code ?? "Conflict");
}

/** Not in the call's turn while it rings: nobody's operation waits for an agent's phone. */
async function ringAll(context: ControlContext, call: Call, held: Held, phones: readonly Phone[], signal: AbortSignal): Promise<OfferOutcome> {
  const caller = waitingCaller(call);
  const settled = new AbortController();
  const stop = context.registry.onChange((change) => {
    if (change.call === call && call.state !== "queued") held.take("The caller waits no more.");
  });
  // Bounded by the phones.
  const failures: { agentId: string | null; code: OfferOutcome["failures"][number]["code"] }[] = [];
  let taker: string | null = null;
  let joined = false;
  const one = async ({ agentId, answer }: Phone): Promise<void> => {
    let leg: Channel | null = null;
    let kept = false;
    const since = Date.now();
    try {
      const answering = (leg = await underAny([signal, held.signal, settled.signal], (any) => answer(caller, any)));
      kept = held.keep();
      if (!kept) throw conflict("Somebody else was first.");
      await held.step((any) => joinWaiting(context, call, caller, answering, any));
      taker = agentId;
      joined = true;
      settled.abort(conflict("Somebody else was first."));
    } catch (error) {
      if (leg !== null) await release(context, leg);
      if (kept) held.yield();
      if (held.signal.aborted || settled.signal.aborted || signal.aborted || caller.hungUp) return;
      const code = codeOf(error);
      failures.push({ agentId, code });
      if (agentId !== null) void context.acted({ callId: call.id, at: context.registry.now(call.node), actor: "system", role: "service", agentId, action: "offer", outcome: code, detail: { rangMs: String(Date.now() - since) } });
    }
  };
  try {
    await Promise.all(phones.map(one));
  } finally {
    stop();
  }
  return { answered: joined, agentId: taker, failures };
}

function waitingCaller(call: Call): Channel {
  const caller = call.customer;
  if (call.state !== "queued" || caller === undefined || !caller.parked) throw conflict(`The call ${call.id} is ${call.state}.`);
  return caller;
}

/** In the call's turn, so that nothing else is done with the caller at the same time. */
async function joinWaiting(context: ControlContext, call: Call, caller: Channel, leg: Channel, signal: AbortSignal): Promise<void> {
  if (call.state !== "queued" || !caller.parked) throw conflict(`The call ${call.id} is ${call.state}.`);
  await joinAnswered(context, caller, leg, signal);
}
