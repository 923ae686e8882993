/** FreeSWITCH's channel states, call states and the channel flags that decide what a session does next. */

/** Number as in switch_channel_state_t. */
export const CHANNEL_STATES = {
  CS_NEW: 0,
  CS_INIT: 1,
  CS_ROUTING: 2,
  CS_SOFT_EXECUTE: 3,
  CS_EXECUTE: 4,
  CS_EXCHANGE_MEDIA: 5,
  CS_PARK: 6,
  CS_CONSUME_MEDIA: 7,
  CS_HIBERNATE: 8,
  CS_RESET: 9,
  CS_HANGUP: 10,
  CS_REPORTING: 11,
  CS_DESTROY: 12,
  CS_NONE: 13,
} as const;
export type ChannelState = keyof typeof CHANNEL_STATES;

/** Number as in switch_channel_callstate_t. */
export const CALL_STATES = { DOWN: 0, DIALING: 1, RINGING: 2, EARLY: 3, ACTIVE: 4, HELD: 5, RING_WAIT: 6, HANGUP: 7, UNHELD: 8 } as const;
export type CallState = keyof typeof CALL_STATES;

export type ChannelFlag =
  | "ANSWERED"
  /** Sent elsewhere: whatever runs now must end without deciding about the call. */
  | "TRANSFER"
  | "REDIRECT"
  | "BRIDGED"
  | "BRIDGE_ORIGINATOR"
  | "UUID_BRIDGE_ORIGINATOR"
  /** On hold by uuid_hold. */
  | "HOLD"
  | "LEG_HOLDING"
  | "HANGUP_HELD"
  /** The phone itself holds, whatever the switch believes. */
  | "PHONE_HOLD"
  | "SUSPEND"
  | "BREAK"
  /** Plays something put there by uuid_broadcast, hold or sendmsg. */
  | "BROADCAST"
  | "STOP_BROADCAST"
  | "EVENT_LOCK"
  | "CONTROLLED"
  /** Has been through the dialplan (an outbound leg's caller and callee are swapped when it first does). */
  | "DIALPLAN"
  | "RING_READY"
  | "EARLY_MEDIA";
