/** The agents with their credentials, and the organization's sounds. */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { SipAccess, VoiceAgent } from "../../staff/index.js";
import { CONFIGURING_ROLES, SUPERVISING_ROLES, actorOf, onAgent } from "../access.js";
import type { Face } from "../app-types.js";
import { addCollection, tagged, type Answer } from "../collection.js";
import { contentTag } from "../etag.js";
import { present } from "../../present.js";
import { errors, indexedPage, passwordText, text, Unchanged, WITH_TAG } from "../schemas.js";
import { indexedListQuery, indexedPageOf } from "./listing.js";
import { Agent, AgentFields, AgentParams, Extension, OrganizationQuery, Removed, shownAgent, Sip } from "./schemas.js";

const CreateBody = z.strictObject({
  extension: Extension,
  id: Extension.optional().describe("The agent id; by default the extension."),
  ...AgentFields,
  username: text(64).optional().describe("Makes a login for the agent, with `password`."),
  password: passwordText.optional(),
  role: z.enum(["agent", "supervisor"]).optional().describe("Of the login; `agent` by default."),
});
const UpdateBody = z.strictObject({ extension: Extension.optional().describe("With another one the agent gets new credentials."), ...AgentFields });

const SoundList = z.object({
  items: z.array(z.object({ name: z.string() })),
  total: z.int(),
  readable: z.boolean().describe("False: Callplane cannot read the directory, so none is listed and names are taken unchecked."),
});

const tags = ["voice agents"];

/** The tag is that of the agent, who is shown without credentials. */
const withCredentials = ({ agent, sip }: { readonly agent: VoiceAgent; readonly sip: SipAccess | null }): Answer => ({ body: { ...shownAgent(agent), sip }, tag: contentTag(shownAgent(agent)) });

export const voiceAgents: Face = (app, { staff }) => {
  const agentNow = (request: FastifyRequest, agentId: string): Answer => tagged(shownAgent(staff.get(actorOf(request), agentId)));
  addCollection(app, {
    url: "/voiceagents",
    item: "/voiceagents/:agentid",
    list: {
      schema: { operationId: "listVoiceAgents", tags, summary: "The organization's agents, by id.", querystring: indexedListQuery(["id", "name", "extension"]), response: { 200: indexedPage(Agent), 304: Unchanged, ...errors } },
      access: { roles: SUPERVISING_ROLES },
      answer(request) {
        const { domain, ...asked } = request.query;
        // What an organization of 10,000 agents would be shown as is made for the page alone.
        const { items, ...rest } = indexedPageOf(staff.records(actorOf(request), domain), asked, {
          id: ({ agentId }) => agentId,
          valueOf: ({ agentId, name, extension }, sort) => (sort === "name" ? name.toLowerCase() : sort === "extension" ? extension : agentId),
          words: ({ agentId, name, extension }) => [agentId, name, extension],
        });
        return tagged({ items: items.map((record) => shownAgent(staff.shown(record))), ...rest });
      },
    },
    fetch: {
      schema: { operationId: "getVoiceAgent", tags, summary: "One agent.", params: AgentParams, response: { 200: Agent, 304: Unchanged, ...errors } },
      access: onAgent(SUPERVISING_ROLES),
      answer: (request) => agentNow(request, request.params.agentid),
    },
    create: {
      schema: { operationId: "createVoiceAgent", tags, summary: "Makes an agent, and the credentials of the agent's phone.", querystring: OrganizationQuery, body: CreateBody, response: { 201: Agent.extend({ sip: Sip }), ...errors } },
      access: { roles: CONFIGURING_ROLES },
      answer: async (request) => withCredentials(await staff.create(actorOf(request), present(request.body), request.query.domain)),
    },
    update: {
      method: "PUT",
      schema: {
        operationId: "updateVoiceAgent",
        tags,
        summary: "Changes what is given of an agent.",
        description: WITH_TAG,
        params: AgentParams,
        body: UpdateBody,
        response: { 200: Agent.extend({ sip: Sip.nullable().describe("New credentials, when the extension changed.") }), ...errors },
      },
      access: onAgent(CONFIGURING_ROLES),
      before: (request) => agentNow(request, request.params.agentid),
      answer: async (request) => withCredentials(await staff.update(actorOf(request), request.params.agentid, present(request.body))),
    },
    remove: {
      status: 200,
      schema: {
        operationId: "removeVoiceAgent",
        tags,
        summary: "Removes an agent with the login; 409 while the agent is in a call, and 409 `InUse` while a phone line points to the agent.",
        description: WITH_TAG,
        params: AgentParams,
        response: { 200: Removed, ...errors },
      },
      access: onAgent(CONFIGURING_ROLES),
      before: (request) => agentNow(request, request.params.agentid),
      async answer(request) {
        await staff.remove(actorOf(request), request.params.agentid);
        return {};
      },
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
    config: { access: onAgent(CONFIGURING_ROLES), created: "/voiceconfig/voiceagents/{:agentid}" },
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
