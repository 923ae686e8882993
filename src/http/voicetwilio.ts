/** Face 2: the agent console of `seeds/001_a9d9437cdc2741c7.txt`, over the same services as face 1, and its client tokens. */
import { z } from "zod";
import type { ClientToken as Issued } from "../auth/index.js";
import { SIGNED_IN, actorOf, onAgent } from "./access.js";
import { auditStatus } from "./agent-status.js";
import type { Face } from "./app-types.js";
import { addCallActs, addTransfer, SEED_001 } from "./call-acts.js";
import { present } from "../present.js";
import { AgentAddress, NoContent, errors } from "./schemas.js";

const MIN_TTL_S = 60;
const MAX_TTL_S = 86_400;
const TTL_TEXT = "Seconds that token and password are good for, 3600 by default.";
const OUT_OF_RANGE = `is not a whole number from ${MIN_TTL_S} to ${MAX_TTL_S}.`;

const TokenBody = z.strictObject({ agent: AgentAddress.optional(), ttlS: z.number().int().min(MIN_TTL_S).max(MAX_TTL_S).optional().describe(TTL_TEXT) });
const TokenQuery = z.strictObject({
  agent: AgentAddress.optional(),
  // Coerced alone, an empty string would be 0.
  ttlS: z.string().regex(/^\d{1,5}$/, OUT_OF_RANGE).transform(Number).refine((value) => value >= MIN_TTL_S && value <= MAX_TTL_S, OUT_OF_RANGE).optional().describe(TTL_TEXT),
});

const ClientToken = z.object({
  token: z.string().describe("A JWT with the voice grant; not good for a login."),
  identity: z.string().describe("The agent id."),
  expires: z.number().int().describe("Epoch milliseconds, of token and password alike."),
  sip: z.object({
    domain: z.string(),
    wssUrl: z.string().describe("Where the phone connects to. Empty: nowhere, as in the demonstration, and where `SIP_WSS_URL` is `off`."),
    user: z.string().describe("The extension."),
    password: z.string().describe("For this token alone, and shown this once."),
    iceServers: z.array(z.object({ urls: z.union([z.string(), z.array(z.string()).readonly()]), username: z.string().optional(), credential: z.string().optional() })).readonly().describe("As RTCPeerConnection takes them."),
  }),
}).meta({ id: "ClientToken", description: "With what a browser or softphone registers." }) satisfies z.ZodType<Issued>;

const tokenSchema = { tags: ["client tokens"], summary: "A short-lived credential with which a browser or softphone registers.", response: { 200: ClientToken, ...errors } };

export const voicetwilio: Face = (app, services) => {
  const { agents, audit, clientTokens, directory } = services;
  // The seed has it under both names. No idempotency key: the reply, with its password, would be kept.
  for (const [url, plural] of [["/token", ""], ["/tokens", "s"]] as const) {
    app.route({
      method: "GET",
      url,
      schema: { ...tokenSchema, operationId: `getClientToken${plural}`, querystring: TokenQuery },
      config: { access: SIGNED_IN },
      async handler(request, reply) {
        return reply.send(await clientTokens.issue(actorOf(request), present(request.query)));
      },
    });
    app.route({
      method: "POST",
      url,
      schema: { ...tokenSchema, operationId: `createClientToken${plural}`, body: TokenBody },
      config: { access: SIGNED_IN },
      async handler(request, reply) {
        return reply.send(await clientTokens.issue(actorOf(request), present(request.body)));
      },
    });
  }

  addTransfer(app, services, "transferTwilioCall", SEED_001.target);
  addCallActs(app, services, [
    { name: "onhold", operationId: "holdTwilioCall", summary: "Hold the call: the customer hears music.", run: (calls, actor, id) => calls.hold(actor, id) },
    { name: "resume", operationId: "resumeTwilioCall", summary: "Resume the held call; a success, and nothing happens, when it is active already.", run: (calls, actor, id) => calls.resume(actor, id) },
  ], SEED_001.act);

  app.route({
    method: "POST",
    url: "/agent/:agentid/status",
    schema: {
      operationId: "setAgentAvailable",
      tags: ["agents"],
      summary: "Set an agent online (available) or away.",
      params: z.object({ agentid: AgentAddress }),
      body: z.strictObject({ available: z.boolean() }),
      response: { 200: NoContent, ...errors },
    },
    config: { access: onAgent() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { agentid } = request.params;
      const status = request.body.available ? "online" : "away";
      await agents.setStatus(actor, agentid, { status });
      auditStatus({ audit, directory }, actor, agentid, { status, reason: null });
      return reply.send(undefined);
    },
  });
};
