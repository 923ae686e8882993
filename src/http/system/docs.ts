import { z } from "zod";
import { PUBLIC } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { docsPage } from "./docs-page.js";

export const docs: RouteFile = (app) => {
  let page: string | null = null;
  app.route({
    method: "GET",
    url: "/docs",
    schema: {
      operationId: "docs",
      tags: ["system"],
      summary: "This documentation as a page.",
      response: { 200: { description: "HTML.", content: { "text/html": { schema: z.string() } } } },
    },
    config: { access: PUBLIC },
    async handler(_request, reply) {
      page ??= docsPage(app.swagger());
      return reply.type("text/html; charset=utf-8").send(page);
    },
  });
};
