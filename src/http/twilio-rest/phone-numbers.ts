/** IncomingPhoneNumbers (twilio.com/docs/phone-numbers/api/incomingphonenumber-resource): an organization's phone lines, and where their calls go. */
import { z } from "zod";
import { CallplaneError } from "../../errors.js";
import type { VoiceAccount } from "../../people/index.js";
import { present } from "../../present.js";
import { sidOf } from "../../sids.js";
import type { LineSettings, PhoneLineChange, PhoneLineRecord, TwimlApp } from "../../voice-app/index.js";
import type { HttpApp } from "../app-types.js";
import { addCollection } from "../collection.js";
import type { HttpServices } from "../services.js";
import { accountAccess, accountOf, AccountParams, actingFor, Sid } from "./account.js";
import { urlOf, VoiceFields } from "./applications.js";
import { TwilioError, unknownResource } from "./errors.js";
import { field, FORM, Text } from "./form.js";
import { PageQuery, pageOfAll, Paging, rfc2822 } from "./paging.js";
import type { TwilioServices } from "./ports.js";
import { errors } from "./schemas.js";

const NumberResource = z.object({
  sid: z.string(),
  account_sid: z.string(),
  phone_number: z.string(),
  friendly_name: z.string(),
  voice_url: z.string().nullable(),
  voice_method: z.string(),
  voice_fallback_url: z.string().nullable(),
  voice_fallback_method: z.string(),
  voice_application_sid: z.string().nullable(),
  voice_caller_id_lookup: z.boolean(),
  status_callback: z.string().nullable(),
  status_callback_method: z.string(),
  trunk_sid: z.string().nullable(),
  capabilities: z.object({ voice: z.boolean(), sms: z.boolean(), mms: z.boolean(), fax: z.boolean() }),
  beta: z.boolean(),
  origin: z.string(),
  api_version: z.string(),
  date_created: z.string().nullable(),
  date_updated: z.string().nullable(),
  uri: z.string(),
}).meta({ id: "TwilioPhoneNumber" });

const NumberParams = AccountParams.extend({ sid: Sid });
const ChangeBody = z.object({ ...VoiceFields, VoiceApplicationSid: field(Text(34).optional()) });
const CreateBody = ChangeBody.extend({ PhoneNumber: field(Text(64).optional()) });
const ListQuery = z.object({ ...PageQuery, PhoneNumber: field(Text(64).optional()), FriendlyName: field(Text(64).optional()) });

const numberSid = ({ id, organizationId }: Pick<PhoneLineRecord, "id" | "organizationId">): string => sidOf("PN", `${organizationId}/${id}`);

function shown(accountSid: string, line: PhoneLineRecord): z.output<typeof NumberResource> {
  const sid = numberSid(line);
  return {
    sid,
    account_sid: accountSid,
    phone_number: line.number,
    friendly_name: line.name,
    // A line may also go to an agent, a department or a configuration, of which this API knows nothing.
    voice_url: line.targetType === "url" ? line.target : null,
    voice_method: line.voiceMethod,
    voice_fallback_url: line.fallbackUrl,
    voice_fallback_method: line.fallbackMethod,
    voice_application_sid: null,
    voice_caller_id_lookup: false,
    status_callback: line.statusCallback,
    status_callback_method: line.statusCallbackMethod,
    trunk_sid: null,
    capabilities: { voice: true, sms: false, mms: false, fax: false },
    beta: false,
    origin: "hosted",
    api_version: "2010-04-01",
    date_created: rfc2822(line.createdAt),
    date_updated: rfc2822(line.createdAt),
    uri: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers/${sid}.json`,
  };
}

/** What an application says counts for a number that is given to it, as it is now. */
const ofApp = ({ voiceUrl, voiceMethod, voiceFallbackUrl, voiceFallbackMethod, statusCallback, statusCallbackMethod }: TwimlApp): PhoneLineChange => ({
  ...(voiceUrl === null ? {} : { targetType: "url", target: voiceUrl, voiceMethod }),
  fallbackUrl: voiceFallbackUrl,
  fallbackMethod: voiceFallbackMethod,
  statusCallback,
  statusCallbackMethod,
});

function changeOf(body: z.output<typeof ChangeBody>): PhoneLineChange {
  const voiceUrl = urlOf(body.VoiceUrl, "VoiceUrl");
  if (voiceUrl === null) throw new TwilioError(21502, "VoiceUrl is empty: a number goes somewhere");
  const settings: Partial<LineSettings> = present({
    name: body.FriendlyName === "" ? undefined : body.FriendlyName,
    voiceMethod: body.VoiceMethod,
    fallbackUrl: urlOf(body.VoiceFallbackUrl, "VoiceFallbackUrl"),
    fallbackMethod: body.VoiceFallbackMethod,
    statusCallback: urlOf(body.StatusCallback, "StatusCallback"),
    statusCallbackMethod: body.StatusCallbackMethod,
  });
  return { ...settings, ...(voiceUrl === undefined ? {} : { targetType: "url", target: voiceUrl }) };
}

export function phoneNumberRoutes(app: HttpApp, { voiceConfiguration }: HttpServices, { accounts, apps }: TwilioServices): void {
  const access = accountAccess(accounts);
  const tags = ["/2010-04-01"];
  type Asked = Parameters<typeof actingFor>[0];

  /** Few enough to be looked through. */
  const linesOf = (request: Asked, account: VoiceAccount): readonly PhoneLineRecord[] => voiceConfiguration.lines(actingFor(request, account));
  const lineOf = (request: Asked, account: VoiceAccount, sid: string): PhoneLineRecord => {
    const found = linesOf(request, account).find((line) => numberSid(line) === sid);
    if (found === undefined) throw unknownResource(`/2010-04-01/Accounts/${account.sid}/IncomingPhoneNumbers`);
    return found;
  };
  const appOf = async ({ organizationId }: VoiceAccount, sid: string | undefined): Promise<PhoneLineChange> => {
    if (sid === undefined || sid === "") return {};
    const found = await apps.find(organizationId, sid);
    if (found === undefined) throw new TwilioError(21218, "VoiceApplicationSid is not the sid of an application");
    return ofApp(found);
  };

  addCollection(app, {
    url: "/Accounts/:account/IncomingPhoneNumbers.json",
    item: "/Accounts/:account/IncomingPhoneNumbers/:sid.json",
    list: {
      schema: { operationId: "twilioListPhoneNumbers", tags, summary: "The phone lines, by number.", params: AccountParams, querystring: ListQuery, response: { 200: z.object({ incoming_phone_numbers: z.array(NumberResource).readonly(), ...Paging }), ...errors } },
      access,
      answer(request) {
        const account = accountOf(accounts, request, request.params.account);
        const { PhoneNumber: number, FriendlyName: name } = request.query;
        // Twilio takes a part of the number; a `+` that was not encoded comes as a blank.
        const part = number?.replace(/^ /, "+");
        const all = linesOf(request, account).filter((line) => (part === undefined || line.number.includes(part)) && (name === undefined || line.name === name));
        const { items, ...paging } = pageOfAll(all, (line) => shown(account.sid, line), request.query, request.url);
        return { body: { ...paging, incoming_phone_numbers: items } };
      },
    },
    fetch: {
      schema: { operationId: "twilioFetchPhoneNumber", tags, summary: "One phone line.", params: NumberParams, response: { 200: NumberResource, ...errors } },
      access,
      answer(request) {
        const account = accountOf(accounts, request, request.params.account);
        return { body: shown(account.sid, lineOf(request, account, request.params.sid)) };
      },
    },
    create: {
      schema: { operationId: "twilioCreatePhoneNumber", tags, summary: "Make a phone line for a number that a trunk brings; nothing is bought.", params: AccountParams, body: CreateBody, consumes: FORM, response: { 201: NumberResource, ...errors } },
      access,
      async answer(request) {
        const account = accountOf(accounts, request, request.params.account);
        const { PhoneNumber: number = "" } = request.body;
        if (number === "") throw new TwilioError(21421, "PhoneNumber is missing");
        const { targetType, target, ...settings } = { ...(await appOf(account, request.body.VoiceApplicationSid)), ...changeOf(request.body) };
        if (targetType === undefined || target === undefined) throw new TwilioError(21502, "VoiceUrl or VoiceApplicationSid is needed: a number goes somewhere");
        try {
          return { body: shown(account.sid, await voiceConfiguration.createLine(actingFor(request, account), { ...settings, number, targetType, target })) };
        } catch (error) {
          if (error instanceof CallplaneError && error.code === "Conflict") throw new TwilioError(21422, "PhoneNumber is not available", "Conflict");
          throw error;
        }
      },
    },
    update: {
      method: "POST",
      schema: { operationId: "twilioUpdatePhoneNumber", tags, summary: "Say where its calls go.", params: NumberParams, body: ChangeBody, consumes: FORM, response: { 200: NumberResource, ...errors } },
      access,
      async answer(request) {
        const account = accountOf(accounts, request, request.params.account);
        const { id } = lineOf(request, account, request.params.sid);
        const change = { ...(await appOf(account, request.body.VoiceApplicationSid)), ...changeOf(request.body) };
        return { body: shown(account.sid, await voiceConfiguration.updateLine(actingFor(request, account), String(id), change)) };
      },
    },
    remove: {
      status: 204,
      schema: { operationId: "twilioDeletePhoneNumber", tags, summary: "Remove a phone line.", params: NumberParams, response: { 204: z.undefined().describe("Removed."), ...errors } },
      access,
      async answer(request) {
        const account = accountOf(accounts, request, request.params.account);
        await voiceConfiguration.removeLine(actingFor(request, account), String(lineOf(request, account, request.params.sid).id));
        return {};
      },
    },
  });
}
