/** How callers are met: greeting, menu, hours and where they go. */
import { z } from "zod";
import { VoiceConfigChangeSchema, VoiceConfigSettingsSchema, type VoiceConfigRecord } from "../../voice-app/index.js";
import { CONFIGURING_ROLES, SUPERVISING_ROLES, actorOf, onVoiceConfig } from "../access.js";
import type { Face } from "../app-types.js";
import { contentTag, expectedVersion, isKnown, versionTag } from "../etag.js";
import { present } from "../../present.js";
import { errors, indexedPage, text } from "../schemas.js";
import { ConfigParams, OrganizationQuery, PagedQuery, Removed, Unchanged } from "./schemas.js";

const Name = text(128).describe("Unique within the organization.");
const Config = z.object({ id: z.string(), name: z.string(), ...VoiceConfigSettingsSchema.shape, createdAt: z.string().describe("ISO 8601."), updatedAt: z.string().describe("ISO 8601.") });

const shown = ({ id, name, settings, createdAt, updatedAt }: VoiceConfigRecord): z.output<typeof Config> => ({ id: String(id), name, ...settings, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() });
const tags = ["voice configurations"];
const WITH_TAG = "Takes `If-Match`: 412 when it has been changed meanwhile.";

export const voiceConfigs: Face = (app, { voiceConfiguration }) => {
  app.route({
    method: "GET",
    url: "/configs",
    schema: { operationId: "listConfigs", tags, summary: "The configurations, by id.", querystring: PagedQuery, response: { 200: indexedPage(Config), 304: Unchanged, ...errors } },
    config: { access: { roles: SUPERVISING_ROLES } },
    async handler(request, reply) {
      const { domain, pageIndex, pageSize } = request.query;
      const { items, total } = voiceConfiguration.configs(actorOf(request), { pageIndex, pageSize }, domain);
      const body = { items: items.map(shown), pageIndex, pageSize, total };
      return isKnown(request, reply, contentTag(body)) ? reply.code(304).send(undefined) : reply.send(body);
    },
  });

  app.route({
    method: "GET",
    url: "/configs/:configid",
    schema: { operationId: "getConfig", tags, summary: "One configuration.", params: ConfigParams, response: { 200: Config, 304: Unchanged, ...errors } },
    config: { access: onVoiceConfig("config", SUPERVISING_ROLES) },
    async handler(request, reply) {
      const found = voiceConfiguration.config(actorOf(request), request.params.configid);
      return isKnown(request, reply, versionTag(found.version)) ? reply.code(304).send(undefined) : reply.send(shown(found));
    },
  });

  app.route({
    method: "POST",
    url: "/configs",
    schema: { operationId: "createConfig", tags, summary: "Makes a configuration.", querystring: OrganizationQuery, body: VoiceConfigChangeSchema.extend({ name: Name }), response: { 201: Config, ...errors } },
    config: { access: { roles: CONFIGURING_ROLES } },
    async handler(request, reply) {
      const { name, ...settings } = request.body;
      const made = await voiceConfiguration.createConfig(actorOf(request), name, present(settings), request.query.domain);
      return reply.code(201).header("etag", versionTag(made.version)).send(shown(made));
    },
  });

  app.route({
    method: "PUT",
    url: "/configs/:configid",
    schema: { operationId: "updateConfig", tags, summary: "Changes what is given of a configuration.", description: WITH_TAG, params: ConfigParams, body: VoiceConfigChangeSchema.extend({ name: Name.optional() }), response: { 200: Config, ...errors } },
    config: { access: onVoiceConfig("config", CONFIGURING_ROLES) },
    async handler(request, reply) {
      const changed = await voiceConfiguration.updateConfig(actorOf(request), request.params.configid, present(request.body), expectedVersion(request));
      return reply.header("etag", versionTag(changed.version)).send(shown(changed));
    },
  });

  app.route({
    method: "DELETE",
    url: "/configs/:configid",
    schema: { operationId: "removeConfig", tags, summary: "Removes a configuration; 409 `InUse` while a phone line or another configuration points to it.", description: WITH_TAG, params: ConfigParams, response: { 200: Removed, ...errors } },
    config: { access: onVoiceConfig("config", CONFIGURING_ROLES) },
    async handler(request, reply) {
      await voiceConfiguration.removeConfig(actorOf(request), request.params.configid, expectedVersion(request));
      return reply.code(200).send();
    },
  });
};
