/** What Twilio's REST API asks of the engine of programs, in the engine's words. */
import type { ChildTarget } from "../calls/index.js";
import { invalid } from "../errors.js";
import type { DocumentSource, LiveProgramCall, NewProgramCall, ProgramCalls } from "../http/index.js";
import { MACHINE_DETECTION, type MachineDetectionSettings } from "../speech/index.js";
import { API_PROGRAM, ProgramError, type LegDesk, type MachineWish, type ProgramEngine, type StatusCallback } from "../twiml/index.js";

/** Throws InvalidParameter for what cannot be called. */
function targetOf(to: string): ChildTarget {
  if (/^sips?:/i.test(to)) throw invalid("To", "is a SIP address: calls go to numbers and clients.");
  const client = /^client:(.*)$/s.exec(to)?.[1];
  return client === undefined ? { number: to } : { client };
}

const EVENTS = ["initiated", "ringing", "answered", "completed"] as const;

function statusCallback(asked: NewProgramCall["statusCallback"]): StatusCallback | null {
  return asked === null ? null : { url: asked.url, method: asked.method, events: EVENTS.filter((event) => asked.events.includes(event)) };
}

const documentOf = (source: DocumentSource): { readonly url: string; readonly method: "GET" | "POST" } | { readonly twiml: string } => ("twiml" in source ? source : { url: source.url, method: source.method });

function machineWish(asked: NewProgramCall["machineDetection"]): MachineWish | null {
  if (asked === null) return null;
  const { mode, beside, callback, timeoutMs, speechThresholdMs, speechEndThresholdMs, silenceTimeoutMs } = asked;
  const settings: MachineDetectionSettings = {
    mode: mode === "Enable" ? "start" : "end",
    timeoutMs: timeoutMs ?? MACHINE_DETECTION.timeoutMs,
    speechThresholdMs: speechThresholdMs ?? MACHINE_DETECTION.speechThresholdMs,
    speechEndThresholdMs: speechEndThresholdMs ?? MACHINE_DETECTION.speechEndThresholdMs,
    silenceTimeoutMs: silenceTimeoutMs ?? MACHINE_DETECTION.silenceTimeoutMs,
  };
  return { settings, beside, callback };
}

/** A document in a request that is none is the request's fault. */
async function checked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ProgramError) throw invalid("Twiml", error.message);
    throw error;
  }
}

export function programCalls(engine: Pick<ProgramEngine, "place" | "find" | "update"> & { readonly legDesk: Pick<LegDesk, keyof LegDesk> }): ProgramCalls {
  return {
    async create(call): Promise<LiveProgramCall> {
      const { organizationId, to, from, callerId, source, ringS, timeLimitS, sendDigits, by } = call;
      const fallback = "twiml" in source ? null : source.fallback;
      const start = { name: API_PROGRAM, document: documentOf(source), fallback, department: null, statusCallback: statusCallback(call.statusCallback) };
      const placed = await checked(engine.place(organizationId, { target: targetOf(to), from: callerId ?? from, to, start, timeoutS: ringS, timeLimitS, sendDigits, machine: machineWish(call.machineDetection), record: call.record, by }));
      return { callSid: placed.callSid, from, to, status: "queued", createdAt: new Date() };
    },
    find(organizationId, callSid) {
      const found = engine.find(organizationId, callSid);
      if (found === undefined) return null;
      const { status, facts } = found;
      const { from, to } = facts.parties;
      return status === "queued" || status === "initiated" || status === "ringing" || status === "in-progress" ? { callSid, from, to, status, createdAt: new Date() } : null;
    },
    replace: (organizationId, callSid, source) => checked(engine.update(organizationId, callSid, { document: documentOf(source) })),
    end: (organizationId, callSid, how) => engine.update(organizationId, callSid, { status: how }),
    record: (organizationId, callSid, wish, by) => engine.legDesk.record(organizationId, callSid, { ...wish, source: "StartCallRecordingAPI" }, by),
    recordingOf: (organizationId, callSid) => engine.legDesk.recordingOf(organizationId, callSid) ?? null,
    startStream: (organizationId, callSid, wish) => engine.legDesk.stream(organizationId, callSid, wish),
    stopStream: (organizationId, callSid, nameOrSid) => engine.legDesk.stopStream(organizationId, callSid, nameOrSid),
  };
}
