/** The departments with their settings. */
import type { FastifyRequest } from "fastify";
import { CONFIGURING_ROLES, SIGNED_IN, actorOf } from "../access.js";
import type { Face } from "../app-types.js";
import { addCollection, tagged, type Answer } from "../collection.js";
import { present } from "../../present.js";
import { pageOf } from "../../pages.js";
import { errors, Unchanged, WITH_TAG } from "../schemas.js";
import { listQuery, page } from "./listing.js";
import { Department, DepartmentParams, OrganizationQuery, Removed, Settings, shownDepartment } from "./schemas.js";

const tags = ["departments"];
const configuring = { roles: CONFIGURING_ROLES };

export const departments: Face = (app, { staff }) => {
  const now = (request: FastifyRequest, name: string, domain: string | undefined): Answer => tagged(shownDepartment(staff.department(actorOf(request), name, domain)));
  addCollection(app, {
    url: "/departments",
    item: "/departments/:name",
    list: {
      schema: { operationId: "listDepartments", tags, summary: "The departments with their settings.", querystring: listQuery(["name", "priority"]), response: { 200: page(Department), 304: Unchanged, ...errors } },
      access: SIGNED_IN,
      answer(request) {
        const { domain, ...asked } = request.query;
        const all = staff.departments(actorOf(request), domain).map(shownDepartment);
        return tagged({ ...pageOf(all, asked, { id: ({ name }) => name, valueOf: ({ name, priority }, sort) => (sort === "priority" ? priority : name), words: ({ name }) => [name] }) });
      },
    },
    fetch: {
      schema: { operationId: "getDepartment", tags, summary: "One department.", params: DepartmentParams, querystring: OrganizationQuery, response: { 200: Department, 304: Unchanged, ...errors } },
      access: SIGNED_IN,
      answer: (request) => now(request, request.params.name, request.query.domain),
    },
    create: {
      schema: { operationId: "createDepartment", tags, summary: "Makes a department.", querystring: OrganizationQuery, body: Settings.extend(DepartmentParams.shape), response: { 201: Department, ...errors } },
      access: configuring,
      async answer(request) {
        const { name, ...settings } = request.body;
        return tagged(shownDepartment(await staff.createDepartment(actorOf(request), name, present(settings), request.query.domain)));
      },
    },
    update: {
      method: "PUT",
      schema: { operationId: "updateDepartment", tags, summary: "Changes what is given of a department.", description: WITH_TAG, params: DepartmentParams, querystring: OrganizationQuery, body: Settings, response: { 200: Department, ...errors } },
      access: configuring,
      before: (request) => now(request, request.params.name, request.query.domain),
      answer: async (request) => tagged(shownDepartment(await staff.updateDepartment(actorOf(request), request.params.name, present(request.body), request.query.domain))),
    },
    remove: {
      status: 204,
      schema: {
        operationId: "removeDepartment",
        tags,
        summary: "Removes a department; 409 while somebody waits in it, and 409 `InUse` while a phone line, another department's overflow, an agent or a callback points to it.",
        description: WITH_TAG,
        params: DepartmentParams,
        querystring: OrganizationQuery,
        response: { 204: Removed, ...errors },
      },
      access: configuring,
      before: (request) => now(request, request.params.name, request.query.domain),
      async answer(request) {
        await staff.removeDepartment(actorOf(request), request.params.name, request.query.domain);
        return {};
      },
    },
  });
};
