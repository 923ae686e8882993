/** The `conference` application: one session's stay in a room. */
import type { Channel } from "../core/channel.js";
import type { SwitchCore } from "../core/switch-core.js";
import { emitDtmf } from "../dial/dtmf.js";
import { ConferenceRoom } from "./conference-room.js";
import { parsePrivateEvents } from "./private-events.js";

/** `room[@profile][+pin][+flags{a|b}]` */
export async function conferenceApplication(core: SwitchCore, channel: Channel, data: string): Promise<void> {
  const flagText = /\+?flags\{([^}]*)\}/.exec(data)?.[1] ?? "";
  const [roomName = "", profile = "default"] = data.replace(/\+.*$/, "").split("@");
  if (roomName === "") return;
  channel.answer();
  if (!channel.ready) return;
  let room = core.conferences.get(roomName);
  if (room === undefined) {
    room = new ConferenceRoom(roomName, profile, core.bus, core.clock.nowUs());
    core.conferences.set(roomName, room);
    room.announceCreation();
  }
  const member = room.join(channel, new Set(flagText.split(/[|,]/)), core.clock.nowUs());
  while (channel.ready && !member.dismissed && !channel.has("BREAK")) {
    if (channel.privateEvents.length > 0 && !channel.has("EVENT_LOCK")) {
      await parsePrivateEvents(core, channel);
      continue;
    }
    for (const digit of channel.digits.splice(0)) emitDtmf(channel, digit);
    await channel.pauser.pause();
  }
  channel.flags.delete("BREAK");
  room.leave(member);
  if (room.members.length === 0 && core.conferences.get(roomName) === room) {
    core.conferences.delete(roomName);
    room.announceEnd(core.clock.nowUs());
  }
}
