/** The audit log, for administrators. */
import { z } from "zod";
import { actorOf } from "./access.js";
import { Time } from "../events/index.js";
import type { Face } from "./app-types.js";
import { present } from "../present.js";
import { errors, text } from "./schemas.js";

const Entry = z.object({
  id: z.int().describe("A number, which grows."),
  at: Time,
  organization: z.string().nullable().describe("The name of the organization; null for none, or one that is gone."),
  actor: z.string().describe("Who: a user, a service token, `cli:<user>`, or `system`."),
  action: z.string().describe("What: login, login.failed, logout, refused, supervision.start, call.hold, org.set, user.create, token.revoke, security.registration_attack, …"),
  target: z.string().describe("On what: a call's id, a user, a number, an address, …"),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
}).meta({ id: "AuditEntry", description: "One thing that was done." });

const moment = (what: string) =>
  z.iso.datetime({ offset: true, error: "is not a date and time such as 2026-01-31T12:00:00Z." }).transform((at) => new Date(at)).optional().describe(what);

const Query = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().regex(/^[1-9][0-9]{0,14}$/, "is not one that a page gave.").transform(Number).optional().describe("`next` of the page before."),
  actor: text(128).optional(),
  action: text(128).optional(),
  target: text(256).optional(),
  since: moment("Not older than this."),
  until: moment("Older than this."),
});

export const auditFace: Face = (app, { trail, directory }) => {
  app.route({
    method: "GET",
    url: "/audit",
    schema: {
      operationId: "listAudit",
      tags: ["audit"],
      summary: "What was done, by whom and on what, newest first; of the own organization, or of all for root. Append only: `callplane audit verify` finds what was changed or removed by hand.",
      querystring: Query,
      response: { 200: z.object({ items: z.array(Entry), next: z.string().nullable().describe("The cursor of the older ones.") }), ...errors },
    },
    config: { access: { roles: ["admin", "root"] } },
    async handler(request, reply) {
      const { organizationId } = actorOf(request);
      const { limit, cursor, ...filter } = request.query;
      const found = await trail.list({ limit, ...present({ ...filter, before: cursor, organizationId: organizationId ?? undefined }) });
      const items = found.map(({ id, at, organizationId: of, ...entry }) => ({ ...entry, id, at: at.toISOString(), organization: of === null ? null : (directory.organization(of)?.name ?? null), detail: { ...entry.detail } }));
      return reply.send({ items, next: found.length < limit ? null : String(found.at(-1)?.id ?? "") });
    },
  });
};
