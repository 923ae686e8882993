/** Call detail records as mod_json_cdr leaves them: one file a channel, written in CS_REPORTING, before CHANNEL_HANGUP_COMPLETE (with `encode-values` off). */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { variableHeaders } from "./core/channel-events.js";
import type { Channel } from "./core/channel.js";
import type { CallerProfile } from "./core/profile.js";

export function writeCdr(directory: string, coreUuid: string, switchName: string, channel: Channel): void {
  writeFileSync(join(directory, `${channel.uuid}.cdr.json`), `${JSON.stringify(cdrOf(coreUuid, switchName, channel))}\n`);
}

function cdrOf(coreUuid: string, switchName: string, channel: Channel): object {
  const { other } = channel;
  const variables = Object.fromEntries(variableHeaders(channel).map(([name, value]) => [name.replace(/^variable_/, ""), value]));
  const t = channel.profile.times;
  return {
    "core-uuid": coreUuid,
    switchname: switchName,
    channel_data: { state: "CS_REPORTING", direction: channel.direction, state_number: "11" },
    callStats: {},
    variables: { ...variables, uuid: channel.uuid, channel_name: channel.name },
    callflow: [
      {
        dialplan: channel.profile.dialplan,
        profile_index: "1",
        caller_profile: {
          ...profileOf(channel.profile),
          ...(other?.type === "originator" ? { originator: { originator_caller_profiles: [profileOf(other.profile)] } } : {}),
          ...(other?.type === "originatee" ? { originatee: { originatee_caller_profiles: [profileOf(other.profile)] } } : {}),
        },
        times: {
          created_time: String(t.created),
          profile_created_time: String(t.profileCreated),
          progress_time: String(t.progress),
          progress_media_time: "0",
          answered_time: String(t.answered),
          bridged_time: String(t.bridged),
          last_hold_time: String(t.lastHold),
          hold_accum_time: String(t.holdAccumulated),
          hangup_time: String(t.hangup),
          resurrect_time: "0",
          transfer_time: String(t.transferred),
        },
      },
    ],
  };
}

const profileOf = (profile: CallerProfile): object => ({
  username: profile.username,
  dialplan: profile.dialplan,
  caller_id_name: profile.cidName,
  ani: profile.ani,
  aniii: "",
  caller_id_number: profile.cidNumber,
  network_addr: profile.networkAddr,
  rdnis: "",
  destination_number: profile.destination,
  uuid: profile.uuid,
  source: "mod_sofia",
  context: profile.context,
  chan_name: profile.channelName,
});
