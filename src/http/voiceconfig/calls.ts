/** Calls in the words of `seeds/001_a9d9437cdc2741c7.txt`: the same services as `/voicechannel/calls`, with Twilio's statuses and CallSids. */
import { z } from "zod";
import type { CallRecord } from "../../call-logs/index.js";
import type { CallDetail, CallView } from "../../calls/index.js";
import { CallplaneError, conflict, notFound } from "../../errors.js";
import type { Actor } from "../../people/index.js";
import { present } from "../../present.js";
import { callSid, uuidOfCallSid } from "../../sids.js";
import { CONFIGURING_ROLES, SIGNED_IN, actorOf, onCall } from "../access.js";
import type { Face } from "../app-types.js";
import { contentTag, isKnown } from "../etag.js";
import { AgentAddress, AgentId, CallParams, IndexedPageQuery, NoContent, NumberQuery, PhoneTarget, errors, indexedPage, Unchanged } from "../schemas.js";
import { organizationNamed, userFor } from "../targets.js";
import type { LiveProgramCall, ProgramCalls } from "../twilio-rest/index.js";
import { Call, newCallOf, ProgramCall, programLegOf, sourceOf, Update } from "./program-calls.js";
import { indexedPageOf } from "./listing.js";
import { Domain } from "./schemas.js";

const Query = z.strictObject({
  ...IndexedPageQuery,
  agent: AgentId.optional(),
  number: NumberQuery.optional(),
  direction: z.enum(["inbound", "outbound", "internal"]).optional(),
  domain: Domain,
});
const AgentFirst = PhoneTarget.safeExtend({ agent: AgentAddress.optional().describe("Whose phone rings first; by default the phone of the token's own agent.") }).strict();
const Create = z.union([AgentFirst, ProgramCall]).describe("With `type`: the agent's phone rings first, then the target. With `url` or `twiml`: whoever is called runs the program.");

/** Before somebody talks with the caller, a program or a department may have answered the leg that began the call. */
const isRinging = ({ id, legs, answeredAt }: CallView): boolean => answeredAt === null && (legs.find((leg) => leg.id === id) ?? legs[0])?.state === "ringing";

const live = (view: CallView): Call => shownLive(view, isRinging(view) ? "ringing" : "in-progress");

const shownLive = ({ id, direction, from, to, assignedTo, department, createdAt, answeredAt }: CallView, status: "ringing" | "in-progress"): Call => ({
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

const recorded = ({ id, status, direction, from, to, agentId, department, startedAt, answeredAt, endedAt }: CallRecord): Call => ({
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

/** A call of a program's that FreeSWITCH has not told yet. */
const begun = ({ callSid: sid, status, from, to, createdAt }: LiveProgramCall): Call => ({
  id: uuidOfCallSid(sid) ?? sid,
  callSid: sid,
  status,
  direction: "outbound",
  from,
  to,
  agent: null,
  department: null,
  startedAt: createdAt.toISOString(),
  answeredAt: null,
  endedAt: null,
});

const tags = ["calls"];

/** A document acts with the rights of the organization: who may set up its applications may give one to a call. Throws Forbidden. */
function assertMayProgram({ role }: Actor): void {
  if (!CONFIGURING_ROLES.some((each) => each === role)) throw new CallplaneError("Forbidden");
}

export const voiceConfigCalls: Face = (app, { calls, callLogs, directory, twilio, audit }) => {
  const programs = (): ProgramCalls => {
    if (twilio.programs === null) throw new CallplaneError("SwitchUnavailable", "Nothing runs programs here.");
    return twilio.programs;
  };
  /** A call that a program's server has asked for, and that has no leg yet. Agents have none. */
  const placed = (actor: Actor, id: string): { readonly call: LiveProgramCall; readonly organizationId: number } | null => {
    if (actor.role === "agent") return null;
    const organizations = actor.organizationId === null ? directory.organizations().map((each) => each.id) : [actor.organizationId];
    for (const organizationId of organizations) {
      const call = twilio.programs?.find(organizationId, callSid(id)) ?? null;
      if (call !== null) return { call, organizationId };
    }
    return null;
  };
  /** Null: the call has no leg yet. Throws NotFound, NotYourCall. */
  const legged = (actor: Actor, id: string): CallDetail | null => {
    try {
      return calls.get(actor, id);
    } catch (error) {
      if (error instanceof CallplaneError && error.code === "NotFound" && placed(actor, id) !== null) return null;
      throw error;
    }
  };
  const end = async (actor: Actor, id: string, how: "completed" | "canceled"): Promise<void> => {
    const found = legged(actor, id);
    if (found === null) {
      const { organizationId } = placed(actor, id) ?? {};
      if (organizationId === undefined) throw notFound(id);
      await programs().end(organizationId, callSid(id), how);
      note(actor, organizationId, "call.hangup", id);
      return;
    }
    if (how === "canceled" && !isRinging(found.view)) throw conflict("The call has been answered: it can be completed, and not canceled.");
    await calls.hangup(actor, id);
  };
  const note = (actor: Actor, organizationId: number, action: string, target: string): void => audit.append({ at: new Date(), organizationId, actor: actor.name, action, target, detail: {} });

  app.route({
    method: "GET",
    url: "/calls",
    schema: { operationId: "listVoiceCalls", tags, summary: "The live calls that the token may see, the oldest first; those that ended are in the call logs.", querystring: Query, response: { 200: indexedPage(Call), 304: Unchanged, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const { pageIndex, pageSize, limit, cursor, ...filter } = request.query;
      const all = calls.details(actorOf(request), present(filter));
      const { items, ...rest } = indexedPageOf(all, { pageIndex, pageSize, limit, cursor }, { id: ({ view }) => view.id, valueOf: ({ view }) => view.createdAt, words: () => [] });
      const body = { items: items.map(({ view }) => live(view)), ...rest };
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

      async function found(): Promise<Call> {
        try {
          return live(calls.get(actor, id).view);
        } catch (error) {
          if (!(error instanceof CallplaneError) || error.code !== "NotFound") throw error;
          const { call } = placed(actor, id) ?? {};
          return call === undefined ? recorded((await callLogs.get(actor, id)).record) : begun(call);
        }
      }
    },
  });

  app.route({
    method: "POST",
    url: "/calls",
    schema: { operationId: "createVoiceCall", tags, summary: "Call the agent's phone, then the target; or call somebody who runs a program.", body: Create, response: { 201: Call, ...errors } },
    config: { asksSwitch: true, access: SIGNED_IN, idempotent: true, created: "/voiceconfig/calls/{id}" },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { body } = request;
      if (!("type" in body)) {
        assertMayProgram(actor);
        const organizationId = organizationNamed(directory, actor, body.domain);
        const made = begun(await programs().create({ ...newCallOf(body), organizationId, by: actor.name }));
        request.callIds.push(made.id);
        note(actor, organizationId, "call.create", made.id);
        return reply.code(201).send(made);
      }
      const { agent, type, to } = body;
      const { id } = await calls.originate(actor, { target: { type, to }, ...(agent === undefined ? {} : { agent: userFor(directory, actor, agent) }) });
      request.callIds.push(id);
      return reply.code(201).send(live(calls.get(actor, id).view));
    },
  });

  app.route({
    method: "PUT",
    url: "/calls/:id",
    schema: { operationId: "updateVoiceCall", tags, summary: "Ends a live call, or gives its caller's leg a program at once, whatever it does.", params: CallParams, body: Update, response: { 200: NoContent, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { id } = request.params;
      const { status } = request.body;
      if (status !== undefined) await end(actor, id, status);
      else await program(actor, id, request.body);
      return reply.send(undefined);
    },
  });

  /** Throws NotFound, NotYourCall, Forbidden, Conflict for a call that was not answered. */
  async function program(actor: Actor, id: string, body: z.output<typeof Update>): Promise<void> {
    const found = legged(actor, id);
    assertMayProgram(actor);
    if (found === null) throw conflict(`The call ${id} has not been answered.`);
    if (found.organizationId === null) throw conflict(`The call ${id} belongs to no organization.`);
    await programs().replace(found.organizationId, callSid(programLegOf(found.view)), sourceOf(body));
    note(actor, found.organizationId, "call.program", found.view.id);
  }

  app.route({
    method: "DELETE",
    url: "/calls/:id",
    schema: { operationId: "deleteVoiceCall", tags, summary: "Ends a live call; its record stays in the call logs.", params: CallParams, response: { 200: NoContent, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      await end(actorOf(request), request.params.id, "completed");
      return reply.send(undefined);
    },
  });
};
