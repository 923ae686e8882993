/** The numbers that an organization's people share. */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { notFound } from "../../errors.js";
import { Time } from "../../events/index.js";
import { numberText } from "../../freeswitch/index.js";
import { present } from "../../present.js";
import type { SharedNumber } from "../../people/index.js";
import { pageOf } from "../../pages.js";
import { CONFIGURING_ROLES, SIGNED_IN, actorOf } from "../access.js";
import type { Face } from "../app-types.js";
import { addCollection, tagged, type Answer } from "../collection.js";
import { errors, text, Unchanged, WITH_TAG, word } from "../schemas.js";
import { listQuery, page } from "./listing.js";
import { ObjectId, OrganizationQuery, Removed } from "./schemas.js";

const tags = ["directory"];
const configuring = { roles: CONFIGURING_ROLES };
const Params = z.object({ numberid: ObjectId });
const FIELDS = { name: text(128).describe("Shown to people."), number: word(numberText, 64).describe("In international form, or as it is written in the organization's country.") };
const Shared = z.object({ id: z.string(), name: z.string(), number: z.string().describe("E.164, or a short number."), createdAt: Time }).meta({ id: "SharedNumber", description: "A number that everybody of the organization finds in its directory." });
const shown = ({ id, name, number, createdAt }: SharedNumber): z.output<typeof Shared> => ({ id: String(id), name, number, createdAt: createdAt.toISOString() });

export const sharedNumbers: Face = (app, { contacts }) => {
  const now = (request: FastifyRequest, id: string, domain: string | undefined): Answer => {
    const found = contacts.numbers(actorOf(request), domain).find((each) => String(each.id) === id);
    if (found === undefined) throw notFound(`The shared number ${id}`);
    return tagged(shown(found));
  };
  addCollection(app, {
    url: "/directory",
    item: "/directory/:numberid",
    list: {
      schema: { operationId: "listSharedNumbers", tags, summary: "The shared numbers of the directory.", querystring: listQuery(["name", "number", "createdAt"]), response: { 200: page(Shared), 304: Unchanged, ...errors } },
      access: SIGNED_IN,
      answer(request) {
        const { domain, ...asked } = request.query;
        const all = contacts.numbers(actorOf(request), domain).map(shown);
        const sorted = (each: z.output<typeof Shared>, sort: string) => (sort === "number" ? each.number : sort === "createdAt" ? each.createdAt : each.name.toLowerCase());
        return tagged({ ...pageOf(all, asked, { id: ({ id }) => id, valueOf: sorted, words: ({ name, number }) => [name, number] }) });
      },
    },
    fetch: {
      schema: { operationId: "getSharedNumber", tags, summary: "One shared number.", params: Params, querystring: OrganizationQuery, response: { 200: Shared, 304: Unchanged, ...errors } },
      access: SIGNED_IN,
      answer: (request) => now(request, request.params.numberid, request.query.domain),
    },
    create: {
      schema: { operationId: "createSharedNumber", tags, summary: "Puts a number into the directory.", querystring: OrganizationQuery, body: z.strictObject(FIELDS), response: { 201: Shared, ...errors } },
      access: configuring,
      answer: async (request) => tagged(shown(await contacts.createNumber(actorOf(request), request.body, request.query.domain))),
    },
    update: {
      method: "PUT",
      schema: { operationId: "updateSharedNumber", tags, summary: "Changes what is given of a shared number.", description: WITH_TAG, params: Params, querystring: OrganizationQuery, body: z.strictObject(FIELDS).partial(), response: { 200: Shared, ...errors } },
      access: configuring,
      before: (request) => now(request, request.params.numberid, request.query.domain),
      answer: async (request) => tagged(shown(await contacts.updateNumber(actorOf(request), request.params.numberid, present(request.body), request.query.domain))),
    },
    remove: {
      status: 204,
      schema: { operationId: "removeSharedNumber", tags, summary: "Takes a number out of the directory.", description: WITH_TAG, params: Params, querystring: OrganizationQuery, response: { 204: Removed, ...errors } },
      access: configuring,
      before: (request) => now(request, request.params.numberid, request.query.domain),
      async answer(request) {
        await contacts.removeNumber(actorOf(request), request.params.numberid, request.query.domain);
        return {};
      },
    },
  });
};
