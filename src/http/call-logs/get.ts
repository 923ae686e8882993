import { EVERY_ROLE, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallLogParams, errors, FullCallLog, shownDetail } from "./schemas.js";

export const getCallLog: RouteFile = (app, { callLogs }) => {
  app.route({
    method: "GET",
    url: "/calllogs/:id",
    schema: { operationId: "getCallLog", tags: ["call logs"], summary: "One record, with its legs, its timeline and its recordings.", params: CallLogParams, response: { 200: FullCallLog, ...errors } },
    config: { access: { roles: EVERY_ROLE, names: { object: "calllog", parameter: "id" } } },
    async handler(request, reply) {
      return reply.send(shownDetail(await callLogs.get(actorOf(request), request.params.id)));
    },
  });
};
