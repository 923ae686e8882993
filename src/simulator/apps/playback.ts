/** What plays to the far end or listens to it: playback, record, play_and_get_digits. */
import type { Channel } from "../core/channel.js";
import type { SwitchCore } from "../core/switch-core.js";
import { emitDtmf } from "../dial/dtmf.js";
import { durationMs, fileType, isUnreadable, isUnwritable, writeSilence } from "./sound-files.js";
import { parsePrivateEvents } from "./private-events.js";

export async function playback(core: SwitchCore, channel: Channel, data: string): Promise<void> {
  if (!channel.answered && channel.up) channel.answer();
  if (data === "" || isUnreadable(data)) {
    channel.setVariable("current_application_response", data === "" ? "PLAYBACK ERROR" : "FILE NOT FOUND");
    return;
  }
  await playFile(core, channel, data, (digit) => isTerminator(channel, digit));
  channel.setVariable("current_application_response", channel.has("TRANSFER") ? "PLAYBACK ERROR" : "FILE PLAYED");
}

/** Whether this key ends what plays or is recorded: `*` unless `playback_terminators` says otherwise (mod_dptools.c, on_dtmf). */
function isTerminator(channel: Channel, digit: string): boolean {
  const terminators = channel.variable("playback_terminators") ?? "*";
  return terminators === "any" || (terminators !== "none" && terminators.includes(digit));
}

/** Plays until the file, the channel or the wish to hear it ends. `interrupted` is asked for each digit. */
async function playFile(core: SwitchCore, channel: Channel, path: string, interrupted: (digit: string) => boolean): Promise<void> {
  const headers: [string, string][] = [
    ["Playback-File-Type", fileType(path)],
    ["Playback-File-Path", path],
  ];
  channel.playing = path;
  channel.flags.delete("BREAK");
  channel.emit("PLAYBACK_START", headers);
  const endsUs = core.clock.nowUs() + durationMs(path) * 1000;
  let broken = false;
  while (channel.ready && core.clock.nowUs() < endsUs) {
    if (channel.has("BREAK")) {
      channel.flags.delete("BREAK");
      broken = true;
      break;
    }
    if (channel.privateEvents.length > 0 && !channel.has("EVENT_LOCK")) {
      await parsePrivateEvents(core, channel);
      channel.playing = path;
      continue;
    }
    const digit = channel.digits.shift();
    if (digit !== undefined) {
      emitDtmf(channel, digit);
      if (interrupted(digit)) {
        broken = true;
        break;
      }
      continue;
    }
    await channel.pauser.pause((endsUs - core.clock.nowUs()) / 1000);
  }
  channel.playing = "";
  channel.emit("PLAYBACK_STOP", [...headers, ["Playback-Status", broken ? "break" : "done"]]);
}

/** `<min> <max> <tries> <timeout ms> <terminators> <file> <invalid file> <variable> <regex> [<digit timeout ms>]` */
export async function playAndGetDigits(core: SwitchCore, channel: Channel, data: string): Promise<void> {
  const [min = "1", max = "1", tries = "1", timeout = "5000", terminators = "#", file = "", , variable = "digits", pattern = ".*", digitTimeout = timeout] = data.split(/\s+/);
  const wanted = new RegExp(`^(?:${pattern})$`);
  for (let attempt = 0; attempt < Number(tries) && channel.ready; attempt++) {
    const digits: string[] = [];
    const take = (digit: string): boolean => {
      digits.push(digit);
      return true;
    };
    await playFile(core, channel, file, take);
    let deadlineUs = core.clock.nowUs() + Math.max(1000, Number(timeout)) * 1000;
    while (channel.ready && digits.length < Number(max) && !terminators.includes(digits.at(-1) ?? " ") && core.clock.nowUs() < deadlineUs) {
      const digit = channel.digits.shift();
      if (digit === undefined) {
        await channel.pauser.pause((deadlineUs - core.clock.nowUs()) / 1000);
        continue;
      }
      emitDtmf(channel, digit);
      take(digit);
      deadlineUs = core.clock.nowUs() + Math.max(1000, Number(digitTimeout)) * 1000;
    }
    const last = digits.at(-1);
    if (last !== undefined && terminators.includes(last)) {
      channel.setVariable("read_terminator_used", last);
      digits.pop();
    }
    const text = digits.join("");
    if (text.length >= Number(min) && wanted.test(text)) {
      channel.setVariable(variable, text);
      channel.setVariable("read_result", "success");
      return;
    }
  }
  channel.setVariable("read_result", "failure");
}

/** `<path> [<seconds> [<silence threshold> [<silence seconds>]]]`: the caller's voice until the limit, silence, a key or the end. */
export async function recordFile(core: SwitchCore, channel: Channel, data: string): Promise<void> {
  const [path = "", limit = "60", , silenceSeconds = ""] = data.split(/\s+/);
  if (path === "" || isUnwritable(path)) {
    channel.hangup("DESTINATION_OUT_OF_ORDER");
    return;
  }
  const headers: [string, string][] = [["Record-File-Path", path]];
  channel.emit("RECORD_START", headers);
  const beganUs = core.clock.nowUs();
  const silenceUs = silenceSeconds === "" ? Number.POSITIVE_INFINITY : Number(silenceSeconds) * 1_000_000;
  // The far end is silent from the beginning of the recording, or from the end of what it says.
  const endsUs = (): number => Math.min(beganUs + Number(limit) * 1_000_000, Math.max(beganUs, channel.speaksUntilUs) + silenceUs);
  while (channel.ready && core.clock.nowUs() < endsUs() && !channel.has("BREAK")) {
    if (channel.privateEvents.length > 0 && !channel.has("EVENT_LOCK")) {
      await parsePrivateEvents(core, channel);
      continue;
    }
    const digit = channel.digits.shift();
    if (digit !== undefined) {
      emitDtmf(channel, digit);
      if (isTerminator(channel, digit)) break;
      continue;
    }
    await channel.pauser.pause((endsUs() - core.clock.nowUs()) / 1000);
  }
  channel.flags.delete("BREAK");
  writeSilence(path, (core.clock.nowUs() - beganUs) / 1000);
  channel.emit("RECORD_STOP", [...headers, ["Record-Completion-Cause", "success-maxtime"]]);
  // Whatever takes a leg out of `record` ends it (mod_dptools.c, record_function).
  if (!channel.ready) channel.hangup("DESTINATION_OUT_OF_ORDER");
}
