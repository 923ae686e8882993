/** What taps or changes a channel's audio and tells by MEDIA_BUG_START and _STOP: recorders and mute. */
import { isUnwritable } from "./apps/sound-files.js";
import type { Channel } from "./core/channel.js";

/**
 * Starts a recorder on the channel. FreeSWITCH answers `+OK` even for a path that it cannot write, and then nothing is recorded:
 * true says that it really began.
 */
export function startRecording(channel: Channel, path: string): boolean {
  if (isUnwritable(path) || channel.recordings.has(path)) return false;
  channel.recordings.set(path, "recording");
  channel.emit("RECORD_START", [["Record-File-Path", path]]);
  channel.emit("MEDIA_BUG_START", [["Media-Bug-Function", "session_record"], ["Media-Bug-Target", path]]);
  return true;
}

/** Stops one recorder, or every one with `all`; false when there is none. */
export function stopRecording(channel: Channel, path: string): boolean {
  const paths = path === "all" ? [...channel.recordings.keys()] : channel.recordings.has(path) ? [path] : [];
  for (const recorded of paths) {
    channel.recordings.delete(recorded);
    channel.emit("RECORD_STOP", [["Record-File-Path", recorded], ["Record-Completion-Cause", "success-silence"]]);
    channel.emit("MEDIA_BUG_STOP", [["Media-Bug-Function", "session_record"], ["Media-Bug-Target", recorded]]);
  }
  return paths.length > 0;
}

/** A channel that ends loses its recorders and its mute. */
export function stopMediaBugs(channel: Channel): void {
  stopRecording(channel, "all");
  setMute(channel, "read", false);
  setMute(channel, "write", false);
}

export function setMute(channel: Channel, direction: "read" | "write", on: boolean): void {
  const wasMuted = channel.mute.read || channel.mute.write;
  channel.mute[direction] = on;
  const isMuted = channel.mute.read || channel.mute.write;
  if (isMuted && !wasMuted) channel.emit("MEDIA_BUG_START", [["Media-Bug-Function", "audio"]]);
  if (!isMuted && wasMuted) channel.emit("MEDIA_BUG_STOP", [["Media-Bug-Function", "audio"]]);
}
