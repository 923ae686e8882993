/** The dialplan's `bridge`: calls somebody on behalf of a channel, and joins the two. */
import { bridgeLegs } from "../bridge.js";
import type { Channel } from "../core/channel.js";
import type { SwitchCore } from "../core/switch-core.js";
import { originate } from "../dial/originate.js";

export async function bridgeApplication(core: SwitchCore, channel: Channel, data: string): Promise<void> {
  if (channel.answered) channel.setCallState("RING_WAIT");
  const outcome = await originate(core, data, { originator: channel });
  if (channel.callState === "RING_WAIT") channel.setCallState("ACTIVE");
  channel.setVariable("originate_disposition", outcome.ok ? "SUCCESS" : outcome.cause);
  channel.setVariable("DIALSTATUS", outcome.ok ? "SUCCESS" : outcome.cause);
  if (outcome.ok) {
    await bridgeLegs(core, channel, outcome.channel);
    return;
  }
  if (!channel.ready || channel.isTrue("continue_on_fail")) return;
  const causes = channel.variable("continue_on_fail")?.split(",") ?? [];
  if (!causes.includes(outcome.cause)) channel.hangup(outcome.cause);
}
