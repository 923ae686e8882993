/** What supervisors do with calls, and what agents tell them about one. */
import { z } from "zod";
import { queueName } from "../../freeswitch/index.js";
import { present } from "../../present.js";
import { SUPERVISING_ROLES, actorOf, onCall } from "../access.js";
import type { HttpApp } from "../app-types.js";
import { actUrl, ANSWERS_CALL, CALL_NOW, callNow } from "../call-acts.js";
import { AgentId, CallParams, errors, text, word } from "../schemas.js";
import type { HttpServices } from "../services.js";

const Supervised = z
  .object({
    mode: z.enum(["listen", "whisper", "barge", "off"]),
    leg: z.string().nullable().describe("The supervisor's leg; null: off."),
    heardBy: z.array(z.enum(["agent", "customer"])).readonly().describe("Who hears the supervisor: `agent`, the one whose leg is listened to; `customer`, the customer, or the other one in a call between colleagues. In a barge whoever the agent talks to hears the supervisor, but while a consulted party is that one, or the call is on hold, the customer hears music, and is not here."),
    muted: z.boolean(),
  })
  .meta({ id: "Supervised", description: "A supervision as it is now." });

const OFF: z.output<typeof Supervised> = { mode: "off", leg: null, heardBy: [], muted: false };

const Told = z.undefined().describe("Told.");

const Move = z
  .strictObject({ department: word(queueName).optional(), priority: z.number().int().min(-10).max(10).optional().describe("Higher is served first.") })
  .refine(({ department, priority }) => department !== undefined || priority !== undefined, { path: ["department"], error: "is missing, and so is a priority." });

const HelpRequest = z
  .strictObject({ reason: text(200).optional(), needed: z.boolean().default(true).describe("`false` withdraws what was asked before.") })
  .refine(({ reason, needed }) => needed || reason === undefined, { path: ["reason"], error: "is not for a request that is withdrawn." });

const Quality = z.strictObject({
  rttMs: z.number().int().min(0).max(60_000).describe("Round trip."),
  jitterMs: z.number().int().min(0).max(60_000),
  lossPct: z.number().min(0).max(100).describe("Packets that did not come, per cent."),
});

export function supervisorRoutes(app: HttpApp, { calls }: HttpServices): void {
  app.route({
    method: "POST",
    url: actUrl("supervise"),
    schema: {
      operationId: "superviseCall",
      tags: ["supervision"],
      summary: "Listen, whisper, barge, mute oneself, or stop.",
      description: "Another mode for the same supervisor switches live, on the same leg. Each mode is a permission of its own.",
      params: CallParams,
      body: z.strictObject({
        mode: z.enum(["listen", "whisper", "barge", "off"]).optional().describe("By default the present one, else `listen`."),
        muted: z.boolean().optional().describe("True: nobody hears the supervisor, whatever the mode. By default as it is; a new supervision is not muted."),
        agent: AgentId.optional().describe("Whose phone listens; by default the phone of the token's own agent."),
        target: AgentId.optional().describe("Which agent's leg, when the call has several."),
      }),
      response: { 200: Supervised, ...errors },
    },
    config: { access: onCall(SUPERVISING_ROLES) },
    async handler(request, reply) {
      const supervised = await calls.supervise(actorOf(request), request.params.id, present(request.body));
      if (supervised === null) return reply.send(OFF);
      const { id, mode, heardBy, muted } = supervised;
      return reply.send({ mode, leg: id, heardBy, muted });
    },
  });

  app.route({
    method: "POST",
    url: actUrl("move"),
    schema: {
      operationId: "moveCall",
      tags: ["supervision"],
      summary: "Let a caller who waits, or is parked, wait in another department, or be served sooner or later.",
      description: `Phones that ring for the caller stop. In another department the caller waits from now on: a higher priority comes first there. ${ANSWERS_CALL}`,
      params: CallParams,
      body: Move,
      response: { ...CALL_NOW, ...errors },
    },
    config: { access: onCall(SUPERVISING_ROLES) },
    async handler(request, reply) {
      const actor = actorOf(request);
      await calls.move(actor, request.params.id, present(request.body));
      return reply.send(callNow(reply, calls, actor, request.params.id));
    },
  });

  app.route({
    method: "POST",
    url: actUrl("help"),
    schema: {
      operationId: "askForHelp",
      tags: ["calls"],
      summary: "Ask the supervisors for help with a call, or say that none is needed any more.",
      description: `They get the event \`call.help\`, and the call shows it (\`help\`) until a supervisor comes or it is withdrawn. ${ANSWERS_CALL}`,
      params: CallParams,
      body: HelpRequest,
      response: { ...CALL_NOW, ...errors },
    },
    config: { asksSwitch: false, access: onCall() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { reason = null, needed } = request.body;
      await calls.help(actor, request.params.id, needed ? { reason } : null);
      return reply.send(callNow(reply, calls, actor, request.params.id));
    },
  });

  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)/quality",
    schema: {
      operationId: "reportQuality",
      tags: ["calls"],
      summary: "How good the phone of the agent finds the connection; the leg shows it.",
      description: "A report as good as the one before is shown after a minute at the earliest, so that a page may report as often as it measures.",
      params: CallParams,
      body: Quality,
      response: { 200: Told, ...errors },
    },
    config: { asksSwitch: false, access: onCall() },
    async handler(request, reply) {
      calls.quality(actorOf(request), request.params.id, request.body);
      return reply.send(undefined);
    },
  });
}
