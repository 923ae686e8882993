/** Conferences (twilio.com/docs/voice/api/conference-resource): list, fetch, announce, end. */
import { z } from "zod";
import { CallplaneError } from "../../errors.js";
import type { VoiceAccount } from "../../people/index.js";
import type { HttpApp } from "../app-types.js";
import { accountAccess, accountOf, AccountParams } from "./account.js";
import { TwilioError, unknownResource } from "./errors.js";
import { field, FORM, isUrl, Method, Text } from "./form.js";
import { between, Moment } from "./moments.js";
import { PageQuery, pageOfAll, Paging, rfc2822 } from "./paging.js";
import type { LiveConference, LiveConferences, TwilioServices } from "./ports.js";
import { text } from "../schemas.js";
import { errors } from "./schemas.js";

const ConferenceResource = z.object({
  sid: z.string(),
  account_sid: z.string(),
  friendly_name: z.string(),
  status: z.enum(["init", "in-progress", "completed"]),
  region: z.string(),
  api_version: z.string(),
  date_created: z.string().nullable(),
  date_updated: z.string().nullable(),
  reason_conference_ended: z.string().nullable(),
  call_sid_ending_conference: z.string().nullable(),
  uri: z.string(),
  subresource_uris: z.record(z.string(), z.string()),
}).meta({ id: "TwilioConference" });

const ConferenceParams = AccountParams.extend({ sid: text(128) });
const UpdateBody = z.object({ Status: field(Text(32).optional()), AnnounceUrl: field(Text(8192).optional()), AnnounceMethod: field(Method.optional()) });
const ListQuery = z.object({
  ...PageQuery,
  FriendlyName: field(Text(128).optional()),
  Status: field(z.enum(["init", "in-progress", "completed"]).optional()),
  DateCreated: Moment,
  "DateCreated<": Moment,
  "DateCreated>": Moment,
  DateUpdated: Moment,
  "DateUpdated<": Moment,
  "DateUpdated>": Moment,
});

/** When something became of it last that is known. */
const updatedAt = ({ createdAt, ended }: LiveConference): Date => ended?.at ?? createdAt;

/** Which of an organization's conferences a list is asked for. */
function filterOf(query: z.output<typeof ListQuery>): (conference: LiveConference) => boolean {
  const { FriendlyName: name, Status: status } = query;
  const [createdFrom, createdBefore] = between(query.DateCreated, query["DateCreated<"], query["DateCreated>"]);
  const [updatedFrom, updatedBefore] = between(query.DateUpdated, query["DateUpdated<"], query["DateUpdated>"]);
  const isIn = (at: Date, from: Date | undefined, before: Date | undefined): boolean => (from === undefined || at >= from) && (before === undefined || at < before);
  return (each) => (name === undefined || each.name === name) && (status === undefined || each.status === status) && isIn(each.createdAt, createdFrom, createdBefore) && isIn(updatedAt(each), updatedFrom, updatedBefore);
}

function shown(accountSid: string, conference: LiveConference): z.output<typeof ConferenceResource> {
  const { sid, name, status, createdAt, ended } = conference;
  const path = `/2010-04-01/Accounts/${accountSid}/Conferences/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    friendly_name: name,
    status,
    region: "us1",
    api_version: "2010-04-01",
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt(conference)),
    reason_conference_ended: ended?.reason ?? null,
    call_sid_ending_conference: ended?.callSid ?? null,
    uri: `${path}.json`,
    subresource_uris: { participants: `${path}/Participants.json`, recordings: `${path}/Recordings.json` },
  };
}

/** The conferences of this process. Throws SwitchUnavailable when nothing runs programs. */
export function conferencesOf({ conferences }: TwilioServices): LiveConferences {
  if (conferences === null) throw new CallplaneError("SwitchUnavailable", "Nothing runs programs here.");
  return conferences;
}

/** Throws NotFound. */
export function conferenceOf(twilio: TwilioServices, { organizationId, sid }: VoiceAccount, which: string): LiveConference {
  const found = conferencesOf(twilio).find(organizationId, which);
  if (found === undefined) throw unknownResource(`/2010-04-01/Accounts/${sid}/Conferences`);
  return found;
}

export function conferenceRoutes(app: HttpApp, twilio: TwilioServices): void {
  const { accounts } = twilio;
  const access = accountAccess(accounts);
  const tags = ["/2010-04-01"];

  app.route({
    method: "GET",
    url: "/Accounts/:account/Conferences.json",
    schema: { operationId: "twilioListConferences", tags, summary: "The conferences that go on and those that have ended lately, the newest first.", params: AccountParams, querystring: ListQuery, response: { 200: z.object({ conferences: z.array(ConferenceResource).readonly(), ...Paging }), ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const all = [...conferencesOf(twilio).list(account.organizationId)].filter(filterOf(request.query)).sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
      const { items, ...paging } = pageOfAll(all, (each) => shown(account.sid, each), request.query, request.url);
      return reply.send({ ...paging, conferences: items });
    },
  });

  app.route({
    method: "GET",
    url: "/Accounts/:account/Conferences/:sid.json",
    schema: { operationId: "twilioFetchConference", tags, summary: "One conference; of those that have ended the latest are known, by their sid.", params: ConferenceParams, response: { 200: ConferenceResource, ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      return reply.send(shown(account.sid, conferenceOf(twilio, account, request.params.sid)));
    },
  });

  app.route({
    method: "POST",
    url: "/Accounts/:account/Conferences/:sid.json",
    schema: { operationId: "twilioUpdateConference", tags, summary: "Play a sound to everybody, or end the conference.", params: ConferenceParams, body: UpdateBody, consumes: FORM, response: { 200: ConferenceResource, ...errors } },
    config: { asksSwitch: true, access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const conference = conferenceOf(twilio, account, request.params.sid);
      const { Status: status = "", AnnounceUrl: announceUrl = "" } = request.body;
      if (status !== "" && status !== "completed") throw new TwilioError(20001, "Status is not completed");
      if (announceUrl !== "" && !isUrl(announceUrl)) throw new TwilioError(21205, "AnnounceUrl is not a valid URL");
      if (announceUrl !== "") await conferencesOf(twilio).announce(account.organizationId, conference.sid, announceUrl, request.body.AnnounceMethod);
      if (status !== "" && conference.ended === null) await conferencesOf(twilio).end(account.organizationId, conference.sid);
      return reply.send(shown(account.sid, conferenceOf(twilio, account, conference.sid)));
    },
  });
}
