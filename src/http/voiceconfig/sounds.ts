import { z } from "zod";
import { SUPERVISING_ROLES, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { errors, OrganizationQuery } from "./schemas.js";

const SoundList = z.object({
  items: z.array(z.object({ name: z.string() })),
  total: z.int(),
  readable: z.boolean().describe("False: Callplane cannot read the directory, so none is listed and names are taken unchecked."),
});

export const listSounds: RouteFile = (app, { staff }) => {
  app.route({
    method: "GET",
    url: "/sounds",
    schema: { operationId: "listSounds", tags: ["departments"], summary: "The sounds of the organization, which its departments choose by name.", querystring: OrganizationQuery, response: { 200: SoundList, ...errors } },
    config: { access: { roles: SUPERVISING_ROLES } },
    async handler(request, reply) {
      const { readable, names } = await staff.sounds(actorOf(request), request.query.domain);
      return reply.send({ items: names.map((name) => ({ name })), total: names.length, readable });
    },
  });
};
