/** A recorder on calls that the test tells it of. */
import { Recorder, type RecorderDependencies } from "../../src/call-logs/recorder.js";
import type { CallAct, TracedCall, TracedLeg } from "../../src/calls/trace.js";
import { noSpool } from "../../src/spool.js";
import type { Store } from "../../src/store/index.js";
import { silentLogger } from "../store/support.js";

const nothing = (): void => undefined;
export const AT = new Date("2026-01-01T00:00:00Z");
export const END = new Date("2026-01-01T00:01:00Z");

export interface Told {
  readonly recorder: Recorder;
  readonly logger: ReturnType<typeof silentLogger>;
  /** Kinds of incidents, as they came. */
  readonly incidents: string[];
  trace(call: TracedCall): void;
  /** Resolves when the recorder lets it be told as done. */
  act(act: CallAct): Promise<void>;
}

export function openRecorder(store: Store, dependencies: Partial<RecorderDependencies> = {}): Told {
  const logger = silentLogger();
  const incidents: string[] = [];
  let trace: (call: TracedCall) => void = nothing;
  let act: (act: CallAct) => Promise<void> = async () => undefined;
  const recorder = new Recorder({
    store: store.callRecords,
    quarantine: store.cdrQuarantine,
    spool: noSpool,
    calls: {
      onTrace: (handler) => ((trace = handler), nothing),
      onAct: (handler) => ((act = handler), nothing),
      onChange: () => nothing,
      recordByPolicy: async () => ({ id: "" }),
    },
    logger,
    metrics: { incident: (kind) => incidents.push(kind) },
    look: nothing,
    ...dependencies,
  });
  return { recorder, logger, incidents, trace: (call) => trace(call), act: (told) => act(told) };
}

export const leg = (uuid: string, more: Partial<TracedLeg> = {}): TracedLeg => ({
  uuid, node: "fs1", coreUuid: "core", role: "customer", agentId: null, number: "+15550001", callerName: null, columns: { direction: "inbound" }, createdAt: AT, answered: true, answeredAt: AT, hungUp: false, hangupCause: "", refusedWith: null, hungUpAt: null,
  hangupDisposition: "", sipCallId: null, ring: null, recordings: [], toBeRecorded: false, ...more,
});
export const agentLeg = (uuid: string, more: Partial<TracedLeg> = {}): TracedLeg => leg(uuid, { role: "agent", agentId: "1001", columns: { direction: "outbound" }, ...more });
export const over = { hungUp: true, hungUpAt: END, hangupCause: "NORMAL_CLEARING", hangupDisposition: "send_bye" } as const;
export const traced = (id: string, more: Partial<TracedCall> = {}): TracedCall => ({
  id, node: "fs1", organizationId: null, direction: "inbound", from: "+15550001", fromName: null, to: "1001", owner: "1001", queue: null, department: null, enteredAt: null, state: "active", ringing: [], createdAt: AT, answeredAt: AT, changedAt: AT, ended: false,
  legs: [leg(`${id} one`), agentLeg(`${id} two`)], supervisorLegs: [], aliases: [], attributes: {}, attributesDue: false, ...more,
});
export const act = (callId: string, more: Partial<CallAct> = {}): CallAct => ({ callId, at: END, actor: "alice", role: "agent", agentId: "1001", action: "transfer", outcome: "done", detail: { to: "1002" }, ...more });

/** The call and its end, as the registry tells them. */
export function toEnd(told: Told, id: string): void {
  told.trace(traced(id, { legs: [leg(`${id} one`, over), agentLeg(`${id} two`, over)] }));
  told.trace(traced(id, { ended: true, state: "ended", legs: [] }));
}
