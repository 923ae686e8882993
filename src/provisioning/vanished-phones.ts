/** How FreeSWITCH notices that an agent's phone has vanished in a call. */

/**
 * Variables of every leg of an agent's phone, whoever called whom; freeswitch-conf/directory/static/default.xml has them, too.
 *
 * FreeSWITCH refreshes no session: it would ask at the connection that the call began on, and when a page has another one meanwhile, the refresh fails and ends both
 * legs. A phone that wants a session timer refreshes it by itself. A phone that sends nothing for 30 s has vanished, before a timer of its own runs out: what FreeSWITCH
 * does then is set by calls/silent-phones.ts. A phone that holds the call may be silent.
 */
export const PHONE_VARIABLES: readonly (readonly [name: string, value: string])[] = [
  ["sofia_session_timeout", "0"],
  ["media_timeout", "30000"],
  ["media_hold_timeout", "86400000"],
];
