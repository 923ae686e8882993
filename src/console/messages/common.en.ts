export const commonEn = {
  locale: "en",
  save: "Save",
  cancel: "Cancel",
  close: "Close",
  remove: "Remove",
  loading: "Loading",
  again: "Try again",
  unreachable: "The server cannot be reached. Try again.",
  listOf: (names: readonly string[]) => new Intl.ListFormat("en", { type: "conjunction" }).format(names),
  callState: { queued: "Waiting", ringing: "Ringing", active: "Talking", held: "On hold", parked: "Parked", scripted: "In a menu", ended: "Ended", consulting: "Consulting", conference: "Conference" },
  agentState: { free: "Free", inCall: "In call", ringing: "Ringing", held: "On hold", wrapUp: "After call", away: "Away", offline: "Offline", noPhone: "Phone not registered" },
  mode: { listen: "Listen", whisper: "Whisper", barge: "Barge" },
  role: { agent: "Agent", supervisor: "Supervisor", admin: "Administrator", service: "Service", root: "Operator" },
};
export type Common = typeof commonEn;
