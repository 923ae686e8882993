import { z } from "zod";
import { PUBLIC } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { SharedDocument } from "../shared-document.js";

export const docsJson: RouteFile = (app) => {
  const document = new SharedDocument("application/json; charset=utf-8", () => JSON.stringify(app.swagger()));
  app.route<{ Reply: Buffer }>({
    method: "GET",
    url: "/docs/json",
    schema: { operationId: "docsJson", tags: ["system"], summary: "The OpenAPI 3.1 document.", response: { 200: z.looseObject({}) } },
    config: { access: PUBLIC },
    handler: async (request, reply) => document.send(request, reply),
  });
};
