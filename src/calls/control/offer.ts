/** The router's way to bring a waiting caller and an agent together: ring first, then join (FREESWITCH.md). */
import { underAny } from "../../abort.js";
import { CallplaneError, conflict } from "../../errors.js";
import { commands } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { OfferOutcome, OfferPhone } from "../queueing.js";
import type { Claims, OfferClaim } from "./claims.js";
import { attempt, nodeOf, organizationOf, type ControlContext } from "./context.js";
import { codeOf, joinAnswered, release, ring } from "./legs.js";
import { phoneOf, resolvePhone, ringing, type PhoneTarget } from "./targets.js";

interface Phone {
  readonly target: PhoneTarget;
  /** Seconds. */
  readonly ringS: number;
}

/**
 * Rings the agents' phones for a waiting caller and joins her with the first that answers; the others stop ringing. A caller who hangs up, is picked up
 * or moved meanwhile stops all of them. Throws Conflict when she does not wait, or somebody has her already.
 */
export async function offer(context: ControlContext, claims: Claims, call: Call, phones: readonly OfferPhone[], signal: AbortSignal): Promise<OfferOutcome> {
  const organization = organizationOf(context, call);
  const targets = phones.map(({ agentId, ringS }) => ({ target: phoneOf(context, organization, agentId), ringS }));
  return claims.offer(call, (claim) => ringAll(context, call, claim, targets, signal));
}

/** Rings a number that the organization may dial, as an overflow. Throws NUMBER_NOT_ALLOWED, and the code of a number that does not answer. */
export async function dialOut(context: ControlContext, claims: Claims, call: Call, number: string, ringS: number, signal: AbortSignal): Promise<void> {
  const target = resolvePhone(context, organizationOf(context, call), { type: "phonenumber", to: number });
  const outcome = await claims.offer(call, (claim) => ringAll(context, call, claim, [{ target, ringS }], signal));
  if (!outcome.answered) throw new CallplaneError(outcome.failures[0]?.code ?? "Conflict");
}

/** Not in the call's queue of work while it rings: nobody's operation waits for an agent's phone. */
async function ringAll(context: ControlContext, call: Call, claim: OfferClaim, phones: readonly Phone[], signal: AbortSignal): Promise<OfferOutcome> {
  const caller = waitingCaller(call);
  const settled = new AbortController();
  const stop = context.registry.onChange((change) => {
    if (change.call === call && call.state !== "queued") claim.withdraw("The caller waits no more.");
  });
  // Bounded by the phones.
  const failures: { agentId: string | null; code: OfferOutcome["failures"][number]["code"] }[] = [];
  let answered: string | null = null;
  let joined = false;
  const one = async ({ target, ringS }: Phone): Promise<void> => {
    let leg: Channel | null = null;
    const since = Date.now();
    try {
      leg = await underAny([signal, claim.signal, settled.signal], (any) => ring(context, { call, ...ringing(target, call.from || null), guard: caller, ringS }, any));
      if (!claim.fix()) throw conflict("Somebody else was first.");
      await joinWaiting(context, call, caller, leg);
      answered = target.agentId;
      joined = true;
      settled.abort(conflict("Somebody else was first."));
    } catch (error) {
      if (leg !== null) await release(context, leg);
      if (claim.fixed && leg !== null && !joined) claim.loosen();
      if (claim.signal.aborted || settled.signal.aborted || signal.aborted || caller.hungUp) return;
      const code = codeOf(error);
      failures.push({ agentId: target.agentId, code });
      if (target.agentId !== null) void context.acted({ callId: call.id, at: context.registry.now(call.node), actor: "system", role: "service", agentId: target.agentId, action: "offer", outcome: code, detail: { rangMs: String(Date.now() - since) } });
    }
  };
  try {
    await Promise.all(phones.map(one));
  } finally {
    stop();
  }
  return { answered: joined, agentId: answered, failures };
}

function waitingCaller(call: Call): Channel {
  const caller = call.customer;
  if (call.state !== "queued" || caller === undefined || !caller.parked) throw conflict(`The call ${call.id} is ${call.state}.`);
  return caller;
}

/** In the call's queue of work, so that nothing else is done with her at the same time. */
async function joinWaiting(context: ControlContext, call: Call, caller: Channel, leg: Channel): Promise<void> {
  await context.work.run(call.id, async (signal) => {
    if (call.state !== "queued" || !caller.parked) throw conflict(`The call ${call.id} is ${call.state}.`);
    await joinAnswered(context, caller, leg, signal);
  });
}

/**
 * Phones that were rung for a waiting caller by a Callplane that is no more: one that has answered is joined with her, one that still rings stops.
 * True when she talks to somebody now.
 */
export async function adopt(context: ControlContext, claims: Claims, call: Call): Promise<boolean> {
  return claims.hold(call, async () => {
    const caller = waitingCaller(call);
    const legs = call.legs.filter((leg) => leg !== caller && leg.agentId !== null);
    const [answered, ...others] = legs.filter((leg) => leg.answered && leg.parked);
    for (const leg of [...legs.filter((each) => !each.answered), ...others]) await attempt(context, nodeOf(context, leg), commands.kill(leg.uuid, "ORIGINATOR_CANCEL"));
    if (answered === undefined) return false;
    await joinWaiting(context, call, caller, answered);
    return true;
  });
}
