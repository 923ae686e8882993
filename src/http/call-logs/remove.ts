import { z } from "zod";
import { actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallLogParams, errors } from "./schemas.js";

export const deleteCallLog: RouteFile = (app, { callLogs }) => {
  app.route({
    method: "DELETE",
    url: "/calllogs/:id",
    schema: { operationId: "deleteCallLog", tags: ["call logs"], summary: "Removes a record and its recordings.", params: CallLogParams, response: { 200: z.undefined().describe("Removed."), ...errors } },
    config: { access: { roles: ["admin", "root"], names: { object: "calllog", parameter: "id" } } },
    async handler(request, reply) {
      await callLogs.remove(actorOf(request), request.params.id);
      return reply.code(200).send();
    },
  });
};
