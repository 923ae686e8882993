/** Phone lines: which number goes where; and the organization's numbers by country. */
import { z } from "zod";
import { PhoneLine } from "../../events/index.js";
import { shownLine } from "../../staff/index.js";
import { numberText, queueName } from "../../freeswitch/index.js";
import { CallTargetSchema, Method, WebUrl, type CallTarget, type LineSettings, type PhoneLineRecord } from "../../voice-app/index.js";
import { CONFIGURING_ROLES, SUPERVISING_ROLES, actorOf, onVoiceConfig } from "../access.js";
import type { Face } from "../app-types.js";
import { addCollection, tagged, type Answer } from "../collection.js";
import { contentTag, expectedVersion, isKnown, versionTag } from "../etag.js";
import { present } from "../../present.js";
import { IndexedPageQuery, errors, indexedPage, next, text, total, word, Unchanged, WITH_TAG } from "../schemas.js";
import { indexedListQuery, indexedPageOf } from "./listing.js";
import { Domain, LineParams, OrganizationQuery, Removed } from "./schemas.js";

const Callback = z.strictObject({ url: WebUrl, method: Method.default("POST") });

const FIELDS = {
  name: text(128).describe("By default the number."),
  target: CallTargetSchema.describe("Where its calls go: an agent's phone (`client`), a department, a configuration's id, or the URL of an application that answers TwiML."),
  recorded: z.boolean().describe("Whether its conversations are recorded."),
  fallback: Callback.nullable().describe("Asked for TwiML when the application fails, with `ErrorCode` and `ErrorUrl`."),
  fallbackDepartment: word(queueName, 64).nullable().describe("The department that takes the callers whom no application can serve; without one they are told so, and the call ends."),
  statusCallback: Callback.nullable().describe("Where the end of each call is told."),
  trunk: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, "is not the name of a trunk.").nullable().describe("The trunk by which its calls come, and by which go what its calls dial and what is dialled with its number; null: the organization's dial string counts."),
  callerId: word(numberText, 64).nullable().describe("Shown to who is dialled by its application; null: the line's own number."),
};
const SigningToken = z.string().regex(/^[\x21-\x7e]{32,128}$/, "is not 32 to 128 letters, digits and signs without blanks.").nullable().optional().describe("Requests to `/voicetwilio/voice`, `gather` and `statuscallback` about this line must be signed with it, or with the account's auth token: give the auth token of the account at Twilio that the number belongs to. Never shown.");
export const LineChange = z.strictObject({ ...FIELDS, signingToken: SigningToken }).partial();
const Create = z.strictObject({ ...z.strictObject(FIELDS).partial().shape, signingToken: SigningToken, target: FIELDS.target, phoneNumber: word(numberText, 64).describe("In international form, or as it is written in the organization's country.") });
const NumberQuery = z.strictObject({
  CountryCode: z.string().regex(/^[A-Za-z]{2}$/, "is not the two letters of a country, such as US.").optional().describe("ISO 3166-1 alpha-2; by default those of all countries."),
  domain: Domain,
  ...IndexedPageQuery,
});
const PhoneNumber = z.object({ phoneNumber: z.string().describe("E.164."), countryCode: z.string().nullable().describe("ISO 3166-1 alpha-2; null: not known."), lineId: z.string(), name: z.string() }).meta({ id: "PhoneNumber", description: "A number of the organization's." });

const targetFields = (target: CallTarget): { targetType: CallTarget["type"]; target: string; voiceMethod: "GET" | "POST" } => ({ targetType: target.type, target: target.to, voiceMethod: target.type === "url" ? target.method : "POST" });

function settings({ fallback, statusCallback, name, recorded, fallbackDepartment, trunk, callerId, signingToken }: Omit<z.output<typeof LineChange>, "target">): Partial<LineSettings> {
  return present({
    name,
    recorded,
    fallbackDepartment,
    trunk,
    callerId,
    signingToken,
    ...(fallback === undefined ? {} : { fallbackUrl: fallback?.url ?? null, fallbackMethod: fallback?.method ?? "POST" }),
    ...(statusCallback === undefined ? {} : { statusCallback: statusCallback?.url ?? null, statusCallbackMethod: statusCallback?.method ?? "POST" }),
  });
}

const tags = ["phone lines"];
const versioned = (line: PhoneLineRecord): Answer => ({ body: shownLine(line), tag: versionTag(line.version) });

export const phoneLines: Face = (app, { voiceConfiguration }) => {
  app.route({
    method: "GET",
    url: "/phonenumbers",
    schema: {
      operationId: "listPhoneNumbers",
      tags,
      summary: "The organization's numbers, by country.",
      querystring: NumberQuery,
      response: { 200: z.object({ phoneNumberList: z.array(PhoneNumber).describe("The word of Comm100's voiceconfig."), pageIndex: z.int(), pageSize: z.int(), total, next }), 304: Unchanged, ...errors },
    },
    config: { access: { roles: SUPERVISING_ROLES } },
    async handler(request, reply) {
      const { CountryCode, domain, ...asked } = request.query;
      const { items, ...rest } = indexedPageOf(voiceConfiguration.numbers(actorOf(request), CountryCode, domain), asked, { id: ({ line }) => String(line.id), valueOf: ({ line }) => line.number, words: () => [] });
      const body = { phoneNumberList: items.map(({ line, country }) => ({ phoneNumber: line.number, countryCode: country, lineId: String(line.id), name: line.name })), ...rest };
      return isKnown(request, reply, contentTag(body)) ? reply.code(304).send(undefined) : reply.send(body);
    },
  });

  addCollection(app, {
    url: "/phonelines",
    item: "/phonelines/:lineid",
    list: {
      schema: { operationId: "listPhoneLines", tags, summary: "The phone lines, by number.", querystring: indexedListQuery(["phoneNumber", "name", "createdAt"]), response: { 200: indexedPage(PhoneLine), 304: Unchanged, ...errors } },
      access: { roles: SUPERVISING_ROLES },
      answer(request) {
        const { domain, ...asked } = request.query;
        const lines = voiceConfiguration.lines(actorOf(request), domain);
        const sorted = (line: z.output<typeof PhoneLine>, sort: string) => (sort === "name" ? line.name.toLowerCase() : sort === "createdAt" ? line.createdAt : line.phoneNumber);
        return tagged(indexedPageOf(lines.map(shownLine), asked, { id: ({ id }) => id, valueOf: sorted, words: ({ phoneNumber, name }) => [phoneNumber, name] }));
      },
    },
    fetch: {
      schema: { operationId: "getPhoneLine", tags, summary: "One phone line.", params: LineParams, response: { 200: PhoneLine, 304: Unchanged, ...errors } },
      access: onVoiceConfig("line", SUPERVISING_ROLES),
      answer: (request) => versioned(voiceConfiguration.line(actorOf(request), request.params.lineid)),
    },
    create: {
      schema: { operationId: "createPhoneLine", tags, summary: "Makes a phone line; 409 when the number is in use. The organization gets an account when its target is an application and it has none.", querystring: OrganizationQuery, body: Create, response: { 201: PhoneLine, ...errors } },
      access: { roles: CONFIGURING_ROLES },
      async answer(request) {
        const { phoneNumber, target, ...rest } = request.body;
        return versioned(await voiceConfiguration.createLine(actorOf(request), { number: phoneNumber, ...targetFields(target), ...settings(rest) }, request.query.domain));
      },
    },
    update: {
      method: "PUT",
      schema: { operationId: "updatePhoneLine", tags, summary: "Changes what is given of a phone line.", description: WITH_TAG, params: LineParams, body: LineChange, response: { 200: PhoneLine, ...errors } },
      access: onVoiceConfig("line", CONFIGURING_ROLES),
      async answer(request) {
        const { target, ...rest } = request.body;
        const change = { ...(target === undefined ? {} : targetFields(target)), ...settings(rest) };
        return versioned(await voiceConfiguration.updateLine(actorOf(request), request.params.lineid, change, expectedVersion(request)));
      },
    },
    remove: {
      status: 200,
      schema: { operationId: "removePhoneLine", tags, summary: "Removes a phone line; calls that it has brought go on.", description: WITH_TAG, params: LineParams, response: { 200: Removed, ...errors } },
      access: onVoiceConfig("line", CONFIGURING_ROLES),
      async answer(request) {
        await voiceConfiguration.removeLine(actorOf(request), request.params.lineid, expectedVersion(request));
        return {};
      },
    },
  });
};
