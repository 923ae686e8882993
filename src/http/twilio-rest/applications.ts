/** Applications (twilio.com/docs/usage/api/applications): create, fetch, list, update, delete. */
import { z } from "zod";
import { CallplaneError } from "../../errors.js";
import { present } from "../../present.js";
import type { TwimlApp, TwimlAppSettings } from "../../voice-app/index.js";
import type { HttpApp } from "../app-types.js";
import { addCollection } from "../collection.js";
import { accountAccess, accountOf, AccountParams, Sid } from "./account.js";
import { TwilioError, unknownResource } from "./errors.js";
import { field, FORM, isUrl, Method, Text } from "./form.js";
import { PageQuery, pageOf, Paging, rfc2822, windowOf } from "./paging.js";
import type { TwilioServices } from "./ports.js";
import { errors } from "./schemas.js";

const ApplicationResource = z.object({
  sid: z.string(),
  account_sid: z.string(),
  friendly_name: z.string(),
  voice_url: z.string().nullable(),
  voice_method: z.string(),
  voice_fallback_url: z.string().nullable(),
  voice_fallback_method: z.string(),
  status_callback: z.string().nullable(),
  status_callback_method: z.string(),
  voice_caller_id_lookup: z.boolean(),
  public_application_connect_enabled: z.boolean(),
  api_version: z.string(),
  date_created: z.string().nullable(),
  date_updated: z.string().nullable(),
  uri: z.string(),
}).meta({ id: "TwilioApplication" });

const Url = field(Text(2048).optional());
/** What an application and a phone number have in common. */
export const VoiceFields = {
  FriendlyName: field(Text(64).optional()),
  VoiceUrl: Url,
  VoiceMethod: field(Method.optional()),
  VoiceFallbackUrl: Url,
  VoiceFallbackMethod: field(Method.optional()),
  StatusCallback: Url,
  StatusCallbackMethod: field(Method.optional()),
};
const Body = z.object(VoiceFields);

const ApplicationParams = AccountParams.extend({ sid: Sid });

/** An empty one takes away what was there. Throws 21502, Twilio's code for a URL that is none. */
export function urlOf(text: string | undefined, name: string): string | null | undefined {
  if (text === undefined || text === "") return text === undefined ? undefined : null;
  if (!isUrl(text)) throw new TwilioError(21502, `${name} is not a valid URL`);
  return text;
}

const changeOf = (body: z.output<typeof Body>): Partial<TwimlAppSettings> =>
  present({
    friendlyName: body.FriendlyName,
    voiceUrl: urlOf(body.VoiceUrl, "VoiceUrl"),
    voiceMethod: body.VoiceMethod,
    voiceFallbackUrl: urlOf(body.VoiceFallbackUrl, "VoiceFallbackUrl"),
    voiceFallbackMethod: body.VoiceFallbackMethod,
    statusCallback: urlOf(body.StatusCallback, "StatusCallback"),
    statusCallbackMethod: body.StatusCallbackMethod,
  });

const DEFAULTS: TwimlAppSettings = { friendlyName: "", voiceUrl: null, voiceMethod: "POST", voiceFallbackUrl: null, voiceFallbackMethod: "POST", statusCallback: null, statusCallbackMethod: "POST" };

const shown = (accountSid: string, app: TwimlApp): z.output<typeof ApplicationResource> => ({
  sid: app.sid,
  account_sid: accountSid,
  friendly_name: app.friendlyName,
  voice_url: app.voiceUrl,
  voice_method: app.voiceMethod,
  voice_fallback_url: app.voiceFallbackUrl,
  voice_fallback_method: app.voiceFallbackMethod,
  status_callback: app.statusCallback,
  status_callback_method: app.statusCallbackMethod,
  voice_caller_id_lookup: false,
  public_application_connect_enabled: false,
  api_version: "2010-04-01",
  date_created: rfc2822(app.createdAt),
  date_updated: rfc2822(app.updatedAt),
  uri: `/2010-04-01/Accounts/${accountSid}/Applications/${app.sid}.json`,
});

export function applicationRoutes(app: HttpApp, { accounts, apps }: TwilioServices): void {
  const access = accountAccess(accounts);
  const tags = ["/2010-04-01"];
  const known = async <T>(accountSid: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof CallplaneError && error.code === "NotFound") throw unknownResource(`/2010-04-01/Accounts/${accountSid}/Applications`);
      throw error;
    }
  };

  addCollection(app, {
    url: "/Accounts/:account/Applications.json",
    item: "/Accounts/:account/Applications/:sid.json",
    list: {
      schema: { operationId: "twilioListApplications", tags, summary: "The applications, the oldest first.", params: AccountParams, querystring: z.object({ ...PageQuery, FriendlyName: field(Text(64).optional()) }), response: { 200: z.object({ applications: z.array(ApplicationResource).readonly(), ...Paging }), ...errors } },
      access,
      async answer(request) {
        const { sid, organizationId } = accountOf(accounts, request, request.params.account);
        const { offset, limit } = windowOf(request.query);
        const read = await apps.list(organizationId, { offset, limit: limit + 1, ...present({ friendlyName: request.query.FriendlyName }) });
        const { items, ...paging } = pageOf(read.map((each) => shown(sid, each)), request.query, request.url);
        return { body: { ...paging, applications: items } };
      },
    },
    fetch: {
      schema: { operationId: "twilioFetchApplication", tags, summary: "One application.", params: ApplicationParams, response: { 200: ApplicationResource, ...errors } },
      access,
      async answer(request) {
        const { sid, organizationId } = accountOf(accounts, request, request.params.account);
        const found = await apps.find(organizationId, request.params.sid);
        if (found === undefined) throw unknownResource(`/2010-04-01/Accounts/${sid}/Applications`);
        return { body: shown(sid, found) };
      },
    },
    create: {
      schema: { operationId: "twilioCreateApplication", tags, summary: "Name an application.", params: AccountParams, body: Body, consumes: FORM, response: { 201: ApplicationResource, ...errors } },
      access,
      async answer(request) {
        const { sid, organizationId } = accountOf(accounts, request, request.params.account);
        return { body: shown(sid, await apps.create(organizationId, { ...DEFAULTS, ...changeOf(request.body) })) };
      },
    },
    update: {
      method: "POST",
      schema: { operationId: "twilioUpdateApplication", tags, summary: "Change what is given.", params: ApplicationParams, body: Body, consumes: FORM, response: { 200: ApplicationResource, ...errors } },
      access,
      async answer(request) {
        const { sid, organizationId } = accountOf(accounts, request, request.params.account);
        return { body: shown(sid, await known(sid, apps.update(organizationId, request.params.sid, changeOf(request.body)))) };
      },
    },
    remove: {
      status: 204,
      schema: { operationId: "twilioDeleteApplication", tags, summary: "Remove an application.", params: ApplicationParams, response: { 204: z.undefined().describe("Removed."), ...errors } },
      access,
      async answer(request) {
        const { sid, organizationId } = accountOf(accounts, request, request.params.account);
        await known(sid, apps.remove(organizationId, request.params.sid));
        return {};
      },
    },
  });
}
