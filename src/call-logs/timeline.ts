/** What the timeline of a call tells. */

/** The types of entries, each with what it tells and what its detail holds. `by` is the name of the user or token that did it. */
export const TIMELINE = {
  found: "FreeSWITCH's own record is the first that was heard of the call; `source`: `cdr`",
  queued: "the caller waits; `department`",
  ringing: "the agent's phone rings",
  missed: "an offer to the agent was not taken; `code` (why), `rangMs` (how long the phone rang), `department` where nobody waits, but is to be called back",
  "offer-failed": "an offer could not be made to the agent; as `missed`",
  "offer-withdrawn": "an offer was taken back while the agent's phone rang; as `missed`",
  overflowed: "the department sends the caller elsewhere; `department`, `to` (`department`, `phonenumber`, `message`, `hangup`, `callback`)",
  "overflow-failed": "that came to nothing, and the caller waits on; as `overflowed`",
  scripted: "a program has the caller again",
  answered: "a conversation begins, with the agent; no agent: with somebody else",
  held: "on hold",
  resumed: "and back",
  parked: "parked; after `overflowed` to `message` the caller leaves one",
  transferred: "`by`, `type`, `to`; or `by`, `consulted` (`true`) after a consultation",
  "transfer-failed": "as `transferred`, `code` (why)",
  consulted: "somebody is consulted; `by`, `type`, `to`",
  "consult-failed": "as `consulted`, `code` (why)",
  "consult-swapped": "the agent talks to the other of both; `by`",
  "consult-canceled": "`by`",
  conferenced: "somebody was added; `by`, `type`, `to`; without a target the consulted party joined the two others",
  joined: "another call was joined to it; `by`, `with` (the other, as asked for), or `call` (its id)",
  moved: "a caller who waits was moved; `by`, `department` or `agent`, `priority`, as asked for",
  "help-asked": "the agent asks for help; `by`, `reason` where there is one",
  "help-withdrawn": "the agent needs no help any more; `by`",
  supervised: "`agent` is the supervisor; `mode`, `what` (`started`, `switched`, `ended`), `stream` of a program",
  recorded: "`action` and `recording` (`started`, `stopped`), or `by` and `action` (`pause`, `resume`)",
  muted: "`by`; `leg` of one leg alone",
  unmuted: "as `muted`",
  "hung-up": "ended through Callplane; `by`; `leg` of one leg alone",
  ended: "`cause` (FreeSWITCH's word), `by` (`customer`, `agent`, `system`)",
} as const;
export type TimelineType = keyof typeof TIMELINE;
export const isTimelineType = (type: string): type is TimelineType => Object.hasOwn(TIMELINE, type);
export const TIMELINE_TYPES: readonly TimelineType[] = Object.keys(TIMELINE).filter(isTimelineType);
