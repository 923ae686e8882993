import { describe, expect, it } from "vitest";
import { programCalls } from "../../src/composition/twilio-calls.js";
import { conflict } from "../../src/errors.js";
import type { NewProgramCall } from "../../src/http/index.js";
import { ProgramError, type PlaceRequest, type Update } from "../../src/twiml/index.js";

const account = { organizationId: 1, accountSid: "AC1", authToken: "x" };
const facts = { account, callSid: "CA1", parentCallSid: null, parties: { from: "+15550111", to: "+15550142", direction: "outbound-api", callerName: null } } as const;
const CALL: NewProgramCall = {
  organizationId: 1, to: "+15550142", from: "+15550111", callerId: null, source: { url: "https://a.example/", method: "GET", fallback: { url: "https://b.example/", method: "POST" } },
  statusCallback: { url: "https://c.example/", method: "POST", events: ["answered", "initiated", "nonsense"] }, ringS: 25, timeLimitS: 60, sendDigits: "1", record: null, machineDetection: null, by: "AC1",
};

type Asked = Parameters<typeof programCalls>[0];

function engineOf(answers: Partial<Asked> = {}) {
  const placed: PlaceRequest[] = [];
  const updates: Update[] = [];
  const engine: Asked = {
    place: async (_organizationId, request) => {
      placed.push(request);
      return { callSid: "CA1", facts };
    },
    find: () => undefined,
    update: async (_organizationId, _sid, update) => void updates.push(update),
    legDesk: { record: () => Promise.reject(conflict("It is being recorded.")), recordingOf: () => undefined, stream: () => Promise.reject(conflict("It rings.")), stopStream: () => Promise.reject(conflict("It rings.")) },
    ...answers,
  };
  return { calls: programCalls(engine), placed, updates };
}

describe("Twilio's REST API and the engine", () => {
  it("places a call as it is asked for", async () => {
    const { calls, placed } = engineOf();
    expect(await calls.create(CALL)).toMatchObject({ callSid: "CA1", status: "queued", from: "+15550111", to: "+15550142" });
    expect(placed).toEqual([
      {
        target: { number: "+15550142" }, from: "+15550111", to: "+15550142", timeoutS: 25, timeLimitS: 60, sendDigits: "1", machine: null, record: null, by: "AC1",
        start: { name: "api", document: { url: "https://a.example/", method: "GET" }, fallback: { url: "https://b.example/", method: "POST" }, department: null, statusCallback: { url: "https://c.example/", method: "POST", events: ["initiated", "answered"] } },
      },
    ]);
    await calls.create({ ...CALL, to: "client:1001", callerId: "+15550199", source: { twiml: "<Response/>" }, statusCallback: null });
    expect(placed[1]).toMatchObject({ target: { client: "1001" }, from: "+15550199", start: { document: { twiml: "<Response/>" }, fallback: null, statusCallback: null } });
  });

  it("asks who answers, by Twilio's thresholds where none are given", async () => {
    const { calls, placed } = engineOf();
    const machineDetection = { mode: "DetectMessageEnd", timeoutMs: null, speechThresholdMs: 3000, speechEndThresholdMs: null, silenceTimeoutMs: null, beside: true, callback: { url: "https://d.example/", method: "POST" } } as const;
    await calls.create({ ...CALL, machineDetection });
    expect(placed[0]?.machine).toEqual({ settings: { mode: "end", timeoutMs: 30_000, speechThresholdMs: 3000, speechEndThresholdMs: 1200, silenceTimeoutMs: 5000 }, beside: true, callback: { url: "https://d.example/", method: "POST" } });
  });

  it("tells what it cannot do, and passes on what the engine refuses", async () => {
    const bad = engineOf({ place: () => Promise.reject(new ProgramError(12100, "This is no TwiML.")) });
    await expect(bad.calls.create(CALL)).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "Twiml" } });
    await expect(engineOf().calls.create({ ...CALL, to: "sip:a@b.example" })).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "To" } });
    const { calls } = engineOf({ update: () => Promise.reject(conflict("It rings.")) });
    await expect(calls.replace(1, "CA1", { twiml: "<Response/>" })).rejects.toMatchObject({ code: "Conflict" });
  });

  it("changes and finds a live call, and none that has ended", async () => {
    const { calls, updates } = engineOf({ find: (_organizationId, callSid) => ({ callSid, organizationId: 1, facts, status: callSid === "CA1" ? "ringing" : "busy", leg: null }) });
    await calls.end(1, "CA1", "completed");
    await calls.replace(1, "CA1", { url: "https://a.example/", method: "POST", fallback: null });
    expect(updates).toEqual([{ status: "completed" }, { document: { url: "https://a.example/", method: "POST" } }]);
    expect(calls.find(1, "CA1")).toMatchObject({ callSid: "CA1", status: "ringing", to: "+15550142" });
    expect(calls.find(1, "CA2")).toBeNull();
  });
});
