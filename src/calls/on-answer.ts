/** What FreeSWITCH does with a leg that a program calls as soon as it is answered, whether or not we are there. */
import { dtmfDigits } from "../freeswitch/index.js";

export interface OnAnswer {
  /** Seconds from the answer on, after which FreeSWITCH ends the leg; null: no limit. */
  readonly limitS?: number | null;
  /** Keypad digits that it sends; null: none. */
  readonly digits?: string | null;
}

/** As channel variables, which FreeSWITCH finds by the beginning of their name (switch_channel.c, switch_channel_execute_on). Throws InvalidParameter. */
export const onAnswer = ({ limitS = null, digits = null }: OnAnswer): Readonly<Record<string, string>> => ({
  ...(limitS === null ? {} : { execute_on_answer_limit: `sched_hangup +${limitS} ALLOTTED_TIMEOUT` }),
  ...(digits === null ? {} : { execute_on_answer_digits: `send_dtmf ${dtmfDigits(digits, "digits")}` }),
});
