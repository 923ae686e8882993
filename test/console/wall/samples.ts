/** Calls, agents and queues as the stream tells them. */
import type { Agent, Call, CallLeg, Queue } from "../../../src/console/api/types.js";

export const AT = Date.parse("2026-03-02T10:00:00.000Z");
export const ago = (seconds: number): string => new Date(AT - seconds * 1000).toISOString();

export function leg(of: Partial<CallLeg> = {}): CallLeg {
  return { id: "leg-1", role: "customer", agent: null, number: "+15550100001", name: null, state: "active", muted: false, sipCallId: "sip-1", quality: null, ...of };
}

export function call(of: Partial<Call> = {}): Call {
  return {
    id: "call-1",
    state: "active",
    direction: "inbound",
    from: "+15550100001",
    fromName: "Priya Raman",
    fromText: "(555) 010-0001",
    toText: "support",
    to: "1001",
    assignedTo: "1001",
    previousAgents: [],
    department: "billing",
    node: "fs1",
    createdAt: ago(100),
    answeredAt: ago(90),
    stateSince: ago(90),
    queuedAt: null,
    position: null,
    priority: null,
    offeredTo: [],
    ringing: [],
    legs: [leg(), leg({ id: "leg-2", role: "agent", agent: "1001", number: "1001", sipCallId: "sip-2" })],
    supervision: [],
    recording: false,
    recordingState: "off",
    consult: null,
    transfer: null,
    attributes: {},
    heldBy: null,
    conference: false,
    help: null,
    ...of,
  };
}

export const waiting = (of: Partial<Call> = {}): Call => call({ state: "queued", assignedTo: null, answeredAt: null, queuedAt: ago(60), stateSince: ago(60), position: 1, priority: 0, legs: [leg({ state: "parked" })], ...of });

export function agent(of: Partial<Agent> = {}): Agent {
  return { id: "1001", extension: "1001", name: "Alice Moreau", departments: ["billing"], status: "online", since: ago(30), reason: null, until: null, next: null, wrapUp: null, registered: true, phones: [], calls: [], ringing: [], ...of };
}

export function queue(of: Partial<Queue> = {}): Queue {
  return {
    name: "billing",
    waiting: 0,
    serviceLevelS: 20,
    serviceLevelTarget: 0.8,
    alarms: { longestWaitS: 120, waiting: 5, talkS: 900, awayS: 1800 },
    figures: { waiting: 0, longestWaitS: 0, callbacks: 0, serviceLevel: 0.9, answered: 10, abandoned: 1, overflowed: 0, averageWaitS: 12, agents: { free: 1, busy: 2 } },
    entries: [],
    ...of,
  };
}

export const entry = (callId: string, waitedS: number): Queue["entries"][number] => ({ callId, from: "+15550100001", fromText: "(555) 010-0001", fromName: null, queuedAt: ago(waitedS), position: 1, priority: 0, skills: [], offeredTo: [] });
