/** The dialplan of the simulated switch: extensions, waiting lines, and the numbers behind the trunk. */
import type { AppCall } from "../core/channel.js";
import type { Dialplan } from "../core/switch-core.js";

const app = (name: string, data = ""): AppCall => ({ app: name, data });

/**
 * - `queue:<name>` or `queue-<name>`: answered, `callplane_queue` set, parked with music.
 * - an extension of the directory: rung, with its organization's domain on the channel;
 * - from a phone, a number of seven digits or more: through the gateway `trunk`;
 * - `6000`: answered and parked.
 */
export const defaultDialplan: Dialplan = (destination, channel, core) => {
  const domain = channel.variable("domain_name") ?? core.domain;
  const queue = /^queue[:-](.+)$/.exec(destination)?.[1];
  if (queue !== undefined) return [app("answer"), app("set", `domain_name=${domain}`), app("set", `callplane_queue=${queue}`), app("park")];
  if (destination === "6000") return [app("answer"), app("park")];
  if (core.directory.find(destination, domain) !== undefined) {
    const second = channel.profile.context === "public" ? app("set", `domain_name=${domain}`) : app("set", "call_timeout=20");
    return [app("set", "hangup_after_bridge=true"), second, app("bridge", `user/${destination}@${domain}`)];
  }
  if (channel.profile.context !== "public" && /^\+?\d{7,}$/.test(destination)) return [app("bridge", `sofia/gateway/trunk/${destination}`)];
  return undefined;
};
