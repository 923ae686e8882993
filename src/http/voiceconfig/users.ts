/** People who log in. */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { User } from "../../events/index.js";
import { organizationFor, permissions as modes, SUPERVISION_MODES, type UserRecord } from "../../people/index.js";
import { shownUser } from "../../staff/index.js";
import { invalid } from "../../errors.js";
import { present } from "../../present.js";
import { pageOf } from "../../pages.js";
import { CONFIGURING_ROLES, actorOf, type RouteAccess } from "../access.js";
import type { Face } from "../app-types.js";
import { addCollection, tagged, type Answer } from "../collection.js";
import { errors, passwordText, text, Unchanged, WITH_TAG } from "../schemas.js";
import { homeOf, listQuery, page } from "./listing.js";
import { AgentFields, Extension, OrganizationQuery, Removed } from "./schemas.js";

const UserRole = z.enum(["agent", "supervisor", "admin"]);
export const Modes = z.array(z.enum(SUPERVISION_MODES)).max(SUPERVISION_MODES.length).nullable();
const Password = passwordText.describe("At least 10 characters, and none that is well known. Never shown.");

const CreateBody = z.strictObject({
  username: text(64),
  password: Password,
  role: UserRole,
  agent: Extension.optional().describe("The agent id; needed for the role agent. An agent that is not there yet is made, without a password for its phone."),
  extension: Extension.optional().describe("Of a new agent; by default the agent id."),
  departments: AgentFields.departments,
  permissions: Modes.optional().describe("Of a supervisor: the modes that the user has; null or absent: all."),
});
const ChangeBody = z
  .strictObject({ role: UserRole.optional(), permissions: Modes.optional().describe("Of a supervisor; null: all."), disabled: z.boolean().optional().describe("True: logins, sessions and registrations end.") })
  .refine((change) => Object.keys(present(change)).length > 0, { path: ["role"], error: "is missing, and so is everything else that can be changed." });

const UserParams = z.object({ userid: z.string().regex(/^[1-9][0-9]{0,14}$/, "is not an id.") });
const ON_USER: RouteAccess = { roles: CONFIGURING_ROLES, names: { object: "user", parameter: "userid" } };

const tags = ["users"];

export const users: Face = (app, { administration, directory }) => {
  const shown = (user: UserRecord): z.output<typeof User> => shownUser(user, user.organizationId === null ? null : (directory.organization(user.organizationId)?.name ?? null));
  const now = async (request: FastifyRequest, id: string): Promise<Answer> => tagged(shown(await administration.users.get(actorOf(request), Number(id))));

  addCollection(app, {
    url: "/users",
    item: "/users/:userid",
    list: {
      schema: { operationId: "listUsers", tags, summary: "Who may log in; of all organizations for root without `domain`.", querystring: listQuery(["username", "role", "createdAt"]).extend({ role: z.enum(["agent", "supervisor", "admin", "root"]).optional(), disabled: z.enum(["true", "false"]).optional() }), response: { 200: page(User), 304: Unchanged, ...errors } },
      access: { roles: CONFIGURING_ROLES },
      async answer(request) {
        const actor = actorOf(request);
        const { domain, role, disabled, ...asked } = request.query;
        const home = homeOf(directory, actor, domain);
        const all = (await administration.users.list(home)).filter((user) => (role === undefined || user.role === role) && (disabled === undefined || String(user.disabled) === disabled));
        const valueOf = (user: UserRecord, sort: string): string => (sort === "role" ? user.role : sort === "createdAt" ? user.createdAt.toISOString() : user.username.toLowerCase());
        // What is shown is made for the page alone.
        const { items, ...rest } = pageOf(all, asked, { id: ({ id }) => String(id), valueOf, words: (user) => [user.username, user.agentId, user.extension] });
        return tagged({ items: items.map(shown), ...rest });
      },
    },
    fetch: {
      schema: { operationId: "getUser", tags, summary: "One user.", params: UserParams, response: { 200: User, 304: Unchanged, ...errors } },
      access: ON_USER,
      answer: (request) => now(request, request.params.userid),
    },
    create: {
      schema: { operationId: "createUser", tags, summary: "Makes a user, no more powerful than who makes it: a service token makes agents alone.", querystring: OrganizationQuery, body: CreateBody, response: { 201: User, ...errors } },
      access: { roles: CONFIGURING_ROLES },
      async answer(request) {
        const actor = actorOf(request);
        const { agent, permissions, ...rest } = request.body;
        const organizationId = organizationFor(directory, actor, request.query.domain).id;
        if (agent === undefined && rest.extension !== undefined) throw invalid("extension", "is an agent's: give an agent id.");
        return tagged(shown(await administration.users.create(actor, { ...present(rest), organizationId, agentId: agent ?? null, ...(permissions === undefined || permissions === null ? {} : { permissions: modes(permissions) }) })));
      },
    },
    update: {
      method: "PUT",
      schema: { operationId: "updateUser", tags, summary: "Changes what is given of a user; 409 for what would leave the organization without an admin.", description: WITH_TAG, params: UserParams, body: ChangeBody, response: { 200: User, ...errors } },
      access: ON_USER,
      before: (request) => now(request, request.params.userid),
      answer: async (request) => tagged(shown(await administration.users.update(actorOf(request), Number(request.params.userid), present(request.body)))),
    },
    remove: {
      status: 204,
      schema: {
        operationId: "removeUser",
        tags,
        summary: "Removes a user: logins, sessions and registrations end; 409 for the last admin.",
        description: WITH_TAG,
        params: UserParams,
        querystring: z.strictObject({ withAgent: z.enum(["true", "false"]).default("false").describe("Whether the agent goes too; else it stays, with its phone.") }),
        response: { 204: Removed, ...errors },
      },
      access: ON_USER,
      before: (request) => now(request, request.params.userid),
      async answer(request) {
        await administration.users.remove(actorOf(request), Number(request.params.userid), { withAgent: request.query.withAgent === "true" });
        return {};
      },
    },
  });

  app.route({
    method: "PUT",
    url: "/users/:userid/password",
    schema: { operationId: "setUserPassword", tags, summary: "Gives a user another password: logins, sessions and registrations end.", params: UserParams, body: z.strictObject({ password: Password }), response: { 204: Removed.describe("Set."), ...errors } },
    config: { access: ON_USER },
    async handler(request, reply) {
      await administration.users.setPassword(actorOf(request), Number(request.params.userid), request.body.password);
      return reply.code(204).send();
    },
  });
};
