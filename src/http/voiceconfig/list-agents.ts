import { z } from "zod";
import { SUPERVISING_ROLES, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { Agent, errors, PagedQuery, shownAgent } from "./schemas.js";

export const listVoiceAgents: RouteFile = (app, { staff }) => {
  app.route({
    method: "GET",
    url: "/voiceagents",
    schema: {
      operationId: "listVoiceAgents",
      tags: ["voice agents"],
      summary: "The organization's agents, by id.",
      querystring: PagedQuery,
      response: { 200: z.object({ items: z.array(Agent), pageIndex: z.number(), pageSize: z.number(), total: z.number() }), ...errors },
    },
    config: { access: { roles: SUPERVISING_ROLES } },
    async handler(request, reply) {
      const { domain, pageIndex, pageSize } = request.query;
      const { items, total } = staff.list(actorOf(request), { pageIndex, pageSize }, domain);
      return reply.send({ items: items.map(shownAgent), pageIndex, pageSize, total });
    },
  });
};
