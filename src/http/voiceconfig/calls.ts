/** Calls in the words of seed 001: the same services as `/voicechannel/calls`, with Twilio's statuses and CallSids. */
import { z } from "zod";
import { CALL_STATUSES, type CallRecord } from "../../call-logs/index.js";
import type { CallView } from "../../calls/index.js";
import { CallplaneError, conflict } from "../../errors.js";
import { present } from "../../present.js";
import { callSid } from "../../sids.js";
import { SIGNED_IN, actorOf, onCall } from "../access.js";
import type { Face } from "../app-types.js";
import { contentTag, isKnown } from "../etag.js";
import { AgentAddress, AgentId, CallParams, IndexedPageQuery, NoContent, NumberQuery, PhoneTarget, errors, indexedPage, Unchanged } from "../schemas.js";
import { userFor } from "../targets.js";
import { Domain } from "./schemas.js";

const Call = z.object({
  id: z.string(),
  callSid: z.string().describe("`CA` and 32 hexadecimal digits: of the leg that began the call."),
  status: z.enum(CALL_STATUSES),
  direction: z.enum(["inbound", "outbound", "internal"]),
  from: z.string(),
  to: z.string(),
  agent: z.string().nullable().describe("Whose call it is; of one that ended, who had it last, or whose phone rang in vain."),
  department: z.string().nullable(),
  startedAt: z.string().describe("ISO 8601."),
  answeredAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});

const Query = z.strictObject({
  ...IndexedPageQuery,
  agent: AgentId.optional(),
  number: NumberQuery.optional(),
  direction: z.enum(["inbound", "outbound", "internal"]).optional(),
  domain: Domain,
});
const Create = PhoneTarget.safeExtend({ agent: AgentAddress.optional().describe("Whose phone rings first; by default the phone of the token's own agent.") });
const Update = z.strictObject({ status: z.enum(["completed", "canceled"]).describe("`completed` ends the call; `canceled` ends it unless it has been answered.") });

/** Before somebody talks with the caller, a program or a department may have answered the leg that began the call. */
const isRinging = ({ id, legs, answeredAt }: CallView): boolean => answeredAt === null && (legs.find((leg) => leg.id === id) ?? legs[0])?.state === "ringing";

const live = (view: CallView): z.output<typeof Call> => shownLive(view, isRinging(view) ? "ringing" : "in-progress");

const shownLive = ({ id, direction, from, to, assignedTo, department, createdAt, answeredAt }: CallView, status: "ringing" | "in-progress"): z.output<typeof Call> => ({
  id,
  callSid: callSid(id),
  status,
  direction,
  from,
  to,
  agent: assignedTo,
  department,
  startedAt: createdAt,
  answeredAt,
  endedAt: null,
});

const recorded = ({ id, status, direction, from, to, agentId, department, startedAt, answeredAt, endedAt }: CallRecord): z.output<typeof Call> => ({
  id,
  callSid: callSid(id),
  status,
  direction,
  from,
  to,
  agent: agentId,
  department,
  startedAt: startedAt.toISOString(),
  answeredAt: answeredAt?.toISOString() ?? null,
  endedAt: endedAt?.toISOString() ?? null,
});

const tags = ["calls"];

export const voiceConfigCalls: Face = (app, { calls, callLogs, directory }) => {
  app.route({
    method: "GET",
    url: "/calls",
    schema: { operationId: "listVoiceCalls", tags, summary: "The live calls that the token may see, the oldest first; those that ended are in the call logs.", querystring: Query, response: { 200: indexedPage(Call), 304: Unchanged, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const { pageIndex, pageSize, ...filter } = request.query;
      const all = calls.details(actorOf(request), present(filter));
      const body = { items: all.slice(pageIndex * pageSize, (pageIndex + 1) * pageSize).map(({ view }) => live(view)), pageIndex, pageSize, total: all.length };
      return isKnown(request, reply, contentTag(body)) ? reply.code(304).send(undefined) : reply.send(body);
    },
  });

  app.route({
    method: "GET",
    url: "/calls/:id",
    schema: { operationId: "getVoiceCall", tags, summary: "One call, live or ended.", params: CallParams, response: { 200: Call, 304: Unchanged, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { id } = request.params;
      const body = await found();
      return isKnown(request, reply, contentTag(body)) ? reply.code(304).send(undefined) : reply.send(body);

      async function found(): Promise<z.output<typeof Call>> {
        try {
          return live(calls.get(actor, id).view);
        } catch (error) {
          if (!(error instanceof CallplaneError) || error.code !== "NotFound") throw error;
          return recorded((await callLogs.get(actor, id)).record);
        }
      }
    },
  });

  app.route({
    method: "POST",
    url: "/calls",
    schema: { operationId: "createVoiceCall", tags, summary: "Call the agent's phone, then the target.", body: Create, response: { 201: Call, ...errors } },
    config: { access: SIGNED_IN, idempotent: true },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { agent, type, to } = request.body;
      const { id } = await calls.originate(actor, { target: { type, to }, ...(agent === undefined ? {} : { agent: userFor(directory, actor, agent) }) });
      request.callIds.push(id);
      return reply.code(201).send(live(calls.get(actor, id).view));
    },
  });

  app.route({
    method: "PUT",
    url: "/calls/:id",
    schema: { operationId: "updateVoiceCall", tags, summary: "Ends a live call.", params: CallParams, body: Update, response: { 200: NoContent, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { id } = request.params;
      if (request.body.status === "canceled" && !isRinging(calls.get(actor, id).view)) throw conflict("The call has been answered: it can be completed, and not canceled.");
      await calls.hangup(actor, id);
      return reply.send(undefined);
    },
  });

  app.route({
    method: "DELETE",
    url: "/calls/:id",
    schema: { operationId: "deleteVoiceCall", tags, summary: "Ends a live call; its record stays in the call logs.", params: CallParams, response: { 200: NoContent, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.hangup(actorOf(request), request.params.id);
      return reply.send(undefined);
    },
  });
};
