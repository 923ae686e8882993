/** `conference [list]`, `conference <room> list|json_list|mute|unmute|deaf|undeaf|kick|hup|relate|play|stop|record|norecord …` */
import { durationMs, isUnreadable } from "../apps/sound-files.js";
import type { ConferenceRoom, Member } from "../apps/conference-room.js";
import type { SwitchCore } from "../core/switch-core.js";
import type { ApiCommand } from "./types.js";

export const conferenceCommand: ApiCommand = (core, args) => {
  const [name = "list", action = "list", who = "", data = ""] = args.split(" ").filter((word) => word !== "");
  if (name === "list") return core.conferences.size === 0 ? "+OK No active conferences.\n" : [...core.conferences.values()].map(listRoom).join("");
  if (name === "json_list") return JSON.stringify([...core.conferences.values()].map((room) => describe(core, room)));
  const room = core.conferences.get(name);
  if (room === undefined) return `-ERR Conference ${name} not found\n`;
  if (action === "list") return `${[...room.members].reverse().map(listMember).join("")}`;
  if (action === "json_list") return JSON.stringify([describe(core, room)], null, "\t");
  if (action === "relate") return relate(core, room, [who, data, ...args.split(" ").filter((word) => word !== "").slice(4)]);
  if (action === "play") return play(core, room, who, data);
  if (action === "stop") return stop(core, room, data);
  if (action === "record") return startRecording(core, room, who);
  if (action === "norecord") return stopRecording(core, room, who);
  return actOnMembers(core, room, { action, who, data });
};

function actOnMembers(core: SwitchCore, room: ConferenceRoom, { action, who, data }: { readonly action: string; readonly who: string; readonly data: string }): string {
  const handlers: Readonly<Record<string, (member: Member) => void>> = {
    mute: (member) => setAudio(room, member, "muted", true, "mute-member"),
    unmute: (member) => setAudio(room, member, "muted", false, "unmute-member"),
    deaf: (member) => setAudio(room, member, "deaf", true, "deaf-member"),
    undeaf: (member) => setAudio(room, member, "deaf", false, "undeaf-member"),
    hold: (member) => {
      setHeld(room, member, data === "" ? "silent" : "music");
      if (data !== "" && !isUnreadable(data)) room.play(data, member, durationMs(data), core.clock.nowUs());
    },
    unhold: (member) => setHeld(room, member, "no"),
    kick: (member) => dismiss(room, member, "kick-member"),
    hup: (member) => dismiss(room, member, "hup-member"),
  };
  const handler = Object.hasOwn(handlers, action) ? handlers[action] : undefined;
  if (handler === undefined) return `-ERR Conference command '${action}' not found.\n`;
  const wanted = [...room.members].reverse().filter((member) => who === "all" || String(member.id) === who || member.channel.uuid === who || `uuid=${member.channel.uuid}` === who || (who === "last" && member === room.members.at(-1)));
  if (wanted.length === 0) return `-ERR Non-Existant ID ${who}\n`;
  if (!core.isSwallowed("conference")) for (const member of wanted) handler(member);
  const word = action === "kick" ? "kicked" : action;
  return wanted.map((member) => `+OK ${word} ${member.id}\n`).join("");
}

/** Of a sound nothing is seen but its end. */
function play(core: SwitchCore, room: ConferenceRoom, file: string, id: string): string {
  const member = room.members.find((each) => String(each.id) === id) ?? null;
  if (id !== "" && member === null) return `(play) Member: ${id} not found.\n`;
  if (isUnreadable(file)) return `(play) File: ${file} not found.\n`;
  if (!core.isSwallowed("conference")) room.play(file, member, durationMs(file), core.clock.nowUs());
  return `(play) Playing file ${file}${member === null ? "" : ` to member ${id}`}\n`;
}

/** Of `all` alone, to one member: conference_api.c, conference_api_sub_stop. */
function stop(core: SwitchCore, room: ConferenceRoom, id: string): string {
  const member = room.members.find((each) => String(each.id) === id);
  if (member === undefined) return `-ERR Member: ${id} not found.\n`;
  const stopped = core.isSwallowed("conference") ? 0 : room.stop(member);
  return `+OK Stopped ${stopped} files.\n`;
}

function relate(core: SwitchCore, room: ConferenceRoom, [member = "", others = "", how = ""]: readonly string[]): string {
  if (!/^(clear|nospeak|nohear)/.test(how)) return "-ERR Invalid syntax\n";
  if (!core.isSwallowed("conference")) for (const each of member.split(",")) room.relate(each, others.split(","), how);
  return others.split(",").map((other) => (how === "clear" ? `relationship ${member}->${other} cleared.\n` : `+OK ${member}->${other} ${how} set\n`)).join("");
}

/** The recorder is a member of its own, without a channel. */
function startRecording(core: SwitchCore, room: ConferenceRoom, path: string): string {
  if (!core.isSwallowed("conference")) room.record(path, core.clock.nowUs());
  return `+OK Record file ${path}\n`;
}

function stopRecording(core: SwitchCore, room: ConferenceRoom, path: string): string {
  if (!core.isSwallowed("conference")) room.stopRecording(path, core.clock.nowUs());
  return "+OK Stopped recording 1 file\n";
}

function setAudio(room: ConferenceRoom, member: Member, what: "muted" | "deaf", on: boolean, action: string): void {
  member[what] = on;
  room.emit(member, action);
  if (what === "muted" && !on) room.isHeardAgain(member);
}

function setHeld(room: ConferenceRoom, member: Member, held: Member["held"]): void {
  member.held = held;
  room.emit(member, held === "no" ? "unhold-member" : "hold-member");
  if (held === "no") room.isHeardAgain(member);
}

function dismiss(room: ConferenceRoom, member: Member, action: string): void {
  member.dismissed = true;
  room.emit(member, action);
  member.channel.changed();
}

function flagsOf(member: Member): string {
  const flags = [member.deaf ? "" : "hear", member.muted ? "" : "speak"].filter((flag) => flag !== "");
  return flags.join("|");
}

const listMember = (member: Member): string => {
  const { channel } = member;
  return `${member.id};${channel.name};${channel.uuid};${channel.profile.cidName};${channel.profile.cidNumber};${flagsOf(member)};0;0;0\n`;
};

const listRoom = (room: ConferenceRoom): string =>
  `+OK Conference ${room.name} (${room.members.length} member${room.members.length === 1 ? "" : "s"} rate: 8000 flags: running|answered|dynamic)\n${room.members.map(listMember).join("")}`;

const describe = (core: SwitchCore, room: ConferenceRoom): object => ({
  conference_name: room.name,
  member_count: room.members.length,
  ghost_count: 0,
  rate: 8000,
  run_time: Math.floor((core.clock.nowUs() - room.createdUs) / 1_000_000),
  conference_uuid: room.uuid,
  members: [...room.members].reverse().map((member) => ({
    type: "caller",
    id: member.id,
    flags: { can_hear: !member.deaf, can_speak: !member.muted, talking: false, has_floor: false, is_moderator: false },
    uuid: member.channel.uuid,
    caller_id_name: member.channel.profile.cidName,
    caller_id_number: member.channel.profile.cidNumber,
    join_time: Math.floor((core.clock.nowUs() - member.joinedUs) / 1_000_000),
  })),
});
