/** The departments with their settings. */
import { z } from "zod";
import { CONFIGURING_ROLES, SIGNED_IN, actorOf } from "../access.js";
import type { Face } from "../app-types.js";
import { present } from "../../present.js";
import { errors, total } from "../schemas.js";
import { Department, DepartmentParams, OrganizationQuery, Removed, Settings, shownDepartment } from "./schemas.js";

const tags = ["departments"];
const configuring = { access: { roles: CONFIGURING_ROLES } };

export const departments: Face = (app, { staff }) => {
  app.route({
    method: "GET",
    url: "/departments",
    schema: { operationId: "listDepartments", tags, summary: "The departments with their settings.", querystring: OrganizationQuery, response: { 200: z.object({ items: z.array(Department), total }), ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const items = staff.departments(actorOf(request), request.query.domain).map(shownDepartment);
      return reply.send({ items, total: items.length });
    },
  });

  app.route({
    method: "GET",
    url: "/departments/:name",
    schema: { operationId: "getDepartment", tags, summary: "One department.", params: DepartmentParams, querystring: OrganizationQuery, response: { 200: Department, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      return reply.send(shownDepartment(staff.department(actorOf(request), request.params.name, request.query.domain)));
    },
  });

  app.route({
    method: "POST",
    url: "/departments",
    schema: { operationId: "createDepartment", tags, summary: "Makes a department.", querystring: OrganizationQuery, body: Settings.extend(DepartmentParams.shape), response: { 201: Department, ...errors } },
    config: configuring,
    async handler(request, reply) {
      const { name, ...settings } = request.body;
      return reply.code(201).send(shownDepartment(await staff.createDepartment(actorOf(request), name, present(settings), request.query.domain)));
    },
  });

  app.route({
    method: "PUT",
    url: "/departments/:name",
    schema: { operationId: "updateDepartment", tags, summary: "Changes what is given of a department.", params: DepartmentParams, querystring: OrganizationQuery, body: Settings, response: { 200: Department, ...errors } },
    config: configuring,
    async handler(request, reply) {
      return reply.send(shownDepartment(await staff.updateDepartment(actorOf(request), request.params.name, present(request.body), request.query.domain)));
    },
  });

  app.route({
    method: "DELETE",
    url: "/departments/:name",
    schema: {
      operationId: "removeDepartment",
      tags,
      summary: "Removes a department; 409 while somebody waits in it, and 409 `InUse` while a phone line, another department's overflow, an agent or a callback points to it.",
      params: DepartmentParams,
      querystring: OrganizationQuery,
      response: { 200: Removed, ...errors },
    },
    config: configuring,
    async handler(request, reply) {
      await staff.removeDepartment(actorOf(request), request.params.name, request.query.domain);
      return reply.code(200).send();
    },
  });
};
