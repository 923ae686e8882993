/** Who may try the demonstration: its passwords are no secret, and it listens on loopback alone. */
import { z } from "zod";
import { PUBLIC } from "./access.js";
import type { Face } from "./app-types.js";
import { RoleName } from "./me.js";
import { errors } from "./schemas.js";
import type { HttpServices } from "./services.js";

const Demonstration = z
  .object({
    people: z.array(z.object({ username: z.string(), name: z.string().describe("The name that people see."), role: RoleName })).readonly(),
    password: z.string().describe("Everybody's."),
  })
  .meta({ id: "Demonstration", description: "The people of the demonstration, with the password that everybody may know." });

export const demonstrationFace: Face = (app, { demonstration }: HttpServices) => {
  app.route({
    method: "GET",
    url: "/demonstration",
    schema: { operationId: "demonstration", tags: ["session"], summary: "The people of the demonstration.", description: "204 where calls are real.", response: { 200: Demonstration, 204: z.undefined().describe("Calls are real."), ...errors } },
    config: { access: PUBLIC },
    async handler(_request, reply) {
      if (demonstration === undefined) return reply.code(204).send();
      return reply.send(demonstration());
    },
  });
};
