type Phrase = (name: string) => string;

/** What an entry of the audit log is about, as it stands in a sentence. */
const things: Readonly<Record<string, Phrase>> = {
  agent: (name) => `the agent ${name}`, user: (name) => `the user ${name}`, department: (name) => `the department ${name}`, config: (name) => `the menu ${name}`, line: (name) => `the phone line ${name}`, trunk: (name) => `the trunk ${name}`,
  token: (name) => `the token ${name}`, webhook: (name) => `the webhook ${name}`, org: (name) => `the organization ${name}`, directory: (name) => `${name} in the directory`, callback: () => "a callback", message: () => "a caller's message", calllog: () => "a record of the call log", recording: () => "a recording", account: (name) => `the account ${name}`,
};
/** By the last word of the action. */
const deeds: Readonly<Record<string, Phrase>> = {
  create: (what) => `made ${what}`, update: (what) => `changed ${what}`, set: (what) => `changed ${what}`, delete: (what) => `removed ${what}`, remove: (what) => `removed ${what}`, disable: (what) => `locked ${what} out`, enable: (what) => `let ${what} in again`, revoke: (what) => `revoked ${what}`,
  rotate: (what) => `made a new secret for ${what}`, test: (what) => `sent a test to ${what}`, passwd: (what) => `set the password of ${what}`, credentials: (what) => `made a new phone password for ${what}`, cancel: (what) => `cancelled ${what}`, read: (what) => `listened to ${what}`, grant: (what) => `opened ${what} in the player`, export: () => "downloaded the call log", forgetPrevious: (what) => `let ${what} accept its present secret alone`,
};
/** Acts on a call that is somebody else's. `whose`: "of 1001", or nothing. */
const calls: Readonly<Record<string, Phrase>> = {
  hold: (whose) => `put a call${whose} on hold`, resume: (whose) => `took a call${whose} back from hold`, hangup: (whose) => `hung a call${whose} up`, transfer: (whose) => `transferred a call${whose}`, park: (whose) => `parked a call${whose}`, pickup: () => "picked up a call", move: () => "moved a waiting caller", mute: (whose) => `muted a call${whose}`, unmute: (whose) => `unmuted a call${whose}`,
  record: (whose) => `changed the recording of a call${whose}`, attributes: (whose) => `changed the caller data of a call${whose}`, conference: (whose) => `added somebody to a call${whose}`, consult: (whose) => `began a consultation for a call${whose}`, complete: (whose) => `completed a consultation for a call${whose}`, swap: (whose) => `swapped sides of a call${whose}`,
  cancel: (whose) => `cancelled what was under way for a call${whose}`, leave: (whose) => `left a call${whose}`, dtmf: (whose) => `sent digits into a call${whose}`, bridge: (whose) => `joined a call${whose} with another`, create: () => "made a call", program: (whose) => `gave a call${whose} another program`, quality: (whose) => `reported the sound quality of a call${whose}`, help: (whose) => `asked for help in a call${whose}`, "help.withdraw": (whose) => `took back the request for help in a call${whose}`,
  "leg.mute": (whose) => `muted one party of a call${whose}`, "leg.unmute": (whose) => `unmuted one party of a call${whose}`, "leg.hold": (whose) => `put one party of a call${whose} on hold`, "leg.resume": (whose) => `took one party of a call${whose} back from hold`, "leg.answer": (whose) => `answered a ringing phone of a call${whose}`, "leg.hangup": (whose) => `hung one party of a call${whose} up`,
};
const modes: Readonly<Record<string, string>> = { listen: "listening", whisper: "whispering", barge: "talking along" };

export const auditEn = {
  things,
  deeds,
  calls,
  of: (agent: string) => ` of ${agent}`,
  anyCall: (act: string, whose: string) => `acted on a call${whose} (${act})`,
  supervision: {
    start: (mode: string, agent: string) => `began ${modes[mode] ?? mode} to ${agent}`,
    switch: (mode: string, agent: string) => `went over to ${modes[mode] ?? mode} to ${agent}`,
    end: (mode: string, agent: string) => `ended ${modes[mode] ?? mode} to ${agent}`,
    follow: (_mode: string, agent: string) => `took a supervision along to ${agent}`,
    other: (what: string) => `supervised a call (${what})`,
  },
  aCall: "a call",
  login: "signed in",
  logout: "signed out",
  "login.failed": "tried to sign in and failed",
  "agent.status": (agent: string, status: string) => `set the status of ${agent}: ${status}`,
  withdrawn: (agent: string) => `took back the status that ${agent} was to have next`,
  extended: (agent: string, s: string) => `gave ${agent} ${s} s more after a call`,
  "agent.away": (agent: string) => `set ${agent} away, who had missed calls`,
  "token.client": (agent: string) => `connected a phone of ${agent}`,
  "webhook.disabled": (name: string) => `switched the webhook ${name} off, which could not be reached`,
  refused: (what: string) => `was refused: ${what}`,
  "refused.more": (count: string) => `was refused ${count} times more`,
  attack: (user: string) => `saw somebody guess the phone password of ${user}`,
  "audit.chain": "began to seal the entries of the audit log",
  "audit.chain_broken": "found that somebody else had changed the audit log: its entries no longer fit together",
  "audit.retention": "changed for how long the audit log is kept",
  "audit.prune": "removed old entries from the audit log",
  "session.reused": "showed a sign-in that was used up already, which was ended: it may have been stolen",
  "stream.start": "began sending the sound of a call to another program",
  "stream.stop": "stopped sending the sound of a call to another program",
  "records.close": (node: string) => `closed the open call records of ${node}`,
  reportExport: "downloaded a report",
  auditExport: "downloaded the audit log",
  unknown: (action: string, target: string) => `${action}: ${target}`,
  failed: (code: string) => `, which was refused (${code})`,
  changed: (fields: string) => ` (${fields})`,
  who: { system: "Callplane", cli: (name: string) => `${name}, at the command line` },
  behind: "Details",
  openCall: "Open the call",
  detail: { action: "Action", target: "On what" },
};
export type Audit = typeof auditEn;
