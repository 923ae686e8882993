/** Reads and changes records on behalf of an actor. */
import { randomUUID } from "node:crypto";
import { CallplaneError, conflict, invalid, notFound, notYourCall } from "../errors.js";
import type { Actor, Directory } from "../people/index.js";
import type { MessageNews } from "../queues/index.js";
import type { AuditLog } from "../audit/index.js";
import type { Logger } from "../logger.js";
import type { NumberedPage, Place, TimePage } from "../pages.js";
import type { Clock } from "../clock.js";
import type { CallRecordStore, NumberReader, RecordingRules } from "./ports.js";
import type { LeftRecording, LegNote, ProgramRecording, UnmadeCall } from "../twiml/index.js";
import type { RecordingFiles } from "./recording-files.js";
import { searched } from "./searched.js";
import { statusOfLeg } from "./outcome.js";
import { toldOf, withQueueOutcomes } from "./queue-outcomes.js";
import { removeRecording } from "./retention.js";
import { saveUnmade } from "./unmade.js";
import type { ListedRecording, NamedRecording, RecordingContent, RecordingFilter, RecordingForm } from "./recording.js";
import { agentsOf, mayKnow, scopeOf } from "./whose.js";
import type { CallLeg, CallLegFilter, CallLogDetail, CallLogFilter, CallLogSort, CallLogNews, CallLogService, CallRecord, NewCallLog } from "./types.js";

const CHUNK = 500;
const MANUAL = "manual";
const AS_IT_IS: RecordingForm = { type: "wav", channels: null };

export interface ServiceDependencies {
  readonly store: CallRecordStore;
  readonly directory: Directory;
  readonly rules: RecordingRules;
  readonly numbers: NumberReader;
  readonly files: RecordingFiles;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly told: (news: MessageNews) => void;
  readonly changed: (news: CallLogNews) => void;
  readonly flush: () => Promise<void>;
  /** Resolves when what was confirmed of acts can be read. Never rejects. */
  readonly settled: () => Promise<void>;
}

export class CallLogs implements CallLogService {
  readonly #dependencies: ServiceDependencies;
  readonly #store: CallRecordStore;

  constructor(dependencies: ServiceDependencies) {
    this.#dependencies = dependencies;
    this.#store = dependencies.store;
  }

  async list(actor: Actor, filter: CallLogFilter, { pageIndex, pageSize, after, sort }: NumberedPage & { readonly sort: CallLogSort }): Promise<{ readonly items: readonly CallRecord[]; readonly total: number; readonly next: Place | null }> {
    if (after !== null && !Number.isInteger(after[0])) throw invalid("cursor", "was not returned by this list.");
    const scope = scopeOf(actor);
    const read = searched(this.#dependencies, actor, filter);
    await this.#dependencies.settled();
    const [found, total] = await Promise.all([this.#store.list(scope, read, { after, offset: after === null ? pageIndex * pageSize : 0, limit: pageSize + 1, sort }), this.#store.count(scope, read)]);
    const items = await withQueueOutcomes(this.#store, found.slice(0, pageSize));
    const last = items.at(-1);
    return { items, total, next: last === undefined || found.length <= pageSize ? null : placeOf(last, sort) };
  }

  async get(actor: Actor, id: string): Promise<CallLogDetail> {
    const { id: callId } = await this.#readable(actor, id);
    return this.#store.read(async (view) => {
      const record = await view.record(callId);
      if (record === undefined) throw notFound(id);
      const told = await view.timeline(callId);
      const open = actor.role !== "agent" || (record.organizationId !== null && this.#dependencies.directory.organization(record.organizationId)?.supervisionVisible === true);
      return {
        record: toldOf(record, told),
        legs: (await view.legs(callId)).filter((leg) => open || leg.role !== "supervisor"),
        timeline: told.filter(({ type }) => open || type !== "supervised"),
        recordings: await view.recordings(callId),
      };
    });
  }

  async *each(actor: Actor, filter: CallLogFilter): AsyncIterable<CallRecord> {
    const scope = scopeOf(actor);
    const read = searched(this.#dependencies, actor, filter);
    await this.#dependencies.settled();
    let after: Place | null = null;
    for (;;) {
      const chunk: readonly CallRecord[] = await this.#store.list(scope, read, { after, offset: 0, limit: CHUNK });
      yield* await withQueueOutcomes(this.#store, chunk);
      const last = chunk.at(-1);
      if (last === undefined || chunk.length < CHUNK) return;
      after = placeOf(last, "-startedAt");
    }
  }

  async create(actor: Actor, input: NewCallLog): Promise<CallRecord> {
    if (actor.role === "agent") throw new CallplaneError("Forbidden");
    const { directory } = this.#dependencies;
    const { organizationId } = actor;
    if (organizationId === null) throw new CallplaneError("Forbidden", "Root belongs to no organization, and a record does.");
    if (input.agent !== undefined && directory.agent(organizationId, input.agent) === undefined) throw notFound(`The agent ${input.agent}`);
    if (input.department !== undefined && !directory.hasDepartment(organizationId, input.department)) throw notFound(`The department ${input.department}`);
    const endedAt = input.endedAt ?? input.startedAt;
    if (endedAt < input.startedAt) throw invalid("endedAt", "is before the call began.");
    this.#checkDisposition(organizationId, input.department ?? null, input.disposition);
    const talked = input.status === "completed";
    const record: CallRecord = {
      id: randomUUID(),
      organizationId,
      direction: input.direction,
      from: this.#dependencies.numbers.read(organizationId, input.from) ?? input.from,
      fromName: null,
      to: this.#dependencies.numbers.read(organizationId, input.to) ?? input.to,
      department: input.department ?? null,
      agentId: input.agent ?? null,
      status: input.status,
      startedAt: input.startedAt,
      answeredAt: talked ? input.startedAt : null,
      endedAt,
      waitMs: 0,
      talkMs: talked ? endedAt.getTime() - input.startedAt.getTime() : 0,
      holdMs: 0,
      queueOutcome: "none",
      hangupCause: null,
      hungUpBy: null,
      attributes: {},
      disposition: input.disposition ?? null,
      note: input.note ?? null,
      node: MANUAL,
      complete: true,
    };
    await this.#store.transaction((tx) => tx.saveRecord(record));
    this.#audit(actor, "calllog.create", record, {});
    this.#tellUpdated(actor.name, record, agentsOf(record, []));
    return record;
  }

  async update(actor: Actor, id: string, change: { readonly disposition?: string; readonly note?: string | null }): Promise<CallRecord> {
    const { id: callId, organizationId, department } = await this.#readable(actor, id);
    this.#checkDisposition(organizationId, department, change.disposition);
    const record = await this.#annotate(actor.name, callId, change);
    const { note, ...rest } = change;
    this.#audit(actor, "calllog.update", record, { ...rest, ...(note === undefined ? {} : { note: note ?? "" }) });
    const [shown = record] = await withQueueOutcomes(this.#store, [record]);
    return shown;
  }

  async remove(actor: Actor, id: string): Promise<void> {
    const record = await this.#readable(actor, id);
    if (actor.role !== "admin" && actor.role !== "root") throw new CallplaneError("Forbidden");
    if (record.endedAt === null) throw conflict(`The call ${id} has not ended.`);
    const recordings = await this.#store.read((view) => view.recordings(record.id));
    for (const recording of recordings) if (recording.removedAt === null) await removeRecording(this.#dependencies, recording, actor.name, { reason: "call log removed" });
    const agents = await this.#store.transaction(async (tx) => {
      const legs = await tx.legs(record.id);
      await tx.removeRecord(record.id);
      return agentsOf(record, legs);
    });
    this.#audit(actor, "calllog.delete", record, {});
    this.#dependencies.changed({ type: "removed", id: record.id, organizationId: record.organizationId, by: actor.name, agents });
  }

  async recording(actor: Actor, id: string): Promise<ListedRecording> {
    await this.#dependencies.settled();
    const recording = await this.#store.recording(id);
    if (recording === undefined || !mayKnow(actor, recording.organizationId)) throw notFound(id);
    if (actor.role === "agent") await this.#readable(actor, recording.callId);
    return { ...recording, call: (await this.#store.get(recording.callId)) ?? null };
  }

  async legs(organizationId: number, filter: CallLegFilter, page: { readonly offset: number; readonly limit: number }): Promise<readonly CallLeg[]> {
    // One that has just begun is asked for at once.
    await this.#dependencies.flush();
    return (await this.#store.legs(organizationId, filter, page)).map((leg) => ({ ...leg, status: statusOfLeg(leg) }));
  }

  async listRecordings(actor: Actor, organizationId: number | null, filter: RecordingFilter, page: TimePage): Promise<{ readonly items: readonly ListedRecording[]; readonly total: number }> {
    await this.#dependencies.settled();
    return this.#store.recordingsIn({ ...scopeOf(actor), organizationId }, searched(this.#dependencies, actor, filter), page);
  }

  async recordings(organizationId: number, filter: { readonly callId?: string }, page: { readonly offset: number; readonly limit: number }): Promise<readonly NamedRecording[]> {
    await this.#dependencies.flush();
    return this.#store.recordings(organizationId, filter, page);
  }

  async recordingBySid(organizationId: number, sid: string): Promise<NamedRecording> {
    await this.#dependencies.flush();
    const recording = await this.#store.recordingBySid(sid);
    if (recording === undefined || recording.organizationId !== organizationId) throw notFound("The recording");
    return recording;
  }

  trimRecording(path: string): Promise<number | null> {
    return this.#dependencies.files.trim(path);
  }

  recordingLengthMs(path: string): Promise<number | null> {
    return this.#dependencies.files.lengthMs(path);
  }

  leftRecordings(): Promise<readonly LeftRecording[]> {
    return this.#store.leftRecordings();
  }

  claimRecording(sid: string, node: string): Promise<boolean> {
    return this.#store.claimRecording(sid, node);
  }

  noteLeg(note: LegNote): Promise<void> {
    return this.#store.noteLeg(note);
  }

  async addUnmade(call: UnmadeCall): Promise<void> {
    // A leg that was seen is in the database first.
    await this.#dependencies.flush();
    await this.#store.transaction((tx) => saveUnmade(tx, call, this.#dependencies));
  }

  async nameRecording(recording: ProgramRecording): Promise<void> {
    // What was seen of it is in the database first.
    await this.#dependencies.flush();
    await this.#store.nameRecording(recording);
  }

  async removeRecording(actor: Actor, id: string): Promise<void> {
    const recording = await this.recording(actor, id);
    if (actor.role === "agent" || actor.role === "supervisor") throw new CallplaneError("Forbidden");
    if (recording.endedAt === null) throw conflict(`The recording ${id} has not ended.`);
    if (recording.removedAt === null) await removeRecording(this.#dependencies, recording, actor.name, { reason: "removed by request" });
  }

  async content(actor: Actor, id: string, form: RecordingForm = AS_IT_IS): Promise<RecordingContent> {
    const recording = await this.recording(actor, id);
    const isAsItIs = form.type === "wav" && form.channels === null;
    if (!isAsItIs && recording.endedAt === null) throw conflict(`The recording ${id} has not ended.`);
    const { files } = this.#dependencies;
    const content = recording.removedAt === null ? await (isAsItIs ? files.open(recording.path) : files.openAs(recording.path, form)) : null;
    if (content === null) throw notFound(`The file of the recording ${id}`);
    this.#dependencies.audit.append({ at: new Date(), organizationId: recording.organizationId, actor: actor.name, action: "recording.read", target: id, detail: { call: recording.callId } });
    return content;
  }

  async setDisposition(by: string, organizationId: number, callId: string, agentId: string, code: string, note?: string | null): Promise<void> {
    // The call may have ended a moment ago.
    await this.#dependencies.flush();
    const record = await this.#store.get(callId);
    if (record === undefined || record.organizationId !== organizationId) throw notFound(callId);
    if (!(await this.#isOf(record, agentId))) throw notFound(callId);
    this.#checkDisposition(organizationId, record.department, code, "code");
    await this.#annotate(by, record.id, { disposition: code, ...(note === undefined ? {} : { note }) });
  }

  /** Tells of it once it is stored; what is so already is no change. */
  async #annotate(by: string, id: string, { disposition, note }: { readonly disposition?: string; readonly note?: string | null }): Promise<CallRecord> {
    const { before, record, agents } = await this.#store.transaction(async (tx) => {
      const before = await tx.record(id);
      if (before === undefined) throw notFound(id);
      const record = { ...before, disposition: disposition ?? before.disposition, note: note === undefined ? before.note : note };
      await tx.saveRecord(record);
      return { before, record, agents: agentsOf(record, await tx.legs(id)) };
    });
    if (record.disposition !== before.disposition || record.note !== before.note) this.#tellUpdated(by, record, agents);
    return record;
  }

  #tellUpdated(by: string, { id, organizationId, disposition, note }: CallRecord, agents: readonly string[]): void {
    this.#dependencies.changed({ type: "updated", id, organizationId, disposition, note, by, agents });
  }

  /** An agent who has just been told of the own call asks for its record: what is not written yet is, before it is refused, if the database takes it. */
  async #readable(actor: Actor, id: string, isWritten = false): Promise<CallRecord> {
    await this.#dependencies.settled();
    const record = await this.#store.get(id);
    const known = record !== undefined && mayKnow(actor, record.organizationId) ? record : null;
    if (known !== null && (actor.role !== "agent" || (actor.agentId !== null && (await this.#isOf(known, actor.agentId))))) return known;
    if (isWritten) throw known === null ? notFound(id) : notYourCall(id, known.agentId ?? "nobody");
    await this.#dependencies.flush().catch((error: unknown) => this.#dependencies.logger.debug({ err: error }, "a record that is asked for could not be written before"));
    return this.#readable(actor, id, true);
  }

  async #isOf(record: CallRecord, agentId: string): Promise<boolean> {
    if (record.agentId === agentId) return true;
    return agentsOf(record, await this.#store.read((view) => view.legs(record.id))).includes(agentId);
  }

  #checkDisposition(organizationId: number | null, department: string | null, code: string | undefined, parameter = "disposition"): void {
    if (code === undefined || organizationId === null || department === null) return;
    const known = this.#dependencies.rules.dispositions(organizationId, department);
    if (known.length > 0 && !known.includes(code)) throw invalid(parameter, `is not one of ${known.join(", ")}.`.slice(0, 400));
  }

  #audit(actor: Actor, action: string, record: CallRecord, detail: Readonly<Record<string, string>>): void {
    this.#dependencies.audit.append({ at: new Date(), organizationId: record.organizationId, actor: actor.name, action, target: record.id, detail });
  }
}

/** Where it stands in the order. */
function placeOf(record: CallRecord, sort: CallLogSort): Place {
  const by = sort.replace("-", "");
  return [by === "talkMs" || by === "waitMs" ? record[by] : record.startedAt.getTime(), record.id];
}
