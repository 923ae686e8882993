/** The callbacks that callers have asked for. */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { Callback, shownCallback } from "../../events/index.js";
import { queueName } from "../../freeswitch/index.js";
import { present } from "../../present.js";
import { CALLBACK_STATES } from "../../queues/index.js";
import { EVERY_ROLE, SIGNED_IN, SUPERVISING_ROLES, actorOf, type RouteAccess } from "../access.js";
import type { Face } from "../app-types.js";
import { addCollection, tagged, type Answer } from "../collection.js";
import { errors, Moment, NumberQuery, Unchanged, WITH_TAG, word } from "../schemas.js";
import { homeOf, listQuery, page, paged, timePage } from "./listing.js";

const ListQuery = listQuery(["joinedAt"]).extend({
  sort: z.enum(["joinedAt", "-joinedAt"]).optional().describe("By when the caller began to wait; `-joinedAt` by default: the newest first."),
  q: listQuery(["joinedAt"]).shape.q.describe("A part of the caller's number or name."),
  department: word(queueName).optional(),
  state: z.enum(CALLBACK_STATES).optional(),
  from: Moment.optional().describe("Of callers who began to wait then or later."),
  to: Moment.optional().describe("Of callers who began to wait before."),
  number: NumberQuery.describe("In international form or as it is written in the organization's country.").optional(),
});

export const CallbackChange = z
  .strictObject({
    state: z.literal("cancelled").optional().describe("Nobody need call."),
    priority: z.int().min(-10).max(10).optional().describe("Higher comes first."),
    dueAt: Moment.optional().describe("Not called before."),
  })
  .refine((change) => Object.keys(present(change)).length > 0, { path: ["state"], error: "is missing, and so is everything else that can be changed." });

const CallbackParams = z.object({ id: z.uuid({ error: "is not the id of a callback." }).toLowerCase() });
const onCallback = (roles: RouteAccess["roles"] = EVERY_ROLE): RouteAccess => ({ roles, names: { object: "callback", parameter: "id" } });
const tags = ["callbacks"];

export const callbacks: Face = (app, { callbacks: desk, directory }) => {
  const now = async (request: FastifyRequest, id: string): Promise<Answer> => tagged(shownCallback(await desk.get(actorOf(request), id)));

  addCollection(app, {
    url: "/callbacks",
    item: "/callbacks/:id",
    list: {
      schema: {
        operationId: "listCallbacks",
        tags,
        summary: "The callbacks that callers have asked for, the newest first; an agent sees those of the own departments.",
        description: "Of all organizations for root without `domain`. What became of each stays.",
        querystring: ListQuery,
        response: { 200: page(Callback), 304: Unchanged, ...errors },
      },
      access: SIGNED_IN,
      async answer(request) {
        const actor = actorOf(request);
        const { domain, limit, cursor, sort = "-joinedAt", ...filter } = request.query;
        const asked = timePage({ limit, cursor, sort });
        const found = await desk.list(actor, homeOf(directory, actor, domain), present(filter), asked);
        return tagged(paged(found, asked, { at: ({ joinedAt }) => joinedAt, id: ({ id }) => id, shown: shownCallback }));
      },
    },
    fetch: {
      schema: { operationId: "getCallback", tags, summary: "One callback.", params: CallbackParams, response: { 200: Callback, 304: Unchanged, ...errors } },
      access: onCallback(),
      answer: (request) => now(request, request.params.id),
    },
    update: {
      method: "PUT",
      schema: { operationId: "updateCallback", tags, summary: "Cancels a callback that waits, or changes its priority or time; 409 while it is called, and when it is over.", description: WITH_TAG, params: CallbackParams, body: CallbackChange, response: { 200: Callback, ...errors } },
      access: onCallback(SUPERVISING_ROLES),
      before: (request) => now(request, request.params.id),
      answer: async (request) => tagged(shownCallback(await desk.update(actorOf(request), request.params.id, present(request.body)))),
    },
  });
};
