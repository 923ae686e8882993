/** Webhooks: servers of the organization that are told of its events (docs/webhooks.md). */
import { z } from "zod";
import { EVENT_KINDS, isTopic, Time, Webhook } from "../../events/index.js";
import { shownHook } from "../../staff/index.js";
import { WebUrl } from "../../voice-app/index.js";
import { isSecret, type TestResult, type WebhookRecord } from "../../webhooks/index.js";
import { CONFIGURING_ROLES, actorOf, onVoiceConfig } from "../access.js";
import type { Face } from "../app-types.js";
import { addCollection, tagged, type Answer } from "../collection.js";
import { expectedVersion, versionTag } from "../etag.js";
import { present } from "../../present.js";
import { errors, indexed, IndexedPageQuery, indexedPage, pageAsked, text, total, Unchanged, WITH_TAG } from "../schemas.js";
import { indexedPageOf } from "./listing.js";
import { OrganizationQuery, PagedQuery, Removed, WebhookParams } from "./schemas.js";

const EXAMPLE_SECRET = `whsec_${Buffer.from("an example, not a secret").toString("base64")}`;
const Topic = text(64).refine((word): boolean => isTopic(word), "is neither a type nor a kind of events.").meta({ examples: ["call"] });

const FIELDS = {
  url: WebUrl.describe("Asked with POST. http is taken too, but the events hold personal data: use https. An address that is private, loopback or link-local must be in OUTBOUND_ALLOWED."),
  topics: z.array(Topic).min(1).max(50).describe(`Which events: kinds (${EVENT_KINDS.map((kind) => `\`${kind}\``).join(", ")}) and types (\`call.ended\`).`),
  description: text(128).nullable().describe("For people."),
  enabled: z.boolean().describe("Whether it is told anything. What waits when it is disabled is dropped."),
};
const Secret = z.string().refine((secret): boolean => isSecret(secret), "is not whsec_ and the base64 of 24 to 64 bytes.").meta({ examples: [EXAMPLE_SECRET] });
const Create = z.strictObject({ url: FIELDS.url, topics: FIELDS.topics, description: FIELDS.description.optional(), enabled: FIELDS.enabled.optional(), secret: Secret.optional().describe("By default one is made.") });
export const WebhookChange = z.strictObject(FIELDS).partial();

const WithSecret = Webhook.extend({ secret: z.string().describe("With it requests are signed. Shown this once.").meta({ examples: [EXAMPLE_SECRET] }) }).meta({ id: "WebhookWithSecret", description: "A webhook, with its secret." });
const RotateBody = z.strictObject({ keepsPrevious: z.boolean().optional().describe("Whether requests are signed with the present secret too, for a day; true by default.") });

const Tested = z.object({
  id: z.string().describe("`webhook-id` of the request."),
  delivered: z.boolean(),
  status: z.number().int().nullable().describe("What was answered; null: nothing was."),
  error: z.string().nullable(),
  durationMs: z.number().int(),
}).meta({ id: "WebhookTest", description: "What came of a test." }) satisfies z.ZodType<TestResult>;

const Pending = z.object({
  id: z.string().describe("`webhook-id` of its requests."),
  event: z.string(),
  attempts: z.number().int().describe("How often it was sent in vain."),
  lastError: z.string().nullable(),
  createdAt: Time,
  nextAt: Time.nullable().describe("When it is tried next; null: another one of the same call, agent or department is before it."),
}).meta({ id: "WebhookDelivery", description: "An event that waits for its webhook." });
const Deliveries = z.object({
  delivered: z.number().int(),
  failed: z.number().int().describe("Attempts in vain."),
  dropped: z.number().int().describe("Events that were given up, made room for others, or waited when it was disabled."),
  lastAttemptAt: Time.nullable(),
  lastStatus: z.number().int().nullable().describe("The HTTP status of the last attempt; null: there was no answer."),
  lastError: z.string().nullable().describe("Null: the last attempt succeeded."),
  lastDeliveredAt: Time.nullable(),
  failingSince: Time.nullable().describe("The first failure since the last success."),
  ...indexedPage(Pending).shape,
  total: total.describe("How many events wait."),
}).meta({ id: "WebhookDeliveries", description: "How a webhook does, and what waits for it." });

const settings = <T extends { readonly description?: string | null | undefined }>({ description, ...rest }: T) => present({ ...rest, description: description === null ? "" : description });
const versioned = (webhook: WebhookRecord): Answer => ({ body: shownHook(webhook), tag: versionTag(webhook.version) });
const moment = (at: Date | null): string | null => at?.toISOString() ?? null;

const tags = ["webhooks"];
const access = onVoiceConfig("webhook", CONFIGURING_ROLES);

export const webhooks: Face = (app, { webhooks: service }) => {
  addCollection(app, {
    url: "/webhooks",
    // Without what follows a colon: that is an act.
    item: "/webhooks/:webhookid(^[^:]+)",
    list: {
      schema: { operationId: "listWebhooks", tags, summary: "The webhooks, by id.", querystring: PagedQuery, response: { 200: indexedPage(Webhook), 304: Unchanged, ...errors } },
      access: { roles: CONFIGURING_ROLES },
      answer(request) {
        const { domain, ...asked } = request.query;
        const all = service.list(actorOf(request), domain);
        return tagged(indexedPageOf(all.map(shownHook), asked, { id: ({ id }) => id, valueOf: ({ id }) => Number(id), words: () => [] }));
      },
    },
    fetch: {
      schema: { operationId: "getWebhook", tags, summary: "One webhook, without its secret.", params: WebhookParams, response: { 200: Webhook, 304: Unchanged, ...errors } },
      access,
      answer: (request) => versioned(service.get(actorOf(request), request.params.webhookid)),
    },
    create: {
      schema: { operationId: "createWebhook", tags, summary: "Makes a webhook; 409 when the organization has ten.", querystring: OrganizationQuery, body: Create, response: { 201: WithSecret, ...errors } },
      access: { roles: CONFIGURING_ROLES },
      async answer(request) {
        const made = await service.create(actorOf(request), settings(request.body), request.query.domain);
        return { body: { ...shownHook(made), secret: made.secret }, tag: versionTag(made.version) };
      },
    },
    update: {
      method: "PUT",
      schema: { operationId: "updateWebhook", tags, summary: "Changes what is given of a webhook.", description: WITH_TAG, params: WebhookParams, body: WebhookChange, response: { 200: Webhook, ...errors } },
      access,
      answer: async (request) => versioned(await service.update(actorOf(request), request.params.webhookid, settings(request.body), expectedVersion(request))),
    },
    remove: {
      status: 204,
      schema: { operationId: "removeWebhook", tags, summary: "Removes a webhook, and what waits for it.", description: WITH_TAG, params: WebhookParams, response: { 204: Removed, ...errors } },
      access,
      async answer(request) {
        await service.remove(actorOf(request), request.params.webhookid, expectedVersion(request));
        return {};
      },
    },
  });

  app.route({
    method: "POST",
    url: "/webhooks/:webhookid/secret",
    schema: { operationId: "rotateWebhookSecret", tags, summary: "A new secret.", params: WebhookParams, body: RotateBody, response: { 201: WithSecret, ...errors } },
    config: { access, created: "/voiceconfig/webhooks/{:webhookid}" },
    async handler(request, reply) {
      const rotated = await service.rotate(actorOf(request), request.params.webhookid, request.body.keepsPrevious ?? true);
      return reply.code(201).header("etag", versionTag(rotated.version)).send({ ...shownHook(rotated), secret: rotated.secret });
    },
  });

  app.route({
    method: "POST",
    url: "/webhooks/:webhookid(^[^:]+)::test",
    schema: { operationId: "testWebhook", tags, summary: "Sends `webhook.test` now, also when it is disabled, and tells what was answered.", params: WebhookParams, response: { 200: Tested, ...errors } },
    config: { access },
    async handler(request, reply) {
      return reply.send(await service.test(actorOf(request), request.params.webhookid));
    },
  });

  app.route({
    method: "GET",
    url: "/webhooks/:webhookid/deliveries",
    schema: { operationId: "listWebhookDeliveries", tags, summary: "How it does, and the events that wait for it, the oldest first.", params: WebhookParams, querystring: z.strictObject(IndexedPageQuery), response: { 200: Deliveries, ...errors } },
    config: { access },
    async handler(request, reply) {
      const page = pageAsked(request.query);
      const { state, items, total: all, next } = await service.deliveries(actorOf(request), request.params.webhookid, page);
      const { delivered, failed, dropped, lastStatus, lastError } = state;
      return reply.send({
        delivered, failed, dropped, lastStatus, lastError,
        lastAttemptAt: moment(state.lastAttemptAt),
        lastDeliveredAt: moment(state.lastDeliveredAt),
        failingSince: moment(state.failingSince),
        ...indexed(items.map(({ row: _row, createdAt, dueAt, ...rest }) => ({ ...rest, createdAt: createdAt.toISOString(), nextAt: moment(dueAt) })), all, page, next),
      });
    },
  });
};
