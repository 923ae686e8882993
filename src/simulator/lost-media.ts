/** A phone that sends no media any more (switch_rtp.c, check_timeout). What `execute_on_media_timeout` says comes before the end of its leg. */
import type { Channel } from "./core/channel.js";
import type { SwitchCore } from "./core/switch-core.js";
import { transferSession } from "./transfer.js";

export function loseMedia(core: SwitchCore, channel: Channel): void {
  const [app, option, destination = "", dialplan = ""] = (channel.variable("execute_on_media_timeout") ?? "").split(" ");
  const partner = channel.partnerUuid === undefined ? undefined : core.channel(channel.partnerUuid);
  if (app === "transfer" && option === "-bleg" && partner?.up === true) transferSession(partner, destination, dialplan, "");
  channel.hangup("MEDIA_TIMEOUT");
}
