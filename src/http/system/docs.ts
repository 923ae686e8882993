import { z } from "zod";
import { PUBLIC } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { SharedDocument } from "../shared-document.js";
import { docsPage } from "./docs-page.js";

export const docs: RouteFile = (app) => {
  const page = new SharedDocument("text/html; charset=utf-8", () => docsPage(app.swagger()));
  app.route<{ Reply: Buffer }>({
    method: "GET",
    url: "/docs",
    schema: {
      operationId: "docs",
      tags: ["system"],
      summary: "This documentation as a page.",
      response: { 200: { description: "HTML.", content: { "text/html": { schema: z.string() } } } },
    },
    config: { access: PUBLIC },
    handler: async (request, reply) => page.send(request, reply),
  });
};
