/** The names of TwiML's elements, to say of one that is skipped whether it is misspelled, misplaced or not available here (https://www.twilio.com/docs/voice/twiml). */

const VERBS = [
  "Connect", "Dial", "Enqueue", "Gather", "Hangup", "Leave", "Pause", "Play", "Record", "Redirect", "Refer", "Reject", "Say", "Start", "Stop",
] as const;

const NOUNS = ["Client", "Conference", "Header", "Headers", "Identity", "Language", "Number", "Parameter", "Queue", "Recording", "Sip", "Stream", "Task", "Transcription", "Uri"] as const;

/** What Twilio has and Callplane has not: card capture, message sending, Twilio's other products and partners. */
const UNAVAILABLE = [
  "AiSession", "Application", "ApplicationSid", "Autopilot", "Config", "Conversation", "ConversationRelay", "ConversationRelaySession", "Echo", "MediaFilter", "Pay", "Prompt", "Room", "Sim", "Siprec", "Sms",
  "VirtualAgent", "WhatsApp",
] as const;

const KNOWN: ReadonlySet<string> = new Set<string>([...VERBS, ...NOUNS, "Response"]);
const NOT_HERE: ReadonlySet<string> = new Set<string>(UNAVAILABLE);

const SHOWN = 60;

/** A name or value from a document, short enough for a log and without control characters. */
export function shown(text: string): string {
  // oxlint-disable-next-line no-control-regex -- They are what is taken out.
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}…` : plain;
}

/** The one of these names that is the same but for its letter case; null: none. */
export const sameButForCase = (name: string, names: Iterable<string>): string | null => {
  const wanted = name.toLowerCase();
  for (const candidate of names) if (candidate.toLowerCase() === wanted) return candidate;
  return null;
};

/** Whether TwiML has an element of this name, here or at Twilio. */
export const isTwiml = (name: string): boolean => KNOWN.has(name) || NOT_HERE.has(name);

/** Why an element is skipped that cannot stand in its parent. */
export function whySkipped(name: string, parent: string, allowed: Iterable<string>): string {
  if (NOT_HERE.has(name)) return `<${name}> is not available here, so it is skipped.`;
  if (KNOWN.has(name)) return `<${name}> cannot stand in <${parent}>, so it is skipped.`;
  const meant = sameButForCase(name, allowed);
  const hint = meant === null ? "" : ` Names are case sensitive: <${meant}>.`;
  return `There is no <${shown(name)}>, so it is skipped.${hint}`;
}
