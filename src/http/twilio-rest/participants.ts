/** Participants of a conference (twilio.com/docs/voice/api/conference-participant-resource): list, fetch, add, mute, hold, coach, announce, take out. */
import { create } from "xmlbuilder2";
import { z } from "zod";
import { CallplaneError } from "../../errors.js";
import type { VoiceAccount } from "../../people/index.js";
import { present } from "../../present.js";
import type { HttpApp } from "../app-types.js";
import { accountAccess, accountOf, AccountParams, actingFor } from "./account.js";
import { CreateBody, newCallOf } from "./call-parameters.js";
import { conferenceOf, conferencesOf } from "./conferences.js";
import { TwilioError, unknownResource } from "./errors.js";
import { field, Flag, FORM, isUrl, Method, Text, Words } from "./form.js";
import { PageQuery, pageOfAll, Paging, rfc2822 } from "./paging.js";
import type { LiveConference, LiveParticipant, NewProgramCall, ParticipantChange, TwilioServices } from "./ports.js";
import { text } from "../schemas.js";
import { errors } from "./schemas.js";

const ParticipantResource = z.object({
  account_sid: z.string(),
  call_sid: z.string(),
  call_sid_to_coach: z.string().nullable(),
  coaching: z.boolean(),
  conference_sid: z.string().nullable(),
  label: z.string().nullable(),
  muted: z.boolean(),
  hold: z.boolean(),
  start_conference_on_enter: z.boolean(),
  end_conference_on_exit: z.boolean(),
  status: z.enum(["queued", "connected", "complete"]),
  queue_time: z.string(),
  date_created: z.string().nullable(),
  date_updated: z.string().nullable(),
  uri: z.string(),
}).meta({ id: "TwilioParticipant" });

const optionalFlag = field(Flag.optional());
const Url = field(Text(8192).optional());

const ConferenceParams = AccountParams.extend({ conference: text(128) });
const ParticipantParams = ConferenceParams.extend({ who: text(128) });

const AddBody = CreateBody.extend({
  Label: field(Text(128).optional()),
  Muted: optionalFlag,
  Beep: field(z.enum(["true", "false", "onEnter", "onExit"]).optional()),
  StartConferenceOnEnter: optionalFlag,
  EndConferenceOnExit: optionalFlag,
  WaitUrl: Url,
  WaitMethod: field(Method.optional()),
  MaxParticipants: field(z.coerce.number().int().min(2).max(250).optional()),
  Coaching: optionalFlag,
  CallSidToCoach: field(Text(34).optional()),
  ConferenceRecord: field(Text(32).optional()),
  ConferenceTrim: field(z.enum(["trim-silence", "do-not-trim"]).optional()),
  ConferenceRecordingStatusCallback: Url,
  ConferenceRecordingStatusCallbackMethod: field(Method.optional()),
  ConferenceRecordingStatusCallbackEvent: Words.optional(),
  ConferenceStatusCallback: Url,
  ConferenceStatusCallbackMethod: field(Method.optional()),
  ConferenceStatusCallbackEvent: Words.optional(),
  EarlyMedia: optionalFlag,
  AmdStatusCallback: Url,
  AmdStatusCallbackMethod: field(Method.optional()),
});
type AddBody = z.output<typeof AddBody>;

const ChangeBody = z.object({
  Muted: optionalFlag,
  Hold: optionalFlag,
  HoldUrl: Url,
  HoldMethod: field(Method.optional()),
  AnnounceUrl: Url,
  AnnounceMethod: field(Method.optional()),
  Coaching: optionalFlag,
  CallSidToCoach: field(Text(34).optional()),
  EndConferenceOnExit: optionalFlag,
});

/** The document that takes a called one into the conference. */
function documentOf(name: string, body: AddBody): string {
  const attributes = {
    participantLabel: body.Label,
    muted: body.Muted,
    beep: body.Beep,
    startConferenceOnEnter: body.StartConferenceOnEnter,
    endConferenceOnExit: body.EndConferenceOnExit,
    waitUrl: body.WaitUrl,
    waitMethod: body.WaitMethod,
    maxParticipants: body.MaxParticipants,
    coach: body.Coaching === true ? body.CallSidToCoach : undefined,
    record: body.ConferenceRecord === "true" ? "record-from-start" : body.ConferenceRecord,
    trim: body.ConferenceTrim,
    recordingStatusCallback: body.ConferenceRecordingStatusCallback,
    recordingStatusCallbackMethod: body.ConferenceRecordingStatusCallbackMethod,
    recordingStatusCallbackEvent: body.ConferenceRecordingStatusCallbackEvent?.join(" "),
    statusCallback: body.ConferenceStatusCallback,
    statusCallbackMethod: body.ConferenceStatusCallbackMethod,
    statusCallbackEvent: body.ConferenceStatusCallbackEvent?.join(" "),
  };
  const text = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)] as const]));
  return create().ele("Response").ele("Dial").ele("Conference", Object.fromEntries(text)).txt(name).doc().end();
}

/** Who is called into a conference enters it at once: the verdict comes while the participant is in it. */
function besideDetection<T extends Pick<NewProgramCall, "machineDetection">>({ AmdStatusCallback: at = "", AmdStatusCallbackMethod: method = "POST" }: AddBody, call: T): T {
  if (call.machineDetection === null) return call;
  if (at !== "" && !isUrl(at)) throw new TwilioError(21205, "AmdStatusCallback is not a valid URL");
  return { ...call, machineDetection: { ...call.machineDetection, beside: true, callback: at === "" ? call.machineDetection.callback : { url: at, method } } };
}

function shown(accountSid: string, conferenceSid: string | null, who: Omit<LiveParticipant, "joinedAt" | "isInRoom">, status: "queued" | "connected", at: Date): z.output<typeof ParticipantResource> {
  return {
    account_sid: accountSid,
    call_sid: who.callSid,
    call_sid_to_coach: who.coached,
    coaching: who.coached !== null,
    conference_sid: conferenceSid,
    label: who.label,
    muted: who.muted,
    hold: who.held,
    start_conference_on_enter: who.startConferenceOnEnter,
    end_conference_on_exit: who.endConferenceOnExit,
    status,
    queue_time: "0",
    date_created: rfc2822(at),
    date_updated: rfc2822(at),
    uri: `/2010-04-01/Accounts/${accountSid}/Conferences/${conferenceSid ?? ""}/Participants/${who.callSid}.json`,
  };
}

const connected = (account: VoiceAccount, { sid }: LiveConference, participant: LiveParticipant): z.output<typeof ParticipantResource> => shown(account.sid, sid, participant, "connected", participant.joinedAt);

/** Throws NotFound. */
function participantOf({ participants }: LiveConference, { sid }: VoiceAccount, who: string): LiveParticipant {
  const found = participants.find(({ callSid: of, label }) => of === who || label === who);
  if (found === undefined) throw unknownResource(`/2010-04-01/Accounts/${sid}/Conferences`);
  return found;
}

function changeOf(body: z.output<typeof ChangeBody>): ParticipantChange {
  for (const name of ["HoldUrl", "AnnounceUrl"] as const) if (body[name] !== undefined && body[name] !== "" && !isUrl(body[name])) throw new TwilioError(21205, `${name} is not a valid URL`);
  const coached = body.Coaching === false ? null : body.CallSidToCoach;
  if (body.Coaching === true && (coached === undefined || coached === null || coached === "")) throw new TwilioError(20001, "Coaching needs CallSidToCoach");
  return present({ muted: body.Muted, held: body.Hold, holdUrl: body.HoldUrl === "" ? undefined : body.HoldUrl, holdMethod: body.HoldMethod, announceUrl: body.AnnounceUrl === "" ? undefined : body.AnnounceUrl, announceMethod: body.AnnounceMethod, coached, endConferenceOnExit: body.EndConferenceOnExit });
}

export function participantRoutes(app: HttpApp, twilio: TwilioServices): void {
  const { accounts } = twilio;
  const access = accountAccess(accounts);
  const tags = ["/2010-04-01"];
  const base = "/Accounts/:account/Conferences/:conference/Participants";

  app.route({
    method: "GET",
    url: `${base}.json`,
    schema: { operationId: "twilioListParticipants", tags, summary: "Who takes part in a conference.", params: ConferenceParams, querystring: z.object({ ...PageQuery, Muted: optionalFlag, Hold: optionalFlag, Coaching: optionalFlag }), response: { 200: z.object({ participants: z.array(ParticipantResource).readonly(), ...Paging }), ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const conference = conferenceOf(twilio, account, request.params.conference);
      const { Muted: muted, Hold: hold, Coaching: coaching } = request.query;
      const all = conference.participants.filter((each) => (muted === undefined || each.muted === muted) && (hold === undefined || each.held === hold) && (coaching === undefined || (each.coached !== null) === coaching));
      const { items, ...paging } = pageOfAll(all, (each) => connected(account, conference, each), request.query, request.url);
      return reply.send({ ...paging, participants: items });
    },
  });

  app.route({
    method: "POST",
    url: `${base}.json`,
    schema: { operationId: "twilioAddParticipant", tags, summary: "Call somebody into a conference, which may begin with it; by sid, or by name.", params: ConferenceParams, body: AddBody, consumes: FORM, response: { 201: ParticipantResource, ...errors } },
    config: { asksSwitch: true, access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const { conference: which } = request.params;
      const live = conferencesOf(twilio).find(account.organizationId, which);
      if (live?.ended != null || (live === undefined && /^CF[0-9a-f]{32}$/.test(which))) throw unknownResource(`/2010-04-01/Accounts/${account.sid}/Conferences`);
      if (twilio.programs === null) throw new CallplaneError("SwitchUnavailable", "Nothing runs programs here.");
      const { body } = request;
      const call = besideDetection(body, newCallOf(body, { twiml: documentOf(live?.name ?? which, body) }));
      const made = await twilio.programs.create({ ...call, organizationId: account.organizationId, by: actingFor(request, account).name });
      const { Label: label = null, Muted: muted = false, StartConferenceOnEnter: starts = true, EndConferenceOnExit: ends = false } = body;
      const coached = body.Coaching === true ? (body.CallSidToCoach ?? null) : null;
      const participant = { callSid: made.callSid, label, muted, held: false, coached, startConferenceOnEnter: starts, endConferenceOnExit: ends };
      return reply.code(201).send(shown(account.sid, live?.sid ?? null, participant, "queued", made.createdAt));
    },
  });

  app.route({
    method: "GET",
    url: `${base}/:who.json`,
    schema: { operationId: "twilioFetchParticipant", tags, summary: "One participant, by the call's sid or by label.", params: ParticipantParams, response: { 200: ParticipantResource, ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const conference = conferenceOf(twilio, account, request.params.conference);
      return reply.send(connected(account, conference, participantOf(conference, account, request.params.who)));
    },
  });

  app.route({
    method: "POST",
    url: `${base}/:who.json`,
    schema: { operationId: "twilioUpdateParticipant", tags, summary: "Mute, hold, coach, announce.", params: ParticipantParams, body: ChangeBody, consumes: FORM, response: { 200: ParticipantResource, ...errors } },
    config: { asksSwitch: true, access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const conference = conferenceOf(twilio, account, request.params.conference);
      const { callSid: who } = participantOf(conference, account, request.params.who);
      await conferencesOf(twilio).change(account.organizationId, conference.sid, who, changeOf(request.body));
      const after = conferenceOf(twilio, account, conference.sid);
      return reply.send(connected(account, after, participantOf(after, account, who)));
    },
  });

  app.route({
    method: "DELETE",
    url: `${base}/:who.json`,
    schema: { operationId: "twilioRemoveParticipant", tags, summary: "Take one out; the call goes on with its own document.", params: ParticipantParams, response: { 204: z.undefined().describe("Taken out."), ...errors } },
    config: { asksSwitch: true, access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const conference = conferenceOf(twilio, account, request.params.conference);
      await conferencesOf(twilio).remove(account.organizationId, conference.sid, participantOf(conference, account, request.params.who).callSid);
      return reply.code(204).send();
    },
  });
}
