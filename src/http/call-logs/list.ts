import { z } from "zod";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { present } from "../present.js";
import { CallLogList, errors, filterOf, Filters, shownRecord } from "./schemas.js";

const Query = z.strictObject({
  ...Filters,
  // Coerced alone, an empty string would be 0.
  pageIndex: z.string().regex(/^\d{1,6}$/, "is not a whole number from 0.").default("0").transform(Number).describe("From 0."),
  pageSize: z.coerce.number().int().min(1).max(1000).default(50),
});

export const listCallLogs: RouteFile = (app, { callLogs }) => {
  app.route({
    method: "GET",
    url: "/calllogs",
    schema: { operationId: "listCallLogs", tags: ["call logs"], summary: "The records of calls that the caller may see, the newest first.", querystring: Query, response: { 200: CallLogList, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const { pageIndex, pageSize, ...filter } = request.query;
      const { items, total } = await callLogs.list(actorOf(request), present(filterOf(filter)), { pageIndex, pageSize });
      return reply.send({ items: items.map(shownRecord), pageIndex, pageSize, total });
    },
  });
};
