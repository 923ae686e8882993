/** What callers have said to departments that take messages. */
import { z } from "zod";
import { Message, shownMessage } from "../../events/index.js";
import { present } from "../../present.js";
import type { MessageRecord } from "../../queues/index.js";
import { EVERY_ROLE, SIGNED_IN, SUPERVISING_ROLES, actorOf, type RouteAccess } from "../access.js";
import type { Face } from "../app-types.js";
import { addCollection, tagged, type Answer } from "../collection.js";
import { expectedVersion, versionTag } from "../etag.js";
import { errors, Moment, NumberQuery, Unchanged, WITH_TAG } from "../schemas.js";
import { homeOf, listQuery, page, paged, timePage } from "../voiceconfig/listing.js";
import { Removed } from "../voiceconfig/schemas.js";
import { Department, NoteChange, RecordingParams, withNote } from "./schemas.js";
import { addSound } from "./sound.js";

const YesNo = z.enum(["true", "false"]);
const ListQuery = listQuery(["leftAt"]).extend({
  sort: z.enum(["leftAt", "-leftAt"]).optional().describe("`-leftAt` by default: the newest first."),
  q: listQuery(["leftAt"]).shape.q.describe("A part of the caller's number or of the note."),
  department: Department.optional(),
  state: z.enum(["open", "closed"]).optional(),
  heard: YesNo.optional(),
  from: Moment.optional().describe("Left then or later."),
  to: Moment.optional().describe("Left before."),
  number: NumberQuery.describe("The caller's number, in international form or as it is written in the organization's country.").optional(),
});

export const MessageChange = z
  .strictObject({
    state: z.enum(["open", "closed"]).optional().describe("`closed`: nothing is left to be done about it; who closed it first stands."),
    heard: z.boolean().optional().describe("False: to be heard again. Who asks for its sound has heard it."),
    note: NoteChange,
  })
  .refine((change) => Object.keys(present(change)).length > 0, { path: ["state"], error: "is missing, and so is everything else that can be changed." });

const onMessage = (roles: RouteAccess["roles"] = EVERY_ROLE): RouteAccess => ({ roles, names: { object: "message", parameter: "id" } });
const versioned = (message: MessageRecord): Answer => ({ body: shownMessage(message), tag: versionTag(message.version) });
const tags = ["messages"];

export const messageRoutes: Face = (app, services) => {
  const { messages, directory } = services;

  addCollection(app, {
    url: "/messages",
    // Behind a colon comes what is done with one.
    item: "/messages/:id(^[^:]+)",
    list: {
      schema: {
        operationId: "listMessages",
        tags,
        summary: "The messages that callers have left to departments, the newest first; an agent sees those of the own departments.",
        description: "Of all organizations for root without `domain`. A message is kept as long as recordings are.",
        querystring: ListQuery,
        response: { 200: page(Message), 304: Unchanged, ...errors },
      },
      access: SIGNED_IN,
      async answer(request) {
        const actor = actorOf(request);
        const { domain, limit, cursor, sort = "-leftAt", state, heard, ...filter } = request.query;
        const asked = timePage({ limit, cursor, sort });
        const found = await messages.list(actor, homeOf(directory, actor, domain), present({ ...filter, isOpen: state === undefined ? undefined : state === "open", isHeard: heard === undefined ? undefined : heard === "true" }), asked);
        return tagged(paged(found, asked, { at: ({ leftAt }) => leftAt, id: ({ id }) => id, shown: shownMessage }));
      },
    },
    fetch: {
      schema: { operationId: "getMessage", tags, summary: "One message.", params: RecordingParams, response: { 200: Message, 304: Unchanged, ...errors } },
      access: onMessage(),
      answer: async (request) => versioned(await messages.get(actorOf(request), request.params.id)),
    },
    update: {
      method: "PUT",
      schema: { operationId: "updateMessage", tags, summary: "Closes a message or opens it again, says whether it was heard, and keeps a note.", description: WITH_TAG, params: RecordingParams, body: MessageChange, response: { 200: Message, ...errors } },
      access: onMessage(),
      answer: async (request) => versioned(await messages.update(actorOf(request), request.params.id, withNote(request.body), expectedVersion(request))),
    },
    remove: {
      status: 204,
      schema: { operationId: "removeMessage", tags, summary: "Removes a message with its sound.", description: WITH_TAG, params: RecordingParams, response: { 204: Removed, ...errors } },
      access: onMessage(SUPERVISING_ROLES),
      async answer(request) {
        await messages.remove(actorOf(request), request.params.id, expectedVersion(request));
        return {};
      },
    },
  });

  addSound(app, services, {
    url: "/messages",
    operations: { grant: "grantMessage", content: "messageContent" },
    what: "message",
    tags,
    access: onMessage(),
    find: (actor, id) => messages.get(actor, id),
    open: (actor, id) => messages.content(actor, id),
  });
};
