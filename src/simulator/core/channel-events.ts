/** The headers of a channel's events (switch_channel_event_set_basic_data and _extended_data). */
import type { Channel } from "./channel.js";
import { endpointVariables } from "./endpoint-variables.js";
import { profileHeaders } from "./profile.js";

/** Events that carry the channel's variables; the others have the basic headers alone. */
const WITH_VARIABLES = new Set([
  "CHANNEL_CREATE", "CHANNEL_ORIGINATE", "CHANNEL_ANSWER", "CHANNEL_PARK", "CHANNEL_UNPARK", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE",
  "CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DATA", "CHANNEL_EXECUTE",
  "CHANNEL_EXECUTE_COMPLETE", "CHANNEL_DESTROY", "RECORD_START", "RECORD_STOP", "PLAYBACK_START", "PLAYBACK_STOP", "CALL_UPDATE",
  "MEDIA_BUG_START", "MEDIA_BUG_STOP", "CHANNEL_HOLD", "CHANNEL_UNHOLD", "CUSTOM",
]);

const CODEC_RATES = { PCMU: "64000", L16: "128000", "": "" } as const;

export function basicHeaders(channel: Channel): [string, string][] {
  const headers: [string, string][] = [
    ["Channel-State", channel.runningState],
    ["Channel-Call-State", channel.callState],
    ["Channel-State-Number", String(channel.stateNumber)],
    ["Channel-Name", channel.name],
    ["Unique-ID", channel.uuid],
    ["Call-Direction", channel.direction],
    ["Presence-Call-Direction", channel.direction],
    ["Channel-HIT-Dialplan", channel.direction === "inbound" || channel.has("DIALPLAN") ? "true" : "false"],
  ];
  const presenceId = channel.variable("presence_id");
  if (presenceId !== undefined) headers.push(["Channel-Presence-ID", presenceId]);
  const presenceData = channel.variable("presence_data");
  if (presenceData !== undefined) headers.push(["Channel-Presence-Data", presenceData]);
  headers.push(["Channel-Call-UUID", channel.variable("call_uuid") ?? channel.uuid], ["Answer-State", channel.answerState]);
  if (channel.hangupCause !== undefined) headers.push(["Hangup-Cause", channel.hangupCause]);
  if (channel.codec !== "") {
    headers.push(
      ["Channel-Read-Codec-Name", channel.readCodec],
      ["Channel-Read-Codec-Rate", "8000"],
      ["Channel-Read-Codec-Bit-Rate", CODEC_RATES[channel.readCodec]],
      ["Channel-Write-Codec-Name", channel.codec],
      ["Channel-Write-Codec-Rate", "8000"],
      ["Channel-Write-Codec-Bit-Rate", CODEC_RATES[channel.codec]],
    );
  }
  headers.push(...profileHeaders(channel.profile, "Caller"));
  if (channel.other !== undefined) headers.push(["Other-Type", channel.other.type], ...profileHeaders(channel.other.profile, "Other-Leg"));
  return headers;
}

export function variableHeaders(channel: Channel): [string, string][] {
  const merged = endpointVariables(channel);
  for (const [name, value] of channel.variables) merged.set(name, value);
  return [...merged].map(([name, value]) => [`variable_${name}`, value]);
}

/** Headers of one event: `extra` stands between the basic headers and the variables. */
export function channelHeaders(channel: Channel, name: string, extra: readonly [string, string][]): [string, string][] {
  const headers = [...basicHeaders(channel), ...extra];
  if (WITH_VARIABLES.has(name)) headers.push(...variableHeaders(channel));
  return headers;
}
