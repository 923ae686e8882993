/** The call logs of the small world: each of its calls has a record, and a recording of the same id. */
import type { MessageService } from "../../src/call-logs/index.js";
import type { CallLogService, CallRecord } from "../../src/call-logs/types.js";
import type { CallbackDesk, CallbackRecord, MessageRecord } from "../../src/queues/index.js";
import type { Actor } from "../../src/people/index.js";
import type { CallDetail } from "../../src/calls/types.js";
import { CallplaneError, notFound } from "../../src/errors.js";

const AT = new Date("2026-11-20T10:00:00Z");

export const recordOf = (id: string, organizationId: number | null, agentId: string | null): CallRecord => ({
  id, organizationId, direction: "inbound", from: "+15551234567", to: "1001", department: null, agentId, status: "completed", startedAt: AT, answeredAt: AT, endedAt: AT,
  waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: "NORMAL_CLEARING", hungUpBy: "customer", disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "fs1", complete: true,
});

export interface FakeWorld {
  readonly find: (who: Actor, id: string) => CallDetail;
  readonly own: (who: Actor, id: string) => CallDetail;
  readonly note: (method: string, ...rest: readonly unknown[]) => void;
}

export function fakeCallLogs({ find, own, note }: FakeWorld): CallLogService {
  const record = (who: Actor, id: string): CallRecord => {
    const { organizationId, view } = own(who, id);
    return recordOf(view.id, organizationId, view.assignedTo);
  };
  // Whose own call it is, or 403 with her name, as everywhere.
  return {
    async list(_who, filter, page) {
      note("calllogs.list", filter, page);
      return { items: [], total: 0, next: null };
    },
    get: async (who, id) => ({ record: record(who, id), legs: [], timeline: [], recordings: [] }),
    spaced: (_record, number) => number,
    async *each(who, filter) {
      note("calllogs.each", filter);
      if (who.role === "root") yield recordOf("11111111-1111-4111-8111-111111111111", null, null);
    },
    async create(who, input) {
      note("calllogs.create", input);
      return recordOf("11111111-1111-4111-8111-111111111111", who.organizationId, null);
    },
    async update(who, id, change) {
      const found = record(who, id);
      note("calllogs.update", id, change);
      return { ...found, disposition: change.disposition ?? null };
    },
    async remove(who, id) {
      find(who, id);
      if (who.role !== "admin" && who.role !== "root") throw new CallplaneError("Forbidden");
      note("calllogs.remove", id);
    },
    async recording(who, id) {
      const { organizationId } = own(who, id);
      return { id, callId: id, organizationId, node: "fs1", path: "/recordings/x.wav", startedBy: "policy", startedAt: AT, endedAt: AT, removedAt: null, call: null };
    },
    async legs(organizationId, filter, page) {
      note("calllogs.legs", organizationId, filter, page);
      return [];
    },
    async recordings(organizationId, filter, page) {
      note("calllogs.recordings", organizationId, filter, page);
      return [];
    },
    async listRecordings(_who, organizationId, filter, page) {
      note("recordings.list", organizationId, filter, page);
      return { items: [], total: 0 };
    },
    async nameRecording(recording) {
      note("recording.name", recording.sid);
    },
    async trimRecording() {
      return null;
    },
    async recordingLengthMs() {
      return null;
    },
    async leftRecordings() {
      return [];
    },
    async claimRecording() {
      return true;
    },
    async addUnmade({ uuid }) {
      note("call.unmade", uuid);
    },
    async noteLeg({ uuid }) {
      note("leg.note", uuid);
    },
    async recordingBySid() {
      throw notFound("The recording");
    },
    async removeRecording(who, id) {
      find(who, id);
      note("recording.remove", id);
    },
    async content(who, id) {
      own(who, id);
      note("recording.content", id);
      throw notFound("The file of the recording");
    },
    async setDisposition(by, organizationId, callId, agentId, code, remark) {
      note("setDisposition", by, organizationId, callId, agentId, code, remark);
    },
  };
}

/** As the call logs: each call has a message of the same id, which its own agent sees. */
export function fakeMessages({ own, note }: Pick<FakeWorld, "own" | "note">, actor: (name: string) => Actor | undefined): MessageService {
  const messageOf = (name: string, id: string): MessageRecord => {
    const who = actor(name);
    const organizationId = who === undefined ? null : own(who, id).organizationId;
    if (organizationId === null) throw notFound(id);
    return { id, organizationId, callId: id, department: "sales", from: "+15551234567", fromName: null, leftAt: AT, durationMs: 5000, heardAt: null, heardBy: null, closedAt: null, closedBy: null, note: null, version: 1 };
  };
  return {
    async list(_by, organizationId, filter, page) {
      note("messages.list", organizationId, filter, page);
      return { items: [], total: 0, next: null };
    },
    get: async ({ name }, id) => messageOf(name, id),
    async update({ name }, id, change) {
      const message = messageOf(name, id);
      note("messages.update", id, change);
      return message;
    },
    async remove({ name }, id) {
      messageOf(name, id);
      note("messages.remove", id);
    },
    async content({ name }, id) {
      messageOf(name, id);
      throw notFound("The sound of the message");
    },
  };
}

/** As the messages. */
export function fakeCallbacks({ own, note }: Pick<FakeWorld, "own" | "note">, actor: (name: string) => Actor | undefined): Pick<CallbackDesk, keyof CallbackDesk> {
  const callbackOf = (name: string, id: string): CallbackRecord => {
    const who = actor(name);
    const organizationId = who === undefined ? null : own(who, id).organizationId;
    if (organizationId === null) throw notFound(id);
    return { id, organizationId, department: "sales", number: "+15551234567", fromName: null, priority: 0, joinedAt: AT, attempts: 0, dueAt: AT, state: "waiting", callId: null, node: null };
  };
  return {
    async list(_by, organizationId, filter, page) {
      note("callbacks.list", organizationId, filter, page);
      return { items: [], total: 0, next: null };
    },
    get: async ({ name }, id) => callbackOf(name, id),
    async update({ name }, id, edit) {
      const callback = callbackOf(name, id);
      note("callbacks.update", id, edit);
      return { ...callback, ...edit };
    },
  };
}
