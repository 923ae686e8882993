/** Whom the organization's people can call: colleagues, departments and shared numbers. */
import { z } from "zod";
import { Contact, CONTACT_TYPES } from "../../events/index.js";
import { domainName } from "../../freeswitch/index.js";
import { present } from "../../present.js";
import { SIGNED_IN, actorOf } from "../access.js";
import type { HttpApp } from "../app-types.js";
import { PageQuery, errors, next, text, total, word } from "../schemas.js";
import type { HttpServices } from "../services.js";

const Query = z.strictObject({
  ...PageQuery,
  q: text(128).optional().describe("Found in the name, the id, the extension or the number, whatever its case."),
  type: z.enum(CONTACT_TYPES).optional(),
  domain: word(domainName).optional().describe("For root: whose directory."),
});

export function directoryRoutes(app: HttpApp, { contacts }: Pick<HttpServices, "contacts">): void {
  app.route({
    method: "GET",
    url: "/directory",
    schema: {
      operationId: "listDirectory",
      tags: ["directory"],
      summary: "Colleagues, departments and shared numbers, with who is free.",
      description: "For every role: agents find here whom they can transfer to. The event `directory.presence` tells agents what changes.",
      querystring: Query,
      response: { 200: z.object({ items: z.array(Contact).readonly(), total, next }), ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      return reply.send(contacts.list(actorOf(request), present(request.query)));
    },
  });
}
