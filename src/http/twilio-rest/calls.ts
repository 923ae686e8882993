/** Calls: create, fetch, list, update, delete (twilio.com/docs/voice/api/call-resource). */
import { z } from "zod";
import type { CallLeg, CallLegFilter } from "../../call-logs/index.js";
import { CallplaneError } from "../../errors.js";
import type { VoiceAccount } from "../../people/index.js";
import { present } from "../../present.js";
import { uuidOfCallSid } from "../../sids.js";
import type { HttpApp } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { accountAccess, accountOf, AccountParams, actingFor, Sid } from "./account.js";
import { CALL_STATUSES, CallResource, legResource, liveResource } from "./call-resource.js";
import { CreateBody, newCallOf, sourceOf, sourceOfApp, UpdateBody } from "./call-parameters.js";
import { TwilioError, unknownResource } from "./errors.js";
import { field, FORM, Text } from "./form.js";
import { legOfSid } from "./leg-of-sid.js";
import { between, Moment } from "./moments.js";
import { PageQuery, pageOf, Paging, windowOf } from "./paging.js";
import type { ProgramCalls, TwilioServices } from "./ports.js";
import { errors } from "./schemas.js";

const CallParams = AccountParams.extend({ sid: Sid });

const ListQuery = z.object({
  ...PageQuery,
  To: field(Text(1024).optional()),
  From: field(Text(1024).optional()),
  ParentCallSid: field(Text(34).optional()),
  Status: field(z.enum(CALL_STATUSES).optional()),
  StartTime: Moment,
  "StartTime<": Moment,
  "StartTime>": Moment,
  EndTime: Moment,
  "EndTime<": Moment,
  "EndTime>": Moment,
});
type ListQuery = z.output<typeof ListQuery>;

const partyOf = (text: string | undefined): string | undefined => text?.replace(/^client:/, "");

/** Null: nothing can be found by it. */
function filterOf(query: ListQuery): CallLegFilter | null {
  const { To, From, ParentCallSid, Status } = query;
  const parent = ParentCallSid === undefined ? undefined : uuidOfCallSid(ParentCallSid);
  if (parent === null) return null;
  const [startedFrom, startedBefore] = between(query.StartTime, query["StartTime<"], query["StartTime>"]);
  const [endedFrom, endedBefore] = between(query.EndTime, query["EndTime<"], query["EndTime>"]);
  return present({ to: partyOf(To), from: partyOf(From), callId: parent, status: Status, startedFrom, startedBefore, endedFrom, endedBefore });
}

export function callRoutes(app: HttpApp, services: HttpServices, twilio: TwilioServices): void {
  const { callLogs } = services;
  const { accounts, apps } = twilio;
  const access = accountAccess(accounts);
  const tags = ["/2010-04-01"];

  const legOf = ({ organizationId }: VoiceAccount, sid: string): Promise<CallLeg | null> => legOfSid(callLogs, organizationId, sid);
  const fetched = async (account: VoiceAccount, sid: string): Promise<CallResource> => {
    // First among the live ones: a call that leaves them is in the records by then, and it may leave while those are read.
    const live = twilio.programs?.find(account.organizationId, sid) ?? null;
    const leg = await legOf(account, sid);
    if (leg !== null) return legResource(account.sid, leg, sid);
    if (live === null) throw unknownResource(`/2010-04-01/Accounts/${account.sid}/Calls/${shownSid(sid)}.json`);
    return liveResource(account.sid, live);
  };
  const programs = (): ProgramCalls => {
    if (twilio.programs === null) throw new CallplaneError("SwitchUnavailable", "Nothing runs programs here.");
    return twilio.programs;
  };

  app.route({
    method: "POST",
    url: "/Accounts/:account/Calls.json",
    schema: { operationId: "twilioCreateCall", tags, summary: "Call somebody, and run a program on the call.", params: AccountParams, body: CreateBody, consumes: FORM, response: { 201: CallResource, ...errors } },
    config: { asksSwitch: true, access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const { sid, organizationId } = account;
      const { ApplicationSid: appSid = "" } = request.body;
      const named = appSid === "" ? undefined : await apps.find(organizationId, appSid);
      if (appSid !== "" && named === undefined) throw new TwilioError(21218, "ApplicationSid is not the sid of an application");
      const call = newCallOf(request.body, sourceOf(request.body) ?? (named === undefined ? null : sourceOfApp(named)), named);
      return reply.code(201).send(liveResource(sid, await programs().create({ ...call, organizationId, by: actingFor(request, account).name })));
    },
  });

  app.route({
    method: "GET",
    url: "/Accounts/:account/Calls.json",
    schema: { operationId: "twilioListCalls", tags, summary: "The calls of the account, one for each leg, or for all phones that one ringing has called; the newest first.", params: AccountParams, querystring: ListQuery, response: { 200: z.object({ calls: z.array(CallResource).readonly(), ...Paging }), ...errors } },
    config: { access },
    async handler(request, reply) {
      const { sid, organizationId } = accountOf(accounts, request, request.params.account);
      const filter = filterOf(request.query);
      const { offset, limit } = windowOf(request.query);
      const read = filter === null ? [] : await callLogs.legs(organizationId, filter, { offset, limit: limit + 1 });
      const { items, ...paging } = pageOf(read.map((leg) => legResource(sid, leg)), request.query, request.url);
      return reply.send({ ...paging, calls: items });
    },
  });

  app.route({
    method: "GET",
    url: "/Accounts/:account/Calls/:sid.json",
    schema: { operationId: "twilioFetchCall", tags, summary: "One call.", params: CallParams, response: { 200: CallResource, ...errors } },
    config: { access },
    async handler(request, reply) {
      return reply.send(await fetched(accountOf(accounts, request, request.params.account), request.params.sid));
    },
  });

  app.route({
    method: "POST",
    url: "/Accounts/:account/Calls/:sid.json",
    schema: { operationId: "twilioUpdateCall", tags, summary: "End a live call, or give it another program at once.", params: CallParams, body: UpdateBody, consumes: FORM, response: { 200: CallResource, ...errors } },
    config: { asksSwitch: true, access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      await fetched(account, request.params.sid);
      const { Status: status } = request.body;
      const source = sourceOf(request.body);
      if (status !== undefined && status !== "") {
        if (status !== "canceled" && status !== "completed") throw new TwilioError(20001, "Status is neither canceled nor completed");
        await asUpdate(programs().end(account.organizationId, request.params.sid, status));
      } else if (source !== null) await asUpdate(programs().replace(account.organizationId, request.params.sid, source));
      return reply.send(await fetched(account, request.params.sid));
    },
  });

  app.route({
    method: "DELETE",
    url: "/Accounts/:account/Calls/:sid.json",
    schema: { operationId: "twilioDeleteCall", tags, summary: "Remove the record of a call that has ended, with all its legs.", params: CallParams, response: { 204: z.undefined().describe("Removed."), ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const leg = await legOf(account, request.params.sid);
      if (leg === null) throw unknownResource(`/2010-04-01/Accounts/${account.sid}/Calls/${shownSid(request.params.sid)}.json`);
      await callLogs.remove({ ...actingFor(request, account), role: "admin" }, leg.callId);
      return reply.code(204).send();
    },
  });
}

const shownSid = (sid: string): string => (/^[A-Z]{2}[0-9a-f]{32}$/.test(sid) ? sid : "");

/** What is not in progress is refused as such (twilio.com/docs/api/errors/21220). */
async function asUpdate(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CallplaneError && error.code === "Conflict") throw new TwilioError(21220, "Call is not in-progress. Cannot redirect.", "Conflict");
    throw error;
  }
}
