import { z } from "zod";
import { PROBE } from "../access.js";
import type { RouteFile } from "../app-types.js";

export const live: RouteFile = (app) => {
  app.route({
    method: "GET",
    url: "/health/live",
    serializerCompiler: () => (data) => JSON.stringify(data),
    schema: { operationId: "live", tags: ["system"], summary: "Whether the process answers.", response: { 200: z.object({ status: z.literal("ok") }) } },
    config: { access: PROBE },
    async handler(_request, reply) {
      return reply.send({ status: "ok" });
    },
  });
};
