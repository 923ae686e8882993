/** Long-lived tokens of integrations. */
import { z } from "zod";
import { ServiceToken } from "../../events/index.js";
import { organizationFor, permissions as modes, SUPERVISION_MODES, tokenName, type TokenRecord } from "../../people/index.js";
import { shownToken } from "../../staff/index.js";
import { pageOf } from "../../pages.js";
import { actorOf, type RouteAccess } from "../access.js";
import type { Face } from "../app-types.js";
import { contentTag, isKnown } from "../etag.js";
import { errors, Unchanged, word } from "../schemas.js";
import { listQuery, page } from "./listing.js";
import { OrganizationQuery, Removed } from "./schemas.js";

const MAX_S = 10 * 365 * 86_400;
const MIN_S = 60;

const CreateBody = z.strictObject({
  name: word(tokenName, 64),
  role: z.enum(["service", "supervisor", "admin"]).default("service"),
  permissions: z.array(z.enum(SUPERVISION_MODES)).max(SUPERVISION_MODES.length).optional().describe("Supervision modes of a service (none unless given) or a supervisor (all)."),
  lifetimeS: z.int().min(MIN_S).max(MAX_S).describe("How long it is good for, seconds; ten years at most."),
});

const TokenParams = z.object({ tokenkey: z.uuid("is not a token's key.") });
const ADMINS = ["admin", "root"] as const;
const ON_TOKEN: RouteAccess = { roles: ADMINS, names: { object: "token", parameter: "tokenkey" } };

const tags = ["tokens"];

export const tokens: Face = (app, { administration, directory }) => {
  const shown = (token: TokenRecord): z.output<typeof ServiceToken> => shownToken(token, token.organizationId === null ? null : (directory.organization(token.organizationId)?.name ?? null));

  app.route({
    method: "GET",
    url: "/tokens",
    schema: { operationId: "listTokens", tags, summary: "The long-lived tokens that have not expired, revoked ones included.", querystring: listQuery(["name", "createdAt", "expires"]), response: { 200: page(ServiceToken), 304: Unchanged, ...errors } },
    config: { access: { roles: ADMINS } },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { domain, ...asked } = request.query;
      const home = actor.organizationId === null && domain === undefined ? null : organizationFor(directory, actor, domain).id;
      const all = (await administration.tokens.list(home)).map(shown);
      const found = pageOf(all, asked, { id: ({ key }) => key, valueOf: (token, sort) => (sort === "createdAt" ? token.createdAt : sort === "expires" ? token.expires : token.name.toLowerCase()), words: ({ name, key }) => [name, key] });
      const body = { ...found, items: [...found.items] };
      return isKnown(request, reply, contentTag(body)) ? reply.code(304).send(undefined) : reply.send(body);
    },
  });

  app.route({
    method: "GET",
    url: "/tokens/:tokenkey",
    schema: { operationId: "getToken", tags, summary: "One of them.", params: TokenParams, response: { 200: ServiceToken, ...errors } },
    config: { access: ON_TOKEN },
    async handler(request, reply) {
      return reply.send(shown(await administration.tokens.get(actorOf(request), request.params.tokenkey)));
    },
  });

  app.route({
    method: "POST",
    url: "/tokens",
    schema: {
      operationId: "createToken",
      tags,
      summary: "Makes a long-lived token, with no right that its maker does not have. It is shown this once.",
      querystring: OrganizationQuery,
      body: CreateBody,
      response: { 201: z.object({ key: z.string(), token: z.string().describe("The token itself. Keep it: it is shown nowhere else."), expires: z.string().meta({ format: "date-time" }) }), ...errors },
    },
    config: { access: { roles: ADMINS }, created: "/voiceconfig/tokens/{key}" },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { name, role, permissions, lifetimeS } = request.body;
      const organization = organizationFor(directory, actor, request.query.domain);
      const { key, token, expires } = await administration.tokens.issue(actor, { name, role, organization, permissions: permissions === undefined ? null : modes(permissions), lifetimeMs: lifetimeS * 1000 });
      return reply.code(201).send({ key, token, expires: new Date(expires).toISOString() });
    },
  });

  app.route({
    method: "DELETE",
    url: "/tokens/:tokenkey",
    schema: { operationId: "revokeToken", tags, summary: "Refuses the token from now on.", params: TokenParams, response: { 204: Removed.describe("Revoked; also one that was revoked before."), ...errors } },
    config: { access: ON_TOKEN },
    async handler(request, reply) {
      const actor = actorOf(request);
      await administration.tokens.get(actor, request.params.tokenkey);
      await administration.tokens.revoke(actor, request.params.tokenkey);
      return reply.code(204).send();
    },
  });
};
