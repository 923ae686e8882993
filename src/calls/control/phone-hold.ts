/**
 * A hold by the phone itself: its re-INVITE says that it listens to nobody. Only the phone ends it; FreeSWITCH would join the leg all the same, and nobody would
 * hear anybody. Once the leg has left its bridge, no event and no column tells of the phone's hold any more: only the phone's last session description does.
 */
import { CallplaneError } from "../../errors.js";
import { commands, variableName } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import { nodeOf, type ControlContext } from "./context.js";

/** What the far end of a leg offered or answered last (switch_types.h, SWITCH_R_SDP_VARIABLE). */
const REMOTE_SDP = variableName("switch_r_sdp", "variable");
const LISTENS_TO_NOBODY = /^(?:a=(?:sendonly|inactive)|c=IN IP4 0\.0\.0\.0)\s*$/m;

/** Throws HELD_BY_PHONE while one of the legs is on hold by its phone. */
export async function assertTakenBack(context: ControlContext, call: Call, ...legs: readonly Channel[]): Promise<void> {
  const held = await Promise.all(legs.map((leg) => holdsByItself(context, leg)));
  if (held.includes(true)) throw heldByPhone(call);
}

export const heldByPhone = ({ id }: Call): CallplaneError => new CallplaneError("HELD_BY_PHONE", `The call ${id} is on hold by a phone, which alone can take it back.`);

/** Whether the phone behind this leg holds it. */
export async function holdsByItself(context: ControlContext, leg: Channel): Promise<boolean> {
  return leg.heldByPhone || LISTENS_TO_NOBODY.test(await nodeOf(context, leg).api(commands.getVariable(leg.uuid, REMOTE_SDP)));
}
