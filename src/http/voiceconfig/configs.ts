/** How callers are met: greeting, menu, hours and where they go. */
import { VoiceConfig } from "../../events/index.js";
import { shownConfig } from "../../staff/index.js";
import { VoiceConfigChangeSchema, type VoiceConfigRecord } from "../../voice-app/index.js";
import { CONFIGURING_ROLES, SUPERVISING_ROLES, actorOf, onVoiceConfig } from "../access.js";
import type { Face } from "../app-types.js";
import { addCollection, tagged, type Answer } from "../collection.js";
import { expectedVersion, versionTag } from "../etag.js";
import { present } from "../../present.js";
import { errors, indexedPage, text, Unchanged, WITH_TAG } from "../schemas.js";
import { indexedListQuery, indexedPageOf } from "./listing.js";
import { ConfigParams, OrganizationQuery, Removed } from "./schemas.js";

const Name = text(128).describe("Unique within the organization.");
const tags = ["voice configurations"];

const versioned = (config: VoiceConfigRecord): Answer => ({ body: shownConfig(config), tag: versionTag(config.version) });

export const voiceConfigs: Face = (app, { voiceConfiguration }) => {
  addCollection(app, {
    url: "/configs",
    item: "/configs/:configid",
    list: {
      schema: { operationId: "listConfigs", tags, summary: "The configurations, by id.", querystring: indexedListQuery(["id", "name"]), response: { 200: indexedPage(VoiceConfig), 304: Unchanged, ...errors } },
      access: { roles: SUPERVISING_ROLES },
      answer(request) {
        const { domain, ...asked } = request.query;
        const configs = voiceConfiguration.configs(actorOf(request), domain);
        return tagged(indexedPageOf(configs.map(shownConfig), asked, { id: ({ id }) => id, valueOf: ({ id, name }, sort) => (sort === "name" ? name.toLowerCase() : Number(id)), words: ({ name }) => [name] }));
      },
    },
    fetch: {
      schema: { operationId: "getConfig", tags, summary: "One configuration.", params: ConfigParams, response: { 200: VoiceConfig, 304: Unchanged, ...errors } },
      access: onVoiceConfig("config", SUPERVISING_ROLES),
      answer: (request) => versioned(voiceConfiguration.config(actorOf(request), request.params.configid)),
    },
    create: {
      schema: { operationId: "createConfig", tags, summary: "Makes a configuration.", querystring: OrganizationQuery, body: VoiceConfigChangeSchema.extend({ name: Name }), response: { 201: VoiceConfig, ...errors } },
      access: { roles: CONFIGURING_ROLES },
      async answer(request) {
        const { name, ...settings } = request.body;
        return versioned(await voiceConfiguration.createConfig(actorOf(request), name, present(settings), request.query.domain));
      },
    },
    update: {
      method: "PUT",
      schema: { operationId: "updateConfig", tags, summary: "Changes what is given of a configuration.", description: WITH_TAG, params: ConfigParams, body: VoiceConfigChangeSchema.extend({ name: Name.optional() }), response: { 200: VoiceConfig, ...errors } },
      access: onVoiceConfig("config", CONFIGURING_ROLES),
      answer: async (request) => versioned(await voiceConfiguration.updateConfig(actorOf(request), request.params.configid, present(request.body), expectedVersion(request))),
    },
    remove: {
      status: 200,
      schema: { operationId: "removeConfig", tags, summary: "Removes a configuration; 409 `InUse` while a phone line or another configuration points to it.", description: WITH_TAG, params: ConfigParams, response: { 200: Removed, ...errors } },
      access: onVoiceConfig("config", CONFIGURING_ROLES),
      async answer(request) {
        await voiceConfiguration.removeConfig(actorOf(request), request.params.configid, expectedVersion(request));
        return {};
      },
    },
  });
};
