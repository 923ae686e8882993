/** The departments' five routes: they share their shapes and say nothing but which method of the service they are. */
import { z } from "zod";
import { CONFIGURING_ROLES, SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { present } from "../present.js";
import { Department, DepartmentParams, errors, OrganizationQuery, Settings, shownDepartment } from "./schemas.js";

const tags = ["departments"];
const Name = DepartmentParams.shape.name;

export const listDepartments: RouteFile = (app, { staff }) => {
  app.route({
    method: "GET",
    url: "/departments",
    schema: { operationId: "listDepartments", tags, summary: "The departments with their settings.", querystring: OrganizationQuery, response: { 200: z.object({ items: z.array(Department), total: z.number() }), ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const items = staff.departments(actorOf(request), request.query.domain).map(shownDepartment);
      return reply.send({ items, total: items.length });
    },
  });
};

export const getDepartment: RouteFile = (app, { staff }) => {
  app.route({
    method: "GET",
    url: "/departments/:name",
    schema: { operationId: "getDepartment", tags, summary: "One department.", params: DepartmentParams, querystring: OrganizationQuery, response: { 200: Department, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      return reply.send(shownDepartment(staff.department(actorOf(request), request.params.name, request.query.domain)));
    },
  });
};

export const createDepartment: RouteFile = (app, { staff }) => {
  app.route({
    method: "POST",
    url: "/departments",
    schema: { operationId: "createDepartment", tags, summary: "Makes a department.", querystring: OrganizationQuery, body: Settings.extend({ name: Name }), response: { 201: Department, ...errors } },
    config: { access: { roles: CONFIGURING_ROLES } },
    async handler(request, reply) {
      const { name, ...settings } = request.body;
      return reply.code(201).send(shownDepartment(await staff.createDepartment(actorOf(request), name, present(settings), request.query.domain)));
    },
  });
};

export const updateDepartment: RouteFile = (app, { staff }) => {
  app.route({
    method: "PUT",
    url: "/departments/:name",
    schema: { operationId: "updateDepartment", tags, summary: "Changes what is given of a department.", params: DepartmentParams, querystring: OrganizationQuery, body: Settings, response: { 200: Department, ...errors } },
    config: { access: { roles: CONFIGURING_ROLES } },
    async handler(request, reply) {
      return reply.send(shownDepartment(await staff.updateDepartment(actorOf(request), request.params.name, present(request.body), request.query.domain)));
    },
  });
};

export const removeDepartment: RouteFile = (app, { staff }) => {
  app.route({
    method: "DELETE",
    url: "/departments/:name",
    schema: { operationId: "removeDepartment", tags, summary: "Removes a department; 409 while somebody waits in it, and 409 `InUse` while a phone line, another department's overflow, an agent or a callback points to it.", params: DepartmentParams, querystring: OrganizationQuery, response: { 200: z.undefined().describe("Removed."), ...errors } },
    config: { access: { roles: CONFIGURING_ROLES } },
    async handler(request, reply) {
      await staff.removeDepartment(actorOf(request), request.params.name, request.query.domain);
      return reply.code(200).send();
    },
  });
};
