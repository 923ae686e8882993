/** The numbers that an organization's people share. */
import { z } from "zod";
import { Time } from "../../events/index.js";
import { numberText } from "../../freeswitch/index.js";
import { present } from "../../present.js";
import type { SharedNumber } from "../../people/index.js";
import { CONFIGURING_ROLES, SIGNED_IN, actorOf } from "../access.js";
import type { Face } from "../app-types.js";
import { errors, text, total, word } from "../schemas.js";
import { ObjectId, OrganizationQuery, Removed } from "./schemas.js";

const tags = ["directory"];
const configuring = { access: { roles: CONFIGURING_ROLES } };
const Params = z.object({ numberid: ObjectId });
const FIELDS = { name: text(128).describe("Shown to people."), number: word(numberText, 64).describe("In international form, or as it is written in the organization's country.") };
const Shared = z.object({ id: z.string(), name: z.string(), number: z.string().describe("E.164, or a short number."), createdAt: Time }).meta({ id: "SharedNumber", description: "A number that everybody of the organization finds in its directory." });
const shown = ({ id, name, number, createdAt }: SharedNumber): z.output<typeof Shared> => ({ id: String(id), name, number, createdAt: createdAt.toISOString() });

export const sharedNumbers: Face = (app, { contacts }) => {
  app.route({
    method: "GET",
    url: "/directory",
    schema: { operationId: "listSharedNumbers", tags, summary: "The shared numbers of the directory.", querystring: OrganizationQuery, response: { 200: z.object({ items: z.array(Shared), total }), ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const items = contacts.numbers(actorOf(request), request.query.domain).map(shown);
      return reply.send({ items, total: items.length });
    },
  });

  app.route({
    method: "POST",
    url: "/directory",
    schema: { operationId: "createSharedNumber", tags, summary: "Puts a number into the directory.", querystring: OrganizationQuery, body: z.strictObject(FIELDS), response: { 201: Shared, ...errors } },
    config: { ...configuring, created: "/voiceconfig/directory/{id}" },
    async handler(request, reply) {
      return reply.code(201).send(shown(await contacts.createNumber(actorOf(request), request.body, request.query.domain)));
    },
  });

  app.route({
    method: "PUT",
    url: "/directory/:numberid",
    schema: { operationId: "updateSharedNumber", tags, summary: "Changes what is given of a shared number.", params: Params, querystring: OrganizationQuery, body: z.strictObject(FIELDS).partial(), response: { 200: Shared, ...errors } },
    config: configuring,
    async handler(request, reply) {
      return reply.send(shown(await contacts.updateNumber(actorOf(request), request.params.numberid, present(request.body), request.query.domain)));
    },
  });

  app.route({
    method: "DELETE",
    url: "/directory/:numberid",
    schema: { operationId: "removeSharedNumber", tags, summary: "Takes a number out of the directory.", params: Params, querystring: OrganizationQuery, response: { 204: Removed, ...errors } },
    config: configuring,
    async handler(request, reply) {
      await contacts.removeNumber(actorOf(request), request.params.numberid, request.query.domain);
      return reply.code(204).send();
    },
  });
};
