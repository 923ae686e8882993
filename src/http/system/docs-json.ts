import { z } from "zod";
import { PUBLIC } from "../access.js";
import type { RouteFile } from "../app-types.js";

export const docsJson: RouteFile = (app) => {
  app.route({
    method: "GET",
    url: "/docs/json",
    serializerCompiler: () => (data) => JSON.stringify(data),
    schema: { operationId: "docsJson", tags: ["system"], summary: "The OpenAPI 3.1 document.", response: { 200: z.looseObject({}) } },
    config: { access: PUBLIC },
    async handler(_request, reply) {
      return reply.send({ ...app.swagger() });
    },
  });
};
