/** The dialplan of the simulated switch: extensions, waiting lines, and the numbers behind the trunk, as freeswitch-conf has them. */
import type { AppCall } from "../core/channel-parts.js";
import type { Dialplan } from "../core/switch-core.js";

const app = (name: string, data = ""): AppCall => ({ app: name, data });
const RINGBACK = "%(2000,4000,440,480)";

/**
 * - `queue:<name>` or `queue-<name>`: the caller waits in that department: `callplane_queue` set, answered, parked with music.
 * - `program:<name>` or `program-<name>`: parked, unanswered, for that program: `callplane_program` set.
 * - whom a phone refers elsewhere while a program asks for that: parked, whatever the destination;
 * - an extension of the directory: its phone rings, the call carries the organization's domain;
 * - from a phone, or for a call that an agent began: a number of seven digits or more, through the gateway `trunk`.
 */
export const defaultDialplan: Dialplan = (destination, channel, core) => {
  const domain = channel.variable("domain_name") ?? core.domain;
  const organization = app("set", `domain_name=${domain}`);
  const music = core.settings.globals.get("hold_music") ?? "silence";
  const queue = /^queue[:-](.+)$/.exec(destination)?.[1];
  if (queue !== undefined) return [organization, app("set", `callplane_queue=${queue}`), app("answer"), app("sched_broadcast", `+0 ${music} aleg`), app("park")];
  if (channel.profile.context === "transfers" && channel.isTrue("callplane_refer")) return [app("park")];
  const program = /^program[:-](.+)$/.exec(destination)?.[1];
  if (program !== undefined) return [organization, app("set", `callplane_program=${program}`), app("park")];
  if (core.directory.find(destination, domain) !== undefined) {
    return [
      organization,
      app("set", "hangup_after_bridge=true"),
      app("set", "call_timeout=30"),
      app("set", `ringback=${RINGBACK}`),
      app("set", `transfer_ringback=${music}`),
      app("bridge", `user/${destination}@${domain}`),
    ];
  }
  if (channel.profile.context !== "public" && /^\+?\d{7,15}$/.test(destination)) {
    return [organization, app("set", "hangup_after_bridge=true"), app("bridge", `sofia/gateway/trunk/${destination}`)];
  }
  return undefined;
};

/** As `defaultDialplan`, with lines: `destinationOf` gives what a number that is called from outside stands for there; null: it is no line. */
export const demoDialplan =
  (destinationOf: (number: string) => string | null): Dialplan =>
  (destination, channel, core) =>
    defaultDialplan((channel.profile.context === "public" ? destinationOf(destination) : null) ?? destination, channel, core);
