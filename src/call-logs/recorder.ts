/**
 * Follows the registry, and has records written. SIGKILL loses no call: a live one is found again in FreeSWITCH, and one that ends
 * meanwhile comes with FreeSWITCH's own record (importer.ts).
 */
import { recordingIdOf, type CallAct, type CallChange, type CallChangeSource, type CallTrace, type TracedCall, type TracedLeg } from "../calls/index.js";
import { actEntry, hangsUp } from "./acts.js";
import { LiveCall } from "./live-call.js";
import { PHASE_OF } from "./outcome.js";
import { starterOf, SWITCH } from "./starters.js";
import type { RecordingRecord } from "./recording.js";
import type { TimelineEntry } from "./types.js";
import type { Item, UnwrittenCall } from "./unwritten.js";
import { RecordWriter, type WriterDependencies } from "./writer.js";

export interface RecorderDependencies extends Omit<WriterDependencies, "done"> {
  readonly calls: CallTrace & CallChangeSource;
  /** Called after each change of a call. */
  readonly look: (call: TracedCall, live: LiveCall) => void;
}

export class Recorder {
  readonly #look: RecorderDependencies["look"];
  readonly #writer: RecordWriter;
  /** By call. Bounded by the live calls, and by those that have ended and that `Unwritten` keeps. */
  readonly #live = new Map<string, LiveCall>();
  /** By channel. Bounded by the legs of the calls in `#live`. */
  readonly #legs = new Map<string, TracedLeg>();
  /** Into which call another one went. Bounded by the aliases of the calls in `#live`. */
  readonly #joined = new Map<string, string>();
  readonly #stops: (() => void)[];
  #closed = false;

  constructor({ calls, look, ...dependencies }: RecorderDependencies) {
    this.#look = look;
    this.#writer = new RecordWriter({ ...dependencies, done: (call) => this.#done(call) });
    this.#stops = [calls.onTrace((call) => this.#trace(call)), calls.onAct((act) => this.#act(act)), calls.onChange((change) => this.#change(change))];
  }

  /** Whether the registry holds this call, or its end is still to be written. */
  isLive(callId: string): boolean {
    return this.#live.has(callId);
  }

  /** Whether the beginning of this recording of the call is not in the database yet, and so not told. */
  isStartDue(callId: string, recordingId: string): boolean {
    return this.#writer.unwritten.isStartDue(callId, recordingId);
  }

  /** Whether the registry holds this leg. */
  hasLeg(coreUuid: string, channelUuid: string): boolean {
    const leg = this.#legs.get(channelUuid);
    return leg !== undefined && !leg.hungUp && leg.coreUuid === coreUuid;
  }

  /** Forgets the calls of a node that is not followed any more; what was seen of them is still written. */
  forget(node: string): void {
    for (const live of this.#live.values()) if ([...live.legs.values()].some((leg) => leg.node === node)) this.#drop(live);
  }

  /** Writes what ended processes have left. Never rejects. */
  recover(): Promise<void> {
    return this.#writer.recover();
  }

  /** Resolves when all that was seen so far is committed; throws when the database cannot write now. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Resolves when what was confirmed can be read from the database, or in a while where it does not answer. Never rejects. */
  settled(): Promise<void> {
    return this.#writer.settled();
  }

  /** Writes what waits. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#stops) stop();
    await this.#writer.close();
  }

  #trace(call: TracedCall): void {
    const at = call.changedAt;
    let live = this.#live.get(call.id);
    if (live === undefined) {
      // Its end has been written, or it was joined to another call.
      if (call.ended && call.legs.length === 0) return;
      live = new LiveCall(call.id);
      this.#live.set(call.id, live);
    }
    for (const alias of call.aliases) this.#merge(alias, live, at);
    this.#tell(call.id, ...live.follow(call, at));
    for (const leg of [...call.legs, ...call.supervisorLegs]) this.#legs.set(leg.uuid, leg);
    this.#followRecordings(call, live, at);
    live.ended = call.ended;
    this.#writer.unwritten.changed(call, live);
    this.#writer.schedule();
    if (!call.ended) this.#look(call, live);
  }

  #merge(from: string, into: LiveCall, at: Date): void {
    const gone = this.#live.get(from);
    if (gone === undefined) return;
    for (const [uuid, leg] of gone.legs) into.legs.set(uuid, leg);
    for (const alias of [from, ...gone.aliases]) {
      into.aliases.add(alias);
      this.#joined.set(alias, into.id);
    }
    this.#live.delete(from);
    this.#writer.unwritten.merged(from, into.id);
    this.#tell(into.id, { callId: into.id, at, type: "joined", agentId: null, detail: { call: from } });
  }

  #followRecordings({ organizationId, legs }: TracedCall, live: LiveCall, at: Date): void {
    const now = new Set<string>();
    for (const { node, recordings } of legs) {
      for (const path of recordings) {
        now.add(path);
        if (live.recordings.has(path)) continue;
        const id = recordingIdOf(node, path);
        const startedBy = live.starters.get(id) ?? SWITCH;
        live.starters.delete(id);
        const recording: RecordingRecord = { id, callId: live.id, organizationId, node, path, startedBy, startedAt: at, endedAt: null, removedAt: null };
        live.recordings.set(path, recording);
        this.#add(live.id, { kind: "recording", recording });
      }
    }
    for (const [path, recording] of live.recordings) {
      if (now.has(path)) continue;
      live.recordings.delete(path);
      this.#add(live.id, { kind: "recording", recording: { ...recording, endedAt: at } });
    }
  }

  /** Notes who started a recording, before or after the recording is seen. */
  startedBy(callId: string, recording: string, who: string): void {
    const live = this.#find(callId);
    const begun = [...(live?.recordings.values() ?? [])].some(({ id }) => id === recording);
    if (!begun) live?.starters.set(recording, who);
    this.#add(callId, { kind: "starter", recording, who });
    this.#writer.schedule();
  }

  /** Resolves when a confirmed act survives a kill of this process. */
  async #act(act: CallAct): Promise<void> {
    if (act.action === "record" && act.outcome === "done" && act.detail["id"] !== undefined) this.startedBy(act.callId, act.detail["id"], starterOf(act));
    const live = this.#find(act.callId);
    if (hangsUp(act) && live !== undefined) live.endedByRequest = true;
    const entry = actEntry(act);
    if (entry !== null) this.#tell(act.callId, entry);
    if (act.outcome === "done") await this.#writer.kept(live?.id ?? act.callId);
    else this.#writer.schedule();
  }

  #change(change: CallChange): void {
    if (!("mode" in change)) return;
    const what = change.type.replace("call.supervision.", "");
    this.#tell(change.call.id, { callId: change.call.id, at: change.at, type: "supervised", agentId: change.agent, detail: { mode: change.mode, what, ...(change.stream === undefined ? {} : { stream: change.stream }) } });
    this.#writer.schedule();
  }

  #find(callId: string): LiveCall | undefined {
    return this.#live.get(this.#joined.get(callId) ?? callId);
  }

  #tell(callId: string, ...entries: readonly TimelineEntry[]): void {
    this.#add(callId, ...entries.map((entry): Item => ({ kind: "entry", entry })));
  }

  #add(callId: string, ...items: readonly Item[]): void {
    this.#writer.unwritten.add(this.#joined.get(callId) ?? callId, ...items);
  }

  #done({ id, seen, items }: UnwrittenCall): void {
    // What was told of a call after its end may be written by itself.
    const live = seen?.live ?? this.#live.get(id);
    if (live === undefined) return;
    // The first entries of a found call may come before its phase is known.
    live.known ||= seen !== null && items.some((item) => item.kind === "entry" && PHASE_OF[item.entry.type] !== undefined);
    for (const uuid of live.forgetOldLegs()) this.#legs.delete(uuid);
    if (!live.ended || this.#live.get(live.id) !== live || this.#writer.unwritten.has(live.id)) return;
    this.#drop(live);
  }

  #drop(live: LiveCall): void {
    this.#live.delete(live.id);
    for (const alias of live.aliases) this.#joined.delete(alias);
    for (const uuid of live.legs.keys()) this.#legs.delete(uuid);
  }
}
