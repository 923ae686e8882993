/** Sending a session elsewhere: to park, or to another destination (switch_ivr.c). */
import type { Channel } from "./core/channel.js";
import { cloneProfile } from "./core/profile.js";

/** Parks a session wherever it is (switch_ivr_park_session). */
export function parkSession(channel: Channel): void {
  channel.flags.add("TRANSFER");
  channel.setState("CS_PARK");
}

/** `exten[:dialplan[:context]]` of transfer_after_bridge. */
export function transferAfterBridge(channel: Channel, where: string): void {
  const [extension = "", dialplan = "", context = ""] = where.split(":");
  transferSession(channel, extension, dialplan, context);
}

/** A held leg that is sent elsewhere is unheld; its phone takes the re-INVITE a moment later (switch_ivr_check_hold). */
export function takeOffHold(channel: Channel): void {
  if (!channel.has("HOLD")) return;
  channel.markUnheld();
  channel.after(channel.host.frameMs * 2, () => {
    if (channel.up && channel.callState === "UNHELD") channel.setCallState("ACTIVE");
  });
}

/** Sends a session to another destination (switch_ivr_session_transfer). */
export function transferSession(channel: Channel, extension: string, dialplan: string, context: string): void {
  takeOffHold(channel);
  channel.handler = "none";
  const { profile } = channel;
  const useDialplan = dialplan !== "" ? dialplan : profile.dialplan === "inline" || profile.dialplan === "" ? "XML" : profile.dialplan;
  channel.flags.add("TRANSFER");
  const partner = channel.partnerUuid;
  channel.setVariable("signal_bond", undefined);
  channel.setVariable("rdnis", profile.destination);
  // The new profile knows nothing of the old partner.
  channel.other = undefined;
  channel.profile = {
    ...cloneProfile(profile),
    dialplan: useDialplan,
    context: context !== "" ? context : profile.context !== "" ? profile.context : "default",
    destination: extension === "" ? "service" : extension,
  };
  channel.profile.times.transferred = channel.host.clock.nowUs();
  channel.setVariable("transfer_source", `${Math.floor(channel.host.clock.nowUs() / 1_000_000)}:${partner ?? ""}:bl_xfer:${extension}/${channel.profile.context}/${useDialplan}`);
  channel.setState("CS_ROUTING");
}
