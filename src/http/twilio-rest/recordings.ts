/** Recordings (twilio.com/docs/voice/api/recording): list, fetch, the sound itself, delete; of a call, start, pause, resume, stop. */
import type { Readable } from "node:stream";
import { z } from "zod";
import type { NamedRecording } from "../../call-logs/index.js";
import { CallplaneError } from "../../errors.js";
import type { RecordAction } from "../../freeswitch/index.js";
import type { Actor, VoiceAccount } from "../../people/index.js";
import { present } from "../../present.js";
import type { LegRecording } from "../../twiml/index.js";
import { callSid } from "../../sids.js";
import type { HttpApp } from "../app-types.js";
import { Binary, content } from "../schemas.js";
import type { HttpServices } from "../services.js";
import { accountAccess, accountOf, AccountParams, actingFor, Sid } from "./account.js";
import { newRecordingOf, RecordingFields } from "./call-parameters.js";
import { TwilioError, unknownResource } from "./errors.js";
import { field, FORM, Text } from "./form.js";
import { legOfSid } from "./leg-of-sid.js";
import { PageQuery, pageOf, Paging, rfc2822, windowOf } from "./paging.js";
import type { TwilioServices } from "./ports.js";
import { errors } from "./schemas.js";

const RecordingResource = z.object({
  sid: z.string(),
  account_sid: z.string(),
  call_sid: z.string(),
  conference_sid: z.string().nullable(),
  status: z.enum(["in-progress", "paused", "completed", "deleted"]),
  source: z.string(),
  channels: z.int(),
  duration: z.string().nullable().describe("Seconds, as text."),
  date_created: z.string().nullable(),
  date_updated: z.string().nullable(),
  start_time: z.string().nullable(),
  price: z.string().nullable(),
  price_unit: z.string(),
  error_code: z.int().nullable(),
  encryption_details: z.null(),
  track: z.string(),
  api_version: z.string(),
  media_url: z.string(),
  uri: z.string(),
  subresource_uris: z.record(z.string(), z.string()),
}).meta({ id: "TwilioRecording" });

const RecordingParams = AccountParams.extend({ sid: Sid });
const CallParams = AccountParams.extend({ call: Sid });
const StateParams = CallParams.extend({ sid: Sid });
const StartBody = z.object(RecordingFields);
const StateBody = z.object({ Status: field(z.enum(["paused", "in-progress", "stopped"])), PauseBehavior: field(z.enum(["skip", "silence"]).optional()) });

const MediaQuery = z.object({ RequestedChannels: field(z.enum(["1", "2"]).optional()).describe("1: both sides in one channel; 2: each in its own, of a recording that has two. As it was recorded by default.") });
const MEDIA = [["", "twilioRecordingMedia", "wav"], [".wav", "twilioRecordingWav", "wav"], [".mp3", "twilioRecordingMp3", "mp3"]] as const;
const MIME = { wav: "audio/wav", mp3: "audio/mpeg" } as const;

/** The call's recording that is under way, in place of a sid. */
const CURRENT = "Twilio.CURRENT";

function shown(accountSid: string, { sid, callId, callSid: ofLeg, source, channels, durationS, track, startedBy, startedAt, endedAt }: NamedRecording, status?: "in-progress" | "paused"): z.output<typeof RecordingResource> {
  const path = `/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`;
  return {
    sid,
    account_sid: accountSid,
    call_sid: ofLeg ?? callSid(callId),
    conference_sid: null,
    status: endedAt === null ? (status ?? "in-progress") : "completed",
    // A rule of the organization, or whoever asked Callplane for it, is to programs the API.
    source: source ?? (startedBy === "switch" ? "OutboundAPI" : "StartCallRecordingAPI"),
    channels: channels ?? 1,
    duration: endedAt === null ? null : String(durationS ?? Math.max(0, Math.round((endedAt.getTime() - startedAt.getTime()) / 1000))),
    date_created: rfc2822(startedAt),
    date_updated: rfc2822(endedAt ?? startedAt),
    start_time: rfc2822(startedAt),
    price: null,
    price_unit: "USD",
    error_code: null,
    encryption_details: null,
    track: track ?? "both",
    api_version: "2010-04-01",
    media_url: path,
    uri: `${path}.json`,
    subresource_uris: {},
  };
}

export function recordingRoutes(app: HttpApp, services: HttpServices, { accounts, programs }: TwilioServices): void {
  const { callLogs, calls } = services;
  const access = accountAccess(accounts);
  const tags = ["/2010-04-01"];

  const recordingOf = async (account: VoiceAccount, sid: string): Promise<NamedRecording> => {
    try {
      const recording = await callLogs.recordingBySid(account.organizationId, sid);
      if (recording.removedAt === null) return recording;
    } catch (error) {
      if (!(error instanceof CallplaneError) || error.code !== "NotFound") throw error;
    }
    throw unknownResource(`/2010-04-01/Accounts/${account.sid}/Recordings/${/^RE[0-9a-f]{32}$/.test(sid) ? sid : ""}.json`);
  };
  /** The id of the call that a sid's leg belongs to. */
  const callOf = async (account: VoiceAccount, sid: string): Promise<string> => {
    const leg = await legOfSid(callLogs, account.organizationId, sid);
    if (leg === null) throw unknownResource(`/2010-04-01/Accounts/${account.sid}/Calls`);
    return leg.callId;
  };
  /** The call's recording that is under way. */
  const current = async (account: VoiceAccount, callId: string): Promise<NamedRecording | undefined> =>
    (await callLogs.recordings(account.organizationId, { callId }, { offset: 0, limit: 20 })).find(({ endedAt }) => endedAt === null);

  /** A recording that no program has begun: by a rule, or by an agent. */
  const ofCall = (recording: NamedRecording | undefined, account: VoiceAccount, callId: string): Pick<LegRecording, "sid" | "pause" | "resume" | "stop"> | null => {
    const act = async (by: Actor | undefined, ...actions: readonly RecordAction[]): Promise<void> => {
      for (const action of actions) if (by !== undefined) await calls.record(by, callId, action);
    };
    return recording === undefined ? null : { sid: recording.sid, pause: (how, by) => act(by, how === "skip" ? "pause" : "mask"), resume: (by) => act(by, "unmask", "resume"), stop: (by) => act(by, "stop") };
  };
  const statusOf = ({ organizationId }: VoiceAccount, { sid, callSid: ofLeg, callId }: NamedRecording): "in-progress" | "paused" | undefined => {
    const own = programs?.recordingOf(organizationId, ofLeg ?? callSid(callId));
    return own?.sid === sid ? own.status : undefined;
  };

  const list = async (account: VoiceAccount, filter: { readonly callId?: string }, asked: Parameters<typeof windowOf>[0], url: string) => {
    const { offset, limit } = windowOf(asked);
    const read = await callLogs.recordings(account.organizationId, filter, { offset, limit: limit + 1 });
    const { items, ...paging } = pageOf(read.map((recording) => shown(account.sid, recording, statusOf(account, recording))), asked, url);
    return { ...paging, recordings: items };
  };
  const Page = z.object({ recordings: z.array(RecordingResource).readonly(), ...Paging });

  app.route({
    method: "GET",
    url: "/Accounts/:account/Recordings.json",
    schema: { operationId: "twilioListRecordings", tags, summary: "The account's recordings, the newest first.", params: AccountParams, querystring: z.object({ ...PageQuery, CallSid: field(Text(34).optional()) }), response: { 200: Page, ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const { CallSid: sid } = request.query;
      const callId = sid === undefined ? undefined : await callOf(account, sid);
      return reply.send(await list(account, present({ callId }), request.query, request.url));
    },
  });

  app.route({
    method: "GET",
    url: "/Accounts/:account/Calls/:call/Recordings.json",
    schema: { operationId: "twilioListCallRecordings", tags, summary: "One call's recordings.", params: CallParams, querystring: z.object(PageQuery), response: { 200: Page, ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      return reply.send(await list(account, { callId: await callOf(account, request.params.call) }, request.query, request.url));
    },
  });

  app.route({
    method: "POST",
    url: "/Accounts/:account/Calls/:call/Recordings.json",
    schema: { operationId: "twilioStartRecording", tags, summary: "Record a live call.", params: CallParams, body: StartBody, consumes: FORM, response: { 201: RecordingResource, ...errors } },
    config: { asksSwitch: true, access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const { call } = request.params;
      if (programs === null) throw new CallplaneError("SwitchUnavailable", "Nothing runs programs here.");
      // A call that there was, and is no more, cannot be recorded.
      await callOf(account, call);
      const { sid } = await programs.record(account.organizationId, call, newRecordingOf(request.body), actingFor(request, account)).catch(ineligible);
      return reply.code(201).send(shown(account.sid, await callLogs.recordingBySid(account.organizationId, sid)));
    },
  });

  app.route({
    method: "POST",
    url: "/Accounts/:account/Calls/:call/Recordings/:sid.json",
    schema: { operationId: "twilioUpdateRecording", tags, summary: "Pause, resume or stop a recording; `Twilio.CURRENT` stands for the one that is under way.", params: StateParams, body: StateBody, consumes: FORM, response: { 200: RecordingResource, ...errors } },
    config: { asksSwitch: true, access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const { call, sid } = request.params;
      const callId = await callOf(account, call);
      const own = programs?.recordingOf(account.organizationId, call) ?? null;
      const asked = own !== null && (sid === CURRENT || sid === own.sid) ? own : ofCall(await current(account, callId), account, callId);
      if (asked === null || (sid !== CURRENT && asked.sid !== sid)) throw unknownResource(`/2010-04-01/Accounts/${account.sid}/Recordings`);
      const { Status: status, PauseBehavior: how = "silence" } = request.body;
      const by = actingFor(request, account);
      await (status === "paused" ? asked.pause(how, by) : status === "in-progress" ? asked.resume(by) : asked.stop(by)).catch(ineligible);
      return reply.send(shown(account.sid, await callLogs.recordingBySid(account.organizationId, asked.sid), status === "paused" ? "paused" : undefined));
    },
  });

  app.route({
    method: "GET",
    url: "/Accounts/:account/Calls/:call/Recordings/:sid.json",
    schema: { operationId: "twilioFetchCallRecording", tags, summary: "What is known of one of a call's recordings.", params: StateParams, response: { 200: RecordingResource, ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const recording = await recordingOf(account, request.params.sid);
      if (recording.callId !== (await callOf(account, request.params.call))) throw unknownResource(`/2010-04-01/Accounts/${account.sid}/Recordings`);
      return reply.send(shown(account.sid, recording, statusOf(account, recording)));
    },
  });

  app.route({
    method: "GET",
    url: "/Accounts/:account/Recordings/:sid.json",
    schema: { operationId: "twilioFetchRecording", tags, summary: "What is known of a recording.", params: RecordingParams, response: { 200: RecordingResource, ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const recording = await recordingOf(account, request.params.sid);
      return reply.send(shown(account.sid, recording, statusOf(account, recording)));
    },
  });

  app.route({
    method: "DELETE",
    url: "/Accounts/:account/Recordings/:sid.json",
    schema: { operationId: "twilioDeleteRecording", tags, summary: "Remove a recording.", params: RecordingParams, response: { 204: z.undefined().describe("Removed."), ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const { id } = await recordingOf(account, request.params.sid);
      await callLogs.removeRecording(actingFor(request, account), id);
      return reply.code(204).send();
    },
  });

  for (const [ending, operationId, type] of MEDIA) {
    app.route<{ Params: z.output<typeof RecordingParams>; Querystring: z.output<typeof MediaQuery>; Reply: Readable | undefined }>({
      method: "GET",
      url: `/Accounts/:account/Recordings/:sid${ending}`,
      exposeHeadRoute: false,
      schema: { operationId, tags, summary: "The recording itself.", params: RecordingParams, querystring: MediaQuery, response: { 200: content(MIME[type], "The sound.", Binary), ...errors } },
      config: { access },
      async handler(request, reply) {
        const account = accountOf(accounts, request, request.params.account);
        const { id } = await recordingOf(account, request.params.sid);
        const { RequestedChannels: channels } = request.query;
        const content = await callLogs.content(actingFor(request, account), id, { type, channels: channels === undefined ? null : channels === "1" ? 1 : 2 });
        void reply.type(MIME[type]).header("last-modified", content.modifiedAt.toUTCString()).header("content-length", content.bytes);
        if (content.bytes > 0) return reply.send(content.read());
        await content.close();
        return reply.send(undefined);
      },
    });
  }
}

/** A call that cannot be recorded now (twilio.com/docs/api/errors/21220). */
function ineligible(error: unknown): never {
  if (error instanceof CallplaneError && error.code === "Conflict") throw new TwilioError(21220, "Requested resource is not eligible for recording", "Conflict");
  throw error;
}
