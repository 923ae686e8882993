/** Takes what `sendmsg`, uuid_broadcast and hold have queued on a session, from within whatever the session does (switch_ivr_parse_event). */
import type { Channel } from "../core/channel.js";
import type { PrivateEvent } from "../core/channel-parts.js";
import type { SwitchCore } from "../core/switch-core.js";
import { Unicast } from "../unicast.js";
import { executeApplication } from "./execute.js";

/** A loop that ends sooner than this is not repeated. */
const SHORTEST_LOOP_US = 500_000;

/** Puts an event on the session's queue and wakes its thread. */
export function queuePrivateEvent(channel: Channel, event: PrivateEvent): void {
  channel.privateEvents.push(event);
  channel.changed();
}

/** Queues `app` as switch_ivr_broadcast does, five frames from now: locked, except with `priority`, whose lock keeps other priority events alone from it (SMF_PRIORITY). */
export function broadcast(channel: Channel, app: string, data: string, { loop, priority = false }: { readonly loop: boolean; readonly priority?: boolean }): void {
  const headers: [string, string][] = [
    ["call-command", "execute"],
    ["execute-app-name", app],
    ["execute-app-arg", data],
    [priority ? "event-lock-pri" : "event-lock", "true"],
    ["lead-frames", "5"],
  ];
  if (loop) headers.push(["loops", "-1"]);
  queuePrivateEvent(channel, { command: "execute", app, data, eventUuid: undefined, eventLock: !priority, leadFrames: 5, loops: loop ? -1 : 1, headers });
}

/** Runs every queued event, unless one that locks the session is running. */
export async function parsePrivateEvents(core: SwitchCore, channel: Channel): Promise<void> {
  while (!channel.has("EVENT_LOCK")) {
    const event = channel.privateEvents.shift();
    if (event === undefined) return;
    await parseOne(core, channel, event);
    channel.emit("PRIVATE_COMMAND", event.headers);
  }
}

async function parseOne(core: SwitchCore, channel: Channel, event: PrivateEvent): Promise<void> {
  if (event.eventLock) channel.flags.add("EVENT_LOCK");
  const leadUs = event.leadFrames * core.frameMs * 1000;
  const until = core.clock.nowUs() + leadUs;
  while (channel.ready && core.clock.nowUs() < until) await channel.pauser.pause((until - core.clock.nowUs()) / 1000);
  if (event.command === "unicast") beginUnicast(core, channel, event);
  else if (event.command === "hangup") channel.hangup("NORMAL_CLEARING");
  else if (event.leadFrames === 0 || channel.ready) await executeLoops(core, channel, event);
  if (event.eventLock) channel.flags.delete("EVENT_LOCK");
}

/** What reads or plays the channel's audio itself ends a unicast, and the park keeps the dead one. */
const KEEPS_UNICAST: ReadonlySet<string> = new Set(["set", "unset", "export", "bind_digit_action", "clear_digit_action", "sched_hangup"]);

function beginUnicast(core: SwitchCore, channel: Channel, { addresses }: PrivateEvent): void {
  if (addresses !== undefined && channel.has("CONTROLLED")) channel.unicast ??= new Unicast(core, channel, addresses);
}

async function executeLoops(core: SwitchCore, channel: Channel, event: PrivateEvent): Promise<void> {
  channel.flags.delete("STOP_BROADCAST");
  if (!KEEPS_UNICAST.has(event.app)) channel.unicast?.close();
  // On a bridged leg also an inner event clears the flag, and the music around it cannot be stopped any more (switch_ivr.c:582).
  const outermost = !channel.has("BROADCAST") || channel.has("BRIDGED");
  channel.set("BROADCAST");
  for (let loop = 0; event.loops < 0 || loop < event.loops; loop++) {
    const startedUs = core.clock.nowUs();
    const known = await executeApplication(core, channel, event.app, event.data, event.eventUuid);
    if (!known || !channel.ready || channel.has("STOP_BROADCAST") || core.clock.nowUs() - startedUs < SHORTEST_LOOP_US) break;
  }
  if (outermost || channel.has("STOP_BROADCAST")) channel.clear("BROADCAST");
  channel.flags.delete("BREAK");
}
