/** The commands on a conference and its members. */
import { invalid } from "../errors.js";
import { command, oneWord } from "./command-text.js";
import type { MediaSource, RecordingPath } from "./media.js";
import type { SwitchCommand } from "./types.js";
import type { ChannelUuid, VariableValue } from "./words.js";

function conferenceRoom(room: VariableValue): VariableValue {
  if (!/^[\w-]+$/.test(room)) throw invalid("room", "is no name of a conference.");
  return room;
}

/** For node.api(). Each throws InvalidParameter for what may not reach FreeSWITCH. */
export const conferenceCommands = {
  /** Members of a conference. Held with music, one neither hears the others nor is heard (without music it would hear them). Confirm by hold-member. */
  holdMember: (room: VariableValue, uuid: ChannelUuid, music: MediaSource): SwitchCommand => command("conference", conferenceRoom(room), "hold", `uuid=${uuid}`, oneWord(music)),
  unholdMember: (room: VariableValue, uuid: ChannelUuid): SwitchCommand => command("conference", conferenceRoom(room), "unhold", `uuid=${uuid}`),
  muteMember: (room: VariableValue, uuid: ChannelUuid, on: boolean): SwitchCommand => command("conference", conferenceRoom(room), on ? "mute" : "unmute", `uuid=${uuid}`),
  /** Replies with JSON: `members` with `id` and `uuid` (conference_api.c, conference_api_sub_json_list). */
  listMembers: (room: VariableValue): SwitchCommand => command("conference", conferenceRoom(room), "json_list"),
  /** `nospeak`: the others do not hear the member; `clear`: they do again. Members are told by their numbers (conference_api.c, conference_api_sub_relate: 100 at most). */
  relateMembers: (room: VariableValue, member: string, others: readonly string[], how: "nospeak" | "clear"): SwitchCommand => {
    if (![member, ...others].every((id) => /^\d{1,9}$/.test(id)) || others.length === 0 || others.length > 100) throw invalid("members", "are not up to 100 numbers of members.");
    return command("conference", conferenceRoom(room), "relate", member, others.join(","), how);
  },
  /** To all members, or to the one of this number. */
  playToRoom: (room: VariableValue, source: MediaSource, member: string | null): SwitchCommand => {
    if (member !== null && !/^\d{1,9}$/.test(member)) throw invalid("member", "is no number of a member.");
    return command("conference", conferenceRoom(room), "play", oneWord(source), ...(member === null ? [] : [member]));
  },
  /** What the member of this number alone hears, or is to hear, ends (conference_api.c, conference_api_sub_stop). */
  stopPlaying: (room: VariableValue, member: string): SwitchCommand => {
    if (!/^\d{1,9}$/.test(member)) throw invalid("member", "is no number of a member.");
    return command("conference", conferenceRoom(room), "stop", "all", member);
  },
  recordRoom: (room: VariableValue, path: RecordingPath, on: boolean): SwitchCommand => command("conference", conferenceRoom(room), on ? "record" : "norecord", oneWord(path)),
};
