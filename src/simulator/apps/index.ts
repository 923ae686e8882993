/** The dialplan applications that the simulated switch knows. */
import { bridgeApplication } from "./bridge-app.js";
import { conferenceApplication } from "./conference.js";
import { bindDigitAction, clearDigitAction } from "./digit-actions.js";
import { eavesdrop, threeWay } from "./eavesdrop.js";
import { park } from "./park.js";
import { playAndGetDigits, playback, recordFile } from "./playback.js";
import { answer, blindTransferAck, deflect, hangup, noop, preAnswer, recordSession, respond, ringReady, schedBroadcast, schedHangup, sendDtmf, set, sleep, stopRecordSession, transfer, unset } from "./simple.js";
import type { Application } from "./types.js";

export const APPLICATIONS: ReadonlyMap<string, Application> = new Map<string, Application>([
  ["answer", answer],
  ["bind_digit_action", bindDigitAction],
  ["blind_transfer_ack", blindTransferAck],
  ["bridge", bridgeApplication],
  ["clear_digit_action", clearDigitAction],
  ["conference", conferenceApplication],
  ["deflect", deflect],
  ["eavesdrop", eavesdrop],
  ["export", set],
  ["hangup", hangup],
  ["info", noop],
  ["log", noop],
  ["park", (core, channel) => park(core, channel)],
  ["play_and_get_digits", playAndGetDigits],
  ["playback", playback],
  ["endless_playback", (core, channel, data) => playback(core, channel, `${data};loops=-1`)],
  ["pre_answer", preAnswer],
  ["record", recordFile],
  ["record_session", recordSession],
  ["respond", respond],
  ["ring_ready", ringReady],
  ["sched_broadcast", schedBroadcast],
  ["sched_hangup", schedHangup],
  ["send_dtmf", sendDtmf],
  ["set", set],
  ["sleep", sleep],
  ["stop_record_session", stopRecordSession],
  ["three_way", threeWay],
  ["transfer", transfer],
  ["unset", unset],
]);
