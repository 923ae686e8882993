/** Applies an event to a known channel. */
import type { ChannelEvent, ConferenceEvent } from "../freeswitch/index.js";
import { unlink, type MutableChannel } from "./channel.js";
import { beginProgram, priorityOf, setHungUp, setParked, setRang, type Picture } from "./leg-changes.js";

/** The argument of the `set` that a bound digit executes. */
export const KEY_PRESSED = "callplane_key=1";

/** The state of the second leg of a bridge once FreeSWITCH has made the bridge. */
export const EXCHANGES_MEDIA = "CS_EXCHANGE_MEDIA";

export function applyEvent(picture: Picture, channel: MutableChannel, event: ChannelEvent): void {
  const { index, grouping, changes } = picture;
  const { call } = channel;
  // What the leg says of itself after that, mostly with a CALL_UPDATE at once, saves a question before it is moved.
  if (typeof channel.second === "number" && event.sequence > channel.second && event.row.state === EXCHANGES_MEDIA) channel.second = "made";
  if (event.parkLimit !== "") channel.limit = event.stayVariable === "true" ? "staying" : "plain";
  switch (event.name) {
    case "CHANNEL_BRIDGE": {
      const a = index.channels.get(event.bridgeA);
      const b = index.channels.get(event.bridgeB);
      if (a !== undefined && b !== undefined) {
        grouping.bridged(a, b, changes.at);
        b.second = event.sequence;
      }
      break;
    }
    case "CHANNEL_UNBRIDGE": {
      const other = index.channels.get(event.bridgeA === channel.uuid ? event.bridgeB : event.bridgeA);
      // When a leg is taken over, this event comes after the CHANNEL_BRIDGE of its new bridge, which stays.
      if (other !== undefined && channel.partner === other) unlink(channel);
      // Told by the first leg of the bridge, when both have left it.
      for (const leg of [channel, other]) if (leg !== undefined) leg.inDeadBridge = false;
      if (call !== null) changes.markDirty(call);
      break;
    }
    case "CHANNEL_PARK":
      channel.parks++;
      if (event.row.state === "CS_PARK") channel.strays++;
      else if (channel.limit !== null) channel.limitedParks++;
      // The event of its end may have been missed.
      channel.playing = false;
      channel.holdMusic = false;
      channel.inRecord = false;
      unlink(channel);
      setParked(picture, channel, true);
      channel.listens = event.listens;
      queueByVariable(picture, channel, event);
      beginProgram(picture, channel, event.programVariable);
      break;
    case "CHANNEL_UNPARK":
      // It was for who is parked.
      channel.soundDue = false;
      channel.limit = null;
      setParked(picture, channel, false);
      break;
    case "CHANNEL_PROGRESS":
    case "CHANNEL_PROGRESS_MEDIA":
      setRang(picture, channel);
      break;
    case "DTMF":
      changes.digit(channel, event.digit, event.digitDuration / 8);
      break;
    case "CHANNEL_ANSWER":
    case "CHANNEL_HOLD":
    case "CHANNEL_UNHOLD":
      if (call !== null) changes.markDirty(call);
      break;
    case "MEDIA_BUG_START":
    case "MEDIA_BUG_STOP":
      mediaBug(picture, channel, event.mediaBug, event.name === "MEDIA_BUG_START" ? 1 : -1);
      break;
    case "RECORD_START":
      channel.recordings.push(event.recordPath);
      if (call !== null) changes.markDirty(call);
      break;
    case "RECORD_STOP":
      channel.recordings = channel.recordings.filter((path) => path !== event.recordPath);
      if (channel.recordings.length === 0) channel.recordingPaused = false;
      if (call !== null) changes.markDirty(call);
      break;
    case "PLAYBACK_START":
    case "PLAYBACK_STOP":
      channel.playing = event.name === "PLAYBACK_START";
      if (channel.playing) channel.soundDue = false;
      channel.holdMusic = false;
      if (!channel.playing && call !== null) changes.tell({ type: "quiet", call });
      break;
    case "CHANNEL_EXECUTE":
      if (event.application === "record") setInRecord(picture, channel, true);
      // Its CHANNEL_PARK tells of no limit any more: switch_ivr_park takes both variables away first.
      if (event.application === "park" && event.parkLimit === "") channel.limit = null;
      break;
    case "CHANNEL_EXECUTE_COMPLETE":
      channel.completed = event.applicationUuid;
      if (event.application === "record") setInRecord(picture, channel, false);
      if (event.application === "set") keyPressed(picture, channel, event.applicationData);
      if (event.application === "eavesdrop" && channel.supervision !== null && call !== null && !channel.hungUp) changes.tell({ type: "supervision", call, leg: channel, what: "idle" });
      break;
    case "CHANNEL_HANGUP":
    case "CHANNEL_HANGUP_COMPLETE":
    case "CHANNEL_DESTROY":
      if (!channel.hungUp) {
        channel.hungUpAt = new Date((event.hangupUs || event.timestampUs) / 1000);
        channel.hangupDisposition = event.hangupDisposition;
        channel.refusedWith = !channel.answered && channel.columns.direction === "outbound" && event.sipStatus >= 300 ? event.sipStatus : null;
        setHungUp(picture, channel, event.hangupCause);
      }
      if (event.name === "CHANNEL_DESTROY") index.removeChannel(channel);
      break;
    default:
      break;
  }
}

/** What a conference tells of one of its members. */
export function applyConferenceEvent(picture: Picture, channel: MutableChannel, { action, memberId }: ConferenceEvent): void {
  if (action === "mute-member" || action === "unmute-member") channel.mutes++;
  if (action === "hold-member" || action === "unhold-member") channel.heldInConference = action === "hold-member";
  else if (action === "add-member" || action === "del-member") {
    channel.inConference = action === "add-member";
    channel.unjoined = channel.inDeadBridge = false;
    channel.memberId = channel.inConference ? memberId : "";
    channel.heldInConference = false;
    if (channel.inConference) setParked(picture, channel, false);
  } else return;
  if (channel.call !== null) picture.changes.markDirty(channel.call);
}

function setInRecord({ changes }: Picture, channel: MutableChannel, inRecord: boolean): void {
  channel.inRecord = inRecord;
  if (channel.call !== null) changes.markDirty(channel.call);
}

/** A bound digit executes `set`; FreeSWITCH sends no other event for it. */
function keyPressed({ changes }: Picture, channel: MutableChannel, data: string): void {
  const { call } = channel;
  if (call === null || call.queue === null || data !== KEY_PRESSED) return;
  changes.tell({ type: "key", call });
}

function mediaBug({ changes }: Picture, channel: MutableChannel, bug: string, step: 1 | -1): void {
  if (bug === "eavesdrop" && step === 1) channel.eavesdrops++;
  if (bug !== "audio") return;
  channel.muted = step === 1;
  if (channel.call !== null) changes.markDirty(channel.call);
}

/** A dialplan that parks a caller with `callplane_queue` queues the caller in that department. Only a change of the variable counts. */
function queueByVariable({ identity, changes }: Picture, channel: MutableChannel, event: ChannelEvent): void {
  const { call } = channel;
  if (call === null || event.queueVariable === channel.queueVariable) return;
  channel.queueVariable = event.queueVariable;
  if (event.queueVariable === "" || channel.columns.direction !== "inbound") return;
  identity.callsDepartment(channel);
  // It had an owner when a phone has sent the caller there (REFER).
  call.owner = call.mode = null;
  call.waitsIn(event.queueVariable, changes.at);
  call.priority = priorityOf(event.priorityVariable);
  changes.markDirty(call);
}
