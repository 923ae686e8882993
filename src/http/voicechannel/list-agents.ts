import { z } from "zod";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { present } from "../present.js";
import { PageQuery } from "../schemas.js";
import { AgentList, errors } from "./schemas.js";

export const listAgents: RouteFile = (app, { agents }) => {
  app.route({
    method: "GET",
    url: "/agents",
    serializerCompiler: () => (data) => JSON.stringify(data),
    schema: {
      operationId: "listAgents",
      tags: ["agents"],
      summary: "The agents that the caller may see.",
      querystring: z.strictObject(PageQuery),
      response: { 200: AgentList, ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      return reply.send(agents.list(actorOf(request), present(request.query)));
    },
  });
};
