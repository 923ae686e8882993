/** Calls, contacts and records as the API gives them, with what a test is about. */
import type { Agent, Call, CallLeg, CallLog, Contact } from "../../../src/console/api/types.js";

export const ME = "1001";

export const leg = (more: Partial<CallLeg> = {}): CallLeg => ({ id: "leg-1", role: "agent", agent: ME, number: ME, name: null, state: "active", muted: false, sipCallId: "sip-1", quality: null, ...more });

export const caller = (more: Partial<CallLeg> = {}): CallLeg => leg({ id: "leg-0", role: "customer", agent: null, number: "+15550104471", name: "Priya Raman", sipCallId: null, ...more });

/** The agent talks to Priya. */
export const call = (more: Partial<Call> = {}): Call => ({
  id: "call-1", state: "active", direction: "inbound", from: "+15550104471", fromName: "Priya Raman", fromText: "+1 555 010 4471", to: "billing", toText: "billing", assignedTo: ME, previousAgents: [], department: "billing", node: "demo",
  createdAt: "2026-11-29T14:00:00.000Z", answeredAt: "2026-11-29T14:00:52.000Z", stateSince: "2026-11-29T14:00:52.000Z", queuedAt: null, position: null, priority: null, offeredTo: [], ringing: [], legs: [caller(), leg()],
  supervision: [], recording: false, recordingState: "off", consult: null, transfer: null, attributes: {}, heldBy: null, conference: false, help: null,
  ...more,
});

export const consult = (state: "ringing" | "active" | "held"): NonNullable<Call["consult"]> => ({ to: "1014", agent: "1014", leg: "leg-2", state, since: "2026-11-29T14:05:00.000Z" });

export const agent = (more: Partial<Agent> = {}): Agent => ({ id: ME, extension: ME, name: "Alice Moreau", departments: ["billing"], status: "online", since: "2026-11-29T14:00:00.000Z", reason: null, until: null, next: null, wrapUp: null, registered: true, phones: [], calls: [], ringing: [], ...more });

export const colleague = (name: string, status: "online" | "inCall" | "away" | "offline", more: Partial<Contact> = {}): Contact => ({ type: "agent", id: name.toLowerCase().replace(/\W/g, ""), name, extension: "1014", number: null, departments: ["billing"], presence: { status, reason: null, since: "2026-11-29T14:00:00.000Z" }, registered: true, free: null, waiting: null, longestWaitS: null, ...more });

export const department = (name: string, more: Partial<Contact> = {}): Contact => ({ type: "department", id: name, name, extension: null, number: null, departments: [], presence: null, registered: null, free: 2, waiting: 1, longestWaitS: 12, ...more });

export const shared = (name: string, number: string): Contact => ({ type: "number", id: "7", name, extension: null, number, departments: [], presence: null, registered: null, free: null, waiting: null, longestWaitS: null });

export const log = (more: Partial<CallLog> = {}): CallLog => ({
  id: "log-1", direction: "inbound", from: "+15550104471", fromText: "+1 555 010 4471", fromName: "Priya Raman", to: "billing", toText: "billing", department: "billing", agent: ME, status: "completed", startedAt: "2026-11-29T14:00:00.000Z", answeredAt: "2026-11-29T14:00:10.000Z", endedAt: "2026-11-29T14:05:10.000Z",
  waitMs: 10_000, talkMs: 300_000, holdMs: 0, hangupCause: "NORMAL_CLEARING", hungUpBy: "customer", disposition: null, note: null, attributes: {}, queueOutcome: "answered", node: "demo", complete: true,
  ...more,
});
