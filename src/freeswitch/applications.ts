/** The dialplan applications that Callplane runs. A closed list, because `execute` of an unknown one ends the channel without an error (FREESWITCH.md). */
export const APPLICATIONS = [
  "answer", "blind_transfer_ack", "bridge", "conference", "deflect", "eavesdrop", "export", "gentones", "hangup", "park", "play_and_get_digits", "playback", "pre_answer",
  "record", "record_session", "redirect", "respond", "ring_ready", "send_dtmf", "set", "sleep", "speak", "stop_record_session", "unset", "wait_for_silence",
] as const;
export type Application = (typeof APPLICATIONS)[number];
