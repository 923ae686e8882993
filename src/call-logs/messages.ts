/** Messages that callers have left to departments, on behalf of who works on them: supervisors, and the agents who see the department's queue. */
import type { AuditLog } from "../audit/index.js";
import type { Clock } from "../clock.js";
import { CallplaneError, notFound } from "../errors.js";
import type { Logger } from "../logger.js";
import { assertWorksOn, departmentsListed, type DepartmentWorker, type Directory } from "../people/index.js";
import type { MessageNews, MessageRecord } from "../queues/index.js";
import type { TimePage } from "../pages.js";
import type { CallRecordStore, NumberReader, StoredMessageFilter } from "./ports.js";
import type { RecordingFiles } from "./recording-files.js";
import { removeRecording } from "./retention.js";
import type { RecordingContent } from "./recording.js";

export interface MessageFilter extends Omit<StoredMessageFilter, "departments" | "numbers"> {
  readonly department?: string;
  /** The caller's number, however it is written. */
  readonly number?: string;
}

export interface MessageChange {
  readonly state?: "open" | "closed";
  readonly heard?: boolean;
  /** Null: none. */
  readonly note?: string | null;
}

/** Every method checks who asks: NotFound for another organization's message, Forbidden for an agent who does not see the department's queue. */
export interface MessageService {
  /** `organizationId` null: of all. */
  list(by: DepartmentWorker, organizationId: number | null, filter: MessageFilter, page: TimePage): Promise<{ readonly items: readonly MessageRecord[]; readonly total: number }>;
  get(by: DepartmentWorker, id: string): Promise<MessageRecord>;
  /** What is so already is no change. Throws PreconditionFailed for a version that is not expected. */
  update(by: DepartmentWorker, id: string, change: MessageChange, expected?: (version: number) => boolean): Promise<MessageRecord>;
  /** With its sound. Throws as `update`, and Forbidden for agents. */
  remove(by: DepartmentWorker, id: string, expected?: (version: number) => boolean): Promise<void>;
  /** Its sound; whoever asks first has heard it. Throws NotFound when the file is gone or not within reach. */
  content(by: DepartmentWorker, id: string): Promise<RecordingContent>;
}

export interface MessagePorts {
  readonly store: CallRecordStore;
  readonly directory: Pick<Directory, "departments" | "servesDepartment">;
  readonly numbers: NumberReader;
  readonly files: RecordingFiles;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly clock: Pick<Clock, "now" | "every">;
  readonly told: (news: MessageNews) => void;
}

const ANY = (): boolean => true;

export class Messages implements MessageService {
  readonly #ports: MessagePorts;

  constructor(ports: MessagePorts) {
    this.#ports = ports;
  }

  /** Tells those of a call that has ended. */
  async left(callId: string): Promise<void> {
    const { store, told, logger } = this.#ports;
    try {
      for (const message of await store.messagesOfCall(callId)) told({ type: "left", message });
    } catch (error) {
      logger.error({ err: error, call: callId }, "it could not be told whether a caller has left a message");
    }
  }

  async list(by: DepartmentWorker, organizationId: number | null, { department, number, ...filter }: MessageFilter, page: TimePage): Promise<{ readonly items: readonly MessageRecord[]; readonly total: number }> {
    const { store, directory, numbers } = this.#ports;
    const departments = departmentsListed(directory, by, organizationId, department);
    const read = number === undefined ? null : numbers.read(organizationId, number);
    return store.messages(
      organizationId,
      { ...filter, ...(departments === null ? {} : { departments }), ...(number === undefined ? {} : { numbers: read === null ? [number] : [...new Set([read, read.slice(1), number])] }) },
      page,
    );
  }

  async get(by: DepartmentWorker, id: string): Promise<MessageRecord> {
    return this.#own(by, id, await this.#ports.store.message(id));
  }

  async update(by: DepartmentWorker, id: string, change: MessageChange, expected: (version: number) => boolean = ANY): Promise<MessageRecord> {
    const { store, audit, clock, told } = this.#ports;
    const now = new Date(clock.now());
    const { before, after } = await store.transaction(async (tx) => {
      const before = this.#own(by, id, await tx.message(id));
      if (!expected(before.version)) throw new CallplaneError("PreconditionFailed");
      const after = changed(before, change, by.name, now);
      if (after !== before) await tx.saveMessage(after);
      return { before, after };
    });
    if (after === before) return after;
    audit.append({ at: now, organizationId: after.organizationId, actor: by.name, action: "message.update", target: id, detail: { call: after.callId, department: after.department, changed: Object.keys(change).join(",") } });
    told({ type: "updated", message: after });
    return after;
  }

  async remove(by: DepartmentWorker, id: string, expected: (version: number) => boolean = ANY): Promise<void> {
    const { department } = await this.get(by, id);
    if (by.role === "agent") throw new CallplaneError("Forbidden");
    const recording = await this.#ports.store.recording(id);
    if (recording === undefined) throw notFound(`The message ${id}`);
    await removeRecording(this.#ports, recording, by.name, { reason: "message removed", department }, (message) => {
      if (!expected(this.#own(by, id, message).version)) throw new CallplaneError("PreconditionFailed");
    });
  }

  async content(by: DepartmentWorker, id: string): Promise<RecordingContent> {
    const { store, files, audit } = this.#ports;
    const { organizationId, callId } = await this.get(by, id);
    const recording = await store.recording(id);
    const content = recording === undefined || recording.removedAt !== null ? null : await files.open(recording.path);
    if (content === null) throw notFound(`The sound of the message ${id}`);
    audit.append({ at: new Date(), organizationId, actor: by.name, action: "recording.read", target: id, detail: { call: callId } });
    try {
      await this.update(by, id, { heard: true });
    } catch (error) {
      await content.close();
      throw error;
    }
    return content;
  }

  #own(by: DepartmentWorker, id: string, message: MessageRecord | undefined): MessageRecord {
    return assertWorksOn(this.#ports.directory, by, "message", id, message);
  }
}

/** The same object where nothing changes. */
function changed(before: MessageRecord, { state, heard, note }: MessageChange, by: string, now: Date): MessageRecord {
  const closes = state === undefined ? {} : state === "open" ? { closedAt: null, closedBy: null } : before.closedAt === null ? { closedAt: now, closedBy: by } : {};
  const hears = heard === undefined ? {} : !heard ? { heardAt: null, heardBy: null } : before.heardAt === null ? { heardAt: now, heardBy: by } : {};
  const after = { ...before, ...closes, ...hears, ...(note === undefined ? {} : { note }) };
  const isSame = after.closedAt === before.closedAt && after.heardAt === before.heardAt && after.note === before.note;
  return isSame ? before : { ...after, version: before.version + 1 };
}
