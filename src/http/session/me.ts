import { z } from "zod";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { errors } from "../voicechannel/schemas.js";

const Me = z.object({
  username: z.string().describe("The user's name, or the service token's."),
  role: z.enum(["agent", "supervisor", "admin", "service", "root"]),
  organization: z.object({ id: z.number().int(), name: z.string(), domain: z.string() }).nullable(),
  agent: z.string().nullable().describe("The agent id."),
  extension: z.string().nullable(),
  permissions: z.array(z.enum(["listen", "whisper", "barge"])),
});

export const me: RouteFile = (app, { directory }) => {
  app.route({
    method: "GET",
    url: "/me",
    schema: { operationId: "me", tags: ["session"], summary: "Who the token belongs to.", response: { 200: Me, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const { name, role, organizationId, agentId, permissions } = actorOf(request);
      const organization = organizationId === null ? undefined : directory.organization(organizationId);
      const agent = organizationId === null || agentId === null ? undefined : directory.agent(organizationId, agentId);
      return reply.send({
        username: role === "root" ? name.replace(/^root:/, "") : name,
        role,
        organization: organization === undefined ? null : { id: organization.id, name: organization.name, domain: organization.domain },
        agent: agentId,
        extension: agent?.extension ?? null,
        permissions: [...permissions],
      });
    },
  });
};
