const entry: Readonly<Record<string, string>> = {
  queued: "Waits", ringing: "Rings", answered: "Answered", missed: "Missed", "offer-failed": "Could not be offered", "offer-withdrawn": "Offer withdrawn", scripted: "In a menu", held: "On hold", resumed: "Talking again", parked: "Parked", transferred: "Transferred", "transfer-failed": "Transfer did not succeed", consulted: "Consults", "consult-failed": "Consultation did not succeed", "consult-canceled": "Consultation cancelled", "consult-swapped": "Changed sides", conferenced: "Added to the call", joined: "Calls joined", recorded: "Recording", moved: "Moved", "help-asked": "Asked for help", "help-withdrawn": "Needs no help any more", muted: "Muted", unmuted: "Unmuted", "hung-up": "Hung up", supervised: "Supervision", overflowed: "Sent elsewhere", "overflow-failed": "Could not be sent elsewhere", ended: "Ended", found: "Found in FreeSWITCH's records",
};
const detail: Readonly<Record<string, string>> = { by: "by", department: "department", to: "to", type: "type", cause: "cause", mode: "mode", what: "what", code: "reason", rangMs: "rang", call: "call", consulted: "after a consultation", reason: "reason", priority: "priority", position: "place", source: "source", with: "with", };

export const logEn = {
  title: "Call log",
  lead: "Calls that are over or going on, the newest first.",
  leadOwn: "Your calls, the newest first.",
  empty: "Calls will appear here as they come.",
  csv: "Download CSV",
  back: "Back to the call log",
  columns: { when: "When", from: "From", to: "To", direction: "Way", department: "Department", agent: "Agent", status: "State", wait: "Waited", talk: "Talked", disposition: "Outcome" },
  filters: { q: "Find", number: "Number", agent: "Agent", department: "Department", direction: "Way", status: "State", disposition: "Outcome", from: "From", to: "Until" },
  direction: { inbound: "In", outbound: "Out", internal: "Internal" },
  status: { queued: "Waiting", initiated: "Begun", ringing: "Ringing", "in-progress": "Going on", completed: "Answered", busy: "Busy", "no-answer": "No answer", canceled: "Gave up", failed: "Failed" },
  facts: { title: "The call", direction: "Way", from: "From", to: "To", department: "Department", queue: "Queue", agent: "Agent", started: "Began", answered: "Answered", ended: "Ended", lengths: "Waited, talked, on hold", by: "Ended by", cause: "Cause", attributes: "Caller data", incomplete: "FreeSWITCH's own records of this call have not been read yet: figures may still change." },
  queueOutcome: { answered: "Answered", abandoned: "Gave up", message: "Sent to leave a message", callback: "Asked to be called back", overflowed: "Sent elsewhere", moved: "Moved" },
  by: { customer: "the caller", agent: "the agent", system: "the system" },
  action: { started: "begins", stopped: "ends", pause: "paused", resume: "goes on" },
  byRule: "by rule",
  timeline: "What happened",
  legs: "Legs",
  legColumns: { who: "Who", number: "Number", began: "Began", answered: "Answered", ended: "Ended", cause: "Cause", sip: "SIP Call-ID" },
  legRole: { customer: "Caller", agent: "Agent", supervisor: "Supervisor", other: "Other" },
  recordings: "Recordings",
  noRecordings: "This call was not recorded.",
  play: "Listen",
  recording: (n: number) => `Recording ${n}`,
  removed: "Removed",
  running: "Still being recorded",
  outcome: "Outcome and note",
  disposition: { label: "Outcome", empty: "None" },
  note: { label: "Note", empty: "None" },
  entry,
  detail,
};
export type Log = typeof logEn;
