/** What is done with one call. */
import { z } from "zod";
import { conflict, notFound } from "../../errors.js";
import type { LegAct } from "../../calls/index.js";
import { dtmfDigits } from "../../freeswitch/index.js";
import { actorOf, onCall } from "../access.js";
import type { HttpApp } from "../app-types.js";
import { actUrl, addCallActs, addShownActs, addTransfer, ANSWERS_CALL, CALL_NOW, callNow, type CallAct } from "../call-acts.js";
import { Code, NoteChange, withNote } from "../call-logs/schemas.js";
import { CallParams, CreatedId, Empty, NoContent, PhoneTarget, Uuid, errors, word } from "../schemas.js";
import type { HttpServices } from "../services.js";

/** They answer nothing: `seeds/000_e2594b29d1bf22c7.txt` names them, or nothing is left to be shown. */
const QUIET_ACTS: readonly CallAct[] = [
  { name: "hold", operationId: "holdCall", summary: "Hold the call: the customer hears music.", run: (calls, actor, id) => calls.hold(actor, id) },
  { name: "resume", operationId: "resumeCall", summary: "Resume the held call; a success, and nothing happens, when it is active already.", run: (calls, actor, id) => calls.resume(actor, id) },
  { name: "hangup", operationId: "hangupCall", summary: "End the call; an agent whose phone rings declines it.", run: (calls, actor, id) => calls.hangup(actor, id) },
];

const SHOWN_ACTS: readonly CallAct[] = [
  { name: "swap", operationId: "swapConsult", summary: "In a consultation: talk to the other one, the customer or the consulted party; whoever waits hears music.", run: (calls, actor, id) => calls.swapConsult(actor, id) },
  { name: "complete", operationId: "completeConsult", summary: "Complete the warm transfer: the customer talks to the target.", run: (calls, actor, id) => calls.completeConsult(actor, id) },
  { name: "cancel", operationId: "cancelConsult", summary: "Stop ringing whom `:consult`, `:transfer` or `:conference` rings, which then answers 409 CANCELED; else end the consultation. The customer talks to the agent again.", run: (calls, actor, id) => calls.cancel(actor, id) },
  { name: "park", operationId: "parkCall", summary: "Park the call; it waits without limit by default.", run: (calls, actor, id) => calls.park(actor, id) },
  { name: "pickup", operationId: "pickupCall", summary: "Take a waiting or ringing call on the own phone.", run: (calls, actor, id) => calls.pickup(actor, id) },
  { name: "mute", operationId: "muteCall", summary: "Mute the agent's own leg.", run: (calls, actor, id) => calls.mute(actor, id) },
  { name: "unmute", operationId: "unmuteCall", summary: "Unmute the agent's own leg.", run: (calls, actor, id) => calls.unmute(actor, id) },
  { name: "leave", operationId: "leaveConference", summary: "Leave a conference: the agent goes, the others stay.", run: (calls, actor, id) => calls.leave(actor, id) },
];

/** Who acts on which leg. */
const EACH_OR_OWN = "The owner and supervisors act on each leg, an agent on the agent's own.";
const OWN_OR_SUPERVISOR =
  "The agent whose phone it is may, also while nobody owns the call, and supervisors. The phone is asked to answer (SIP NOTIFY with the event `talk`), as desk phones of Polycom, Yealink, Snom, Grandstream and others do. One that does not within a few seconds goes on ringing, and the reply is 409 `PHONE_DID_NOT_ANSWER`. A phone in a browser page is answered there.";
const LEG_ACTS = [
  ["mute", "muteLeg", "Mute one leg: nobody hears who is behind it.", EACH_OR_OWN],
  ["unmute", "unmuteLeg", "Unmute one leg.", EACH_OR_OWN],
  ["hold", "holdLeg", "Hold one participant of a conference, who hears music meanwhile.", EACH_OR_OWN],
  ["resume", "resumeLeg", "Bring a participant who is on hold back into the conference.", EACH_OR_OWN],
  ["answer", "answerLeg", "Have a phone that rings answer.", OWN_OR_SUPERVISOR],
  ["hangup", "hangupLeg", "End one leg; in a conference the others stay.", EACH_OR_OWN],
] as const satisfies readonly (readonly [LegAct, string, string, string])[];
const LegParams = CallParams.extend({ leg: Uuid.describe("The id of a leg, as the call's `legs` name it.") });

const tags = ["calls"];

export function callActs(app: HttpApp, services: HttpServices): void {
  const { calls, callLogs } = services;
  addCallActs(app, services, QUIET_ACTS);
  addShownActs(app, services, SHOWN_ACTS);
  addTransfer(app, services, "transferCall");
  for (const [act, operationId, summary, who] of LEG_ACTS) {
    app.route({
      method: "POST",
      url: `/calls/:id/legs/:leg(^[^:]+)::${act}`,
      schema: { operationId, tags, summary, description: `${who} ${ANSWERS_CALL}`, params: LegParams, body: Empty, response: { ...CALL_NOW, ...errors } },
      config: { access: onCall() },
      async handler(request, reply) {
        const actor = actorOf(request);
        await calls.actOnLeg(actor, request.params.id, request.params.leg, act);
        return reply.send(callNow(reply, calls, actor, request.params.id));
      },
    });
  }

  app.route({
    method: "POST",
    url: actUrl("consult"),
    schema: {
      operationId: "consult",
      tags,
      summary: "Begin a warm transfer: the customer is on hold, the agent talks to the target.",
      params: CallParams,
      body: PhoneTarget,
      response: { 201: CreatedId.describe("The consultation leg, answered."), ...errors },
    },
    config: { access: onCall(), idempotent: true, created: "/voicechannel/calls/{:id}" },
    async handler(request, reply) {
      const { id } = await calls.consult(actorOf(request), request.params.id, request.body);
      return reply.code(201).send({ id });
    },
  });

  app.route({
    method: "POST",
    url: actUrl("bridge"),
    schema: { operationId: "bridgeCalls", tags, summary: "Join two calls; the older customer's id stays.", description: ANSWERS_CALL, params: CallParams, body: z.strictObject({ with: Uuid }), response: { ...CALL_NOW, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      const actor = actorOf(request);
      request.callIds.push(request.body.with);
      const { id } = await calls.bridge(actor, request.params.id, request.body.with);
      return reply.send(callNow(reply, calls, actor, id));
    },
  });

  app.route({
    method: "POST",
    url: actUrl("dtmf"),
    schema: {
      operationId: "sendDigits",
      tags,
      summary: "Send keypad digits to whom the agent talks to; in a consultation that is the consulted party.",
      params: CallParams,
      body: z.strictObject({ digits: word(dtmfDigits).describe("0 to 9, *, #, A to D; `w` and `W` pause 0.5 s and 1 s.") }),
      response: { 200: NoContent, ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.dtmf(actorOf(request), request.params.id, request.body.digits);
      return reply.send(undefined);
    },
  });

  app.route({
    method: "POST",
    url: actUrl("record"),
    schema: {
      operationId: "recordCall",
      tags,
      summary: "Start, stop, pause or resume recording the call.",
      description: `A start answers the recording's id. Another action: ${ANSWERS_CALL}`,
      params: CallParams,
      body: z.strictObject({ action: z.enum(["start", "stop", "pause", "resume"]) }),
      response: { ...CALL_NOW, 201: CreatedId.describe("The recording that was started."), ...errors },
    },
    config: { access: onCall(), created: "/voiceconfig/recordings/{id}" },
    async handler(request, reply) {
      const actor = actorOf(request);
      const recording = await calls.record(actor, request.params.id, request.body.action);
      return recording === null ? reply.send(callNow(reply, calls, actor, request.params.id)) : reply.code(201).send({ id: recording.id });
    },
  });

  app.route({
    method: "POST",
    url: actUrl("conference"),
    schema: { operationId: "conference", tags, summary: "Add a third party to the call, or join all of a consultation.", description: `Without \`add\`, or with the one who is consulted, the agent, the customer and the consulted party become a conference. ${ANSWERS_CALL}`, params: CallParams, body: z.strictObject({ add: PhoneTarget.optional() }), response: { ...CALL_NOW, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      const actor = actorOf(request);
      await calls.conference(actor, request.params.id, request.body.add ?? null);
      return reply.send(callNow(reply, calls, actor, request.params.id));
    },
  });

  app.route({
    method: "POST",
    url: actUrl("disposition"),
    schema: {
      operationId: "setDisposition",
      tags,
      summary: "How the call is closed, while it lives or after.",
      params: CallParams,
      body: z.strictObject({ code: Code.describe("One of the department's dispositions; any word where it has none."), note: NoteChange }),
      response: { 200: z.undefined().describe("Kept in the call's record."), ...errors },
    },
    config: { asksSwitch: false, access: onCall() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { id, organizationId, agentId } = (await callLogs.get(actor, request.params.id)).record;
      if (organizationId === null) throw notFound(id);
      // An agent who had the call before it was handed on may close it too; a supervisor closes it for its owner.
      const owner = actor.role === "agent" ? actor.agentId : agentId;
      if (owner === null) throw conflict("Nobody has had the call.");
      await callLogs.setDisposition(actor.name, organizationId, id, owner, request.body.code, withNote(request.body).note);
      return reply.send(undefined);
    },
  });
}
