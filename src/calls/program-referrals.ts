/**
 * REFER (RFC 3515) from the phone that a program has connected its caller with: the caller is parked, and the program is told where the phone wants the caller to go. With
 * `confirm-blind-transfer` FreeSWITCH runs the caller through the context `transfers`, which parks who has this variable, and the phone waits for an answer (sofia.c,
 * sofia_handle_sip_i_refer). No face uses it.
 */
import { commands, variableName, variableValue } from "../freeswitch/index.js";
import type { Channel } from "./channel.js";
import { confirmed, whileUp } from "./control/confirm.js";
import { attempt, newUuid, nodeOf, type ControlContext } from "./control/context.js";

/** Read by the dialplan (freeswitch-conf/dialplan/internal.xml; provisioning, `TRANSFERS`). */
const ASKS = variableName("callplane_refer", "variable");
/** The Refer-To header (mod_sofia.h, SOFIA_REFER_TO_VARIABLE). */
const TARGET = variableName("sip_refer_to", "variable");
const MAX_TARGET = 1024;

const NONE = variableValue("", "none");

/** From now on whoever talks to the leg may refer it to nobody but the program. */
export async function askForReferrals(context: ControlContext, leg: Channel): Promise<void> {
  const node = nodeOf(context, leg);
  await Promise.all([node.api(commands.setVariable(leg.uuid, TARGET, NONE)), node.api(commands.setVariable(leg.uuid, ASKS, variableValue("true", "asks")))]);
}

/** From now on the dialplan decides, as for any agent's phone; `referralOf` still tells of a REFER before. A failure is only logged. */
export async function referAsUsual(context: ControlContext, leg: Channel): Promise<void> {
  await attempt(context, context.nodes.get(leg.node), commands.setVariable(leg.uuid, ASKS, NONE));
}

/** Where the phone that has let go of the leg wants it to go, as the Refer-To header names it, of printable ASCII; null: it was not referred. The phone writes it. */
export async function referralOf(context: ControlContext, leg: Channel): Promise<string | null> {
  const target = (await nodeOf(context, leg).api(commands.getVariable(leg.uuid, TARGET))).trim();
  return target !== "_undef_" && target.length <= MAX_TARGET && /^[ -~]+$/.test(target) ? target : null;
}

/** The phone is told that its referral has succeeded (NOTIFY 200), and goes. */
export async function acceptReferral(context: ControlContext, leg: Channel, signal: AbortSignal): Promise<void> {
  const node = nodeOf(context, leg);
  const eventUuid = newUuid();
  await confirmed(context, node, () => node.send(commands.execute(leg.uuid, "blind_transfer_ack", variableValue("true", "ack"), eventUuid)), {
    uuids: [leg.uuid],
    proof: () => whileUp(leg.completed === eventUuid, [leg, "caller"]),
    of: "CHANNEL_EXECUTE_COMPLETE of blind_transfer_ack",
    signal,
  });
}
