import { z } from "zod";
import { actorOf, onAgent } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { AgentAddress, PageQuery } from "../schemas.js";
import { StatusHistory, errors } from "./schemas.js";

export const agentHistory: RouteFile = (app, { agents }) => {
  app.route({
    method: "GET",
    url: "/agents/:agentid/history",
    schema: {
      operationId: "agentHistory",
      tags: ["agents"],
      summary: "Every status that the agent had, newest first; kept for 90 days.",
      params: z.object({ agentid: AgentAddress }),
      querystring: z.strictObject({ since: z.iso.datetime({ offset: true }).optional().describe("Only what began then or later, ISO 8601."), limit: PageQuery.limit }),
      response: { 200: StatusHistory, ...errors },
    },
    config: { access: onAgent() },
    async handler(request, reply) {
      const { since, limit } = request.query;
      const items = await agents.history(actorOf(request), request.params.agentid, { ...(since === undefined ? {} : { since: new Date(since) }), ...(limit === undefined ? {} : { limit }) });
      return reply.send({ items });
    },
  });
};
