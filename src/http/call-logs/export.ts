import { Readable } from "node:stream";
import { stringify } from "csv-stringify";
import { z } from "zod";
import type { CallRecord } from "../../call-logs/index.js";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { harmlessCell } from "../csv.js";
import { present } from "../present.js";
import { errors, filterOf, Filters, shownRecord } from "./schemas.js";

const COLUMNS = [
  "id", "direction", "from", "to", "department", "agent", "status", "startedAt", "answeredAt", "endedAt", "waitMs", "talkMs", "holdMs", "hangupCause", "hungUpBy", "disposition", "note", "node",
] as const;

/** What was asked for, as the audit log takes it. */
const asked = (query: z.output<typeof Query>): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

async function* rows(records: AsyncIterable<CallRecord>): AsyncIterable<object> {
  for await (const record of records) yield shownRecord(record);
}

export const exportCallLogs: RouteFile = (app, { callLogs, audit }) => {
  app.route<{ Querystring: z.output<typeof Query>; Reply: Readable }>({
    method: "GET",
    url: "/calllogs.csv",
    schema: {
      operationId: "exportCallLogs",
      tags: ["call logs"],
      summary: "The same list, all of it, as CSV.",
      description: "A stream. What a spreadsheet would take for a formula, at the beginning of a field or behind what it may take for a delimiter, has an apostrophe before it; a phone number (`+` and digits) stays as it is.",
      querystring: Query,
      produces: ["text/csv"],
      response: { 200: z.string().describe("CSV with a header line."), ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const actor = actorOf(request);
      // Before the first row, so that an export that is broken off is there too.
      audit.append({ at: new Date(), organizationId: actor.organizationId, actor: actor.name, action: "calllog.export", target: "calllogs.csv", detail: asked(request.query) });
      const source = Readable.from(rows(callLogs.each(actor, present(filterOf(request.query)))));
      const csv = stringify({ header: true, columns: [...COLUMNS], cast: { string: harmlessCell }, record_delimiter: "\r\n" });
      source.once("error", (error) => csv.destroy(error));
      // Whoever goes away in the midst of it ends the reading too.
      csv.once("close", () => source.destroy());
      return reply.type("text/csv; charset=utf-8").header("content-disposition", 'attachment; filename="calllogs.csv"').send(source.pipe(csv));
    },
  });
};

const Query = z.strictObject(Filters);
