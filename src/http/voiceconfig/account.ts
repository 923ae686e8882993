/** The organization's account: who its voice applications are to Callplane, and Callplane to them. */
import { z } from "zod";
import { Time } from "../../events/index.js";
import type { MadeAccount, ShownAccount } from "../../voice-app/index.js";
import { CONFIGURING_ROLES, actorOf } from "../access.js";
import type { Face } from "../app-types.js";
import { errors } from "../schemas.js";
import { OrganizationQuery } from "./schemas.js";

const Account = z.object({
  accountSid: z.string().describe("`AC` and 32 hexadecimal digits: `AccountSid` of every request to an application, and the user name of the REST API."),
  hasPreviousToken: z.boolean().describe("Whether the token before the last rotation is accepted too."),
  createdAt: Time,
  rotatedAt: Time.describe("When the auth token was made."),
}).meta({ id: "VoiceAccount", description: "Who an organization's voice applications are to Callplane." });
const NewToken = Account.extend({ authToken: z.string().describe("With it requests to applications are signed (`X-Twilio-Signature`), and it is the REST API's password. Shown this once.") }).meta({ id: "NewVoiceAccount", description: "An account with its new auth token." });
const RotateBody = z.strictObject({ keepsPrevious: z.boolean().optional().describe("Whether the present token is accepted until it is forgotten; true by default. Requests are signed with the new one at once.") });

const shown = ({ sid, hasPrevious, createdAt, rotatedAt }: ShownAccount): z.output<typeof Account> => ({ accountSid: sid, hasPreviousToken: hasPrevious, createdAt: createdAt.toISOString(), rotatedAt: rotatedAt.toISOString() });
const withToken = (account: MadeAccount): z.output<typeof NewToken> => ({ ...shown(account), authToken: account.authToken });

const tags = ["voice account"];
const configuring = { access: { roles: CONFIGURING_ROLES } };

export const voiceAccount: Face = (app, { voiceAccounts }) => {
  app.route({
    method: "GET",
    url: "/account",
    schema: { operationId: "getVoiceAccount", tags, summary: "The account, without its auth token; 404 until one is made.", querystring: OrganizationQuery, response: { 200: Account, ...errors } },
    config: configuring,
    async handler(request, reply) {
      return reply.send(shown(voiceAccounts.get(actorOf(request), request.query.domain)));
    },
  });

  app.route({
    method: "POST",
    url: "/account",
    schema: { operationId: "createVoiceAccount", tags, summary: "Makes the account with its auth token; 409 when there is one.", querystring: OrganizationQuery, response: { 201: NewToken, ...errors } },
    config: { ...configuring, created: "/voiceconfig/account" },
    async handler(request, reply) {
      return reply.code(201).send(withToken(await voiceAccounts.create(actorOf(request), request.query.domain)));
    },
  });

  app.route({
    method: "POST",
    url: "/account/token",
    schema: { operationId: "rotateAuthToken", tags, summary: "A new auth token.", querystring: OrganizationQuery, body: RotateBody, response: { 201: NewToken, ...errors } },
    config: { ...configuring, created: "/voiceconfig/account" },
    async handler(request, reply) {
      return reply.code(201).send(withToken(await voiceAccounts.rotate(actorOf(request), request.body.keepsPrevious ?? true, request.query.domain)));
    },
  });

  app.route({
    method: "DELETE",
    url: "/account/token/previous",
    schema: { operationId: "forgetPreviousAuthToken", tags, summary: "The token before the last rotation is accepted no more.", querystring: OrganizationQuery, response: { 200: Account, ...errors } },
    config: configuring,
    async handler(request, reply) {
      return reply.send(shown(await voiceAccounts.forgetPrevious(actorOf(request), request.query.domain)));
    },
  });
};
