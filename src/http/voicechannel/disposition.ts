import { z } from "zod";
import { conflict, notFound } from "../../errors.js";
import { actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { Code, Note } from "../call-logs/schemas.js";
import { CallParams } from "../schemas.js";
import { errors } from "./schemas.js";

const Body = z.object({ code: Code.describe("One of the department's dispositions; any word where it has none."), note: Note.min(1, "is empty.").optional() });

export const setDisposition: RouteFile = (app, { callLogs }) => {
  app.route({
    method: "POST",
    url: "/calls/:id(^[^:]+)::disposition",
    schema: {
      operationId: "setDisposition",
      tags: ["calls"],
      summary: "What the call is closed as, while it lives or after.",
      params: CallParams,
      body: Body,
      response: { 200: z.undefined().describe("Kept in the call's record."), ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { id, organizationId, agentId } = (await callLogs.get(actor, request.params.id)).record;
      if (organizationId === null) throw notFound(id);
      // An agent who had the call before it was handed on may close it too; who supervises closes it for its owner.
      const owner = actor.role === "agent" ? actor.agentId : agentId;
      if (owner === null) throw conflict("Nobody has had the call.");
      await callLogs.setDisposition(organizationId, id, owner, request.body.code, request.body.note);
      return reply.send(undefined);
    },
  });
};
