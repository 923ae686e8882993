/** A phone that puts its call on hold by itself, with a re-INVITE (switch_core_media.c, switch_core_media_toggle_hold). */
import { broadcast } from "./apps/private-events.js";
import type { Channel } from "./core/channel.js";
import type { SwitchCore } from "./core/switch-core.js";

/** The phone holds, or takes back. FreeSWITCH tells neither when it knows the leg so already. */
export function phoneHold(core: SwitchCore, channel: Channel, on: boolean): void {
  if (channel.has("PHONE_HOLD") === on) return;
  const partner = channel.partnerUuid === undefined ? undefined : core.channel(channel.partnerUuid);
  if (on) {
    channel.set("PHONE_HOLD", "LEG_HOLDING");
    channel.setVariable("switch_r_sdp", "v=0\r\na=sendonly\r\n");
    channel.profile.times.lastHold = core.clock.nowUs();
    channel.setCallState("HELD");
    const music = channel.variable("hold_music") ?? core.settings.globals.get("hold_music");
    if (music !== undefined && music !== "silence" && partner !== undefined) broadcast(partner, "playback", music, { loop: true, priority: true });
    channel.emit("CHANNEL_HOLD");
    return;
  }
  channel.clear("PHONE_HOLD");
  channel.setVariable("switch_r_sdp", "v=0\r\na=sendrecv\r\n");
  partner?.stopBroadcast();
  if (!channel.has("LEG_HOLDING")) return;
  channel.markUnheld();
  channel.setCallState("ACTIVE");
}
