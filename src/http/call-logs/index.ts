/** Face 2: the call logs of seed 001, and the recordings that they name. */
import type { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { shownRecording, type CallRecord } from "../../call-logs/index.js";
import { Recording } from "../../events/index.js";
import { CONFIGURING_ROLES, EVERY_ROLE, SIGNED_IN, SUPERVISING_ROLES, actorOf, type RouteAccess } from "../access.js";
import type { Face } from "../app-types.js";
import { addCollection, tagged, type Answer } from "../collection.js";
import { csvOf } from "../csv.js";
import { present } from "../../present.js";
import { AgentId, content, errors, indexed, indexedPage, IndexedPageQuery, Moment, pageAsked, Unchanged, Uuid, WITH_TAG } from "../schemas.js";
import { homeOf, listQuery, page, paged, timePage } from "../voiceconfig/listing.js";
import { Removed } from "../voiceconfig/schemas.js";
import { CallLog, CallLogParams, Code, Department, Direction, End, Filters, FullCallLog, NoteChange, withNote, RecordingParams, Sort, Status, plainRecord, shownDetail, shownRecord } from "./schemas.js";
import { addSound } from "./sound.js";

const CreateBody = z.strictObject({
  direction: Direction,
  from: End,
  to: End,
  department: Department.optional(),
  agent: AgentId.optional(),
  status: Status.extract(["completed", "busy", "no-answer", "canceled", "failed"]).default("completed"),
  startedAt: Moment,
  endedAt: Moment.optional().describe("By default when it began."),
  disposition: Code.optional(),
  note: NoteChange,
});

const UpdateBody = z
  .strictObject({ disposition: Code.optional().describe("How the call is closed."), note: NoteChange })
  .refine(({ disposition, note }) => disposition !== undefined || note !== undefined, { path: ["disposition"], error: "is missing, and so is a note." });

const ExportQuery = z.strictObject(Filters);
const ListQuery = z.strictObject({ ...Filters, ...IndexedPageQuery, sort: Sort });

const RecordingsQuery = listQuery(["startedAt"])
  .extend({
    sort: z.enum(["startedAt", "-startedAt"]).optional().describe("`-startedAt` by default: the newest first."),
    q: Filters.q,
    number: Filters.number,
    callId: Uuid.optional().describe("Of one call, by its id."),
    agent: AgentId.optional().describe("Of calls that this agent had."),
    department: Department.optional().describe("Of calls that waited in this department last."),
    from: Moment.optional().describe("Begun then or later."),
    to: Moment.optional().describe("Begun before."),
    removed: z.enum(["true", "false"]).optional().describe("True: those whose sound was removed; by default those that are kept."),
  });

const CSV_COLUMNS = [
  "id", "direction", "from", "fromName", "to", "department", "agent", "status", "queueOutcome", "startedAt", "answeredAt", "endedAt", "waitMs", "talkMs", "holdMs", "hangupCause", "hungUpBy", "disposition", "note", "node", "attributes", "complete",
] as const;

/** What was asked for, as the audit log takes it. */
const detailOf = (query: z.output<typeof ExportQuery>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value instanceof Date ? value.toISOString() : String(value)]])));

async function* rows(records: AsyncIterable<CallRecord>): AsyncIterable<object> {
  for await (const record of records) {
    const { attributes, complete, ...shown } = plainRecord(record);
    // As text, so that no value in it is taken for a formula.
    yield { ...shown, complete: String(complete), attributes: Object.keys(attributes).length === 0 ? "" : JSON.stringify(attributes) };
  }
}

const onRecord = (roles: RouteAccess["roles"] = EVERY_ROLE): RouteAccess => ({ roles, names: { object: "calllog", parameter: "id" } });
const ON_RECORDING: RouteAccess = { roles: EVERY_ROLE, names: { object: "recording", parameter: "id" } };

const tags = ["call logs"];

export const callLogRoutes: Face = (app, services) => {
  const { callLogs, audit, directory } = services;
  const recordNow = async (request: FastifyRequest, id: string): Promise<Answer> => tagged(shownDetail(callLogs, await callLogs.get(actorOf(request), id)));
  addCollection(app, {
    url: "/calllogs",
    item: "/calllogs/:id",
    list: {
      schema: { operationId: "listCallLogs", tags, summary: "The records of calls that the token may see, the newest first.", querystring: ListQuery, response: { 200: indexedPage(CallLog), 304: Unchanged, ...errors } },
      access: SIGNED_IN,
      async answer(request) {
        const { pageIndex, pageSize, limit, cursor, sort = "-startedAt", ...filter } = request.query;
        const asked = pageAsked({ pageIndex, pageSize, limit, cursor }, sort);
        const { items, total, next } = await callLogs.list(actorOf(request), present(filter), { ...asked, sort });
        return tagged(indexed(items.map((record) => shownRecord(callLogs, record)), total, asked, next));
      },
    },
    fetch: {
      schema: { operationId: "getCallLog", tags, summary: "One record, with its legs, its timeline and its recordings.", params: CallLogParams, response: { 200: FullCallLog, 304: Unchanged, ...errors } },
      access: onRecord(),
      answer: (request) => recordNow(request, request.params.id),
    },
    create: {
      schema: { operationId: "createCallLog", tags, summary: "A record by hand, of a call that FreeSWITCH did not carry.", body: CreateBody, response: { 201: CallLog, ...errors } },
      access: { roles: SUPERVISING_ROLES },
      answer: async (request) => ({ body: shownRecord(callLogs, await callLogs.create(actorOf(request), withNote(request.body))) }),
    },
    update: {
      method: "PUT",
      schema: { operationId: "updateCallLog", tags, summary: "How the call is closed, and a note.", description: WITH_TAG, params: CallLogParams, body: UpdateBody, response: { 200: CallLog, ...errors } },
      access: onRecord(),
      before: (request) => recordNow(request, request.params.id),
      answer: async (request) => ({ body: shownRecord(callLogs, await callLogs.update(actorOf(request), request.params.id, withNote(request.body))) }),
    },
    remove: {
      status: 200,
      schema: { operationId: "deleteCallLog", tags, summary: "Removes a record and its recordings.", description: WITH_TAG, params: CallLogParams, response: { 200: z.undefined().describe("Removed."), ...errors } },
      access: onRecord(["admin", "root"]),
      before: (request) => recordNow(request, request.params.id),
      async answer(request) {
        await callLogs.remove(actorOf(request), request.params.id);
        return {};
      },
    },
  });

  app.route<{ Querystring: z.output<typeof ExportQuery>; Reply: Readable }>({
    method: "GET",
    url: "/calllogs.csv",
    schema: {
      operationId: "exportCallLogs",
      tags,
      summary: "The same list, all of it, as CSV.",
      description: "Takes the filters of the list; all that they leave, the newest first, as a stream. What a spreadsheet would take for a formula, at the beginning of a field or behind what it may take for a delimiter, has an apostrophe before it; a phone number (`+` and digits) stays as it is.",
      querystring: ExportQuery,
      response: { 200: content("text/csv", "CSV with a header line."), ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const actor = actorOf(request);
      // Before the first row, so that an export that is broken off is there too.
      audit.append({ at: new Date(), organizationId: actor.organizationId, actor: actor.name, action: "calllog.export", target: "calllogs.csv", detail: detailOf(request.query) });
      const csv = csvOf(rows(callLogs.each(actor, present(request.query))), CSV_COLUMNS);
      return reply.type("text/csv; charset=utf-8").header("content-disposition", 'attachment; filename="calllogs.csv"').send(csv);
    },
  });

  const recordingNow = async (request: FastifyRequest, id: string): Promise<Answer> => tagged(shownRecording(await callLogs.recording(actorOf(request), id)));
  addCollection(app, {
    url: "/recordings",
    // Behind a colon comes what is done with one.
    item: "/recordings/:id(^[^:]+)",
    list: {
      schema: { operationId: "listRecordings", tags, summary: "The recordings that the token may hear, the newest first; of all organizations for root without `domain`.", querystring: RecordingsQuery, response: { 200: page(Recording), 304: Unchanged, ...errors } },
      access: SIGNED_IN,
      async answer(request) {
        const actor = actorOf(request);
        const { domain, limit, cursor, sort = "-startedAt", removed, ...filter } = request.query;
        const asked = timePage({ limit, cursor, sort });
        const found = await callLogs.listRecordings(actor, homeOf(directory, actor, domain), present({ ...filter, isRemoved: removed === "true" }), asked);
        return tagged(paged(found, asked, { at: ({ startedAt }) => startedAt, id: ({ id }) => id, shown: shownRecording }));
      },
    },
    fetch: {
      schema: { operationId: "getRecording", tags, summary: "What is known of a recording.", params: RecordingParams, response: { 200: Recording, 304: Unchanged, ...errors } },
      access: ON_RECORDING,
      answer: (request) => recordingNow(request, request.params.id),
    },
    remove: {
      status: 204,
      schema: { operationId: "removeRecording", tags, summary: "Removes the sound of a recording; what is known of it stays. 409 while it is recorded.", description: WITH_TAG, params: RecordingParams, response: { 204: Removed, ...errors } },
      access: { ...ON_RECORDING, roles: CONFIGURING_ROLES },
      before: (request) => recordingNow(request, request.params.id),
      async answer(request) {
        await callLogs.removeRecording(actorOf(request), request.params.id);
        return {};
      },
    },
  });

  addSound(app, services, {
    url: "/recordings",
    operations: { grant: "grantRecording", content: "recordingContent" },
    what: "recording",
    tags,
    access: ON_RECORDING,
    find: (actor, id) => callLogs.recording(actor, id),
    open: (actor, id) => callLogs.content(actor, id),
  });
};
