/** The agents with their credentials, and the organization's sounds. */
import { z } from "zod";
import { CONFIGURING_ROLES, SUPERVISING_ROLES, actorOf, onAgent } from "../access.js";
import type { Face } from "../app-types.js";
import { present } from "../../present.js";
import { errors, indexedPage, text } from "../schemas.js";
import { Agent, AgentFields, AgentParams, Extension, OrganizationQuery, PagedQuery, Removed, Sip, shownAgent } from "./schemas.js";

const CreateBody = z.strictObject({
  extension: Extension,
  id: Extension.optional().describe("The agent id; by default the extension."),
  ...AgentFields,
  username: text(64).optional().describe("Makes a login for the agent, with `password`."),
  password: text(1024).optional(),
  role: z.enum(["agent", "supervisor"]).optional().describe("Of the login; `agent` by default."),
});
const UpdateBody = z.strictObject({ extension: Extension.optional().describe("With another one the agent gets new credentials."), ...AgentFields });

const SoundList = z.object({
  items: z.array(z.object({ name: z.string() })),
  total: z.int(),
  readable: z.boolean().describe("False: Callplane cannot read the directory, so none is listed and names are taken unchecked."),
});

const tags = ["voice agents"];

export const voiceAgents: Face = (app, { staff }) => {
  app.route({
    method: "GET",
    url: "/voiceagents",
    schema: { operationId: "listVoiceAgents", tags, summary: "The organization's agents, by id.", querystring: PagedQuery, response: { 200: indexedPage(Agent), ...errors } },
    config: { access: { roles: SUPERVISING_ROLES } },
    async handler(request, reply) {
      const { domain, pageIndex, pageSize } = request.query;
      const { items, total } = staff.list(actorOf(request), { pageIndex, pageSize }, domain);
      return reply.send({ items: items.map(shownAgent), pageIndex, pageSize, total });
    },
  });

  app.route({
    method: "GET",
    url: "/voiceagents/:agentid",
    schema: { operationId: "getVoiceAgent", tags, summary: "One agent.", params: AgentParams, response: { 200: Agent, ...errors } },
    config: { access: onAgent(SUPERVISING_ROLES) },
    async handler(request, reply) {
      return reply.send(shownAgent(staff.get(actorOf(request), request.params.agentid)));
    },
  });

  app.route({
    method: "POST",
    url: "/voiceagents",
    schema: {
      operationId: "createVoiceAgent",
      tags,
      summary: "Makes an agent, and the credentials of the agent's phone.",
      querystring: OrganizationQuery,
      body: CreateBody,
      response: { 201: Agent.extend({ sip: Sip }), ...errors },
    },
    config: { access: { roles: CONFIGURING_ROLES } },
    async handler(request, reply) {
      const { agent, sip } = await staff.create(actorOf(request), present(request.body), request.query.domain);
      return reply.code(201).send({ ...shownAgent(agent), sip });
    },
  });

  app.route({
    method: "PUT",
    url: "/voiceagents/:agentid",
    schema: {
      operationId: "updateVoiceAgent",
      tags,
      summary: "Changes what is given of an agent.",
      params: AgentParams,
      body: UpdateBody,
      response: { 200: Agent.extend({ sip: Sip.nullable().describe("New credentials, when the extension changed.") }), ...errors },
    },
    config: { access: onAgent(CONFIGURING_ROLES) },
    async handler(request, reply) {
      const { agent, sip } = await staff.update(actorOf(request), request.params.agentid, present(request.body));
      return reply.send({ ...shownAgent(agent), sip });
    },
  });

  app.route({
    method: "DELETE",
    url: "/voiceagents/:agentid",
    schema: {
      operationId: "removeVoiceAgent",
      tags,
      summary: "Removes an agent with the login; 409 while the agent is in a call, and 409 `InUse` while a phone line points to the agent.",
      params: AgentParams,
      response: { 200: Removed, ...errors },
    },
    config: { access: onAgent(CONFIGURING_ROLES) },
    async handler(request, reply) {
      await staff.remove(actorOf(request), request.params.agentid);
      return reply.code(200).send();
    },
  });

  app.route({
    method: "POST",
    url: "/voiceagents/:agentid/credentials",
    schema: {
      operationId: "resetCredentials",
      tags,
      summary: "A new password for the agent's phone; the old one no longer fits at the next registration.",
      params: AgentParams,
      response: { 201: z.object({ sip: Sip }), ...errors },
    },
    config: { access: onAgent(CONFIGURING_ROLES) },
    async handler(request, reply) {
      return reply.code(201).send({ sip: await staff.resetCredentials(actorOf(request), request.params.agentid) });
    },
  });

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
