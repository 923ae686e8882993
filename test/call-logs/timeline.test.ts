/** What a timeline tells is described: every type that is written is in the document, with what its detail holds. */
import { expect, it } from "vitest";
import { actEntry } from "../../src/call-logs/acts.js";
import { isTimelineType, TIMELINE_TYPES, type CallRecord } from "../../src/call-logs/index.js";
import { FullCallLog, shownDetail } from "../../src/http/call-logs/schemas.js";
import { act, AT } from "./traced.js";

const ACTIONS: readonly (readonly [action: string, outcome: string, detail: Readonly<Record<string, string>>])[] = [
  ...["hold", "resume", "transfer", "park", "pickup", "bridge", "hangup", "mute", "unmute", "dtmf", "consult", "swap", "complete", "cancel", "conference", "move", "attributes", "help"].flatMap((action) => [[action, "done", {}] as const, [action, "USER_BUSY", {}] as const]),
  ["record", "done", { action: "pause" }],
  ["overflow", "done", { department: "support", to: "message" }],
  ["overflow", "failed", { department: "support", to: "message" }],
  ...["missed", "offer-failed", "offer-withdrawn"].map((outcome) => ["offer", outcome, { code: "NO_ANSWER", rangMs: "10" }] as const),
];

it("every act's entry is of a type that is described", () => {
  const types = ACTIONS.flatMap(([action, outcome, detail]) => actEntry(act("call", { action, outcome, detail, at: AT }))?.type ?? []);
  expect(new Set(types).size).toBeGreaterThan(15);
  expect(types.filter((type) => !isTimelineType(type))).toEqual([]);
});

it("the document lists the types and what each holds; an entry of another version is not shown", () => {
  const { type } = FullCallLog.shape.timeline.element.shape;
  expect(type.options).toEqual(TIMELINE_TYPES);
  for (const each of TIMELINE_TYPES) expect(type.description).toContain(`\`${each}\`: `);
  const record: CallRecord = {
    id: "call", organizationId: 1, direction: "inbound", from: "+12125550100", to: "1001", department: null, agentId: null, status: "completed", startedAt: AT, answeredAt: null, endedAt: AT,
    waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "fs1", complete: true,
  };
  const entry = { callId: "call", at: AT, agentId: null, detail: {} };
  const shown = shownDetail({ spaced: (_record, number) => number }, { record, legs: [], timeline: [{ ...entry, type: "queued" }, { ...entry, type: "of a later version" }], recordings: [] });
  expect(shown.timeline.map((each) => each.type)).toEqual(["queued"]);
});
