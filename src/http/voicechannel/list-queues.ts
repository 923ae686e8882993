import { z } from "zod";
import { Call, Figures } from "../../events/index.js";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { present } from "../present.js";
import { pageOfQueues } from "../queues.js";
import { PageQuery } from "../schemas.js";
import { errors } from "./schemas.js";

const Queue = z.object({
  name: z.string(),
  waiting: z.number().int(),
  calls: z.array(Call).readonly().describe("The longest waiting first."),
  figures: Figures.nullable().describe("How the department does; null for root."),
});

export const listQueues: RouteFile = (app, services) => {
  app.route({
    method: "GET",
    url: "/queues",
    serializerCompiler: () => (data) => JSON.stringify(data),
    schema: {
      operationId: "listQueues",
      tags: ["queues"],
      summary: "The departments' queues with who waits in them; an agent sees those of the own departments, and all with `*` among them.",
      querystring: z.strictObject(PageQuery),
      response: { 200: z.object({ items: z.array(Queue).readonly(), total: z.number().int(), next: z.string().nullable() }), ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      return reply.send(pageOfQueues(services, actorOf(request), present(request.query)));
    },
  });
};
