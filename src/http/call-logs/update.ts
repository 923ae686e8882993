import { z } from "zod";
import { EVERY_ROLE, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { present } from "../present.js";
import { CallLog, CallLogParams, Code, errors, Note, shownRecord } from "./schemas.js";

const Body = z
  .strictObject({ disposition: Code.optional().describe("What it is closed as."), note: Note.min(1, "is empty.").optional() })
  .refine(({ disposition, note }) => disposition !== undefined || note !== undefined, { path: ["disposition"], error: "is missing, and so is a note." });

export const updateCallLog: RouteFile = (app, { callLogs }) => {
  app.route({
    method: "PUT",
    url: "/calllogs/:id",
    schema: { operationId: "updateCallLog", tags: ["call logs"], summary: "What the call is closed as, and a note.", params: CallLogParams, body: Body, response: { 200: CallLog, ...errors } },
    config: { access: { roles: EVERY_ROLE, names: { object: "calllog", parameter: "id" } } },
    async handler(request, reply) {
      return reply.send(shownRecord(await callLogs.update(actorOf(request), request.params.id, present(request.body))));
    },
  });
};
