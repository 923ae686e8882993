/** Why a caller left the line. */
import { expect, it } from "vitest";
import type { LineChange, LineEnd } from "../../src/queues/index.js";
import type { QueueChange } from "../../src/queues/waiting.js";
import { WaitingRoom, type WaitingCall, type WaitingRoomSource } from "../../src/queues/waiting-room.js";
import { silentLogger } from "../agents/support.js";

const customer = { answered: true, agentId: null, partner: null };
const waits: WaitingCall = { id: "c1", node: "fs1", organizationId: 1, queue: "support", queuedAt: new Date(0), enteredAt: new Date(0), ended: false, endedByRequest: false, priority: 0, stage: "waiting", from: "+15550001", fromName: null, owner: null, customer, legs: [customer], endedLegs: [] };
const talks = { ...waits, queue: null, queuedAt: null, legs: [{ ...customer, partner: {} }, customer] };
const gone = { role: "customer", lost: false, hangupCause: "NORMAL_CLEARING" } as const;
const over = { ...waits, ended: true, customer: undefined, legs: [], endedLegs: [gone] };

type Sent = ReturnType<NonNullable<ConstructorParameters<typeof WaitingRoom>[2]>>;

it.each<[string, Partial<WaitingCall>, Sent, { readonly reason: LineEnd; readonly agentId: string | null }]>([
  ["an agent talks to the caller", { ...talks, owner: "1001" }, null, { reason: "answered", agentId: "1001" }],
  ["an agent who was faster than the overflow", { ...talks, owner: "1001" }, "phonenumber", { reason: "answered", agentId: "1001" }],
  ["somebody outside talks to the caller", talks, null, { reason: "overflowed", agentId: null }],
  ["the caller hangs up", over, null, { reason: "abandoned", agentId: null }],
  ["somebody hangs up on the caller", { ...over, endedByRequest: true }, null, { reason: "removed", agentId: null }],
  ["FreeSWITCH is stopped", { ...over, endedLegs: [{ ...gone, hangupCause: "SYSTEM_SHUTDOWN" }] }, null, { reason: "removed", agentId: null }],
  ["FreeSWITCH dies", { ...over, endedLegs: [{ ...gone, lost: true, hangupCause: "" }] }, null, { reason: "removed", agentId: null }],
  ["the department ends the call", { ...over, endedByRequest: true }, "hangup", { reason: "overflowed", agentId: null }],
  ["the caller is to be called back", over, "callback", { reason: "callback", agentId: null }],
  ["somebody moves the caller", { queue: "sales" }, null, { reason: "moved", agentId: null }],
  ["the department sends the caller to another one", { queue: "sales" }, "department", { reason: "overflowed", agentId: null }],
  ["the caller leaves a message", { stage: "message" }, null, { reason: "message", agentId: null }],
  ["the caller is parked", { queue: null, queuedAt: null }, null, { reason: "moved", agentId: null }],
])("is told when %s", (_what, change, sentTo, expected) => {
  let follow: Parameters<WaitingRoomSource["onChange"]>[0] = () => undefined;
  const room = new WaitingRoom({ all: () => [waits], find: () => undefined, onChange: (handler) => ((follow = handler), () => undefined) }, silentLogger, () => sentTo);
  const told: LineChange[] = [];
  room.onLine((each) => told.push(each));
  let counted: QueueChange | null = null;
  room.onChange((each) => (counted = each.type === "left" ? each : counted));
  follow({ type: change.ended === true ? "ended" : "changed", call: { ...waits, ...change } });
  expect(told.filter(({ type }) => type === "left")).toMatchObject([{ type: "left", waiting: 0, ...expected }]);
  // The figures count those alone as abandoned who hung up.
  expect(JSON.stringify(counted).includes('"abandoned"')).toBe(expected.reason === "abandoned" || expected.reason === "callback");
});
