/** The park application and state: waits, doing what is sent to the session (switch_ivr_park). */
import { hangupCauseOr } from "../core/causes.js";
import type { Channel } from "../core/channel.js";
import type { SwitchCore } from "../core/switch-core.js";
import { emitDtmf } from "../dial/dtmf.js";
import { parsePrivateEvents } from "./private-events.js";

export async function park(core: SwitchCore, channel: Channel): Promise<void> {
  if (channel.has("CONTROLLED") || channel.state === "CS_RESET") return;
  const timeout = takeTimeout(channel);
  const expiresUs = timeout === undefined ? Number.POSITIVE_INFINITY : core.clock.nowUs() + timeout.seconds * 1_000_000;
  channel.flags.add("CONTROLLED");
  channel.emit("CHANNEL_PARK");
  await parkLoop(core, channel, () => {
    if (timeout === undefined || core.clock.nowUs() < expiresUs) return Math.max(1, (expiresUs - core.clock.nowUs()) / 1000);
    channel.hangup(hangupCauseOr(timeout.cause, "NORMAL_CLEARING"));
    return 0;
  });
  unpark(channel);
}

/** Goes on with parking without the event that begins it, for channels that were made parked. */
export async function resumePark(core: SwitchCore, channel: Channel): Promise<void> {
  channel.flags.add("CONTROLLED");
  await parkLoop(core, channel, () => Number.POSITIVE_INFINITY);
  unpark(channel);
}

function unpark(channel: Channel): void {
  channel.flags.delete("CONTROLLED");
  channel.emit("CHANNEL_UNPARK");
  channel.unicast?.close();
  channel.unicast = null;
}

/** @param remainingMs how long the session may still wait; it may hang the channel up. */
async function parkLoop(core: SwitchCore, channel: Channel, remainingMs: () => number): Promise<void> {
  while (channel.ready && channel.has("CONTROLLED")) {
    if (channel.privateEvents.length > 0 && !channel.has("EVENT_LOCK")) {
      await parsePrivateEvents(core, channel);
      continue;
    }
    for (const digit of channel.digits.splice(0)) emitDtmf(channel, digit);
    const maxMs = remainingMs();
    if (!channel.ready) break;
    await channel.pauser.pause(maxMs);
  }
}

/** `park_timeout` is `<seconds>[:<cause>]`, used once. */
function takeTimeout(channel: Channel): { readonly seconds: number; readonly cause: string } | undefined {
  const value = channel.variable("park_timeout");
  if (value === undefined) return undefined;
  channel.setVariable("park_timeout", undefined);
  channel.setVariable("park_after_bridge", undefined);
  const [seconds = "0", cause = "NORMAL_CLEARING"] = value.split(":");
  return { seconds: Number.parseInt(seconds, 10) || 0, cause };
}
