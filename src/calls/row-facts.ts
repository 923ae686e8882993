/** What a row or an event of FreeSWITCH says of a leg. */
import type { ChannelEvent } from "../freeswitch/index.js";
import type { Channel } from "./channel.js";

/** Whether the event says that the far end has picked up. */
export function saysAnswered(event: ChannelEvent): boolean {
  return event.answeredUs > 0 || event.answerState === "answered" || event.name === "CHANNEL_ANSWER";
}

/** Whether the row says that music, or another file, plays to the leg. While it does, what is written to the leg does not come to show in its row (switch_ivr_async.c: a broadcast holds the event lock). */
export const hearsMusic = (channel: Channel): boolean => channel.columns.application === "playback";

/** Whether it is unknown whose phone called: a row names one, and FreeSWITCH's variables, which prove it, have not been seen. */
export const isUnproven = ({ columns, provenPresence }: Channel): boolean => columns.direction === "inbound" && columns.presence_id !== provenPresence;

/**
 * Whether something plays to a leg in its bridge, or is about to: FreeSWITCH tells of a phone's hold before its music begins. A command that FreeSWITCH carries out
 * on the leg now makes FreeSWITCH forget that it plays (switch_ivr.c, switch_ivr_parse_event: CF_BROADCAST), so that the end of a hold, or of the other leg, does not stop it.
 * @param hasHoldMusic whether FreeSWITCH covers a phone's hold with music
 */
export const isPlayedInBridge = ({ inDeadBridge, partner, playing }: Channel, hasHoldMusic: boolean): boolean => inDeadBridge || (partner !== null && (playing || (hasHoldMusic && partner.heldByPhone)));

/**
 * FreeSWITCH does not write the end into its table (switch_core_sqldb.c, core_event_handler): until the channel is destroyed, which may be late while its partner
 * has not left their bridge, the row stays as it was. `DOWN` is also how a channel begins.
 */
export const isEnd = (state: string | undefined): boolean => state === "CS_HANGUP" || state === "CS_REPORTING" || state === "CS_DESTROY" || state === "HANGUP";
