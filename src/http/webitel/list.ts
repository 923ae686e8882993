import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { CHANNEL_COLUMNS, domainName } from "../../freeswitch/index.js";
import { invalid } from "../../errors.js";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { matchesAny } from "../etag.js";
import { jsonList } from "../json-list.js";
import { present } from "../present.js";
import { text, word } from "../schemas.js";
import { errors } from "./schemas.js";

const DEFAULT_SIZE = 100;
const COLUMNS: ReadonlySet<string> = new Set(CHANNEL_COLUMNS);

const Query = z.object({
  domain: word(domainName).optional().describe("For root: one organization's channels."),
  fields: text(1024).optional().describe("The fields of a row that are wanted, with commas between them."),
  page: z.coerce.number().int().min(1).max(1_000_000).optional().describe("From 1."),
  size: z.coerce.number().int().min(1).max(100_000).optional().describe("Rows a page, 100 by default; without `page` and `size` there is one page with all."),
});

const Row = z.partialRecord(z.enum(CHANNEL_COLUMNS), z.string());

function wantedFields(fields: string): readonly string[] {
  const names = fields.split(",").map((name) => name.trim());
  if (names.some((name) => !COLUMNS.has(name))) throw invalid("fields", "names a field that a row does not have.");
  return names;
}

/** The same row, as text, with the wanted fields alone. */
function project(row: string, names: readonly string[]): string {
  const whole = Row.parse(JSON.parse(row));
  return JSON.stringify(Object.fromEntries(Object.entries(whole).filter(([name]) => names.includes(name))));
}

export const listChannels: RouteFile = (app, { calls }) => {
  // The registry counts its versions from its start, so a tag must not outlive the process.
  const boot = randomBytes(6).toString("base64url");
  app.route<{ Querystring: z.output<typeof Query>; Reply: string | Buffer }>({
    method: "GET",
    url: "",
    schema: {
      operationId: "listChannels",
      tags: ["/api/v2/channels"],
      summary: "The live channels.",
      querystring: Query,
      response: { 200: z.object({ status: z.literal("OK"), data: z.object({ row_count: z.number().int().describe("Of the whole filtered set."), rows: z.array(Row) }) }), ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const { domain, fields, page, size } = request.query;
      const names = fields === undefined ? null : wantedFields(fields);
      const limit = page === undefined && size === undefined ? undefined : (size ?? DEFAULT_SIZE);
      const offset = limit === undefined || page === undefined ? undefined : (page - 1) * limit;
      const list = calls.channels(actorOf(request), present({ domain, offset, limit }));
      const variant = createHash("sha256").update(JSON.stringify([names, offset ?? 0, limit ?? null])).digest("base64url").slice(0, 8);
      const tag = `W/"${boot}-${list.etag}-${variant}"`;
      void reply.header("etag", tag);
      if (matchesAny(request.headers["if-none-match"], tag)) return reply.code(304).send("");
      const rows = names === null ? list.rows : list.rows.map((row) => project(row, names));
      return reply.type("application/json; charset=utf-8").send(jsonList(`{"status":"OK","data":{"row_count":${list.rowCount},"rows":[`, rows, "]}}"));
    },
  });
};
