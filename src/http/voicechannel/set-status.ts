import { z } from "zod";
import { actorOf, onAgent } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { AgentAddress, NoContent, text } from "../schemas.js";
import { AgentStatus, errors } from "./schemas.js";

export const setAgentStatus: RouteFile = (app, { agents, audit, directory }) => {
  app.route({
    method: "POST",
    url: "/agents/:agentid/status",
    schema: {
      operationId: "setAgentStatus",
      tags: ["agents"],
      summary: "Set an agent's status; `inCall` is set by the system alone.",
      params: z.object({ agentid: AgentAddress }),
      body: z.object({ status: AgentStatus, reason: text(64).optional().describe("Why she is away, from the organization's list when it has one.") }),
      response: { 200: NoContent, ...errors },
    },
    config: { access: onAgent() },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { agentid } = request.params;
      const { status, reason } = request.body;
      await agents.setStatus(actor, agentid, status, reason);
      const [agent = "", domain] = agentid.split("@");
      const organizationId = actor.organizationId ?? (domain === undefined ? null : (directory.organizationByDomain(domain)?.id ?? null));
      // An agent may be named by her extension too.
      const herself = organizationId === null ? undefined : (directory.agent(organizationId, agent) ?? directory.agentByExtension(organizationId, agent));
      if (actor.agentId === null || herself?.agentId !== actor.agentId) {
        audit.append({ at: new Date(), organizationId, actor: actor.name, action: "agent.status", target: herself?.agentId ?? agent, detail: { status, reason: reason ?? null } });
      }
      return reply.send(undefined);
    },
  });
};
