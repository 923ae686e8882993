/**
 * A hold by the phone itself: its re-INVITE says that it listens to nobody. Only the phone ends it; FreeSWITCH would join the leg all the same, and nobody would
 * hear anybody. Once the leg has left its bridge, no event and no column tells that the hold goes on, or has ended: only the phone's last session description does.
 */
import { CallplaneError } from "../../errors.js";
import { commands, listensToNobody, REMOTE_SDP, variableName } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import { nodeOf, type ControlContext } from "./context.js";

const LAST_DESCRIPTION = variableName(REMOTE_SDP, "variable");

/** Throws HELD_BY_PHONE while one of the legs is on hold by its phone. */
export async function assertTakenBack(context: ControlContext, call: Call, ...legs: readonly Channel[]): Promise<void> {
  const held = await Promise.all(legs.map((leg) => holdsByItself(context, leg)));
  if (held.includes(true)) throw heldByPhone(call);
}

export const heldByPhone = ({ id }: Call): CallplaneError => new CallplaneError("HELD_BY_PHONE", `The call ${id} is on hold by a phone, which alone can take it back.`);

/** Whether the phone behind this leg holds it. */
export async function holdsByItself(context: ControlContext, leg: Channel): Promise<boolean> {
  if (leg.heldByPhone) return true;
  // A hold that begins while the leg is parked is told (CHANNEL_HOLD), unless FreeSWITCH is told to take no notice of holds (`rtp_disable_hold`); that one has ended is not, if it had begun before.
  if (leg.parked && leg.listens === true) return false;
  return listensToNobody(await nodeOf(context, leg).api(commands.getVariable(leg.uuid, LAST_DESCRIPTION)));
}
