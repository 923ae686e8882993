/** Face 3: `seeds/002_dfba42f890073f0f.txt`. */
import formbody from "@fastify/formbody";
import { z } from "zod";
import type { CallService } from "../../calls/index.js";
import { CallplaneError } from "../../errors.js";
import type { Actor } from "../../people/index.js";
import { SIGNED_IN, actorOf } from "../access.js";
import type { Face } from "../app-types.js";
import { BODY_LIMIT_BYTES } from "../body.js";
import { Uuid, word } from "../schemas.js";
import { extensionOrNumber, untypedTarget, userAddress, userFor } from "../targets.js";
import { parameters } from "./parameters.js";
import { CallList, CallReply, Identified, Prototype, STATUS_WORD, callReply, errors, identifiedOf, prototypeOf } from "./schemas.js";

const none = parameters({});
const ofCurrent = parameters({ call_id: Uuid.optional().describe("The current call by default.") });
const ofCall = parameters({ call_id: Uuid });
const ofWaiting = parameters({ call_id: Uuid.optional().describe("The longest waiting by default.") });
const ofSource = parameters({ source: Uuid });
const ofTarget = parameters({
  extension: word(extensionOrNumber).describe("The extension or phone number to call."),
  agent: word(userAddress).optional().describe("Whose phone rings first; by default the phone of the token's own agent."),
});

/** The call that is named, else the actor's current one. Throws NotFound when there is neither. */
function currentCall(calls: CallService, actor: Actor, named: string | undefined, purpose: string): string {
  const id = named ?? calls.current(actor)?.view.id;
  if (id === undefined) throw new CallplaneError("NotFound", `No call available to ${purpose}`);
  return id;
}

const tags = ["/call"];

export const callFace: Face = async (app, { calls, directory }) => {
  await app.register(formbody, { bodyLimit: BODY_LIMIT_BYTES });

  app.route({
    method: "GET",
    url: "/transfer",
    // HEAD must not join calls.
    exposeHeadRoute: false,
    schema: {
      operationId: "callTransfer",
      tags,
      summary: "Join the agent's current call, which must be outbound, with another.",
      querystring: ofSource.schema.querystring,
      response: { 200: z.object({ status: z.literal("success"), source_call: Identified, destination_call: Identified }), 400: z.object({ status: z.string(), description: z.string() }), ...errors },
    },
    config: { asksSwitch: true, access: SIGNED_IN, idempotent: true },
    async handler(request, reply) {
      const { source: sourceId } = ofSource.read(request);
      request.callIds.push(sourceId);
      try {
        const { source, destination } = await calls.joinCurrent(actorOf(request), sourceId);
        request.callIds.push(destination.view.id);
        return await reply.send({ status: "success", source_call: identifiedOf(source, "bridged"), destination_call: identifiedOf(destination, "bridged") });
      } catch (error) {
        // The seed answers 400, with a status of its own, for what the calls' state forbids.
        if (!(error instanceof CallplaneError) || error.status !== 409) throw error;
        request.refusal = error.code;
        return reply.code(400).send({ status: "bridge failed", description: error.message });
      }
    },
  });

  app.route({
    method: "GET",
    url: "/state",
    schema: { operationId: "callState", tags, summary: "The state of a call.", querystring: ofCall.schema.querystring, response: { 200: z.object({ call: Prototype.extend(Identified.shape) }), ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const { call_id: id } = ofCall.read(request);
      request.callIds.push(id);
      const call = calls.get(actorOf(request), id);
      return reply.send({ call: { ...prototypeOf(call), ...identifiedOf(call, STATUS_WORD[call.view.state]) } });
    },
  });

  app.route({
    method: "GET",
    url: "/list",
    schema: { operationId: "callList", tags, summary: "The live calls that the token may see.", querystring: none.schema.querystring, response: { 200: CallList, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      return reply.send({ status: "success", calls: calls.details(actorOf(request), {}).map(prototypeOf) });
    },
  });

  app.route({
    method: "GET",
    url: "/queue",
    schema: { operationId: "callQueue", tags, summary: "The waiting calls, the longest waiting first.", querystring: none.schema.querystring, response: { 200: CallList, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      return reply.send({ status: "success", calls: calls.queued(actorOf(request)).map(prototypeOf) });
    },
  });

  app.route({
    method: "POST",
    url: "/originate",
    schema: { operationId: "callOriginate", tags, summary: "Call the agent's phone, then the extension or number.", ...ofTarget.schema, response: { 200: CallReply, ...errors } },
    config: { asksSwitch: true, access: SIGNED_IN, idempotent: true },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { extension, agent } = ofTarget.read(request);
      const { id } = await calls.originate(actor, {
        target: untypedTarget(directory, actor, extension),
        ...(agent === undefined ? {} : { agent: userFor(directory, actor, agent) }),
      });
      request.callIds.push(id);
      return reply.send(callReply(calls, actor, id));
    },
  });

  app.route({
    method: "POST",
    url: "/pickup",
    schema: { operationId: "callPickup", tags, summary: "Take a waiting call, the longest waiting by default.", ...ofWaiting.schema, response: { 200: CallReply, ...errors } },
    config: { asksSwitch: true, access: SIGNED_IN },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { call_id: asked } = ofWaiting.read(request);
      if (asked !== undefined) request.callIds.push(asked);
      const { id } = await calls.pickup(actor, asked);
      if (asked === undefined) request.callIds.push(id);
      return reply.send(callReply(calls, actor, id));
    },
  });

  app.route({
    method: "POST",
    url: "/park",
    schema: { operationId: "callPark", tags, summary: "Park a call, the current one by default.", ...ofCurrent.schema, response: { 200: z.object({ status: z.literal("on hold"), description: z.string() }), ...errors } },
    config: { asksSwitch: true, access: SIGNED_IN },
    async handler(request, reply) {
      const actor = actorOf(request);
      const id = currentCall(calls, actor, ofCurrent.read(request).call_id, "put on hold");
      request.callIds.push(id);
      await calls.park(actor, id);
      return reply.send({ status: "on hold", description: `${id} was put on hold` });
    },
  });

  app.route({
    method: "POST",
    url: "/hangup",
    schema: {
      operationId: "callHangup",
      tags,
      summary: "End a call, the current one by default.",
      ...ofCurrent.schema,
      response: { 200: z.object({ status: z.literal("success"), call_id: z.string(), description: z.string() }), ...errors },
    },
    config: { asksSwitch: true, access: SIGNED_IN },
    async handler(request, reply) {
      const actor = actorOf(request);
      const id = currentCall(calls, actor, ofCurrent.read(request).call_id, "hang up");
      request.callIds.push(id);
      await calls.hangup(actor, id);
      return reply.send({ status: "success", call_id: id, description: `${id} was hung up` });
    },
  });
};
