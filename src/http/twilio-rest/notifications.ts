/** What was skipped and what failed in a call's programs (twilio.com/docs/voice/api/call-notification-resource). */
import { z } from "zod";
import { sidOf } from "../../sids.js";
import type { ProgramNote } from "../../twiml/index.js";
import type { HttpApp } from "../app-types.js";
import { accountAccess, accountOf, AccountParams, Sid } from "./account.js";
import { PageQuery, pageOfAll, Paging, rfc2822 } from "./paging.js";
import type { TwilioServices } from "./ports.js";
import { errors } from "./schemas.js";

const NotificationResource = z.object({
  sid: z.string(),
  account_sid: z.string(),
  call_sid: z.string(),
  log: z.string().describe("`0`: an error, `1`: a warning."),
  error_code: z.string(),
  more_info: z.string(),
  message_text: z.string(),
  message_date: z.string().nullable(),
  request_method: z.string().nullable(),
  request_url: z.string().nullable(),
  api_version: z.string(),
  date_created: z.string().nullable(),
  date_updated: z.string().nullable(),
  uri: z.string(),
}).meta({ id: "TwilioNotification" });

function shown(accountSid: string, callSid: string, note: ProgramNote, index: number): z.output<typeof NotificationResource> {
  const sid = sidOf("NO", `${callSid}/${index}`);
  const place = note.element === null ? "" : ` (<${note.element}>${note.line === null ? "" : `, line ${note.line}`})`;
  return {
    sid,
    account_sid: accountSid,
    call_sid: callSid,
    log: note.level === "error" ? "0" : "1",
    error_code: String(note.code),
    more_info: `https://www.twilio.com/docs/errors/${note.code}`,
    message_text: `${note.text}${place}`,
    message_date: rfc2822(note.at),
    request_method: null,
    request_url: note.url,
    api_version: "2010-04-01",
    date_created: rfc2822(note.at),
    date_updated: rfc2822(note.at),
    uri: `/2010-04-01/Accounts/${accountSid}/Calls/${callSid}/Notifications/${sid}.json`,
  };
}

export function notificationRoutes(app: HttpApp, { accounts, notes }: TwilioServices): void {
  app.route({
    method: "GET",
    url: "/Accounts/:account/Calls/:call/Notifications.json",
    schema: {
      operationId: "twilioListCallNotifications",
      tags: ["/2010-04-01"],
      summary: "Warnings and errors of a call's programs, the newest first; of calls of this process.",
      params: AccountParams.extend({ call: Sid }),
      querystring: z.object(PageQuery),
      response: { 200: z.object({ notifications: z.array(NotificationResource).readonly(), ...Paging }), ...errors },
    },
    config: { access: accountAccess(accounts) },
    async handler(request, reply) {
      const { sid, organizationId } = accountOf(accounts, request, request.params.account);
      const { call } = request.params;
      const all = (notes?.of(organizationId, call) ?? []).map((note, index) => shown(sid, call, note, index)).reverse();
      const { items, ...paging } = pageOfAll(all, (each) => each, request.query, request.url);
      return reply.send({ ...paging, notifications: items });
    },
  });
}
