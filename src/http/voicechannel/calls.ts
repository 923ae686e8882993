/** The live calls, and new calls. */
import { z } from "zod";
import { ATTRIBUTE_LIMITS, CALL_SORTS } from "../../calls/index.js";
import { Call } from "../../events/index.js";
import { domainName, queueName } from "../../freeswitch/index.js";
import { SIGNED_IN, actorOf, onCall } from "../access.js";
import type { HttpApp } from "../app-types.js";
import { ANSWERS_CALL, CALL_NOW, callNow } from "../call-acts.js";
import { jsonList } from "../json-list.js";
import { present } from "../../present.js";
import { AgentAddress, AgentId, CallParams, CreatedId, NumberQuery, PhoneTarget, errors, next, text, total, word } from "../schemas.js";
import type { HttpServices } from "../services.js";
import { userFor } from "../targets.js";
import { searchedPage } from "../voiceconfig/listing.js";

const { count, keyLength, valueBytes } = ATTRIBUTE_LIMITS;
const AttributeName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "is no name of an attribute: a letter or digit, then letters, digits, _ . and -.").max(keyLength);
const AttributeValue = z.string().max(valueBytes);
const Attributes = z.record(AttributeName, AttributeValue);
const AttributesPatch = z.record(AttributeName, AttributeValue.nullable().describe("Null takes the attribute away."));

const Query = z.strictObject({
  ...searchedPage(CALL_SORTS),
  state: z.enum(["queued", "ringing", "active", "held", "parked", "scripted", "ended"]).optional(),
  agent: AgentId.optional().describe("Calls of this agent."),
  department: word(queueName).optional(),
  number: NumberQuery.optional(),
  direction: z.enum(["inbound", "outbound", "internal"]).optional(),
  sipCallId: text(255).optional().describe("The call that has a leg with this SIP Call-ID: a phone finds what its own dialogs are."),
  domain: word(domainName).optional().describe("For root: one organization's calls."),
});

const Originate = PhoneTarget.safeExtend({
  attributes: Attributes.optional().describe("What is noted about the call; see its `attributes`."),
  agent: AgentAddress.optional().describe("Whose phone rings first; by default the phone of the token's own agent. For root with its domain, `1001@example.org`."),
});

export function callRoutes(app: HttpApp, { calls, directory }: HttpServices): void {
  app.route<{ Querystring: z.output<typeof Query>; Reply: Buffer }>({
    method: "GET",
    url: "/calls",
    schema: {
      operationId: "listCalls",
      tags: ["calls"],
      summary: "The live calls that the token may see, the oldest first unless `sort` says otherwise.",
      description: "An agent sees the own calls, those that ring the own phone, and those that wait in the own departments; a filter only takes some of them away. A stream's snapshot has the same calls.",
      querystring: Query,
      response: { 200: z.object({ items: z.array(Call).readonly(), total, next }), ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const { limit, cursor, sort, ...filter } = request.query;
      // Text that the registry keeps: checking and serialising each view again would cost more than all the rest.
      const page = calls.listJson(actorOf(request), present(filter), present({ limit, cursor, sort }));
      return reply.type("application/json; charset=utf-8").send(jsonList('{"items":[', page.items, `],"total":${page.total},"next":${JSON.stringify(page.next)}}`));
    },
  });

  app.route({
    method: "GET",
    url: "/calls/:id(^[^:]+)",
    schema: { operationId: "getCall", tags: ["calls"], summary: "One live call.", params: CallParams, response: { 200: Call, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      return reply.send(calls.get(actorOf(request), request.params.id).view);
    },
  });

  app.route({
    method: "PATCH",
    url: "/calls/:id(^[^:]+)/attributes",
    schema: {
      operationId: "setCallAttributes",
      tags: ["calls"],
      summary: "Note something about a live call, such as a customer's number.",
      description: `Only what is named changes. At most ${count} attributes of ${valueBytes} bytes each. FreeSWITCH keeps them on the call's channels, so they outlive a restart of Callplane; they stay in the call's record. ${ANSWERS_CALL}`,
      params: CallParams,
      body: AttributesPatch,
      response: { ...CALL_NOW, ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      const actor = actorOf(request);
      await calls.setAttributes(actor, request.params.id, request.body);
      return reply.send(callNow(reply, calls, actor, request.params.id));
    },
  });

  app.route({
    method: "POST",
    url: "/calls",
    schema: { operationId: "originateCall", tags: ["calls"], summary: "Call the agent's phone, then the target.", body: Originate, response: { 201: CreatedId.describe("The new call."), ...errors } },
    config: { asksSwitch: true, access: SIGNED_IN, idempotent: true, created: "/voicechannel/calls/{id}" },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { agent, type, to, attributes } = request.body;
      const { id } = await calls.originate(actor, { target: { type, to }, ...(attributes === undefined ? {} : { attributes }), ...(agent === undefined ? {} : { agent: userFor(directory, actor, agent) }) });
      request.callIds.push(id);
      return reply.code(201).send({ id });
    },
  });
}
