/**
 * Follows the registry and writes what happens, in batches, off its path. SIGKILL loses no call: one that is live is found again in FreeSWITCH,
 * and one that ends meanwhile comes with FreeSWITCH's own record (importer.ts).
 */
import { randomUUID } from "node:crypto";
import type { CallAct, CallChange, CallChangeSource, CallTrace, TracedCall, TracedLeg } from "../calls/index.js";
import type { Logger } from "../logger.js";
import { actEntry, hangsUp } from "./acts.js";
import { legRecord, LiveCall } from "./live-call.js";
import { phaseOf } from "./outcome.js";
import type { CallLogMetrics, CallRecordStore, CallRecordWork } from "./ports.js";
import { settle } from "./settle.js";
import type { HungUpBy, RecordingRecord } from "./types.js";
import { Unwritten, type Batch } from "./unwritten.js";

const GATHER_MS = 50;
const RETRY_MS = 1000;

export interface RecorderDependencies {
  readonly store: CallRecordStore;
  readonly calls: CallTrace & CallChangeSource;
  readonly logger: Logger;
  readonly metrics: CallLogMetrics;
  /** Told of a call after each of its changes. */
  readonly look: (call: TracedCall, live: LiveCall) => void;
}

export class Recorder {
  readonly #dependencies: RecorderDependencies;
  /** By call. Bounded by the live calls, and by those that have ended and that `Unwritten` keeps. */
  readonly #live = new Map<string, LiveCall>();
  /** Calls that were open when their records were last written, until FreeSWITCH shows them again. Bounded by those: none is added later. */
  readonly #known = new Map<string, { readonly phase: LiveCall["phase"]; readonly agentId: string | null }>();
  /** By channel. Bounded by the legs of the calls in `#live`. */
  readonly #legs = new Map<string, TracedLeg>();
  readonly #unwritten = new Unwritten();
  /** Calls whose end somebody asked for. Bounded by the calls in `#live`. */
  readonly #endedBy = new Set<string>();
  readonly #stops: (() => void)[];
  #timer: NodeJS.Timeout | null = null;
  /** Bounded by the requests that wait for it, and one that does not. */
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(dependencies: RecorderDependencies) {
    this.#dependencies = dependencies;
    const { calls } = dependencies;
    this.#stops = [calls.onTrace((call) => this.#trace(call)), calls.onAct((act) => this.#act(act)), calls.onChange((change) => this.#change(change))];
  }

  /** Reads what was open when it was last written, so that nothing of it is told twice. */
  static async start(dependencies: RecorderDependencies): Promise<Recorder> {
    const recorder = new Recorder(dependencies);
    const open = await dependencies.store.open();
    await dependencies.store.transaction((tx) => {
      for (const { id, agentId } of open) recorder.#known.set(id, { phase: phaseOf(tx.timeline(id)), agentId });
    });
    return recorder;
  }

  /** Whether the registry holds this call, or its last words are still to be written. */
  isLive(callId: string): boolean {
    return this.#live.has(callId);
  }

  /** Whether the registry holds this leg. */
  hasLeg(coreUuid: string, channelUuid: string): boolean {
    const leg = this.#legs.get(channelUuid);
    return leg !== undefined && !leg.hungUp && leg.coreUuid === coreUuid;
  }

  /** Resolves when all that was seen so far is committed; never rejects. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#work = this.#work.then(() => this.#write());
    return this.#work;
  }

  /** Writes what there is. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return this.#work;
    this.#closed = true;
    for (const stop of this.#stops) stop();
    await this.flush();
  }

  #trace(call: TracedCall): void {
    let live = this.#live.get(call.id);
    if (live === undefined) {
      // Its end has been written, or it went into another one.
      if (call.ended && call.legs.length === 0 && !this.#known.has(call.id)) return;
      live = new LiveCall(call.id, this.#known.get(call.id) ?? { phase: "none", agentId: null });
      this.#known.delete(call.id);
      this.#live.set(call.id, live);
    }
    for (const alias of call.aliases) this.#merge(alias, live);
    this.#unwritten.entry(...live.follow(call, new Date()));
    for (const leg of [...call.legs, ...call.spies]) this.#legs.set(leg.uuid, leg);
    this.#followRecordings(call, live);
    live.ended = call.ended;
    this.#unwritten.changed(call, live);
    this.#schedule();
    if (!call.ended) this.#dependencies.look(call, live);
  }

  #merge(from: string, into: LiveCall): void {
    const gone = this.#live.get(from);
    if (gone === undefined) return;
    for (const [uuid, leg] of gone.legs) into.legs.set(uuid, leg);
    this.#live.delete(from);
    this.#endedBy.delete(from);
    this.#unwritten.merged({ from, into: into.id });
    this.#unwritten.entry({ callId: into.id, at: new Date(), type: "joined", agentId: null, detail: { call: from } });
  }

  #followRecordings(call: TracedCall, live: LiveCall): void {
    const now = new Set<string>();
    for (const leg of call.legs) {
      for (const path of leg.recordings) {
        now.add(path);
        if (!live.recordings.has(path)) this.#recording(call, live, leg.node, path);
        live.recordings.set(path, leg);
      }
    }
    for (const [path, leg] of live.recordings) {
      if (now.has(path)) continue;
      live.recordings.delete(path);
      const id = recordingId(path);
      this.#unwritten.recording({ id, callId: live.id, organizationId: call.organizationId, node: leg.node, path, startedBy: "", startedAt: new Date(), endedAt: new Date(), removedAt: null });
      this.#unwritten.entry({ callId: live.id, at: new Date(), type: "recorded", agentId: null, detail: { action: "stopped", recording: id } });
    }
  }

  #recording(call: TracedCall, live: LiveCall, node: string, path: string): void {
    const id = recordingId(path);
    // Who asked for it is told when her request has been answered, a little later.
    this.#unwritten.recording({ id, callId: live.id, organizationId: call.organizationId, node, path, startedBy: this.#unwritten.starterOf(id) ?? "switch", startedAt: new Date(), endedAt: null, removedAt: null });
    this.#unwritten.entry({ callId: live.id, at: new Date(), type: "recorded", agentId: null, detail: { action: "started", recording: id } });
  }

  /** Who began a recording; before or after its first word. */
  startedBy(recordingId: string, who: string): void {
    this.#unwritten.startedBy(recordingId, who);
    this.#schedule();
  }

  /** Resolves when what is told as done is committed. */
  async #act(act: CallAct): Promise<void> {
    if (act.action === "record" && act.outcome === "done" && act.detail["id"] !== undefined) this.startedBy(act.detail["id"], act.actor);
    if (hangsUp(act) && this.#live.has(act.callId)) this.#endedBy.add(act.callId);
    const entry = actEntry(act);
    if (entry !== null) this.#unwritten.entry(entry);
    const recording = act.action === "record" ? act.detail["id"] : undefined;
    // Who began a recording is kept for its first word, which may still be on its way.
    if (act.outcome !== "done" || (recording !== undefined && !this.#records(act.callId, recording))) this.#schedule();
    else await this.flush();
  }

  #records(callId: string, id: string): boolean {
    return [...(this.#live.get(callId)?.recordings.keys() ?? [])].some((path) => recordingId(path) === id);
  }

  #change(change: CallChange): void {
    if (!("mode" in change)) return;
    const what = change.type.replace("call.supervision.", "");
    this.#unwritten.entry({ callId: change.call.id, at: new Date(), type: "supervised", agentId: change.agent, detail: { mode: change.mode, what } });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.flush();
    }, GATHER_MS);
  }

  async #write(): Promise<void> {
    const batch = this.#unwritten.take();
    if (batch === null) return;
    try {
      await this.#dependencies.store.transaction((tx) => this.#apply(tx, batch));
      this.#unwritten.written(batch);
      for (const [id, { live }] of batch.dirty) {
        for (const uuid of live.forgetOldLegs()) this.#legs.delete(uuid);
        if (live.ended && !this.#unwritten.has(id)) this.#forget(live);
      }
    } catch (error) {
      this.#dependencies.metrics.incident("call_records_not_written");
      this.#dependencies.logger.error({ err: error, calls: batch.dirty.size }, "call records could not be written; trying again");
      const { calls, others } = this.#unwritten.putBack(batch);
      for (const live of calls) this.#forget(live);
      if (calls.length + others > 0) this.#dependencies.metrics.incident("call_records_lost", calls.length + others);
      for (const { live } of batch.dirty.values()) live.written.clear();
      if (!this.#closed) setTimeout(() => this.#schedule(), RETRY_MS).unref();
    }
  }

  /** Of a call that is given up, FreeSWITCH's own record will tell. */
  #forget(live: LiveCall): void {
    if (this.#live.get(live.id) !== live) return;
    this.#live.delete(live.id);
    this.#endedBy.delete(live.id);
    for (const uuid of live.legs.keys()) this.#legs.delete(uuid);
  }

  #apply(tx: CallRecordWork, { dirty, entries, merges, recordings, starters }: Batch): void {
    const movedTo = new Map(merges.map(({ from, into }) => [from, into]));
    for (const { from, into } of merges) tx.moveCall(from, into);
    for (const [id, { call, live }] of dirty) {
      const before = tx.record(id);
      tx.saveRecord(live.record(call, before, { hungUpBy: live.ended ? this.#hungUpBy(live) : null }));
      this.#writeLegs(tx, live);
    }
    for (const entry of entries) tx.addTimeline({ ...entry, callId: movedTo.get(entry.callId) ?? entry.callId });
    for (const recording of recordings) writeRecording(tx, { ...recording, callId: movedTo.get(recording.callId) ?? recording.callId });
    for (const [id, who] of starters) {
      const known = tx.recordingById(id);
      if (known !== undefined) tx.saveRecording({ ...known, startedBy: who });
    }
    for (const [id, { live }] of dirty) if (live.ended) settle(tx, id);
    for (const { callId, type } of entries) if (type === "hung-up" && !dirty.has(callId) && !this.#live.has(callId)) endedByRequest(tx, callId);
  }

  #writeLegs(tx: CallRecordWork, live: LiveCall): void {
    for (const leg of live.legs.values()) {
      // A leg that claims to live nowhere cannot be told from another one.
      if (leg.coreUuid === "") continue;
      const wanted = legRecord(live.id, leg);
      const text = JSON.stringify(wanted);
      if (live.written.get(leg.uuid) === text) continue;
      const before = tx.leg(leg.coreUuid, leg.uuid);
      // FreeSWITCH's own record knows better; whose leg it is, we do.
      if (before !== undefined && before.source !== "events") tx.saveLeg({ ...before, callId: live.id, role: wanted.role, agentId: wanted.agentId, number: wanted.number });
      // What was found in FreeSWITCH's table is known to the second alone.
      else tx.saveLeg({ ...wanted, startedAt: before?.startedAt ?? wanted.startedAt, answeredAt: before?.answeredAt ?? wanted.answeredAt });
      live.written.set(leg.uuid, text);
    }
  }

  /** The far end that hung up first, else whoever asked Callplane for it; else FreeSWITCH ended it. */
  #hungUpBy(live: LiveCall): HungUpBy | null {
    const legs = [...live.legs.values()].filter((leg) => leg.role !== "supervisor");
    if (legs.some((leg) => leg.hungUpAt === null)) return null;
    const told = legs.filter((leg) => leg.hangupDisposition.startsWith("recv_") && leg.hangupCause !== "LOSE_RACE").sort((a, b) => (b.hungUpAt?.getTime() ?? 0) - (a.hungUpAt?.getTime() ?? 0));
    const customer = legs.find((leg) => leg.role === "customer");
    if (customer?.hangupDisposition.startsWith("recv_") === true) return "customer";
    if (this.#endedBy.has(live.id)) return "agent";
    const [last] = told;
    return last === undefined ? "system" : last.role === "customer" ? "customer" : "agent";
  }
}

const OWN_NAME = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d{1,16}$/;

/** The file's name without its ending, as the one who asked for it was told; a strange one gets an id of its own. */
function recordingId(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.[A-Za-z0-9]+$/, "");
  return OWN_NAME.test(name) ? name : randomUUID();
}

/** Who asked for the end is known when her request has been answered, which may be after the end was written. */
function endedByRequest(tx: CallRecordWork, callId: string): void {
  const record = tx.record(callId);
  if (record?.hungUpBy !== "system") return;
  tx.saveRecord({ ...record, hungUpBy: "agent" });
  settle(tx, callId);
}

function writeRecording(tx: CallRecordWork, recording: RecordingRecord): void {
  const before = tx.recordingOf(recording.node, recording.path);
  if (before === undefined) tx.saveRecording(recording);
  else tx.saveRecording({ ...before, callId: recording.callId, endedAt: recording.endedAt });
}
