/** What keeps something from being removed, for whoever would remove it: the same as the refusal (409 `InUse`) names. */
import { z } from "zod";
import { notFound } from "../../errors.js";
import { organizationFor } from "../../people/index.js";
import { CONFIGURING_ROLES, actorOf } from "../access.js";
import type { Face } from "../app-types.js";
import { errors, UsedBy } from "../schemas.js";
import { OrganizationQuery } from "./schemas.js";

const MOST = 100;

const Query = OrganizationQuery.extend({
  type: z.enum(["department", "agent", "config", "trunk"]).describe("What it is."),
  id: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}$/, "is no name of one.").describe("What the API calls it: the name of a department or a trunk, the id of an agent or a configuration."),
});
const Pointing = z.object({ items: z.array(UsedBy).readonly().describe("100 at most."), total: z.int().describe("Of all that points to it.") }).meta({ id: "Pointing", description: "What points to an object, which is not removed meanwhile." });

export const usedBy: Face = (app, { usedBy: pointersTo, directory, voiceConfiguration, administration }) => {
  app.route({
    method: "GET",
    url: "/used-by",
    schema: { operationId: "listUsedBy", tags: ["organizations"], summary: "What points to a department, an agent, a configuration or a trunk, and keeps it from being removed.", description: "What other organizations have is told to root alone.", querystring: Query, response: { 200: Pointing, ...errors } },
    config: { refuses: [404], access: { roles: CONFIGURING_ROLES } },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { type, id, domain } = request.query;
      const home = async (): Promise<number> => {
        if (type === "config") return voiceConfiguration.config(actor, id).organizationId;
        if (type === "trunk") return (await administration.trunks.get(actor, id)).organizationId;
        const organization = organizationFor(directory, actor, domain).id;
        const isThere = type === "department" ? directory.hasDepartment(organization, id) : directory.agent(organization, id) !== undefined;
        if (!isThere) throw notFound(`The ${type} ${id}`);
        return organization;
      };
      const found = await pointersTo({ type, organizationId: await home(), id, seenBy: actor.organizationId });
      return reply.send({ items: found.slice(0, MOST), total: found.length });
    },
  });
};
