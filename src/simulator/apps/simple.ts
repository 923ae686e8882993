/** Applications that are done at once, or nearly. */
import { schedHangup as schedHangupCommand } from "../commands/schedule.js";
import { hangupCauseOr } from "../core/causes.js";
import { transferSession } from "../transfer.js";
import { separate } from "../wire/separate.js";
import { startRecording, stopRecording } from "../media-bugs.js";
import { broadcast, parsePrivateEvents } from "./private-events.js";
import type { Application } from "./types.js";

export const answer: Application = (_core, channel) => {
  channel.answer();
};

export const preAnswer: Application = (_core, channel) => {
  if (channel.codec === "") channel.setCodec("PCMU");
};

export const ringReady: Application = (_core, channel) => {
  channel.ringReady();
};

/** `name=value`, `name=` unsets. */
export const set: Application = (_core, channel, data) => {
  const equals = data.indexOf("=");
  if (equals === -1) return;
  const value = data.slice(equals + 1);
  channel.setVariable(data.slice(0, equals), value === "_undef_" ? undefined : value);
};

export const unset: Application = (_core, channel, data) => {
  channel.setVariable(data, undefined);
};

/** `[+]<time> [<cause>]`. */
export const schedHangup: Application = (core, channel, data) => {
  const [when = "", cause = ""] = data.split(" ");
  void schedHangupCommand(core, `${when} ${channel.uuid}${cause === "" ? "" : ` ${cause}`}`);
};

/** To the far end. */
export const sendDtmf: Application = (_core, channel, data) => {
  channel.sentDigits.push(...data.replace(/@.*$/, ""));
};

export const hangup: Application = (_core, channel, data) => {
  channel.hangup(hangupCauseOr(data, "NORMAL_CLEARING"));
};

export const respond: Application = (_core, channel, data) => {
  channel.hangup(data.startsWith("486") ? "USER_BUSY" : "CALL_REJECTED");
};

export const noop: Application = () => undefined;

export const transfer: Application = (_core, channel, data) => {
  const [extension = "", dialplan = "", context = ""] = separate(data, " ");
  transferSession(channel, extension, dialplan, context);
};

/** `+<seconds> <path> [aleg|bleg|both]`: like uuid_broadcast, a little later. */
export const schedBroadcast: Application = (core, channel, data) => {
  const [when = "+0", path = ""] = separate(data, " ");
  channel.after(Math.max(core.frameMs, Number(when.replace("+", "")) * 1000 || 0), () => broadcast(channel, "playback", path, { loop: false }));
};

/** Milliseconds; `sleep` takes what is sent to the session meanwhile. */
export const sleep: Application = async (core, channel, data) => {
  const endsUs = core.clock.nowUs() + (Number.parseInt(data, 10) || 0) * 1000;
  while (channel.ready && core.clock.nowUs() < endsUs && !channel.has("BREAK")) {
    if (channel.privateEvents.length > 0 && !channel.has("EVENT_LOCK")) await parsePrivateEvents(core, channel);
    else await channel.pauser.pause((endsUs - core.clock.nowUs()) / 1000);
  }
  channel.flags.delete("BREAK");
};

export const recordSession: Application = (_core, channel, data) => {
  startRecording(channel, data);
};

export const stopRecordSession: Application = (_core, channel, data) => {
  stopRecording(channel, data);
};

/** The far end is asked to call somebody else (REFER): it reaches a user of the directory or a number, tells so and hangs up; else it tells that there is nobody. */
export const deflect: Application = (core, channel, data) => {
  const [, user = "", domain = ""] = /^sips?:([^@;?]+)@([^;:?]+)/i.exec(data) ?? [];
  const isReached = core.directory.find(user, domain) !== undefined || /^\+?\d{7,}$/.test(user);
  channel.setVariable("sip_refer_status_code", "202");
  channel.setVariable("sip_refer_target_status_code", isReached ? "200" : "404");
  if (isReached) channel.after(FAR_END_LEAVES_MS, () => channel.hangup("NORMAL_CLEARING"));
};

/** The phone that has referred this leg elsewhere is told that it worked, and leaves. */
export const blindTransferAck: Application = (core, channel, data) => {
  const phone = core.channel(channel.variable("blind_transfer_uuid") ?? "");
  channel.setVariable("blind_transfer_uuid", undefined);
  if (data === "true" && phone !== undefined) phone.after(FAR_END_LEAVES_MS, () => phone.hangup("NORMAL_CLEARING"));
};

const FAR_END_LEAVES_MS = 100;
