/** The variables that mod_sofia sets on every channel; made when they are shown, so that an idle channel costs little. */
import type { Channel } from "./channel.js";

const USER_AGENT = "FreeSWITCH-mod_sofia/1.10.12-release+git~20260821T141014Z~cc93a683ca~64bit";
const SDP = [
  "v=0", "o=FreeSWITCH 1795158893 1795158894 IN IP4 127.0.0.1", "s=FreeSWITCH", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 47572 RTP/AVP 0 101 13",
  "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=rtpmap:13 CN/8000", "a=ptime:20", "",
].join("\r\n");

const PORTS = { internal: 5060, external: 5080 } as const;

/** A variable as `uuid_getvar` sees it: set on the channel, or one of the endpoint's. */
export const readVariable = (channel: Channel, name: string): string | undefined => channel.variables.get(name) ?? endpointVariables(channel).get(name);

export function endpointVariables(channel: Channel): Map<string, string> {
  const { profile } = channel;
  const host = channel.host.domain;
  const port = PORTS[channel.sofiaProfile];
  const inbound = channel.direction === "inbound";
  const variables = new Map<string, string>([
    ["direction", channel.direction],
    ["uuid", channel.uuid],
    ["session_id", String(channel.sessionId)],
    ["channel_name", channel.name],
    ["sofia_profile_name", channel.sofiaProfile],
    ["recovery_profile_name", channel.sofiaProfile],
    ["sofia_profile_url", `sip:mod_sofia@127.0.0.1:${port}`],
    ["sip_call_id", channel.sipCallId],
    ["sip_local_network_addr", "127.0.0.1"],
    ["sip_network_ip", "127.0.0.1"],
    ["sip_network_port", "5090"],
    ["sip_user_agent", USER_AGENT],
    ["sip_allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, INFO, UPDATE, REGISTER, REFER, NOTIFY"],
    ["sip_from_user", profile.originalCidNumber],
    ["sip_from_host", host],
    ["sip_from_uri", `${profile.originalCidNumber}@${host}`],
    ["sip_from_display", profile.originalCidName],
    ["sip_full_from", `"${profile.originalCidName}" <sip:${profile.originalCidNumber}@${host}>;tag=ZUt2QU2aNHg2r`],
    ["sip_cid_type", "rpid"],
    ["max_forwards", inbound ? "70" : "69"],
    ["video_media_flow", "disabled"],
    ["text_media_flow", "disabled"],
    ["audio_media_flow", "sendrecv"],
    ["dtmf_type", "rfc2833"],
  ]);
  if (inbound) {
    variables.set("sip_req_user", channel.variables.get("initial_destination") ?? profile.destination);
    variables.set("sip_to_user", channel.variables.get("initial_destination") ?? profile.destination);
    variables.set("sip_req_host", host);
    variables.set("sip_to_host", host);
    variables.set("sip_received_ip", "127.0.0.1");
    variables.set("sip_received_port", "5090");
    if (channel.farEnd.kind === "phone") variables.set("sip_contact_uri", `gw+${profile.username}@127.0.0.1:5090`);
    variables.set("sip_via_protocol", "udp");
    variables.set("sip_full_via", "SIP/2.0/UDP 127.0.0.1:5090;rport=5090;branch=z9hG4bKBaHDQvtm1NUtm");
  } else {
    variables.set("is_outbound", "true");
    variables.set("sip_profile_name", channel.sofiaProfile);
    variables.set("sip_to_host", "127.0.0.1:5090");
    variables.set("sip_req_uri", `${channel.farEnd.party}@127.0.0.1:5090`);
  }
  if (channel.codec !== "") {
    for (const [name, value] of [
      ["switch_r_sdp", SDP],
      ["ep_codec_string", "CORE_PCM_MODULE.PCMU@8000h@20i@64000b"],
      ["rtp_use_codec_string", "PCMU,PCMA"],
      ["rtp_use_codec_name", "PCMU"],
      ["rtp_use_codec_rate", "8000"],
      ["rtp_use_codec_ptime", "20"],
      ["rtp_last_audio_codec_string", "PCMU@8000h@20i@1c"],
      ["remote_media_ip", "127.0.0.1"],
      ["remote_media_port", "47572"],
      ["read_codec", "PCMU"],
      ["original_read_codec", "PCMU"],
      ["read_rate", "8000"],
      ["write_codec", "PCMU"],
      ["write_rate", "8000"],
    ] as const) {
      variables.set(name, value);
    }
  }
  for (const [name, value] of variables) if (value === "") variables.delete(name);
  return variables;
}
