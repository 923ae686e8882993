/** The account itself (twilio.com/docs/iam/api/account): libraries and consoles ask for it to check their credentials. */
import { z } from "zod";
import type { HttpApp } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { accountAccess, accountOf, AccountParams } from "./account.js";
import { rfc2822 } from "./paging.js";
import type { TwilioServices } from "./ports.js";
import { errors } from "./schemas.js";

const AccountResource = z.object({
  sid: z.string(),
  owner_account_sid: z.string(),
  friendly_name: z.string(),
  status: z.literal("active"),
  type: z.literal("Full"),
  date_created: z.string().nullable(),
  date_updated: z.string().nullable(),
  uri: z.string(),
  subresource_uris: z.record(z.string(), z.string()),
}).meta({ id: "TwilioAccount" });

const SUBRESOURCES = { calls: "Calls", recordings: "Recordings", applications: "Applications", conferences: "Conferences", queues: "Queues", incoming_phone_numbers: "IncomingPhoneNumbers" } as const;

export function accountRoutes(app: HttpApp, { directory }: Pick<HttpServices, "directory">, { accounts }: TwilioServices): void {
  app.route({
    method: "GET",
    url: "/Accounts/:account.json",
    schema: { operationId: "twilioFetchAccount", tags: ["/2010-04-01"], summary: "The account, without its token.", params: AccountParams, response: { 200: AccountResource, ...errors } },
    config: { access: accountAccess(accounts) },
    async handler(request, reply) {
      const { sid, organizationId, createdAt, rotatedAt } = accountOf(accounts, request, request.params.account);
      const path = `/2010-04-01/Accounts/${sid}`;
      return reply.send({
        sid,
        owner_account_sid: sid,
        friendly_name: directory.organization(organizationId)?.name ?? sid,
        status: "active",
        type: "Full",
        date_created: rfc2822(createdAt),
        date_updated: rfc2822(rotatedAt),
        uri: `${path}.json`,
        subresource_uris: Object.fromEntries(Object.entries(SUBRESOURCES).map(([name, resource]) => [name, `${path}/${resource}.json`])),
      });
    },
  });
}
