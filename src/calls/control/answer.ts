/** Has a phone that rings answer, as if somebody had lifted it. */
import { CallplaneError, conflict } from "../../errors.js";
import { CommandRefused, commands } from "../../freeswitch/index.js";
import type { Channel } from "../channel.js";
import { confirmed } from "./confirm.js";
import { nodeOf, type ControlContext } from "./context.js";
import { whyEnded } from "./rung.js";

/**
 * Asks the phone itself to answer, and resolves when it has; a success when it had already. Throws PHONE_DID_NOT_ANSWER when it does not in time, as a phone that does not know
 * the request, and rings on. Throws what became of the phone when it stops ringing meanwhile: CALL_REJECTED, USER_BUSY, NO_ANSWER; CALL_FAILED when it was called off.
 */
export async function answerLeg(context: ControlContext, leg: Channel, signal: AbortSignal): Promise<void> {
  if (leg.columns.direction !== "outbound" || leg.isOutside) throw conflict(`The leg ${leg.uuid} is no phone of the organization that FreeSWITCH has called.`);
  if (leg.answered) return;
  const { registry, settings } = context;
  const node = nodeOf(context, leg);
  const has = (what: () => boolean) => (): true | undefined => {
    if (leg.hungUp) throw whySilent(leg);
    return leg.answered || what() ? true : undefined;
  };
  const request = { isUnanswered: false };
  const ask = async (): Promise<void> => {
    request.isUnanswered = true;
    await node.api(commands.askToAnswer(leg.uuid));
    request.isUnanswered = false;
  };
  try {
    // A phone that does not ring yet has no call that it could answer.
    await registry.proofs.until([leg.uuid], has(() => rings(leg)), { of: "CHANNEL_PROGRESS", timeoutMs: settings.confirmMs, signal, node: node.name });
    await confirmed(context, node, ask, { uuids: [leg.uuid], proof: has(() => false), of: "CHANNEL_ANSWER", signal, ask: [leg] });
  } catch (error) {
    // FreeSWITCH had already ended the leg when Callplane asked for the answer.
    if (error instanceof CommandRefused && leg.hungUp) throw whySilent(leg);
    const isSilent = error instanceof CallplaneError && error.code === "Timeout" && !request.isUnanswered;
    // FreeSWITCH refuses to ask a phone that is no SIP phone.
    throw isSilent || error instanceof CommandRefused ? new CallplaneError("PHONE_DID_NOT_ANSWER") : error;
  }
}

/** Why a phone does not ring any more. Who wants it to answer is not told FreeSWITCH's word for a call that was called off. */
function whySilent(leg: Channel): CallplaneError {
  const why = whyEnded([leg]);
  return why.code === "CALL_FAILED" ? new CallplaneError("CALL_FAILED", "The phone does not ring any more.", why.details) : why;
}

/** After a restart of Callplane the leg's row alone says so. */
const rings = ({ rang, columns }: Channel): boolean => rang || columns.callstate === "RINGING" || columns.callstate === "EARLY";
