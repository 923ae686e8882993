import { z } from "zod";
import { domainName, queueName } from "../../freeswitch/index.js";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { jsonList } from "../json-list.js";
import { present } from "../present.js";
import { AgentId, PageQuery, text, word } from "../schemas.js";
import { CallList, errors } from "./schemas.js";

const Query = z.strictObject({
  ...PageQuery,
  state: z.enum(["queued", "ringing", "active", "held", "parked", "ended"]).optional(),
  agent: AgentId.optional().describe("Calls of this agent."),
  department: word(queueName).optional(),
  number: text(64).optional().describe("The number at either end, in international form or as it is written in the organization's country."),
  direction: z.enum(["inbound", "outbound", "internal"]).optional(),
  domain: word(domainName).optional().describe("For root: one organization's calls."),
});

export const listCalls: RouteFile = (app, { calls }) => {
  app.route<{ Querystring: z.output<typeof Query>; Reply: Buffer }>({
    method: "GET",
    url: "/calls",
    schema: {
      operationId: "listCalls",
      tags: ["calls"],
      summary: "The live calls that the caller may see, the oldest first.",
      querystring: Query,
      response: { 200: CallList, ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const { limit, cursor, ...filter } = request.query;
      // Text that the registry keeps: checking and serialising each view again would cost more than all the rest.
      const { items, total, next } = calls.listJson(actorOf(request), present(filter), present({ limit, cursor }));
      return reply.type("application/json; charset=utf-8").send(jsonList('{"items":[', items, `],"total":${total},"next":${JSON.stringify(next)}}`));
    },
  });
};
