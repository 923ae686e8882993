/** Organizations with their settings. */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { OrganizationRecord } from "../../people/index.js";
import { domainName, queueName } from "../../freeswitch/index.js";
import { present } from "../../present.js";
import { pageOf } from "../../pages.js";
import { actorOf, type RouteAccess } from "../access.js";
import type { Face } from "../app-types.js";
import { addCollection, tagged, type Answer } from "../collection.js";
import { errors, text, Unchanged, WITH_TAG, word } from "../schemas.js";
import { listQuery, page } from "./listing.js";
import { Removed } from "./schemas.js";

const limit = (minimum: number, maximum: number, what: string) => z.int().min(minimum).max(maximum).nullable().describe(what);
const Country = z.string().regex(/^[A-Za-z]{2}$/, "is not the two letters of a country, such as GB.");
const words = (max: number) => z.array(text(64)).max(max).readonly();

export const settings = {
  dialString: text(256).describe("How a phone number is dialled, `{number}` where it goes, such as `sofia/gateway/acme-out/{number}`. An admin may name the organization's own trunks, root anything."),
  callerId: text(64).nullable().describe("Shown to who is called; null: left to the trunk."),
  allowedPrefixes: words(200).describe("Prefixes that may be dialled, such as `+1`, and whole short numbers; none: own extensions alone."),
  supervisionVisible: z.boolean().describe("Whether agents see that they are supervised."),
  maxOutboundCalls: limit(0, 100_000, "Calls to the outside at once; null: no limit. Set by root."),
  maxOutboundCallsPerMinute: limit(0, 100_000, "Calls to the outside begun within a minute; null: no limit. Set by root."),
  maxOutboundCallS: limit(1, 86_400, "Seconds after which a call to the outside is ended; null: no limit. Set by root."),
  premiumAllowed: z.boolean().describe("Whether costly numbers may be dialled where a prefix allows them. Set by root."),
  country: Country.nullable().describe("ISO 3166-1 alpha-2: how its people write numbers; null: the country of its caller id, else of its first line."),
  timeZone: text(64).describe("Of the IANA database, such as `Europe/Berlin`: where the hours and days of its reports begin. `UTC` by default."),
  emergencyNumbers: words(50).nullable().describe("Besides 112 and 911, instead of its country's; null: its country's."),
  callbackCountries: z.array(Country).max(250).readonly().nullable().describe("Countries in which callers may be called back; null: its own."),
  maxCallbacksPerDay: z.int().min(0).max(100_000).describe("Callbacks that callers may ask for within any 24 hours; 0: none."),
  recordingRetentionDays: limit(1, 36_500, "Days that recordings are kept; null: for ever."),
  awayReasons: words(100).describe("The reasons for being away; none: any."),
  departments: z.array(word(queueName)).max(1000).readonly().describe("All of its departments; those that are left out are removed, 409 `InUse` when something points to one."),
};

const Organization = z.object({ id: z.string(), name: z.string(), domain: z.string().describe("The SIP domain of its phones."), ...settings, createdAt: z.string().meta({ format: "date-time" }) }).meta({ id: "Organization", description: "An organization with its settings." });
const Change = z.strictObject(settings).partial();
const CreateBody = Change.extend({ name: text(64), domain: word(domainName) });

const OrganizationParams = z.object({ organizationid: z.string().regex(/^[1-9][0-9]{0,14}$/, "is not an id.") });
const ADMINS = ["admin", "root"] as const;
const onOrganization = (roles: RouteAccess["roles"]): RouteAccess => ({ roles, names: { object: "organization", parameter: "organizationid" } });

const shown = ({ id, createdAt, ...rest }: OrganizationRecord): z.output<typeof Organization> => ({ ...rest, id: String(id), createdAt: createdAt.toISOString() });

const tags = ["organizations"];

export const organizations: Face = (app, { administration }) => {
  const now = async (request: FastifyRequest, id: string): Promise<Answer> => tagged(shown(await administration.organizations.get(actorOf(request), Number(id))));

  addCollection(app, {
    url: "/organizations",
    item: "/organizations/:organizationid",
    list: {
      schema: { operationId: "listOrganizations", tags, summary: "All organizations for root; for an admin the own one.", querystring: listQuery(["name", "domain", "createdAt"]).omit({ domain: true }), response: { 200: page(Organization), 304: Unchanged, ...errors } },
      access: { roles: ADMINS },
      async answer(request) {
        const all = (await administration.organizations.list(actorOf(request))).map(shown);
        return tagged({ ...pageOf(all, request.query, { id: ({ id }) => id, valueOf: (each, sort) => (sort === "domain" ? each.domain : sort === "createdAt" ? each.createdAt : each.name.toLowerCase()), words: ({ name, domain }) => [name, domain] }) });
      },
    },
    fetch: {
      schema: { operationId: "getOrganization", tags, summary: "One organization.", params: OrganizationParams, response: { 200: Organization, 304: Unchanged, ...errors } },
      access: onOrganization(ADMINS),
      answer: (request) => now(request, request.params.organizationid),
    },
    create: {
      schema: { operationId: "createOrganization", tags, summary: "Makes an organization.", body: CreateBody, response: { 201: Organization, ...errors } },
      access: { roles: ["root"] },
      answer: async (request) => tagged(shown(await administration.organizations.create(actorOf(request), present(request.body)))),
    },
    update: {
      method: "PUT",
      schema: { operationId: "updateOrganization", tags, summary: "Changes what is given of the settings. What bounds the costs of calls is root's to set: 403.", description: WITH_TAG, params: OrganizationParams, body: Change, response: { 200: Organization, ...errors } },
      access: onOrganization(ADMINS),
      before: (request) => now(request, request.params.organizationid),
      answer: async (request) => tagged(shown(await administration.organizations.update(actorOf(request), Number(request.params.organizationid), present(request.body)))),
    },
    remove: {
      status: 204,
      schema: {
        operationId: "removeOrganization",
        tags,
        summary: "Removes an organization with all that is its own; records of calls, recordings and the audit log stay. 409 while it has anything, unless `withAll=true`.",
        description: WITH_TAG,
        params: OrganizationParams,
        querystring: z.strictObject({ withAll: z.enum(["true", "false"]).default("false") }),
        response: { 204: Removed, ...errors },
      },
      access: onOrganization(["root"]),
      before: (request) => now(request, request.params.organizationid),
      async answer(request) {
        await administration.organizations.remove(actorOf(request), Number(request.params.organizationid), { withAll: request.query.withAll === "true", hint: " Send withAll=true to remove them." });
        return {};
      },
    },
  });
};
