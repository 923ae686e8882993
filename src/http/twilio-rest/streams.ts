/** Streams of a live call (twilio.com/docs/voice/api/stream-resource): begin a copy of its audio to a program, and end one. */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { AuditEntry } from "../../audit/index.js";
import { CallplaneError } from "../../errors.js";
import { STREAM_ERRORS, StreamError, streamUrl, TRACK_WORDS } from "../../media/index.js";
import type { VoiceAccount } from "../../people/index.js";
import { uuidOfCallSid } from "../../sids.js";
import type { HttpApp } from "../app-types.js";
import { text } from "../schemas.js";
import type { HttpServices } from "../services.js";
import { accountAccess, accountOf, AccountParams, actingFor, Sid } from "./account.js";
import { callback } from "./call-parameters.js";
import { TwilioError, unknownResource } from "./errors.js";
import { field, FORM, Method, Text } from "./form.js";
import { rfc2822 } from "./paging.js";
import type { ProgramCalls, TwilioServices } from "./ports.js";
import { errors } from "./schemas.js";

const StreamResource = z.object({
  sid: z.string(),
  account_sid: z.string(),
  call_sid: z.string(),
  name: z.string().nullable(),
  status: z.enum(["in-progress", "stopped"]),
  date_updated: z.string().nullable(),
  uri: z.string(),
}).meta({ id: "TwilioStream" });
type StreamResource = z.output<typeof StreamResource>;

const CallParams = AccountParams.extend({ call: Sid });
const StreamParams = CallParams.extend({ stream: text(128).describe("The stream's sid, or its name.") });

const StartBody = z
  .object({
    Url: field(Text(2048).optional()).describe("`wss:`, without a query."),
    Name: field(Text(128).optional()).describe("Unique among the streams of the call."),
    Track: field(z.enum(TRACK_WORDS).optional()).describe("`inbound_track` by default."),
    StatusCallback: field(Text(8192).optional()),
    StatusCallbackMethod: field(Method.optional()),
  })
  .catchall(field(z.string().max(512)))
  .describe("Besides, `Parameter1.Name` and `Parameter1.Value` to `Parameter99.…`: told to the program as `customParameters`.");
const StopBody = z.object({ Status: field(z.literal("stopped", "is not stopped.")) });

const PARAMETER = /^Parameter[1-9][0-9]?\.Name$/;
const parametersOf = (body: Readonly<Record<string, unknown>>): Record<string, string> => {
  const textOf = (name: string): string => {
    const value = body[name];
    return typeof value === "string" ? value : "";
  };
  return Object.fromEntries(Object.keys(body).filter((name) => PARAMETER.test(name)).map((name) => [textOf(name), textOf(name.replace(/Name$/, "Value"))]));
};

function shown(accountSid: string, call: string, sid: string, name: string | null, status: StreamResource["status"]): StreamResource {
  return { sid, account_sid: accountSid, call_sid: call, name, status, date_updated: rfc2822(new Date()), uri: `/2010-04-01/Accounts/${accountSid}/Calls/${call}/Streams/${sid}.json` };
}

export function streamRoutes(app: HttpApp, { audit }: Pick<HttpServices, "audit">, { accounts, programs: running }: TwilioServices): void {
  const access = accountAccess(accounts);
  const tags = ["/2010-04-01"];
  const programs = (): ProgramCalls => {
    if (running === null) throw new CallplaneError("SwitchUnavailable", "Nothing runs programs here.");
    return running;
  };
  /** A program that hears a call is as a supervisor who listens. */
  const note = (request: FastifyRequest, account: VoiceAccount, call: string, action: string, detail: AuditEntry["detail"]): void =>
    audit.append({ at: new Date(), organizationId: account.organizationId, actor: actingFor(request, account).name, action, target: uuidOfCallSid(call) ?? call, detail });

  app.route({
    method: "POST",
    url: "/Accounts/:account/Calls/:call/Streams.json",
    schema: { operationId: "twilioCreateStream", tags, summary: "Copy a live call's audio to a program, beside whatever the call does.", params: CallParams, body: StartBody, consumes: FORM, response: { 201: StreamResource, ...errors } },
    config: { asksSwitch: true, access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const { organizationId, sid: accountSid } = account;
      const { call } = request.params;
      const { Url: url = "", Name: name = "", Track: track = "inbound_track", StatusCallback: at, StatusCallbackMethod: method, ...others } = request.body;
      if (url === "") throw new TwilioError(20001, "Missing required parameter Url in the post body");
      checkUrl(url);
      const told = callback(at, method, [], "StatusCallback");
      const wish = { url, track, name: name === "" ? null : name, parameters: parametersOf(others), ...(told === null ? {} : { statusCallback: { url: told.url, method: told.method } }) };
      const sid = await programs().startStream(organizationId, call, wish).catch((error: unknown) => refused(error, accountSid));
      note(request, account, call, "stream.start", { stream: sid, track, host: new URL(url).host });
      return reply.code(201).send(shown(accountSid, call, sid, wish.name, "in-progress"));
    },
  });

  app.route({
    method: "POST",
    url: "/Accounts/:account/Calls/:call/Streams/:stream.json",
    schema: { operationId: "twilioStopStream", tags, summary: "End a stream that the API or a document has begun.", params: StreamParams, body: StopBody, consumes: FORM, response: { 200: StreamResource, ...errors } },
    config: { asksSwitch: true, access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const { organizationId, sid: accountSid } = account;
      const { call, stream } = request.params;
      const { sid, name } = await programs().stopStream(organizationId, call, stream).catch((error: unknown) => refused(error, accountSid));
      note(request, account, call, "stream.stop", { stream: sid });
      return reply.send(shown(accountSid, call, sid, name, "stopped"));
    },
  });
}

/** Throws 31922 for a URL that no stream may have (twilio.com/docs/api/errors/31922). */
function checkUrl(url: string): void {
  try {
    streamUrl(url, { query: false });
  } catch (error) {
    if (error instanceof StreamError) throw new TwilioError(error.code, error.message);
    throw error;
  }
}

function refused(error: unknown, accountSid: string): never {
  if (error instanceof StreamError) throw new TwilioError(error.code, error.message, error.code === STREAM_ERRORS.track ? "Conflict" : "InvalidParameter");
  if (error instanceof CallplaneError && error.code === "NotFound") throw unknownResource(`/2010-04-01/Accounts/${accountSid}/Calls`);
  // As for other acts on a call that is not in progress (twilio.com/docs/api/errors/21220).
  if (error instanceof CallplaneError && error.code === "Conflict") throw new TwilioError(21220, error.message, "Conflict");
  throw error;
}
