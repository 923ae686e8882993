/** The AsyncAPI document of `GET /docs/events`, made from the schemas that the events are made by. */
import { z } from "zod";
import { exampleOf } from "../openapi/examples.js";
import { INFO, SECURITY_SCHEMES } from "../openapi/info.js";
import { isObject, mapSchema, objectOf, refTo, type JsonObject } from "../openapi/json.js";
import { tidied } from "../openapi/tidy.js";
import { HUB_LIMITS } from "./limits.js";
import { DOMAIN_EVENTS, WEBHOOK_EVENTS, type EventDefinition } from "../../events/index.js";
import { envelopeSchema, EVENTS } from "./schemas.js";
import { TICKET_MS } from "./tickets.js";
import { LISTS } from "./topics.js";
import { CLOSE_CODES } from "./web-socket.js";

const PING_S = HUB_LIMITS.pingMs / 1000;

const DESCRIPTION = `A snapshot first, then changes in order. When an agent is to see the callers of other departments than before, or sees supervision or no longer does (for root: when there are other organizations), a snapshot comes again in the middle of the stream and replaces what was shown; another change of the agent's departments, under \`*\` for example, brings \`agent.updated\` alone. Ids grow and may have gaps: what others see is numbered too.

A stream that is opened with the last id goes on from there, without a snapshot, while everything since is still there: the process keeps the newest ${HUB_LIMITS.ringEvents.toLocaleString("en")} events of all organizations, ${HUB_LIMITS.ringBytes / 1024 / 1024} MB of them at most, and what a reader may see for ${HUB_LIMITS.lingerMs / 1000} s after the last stream of the same agent has ended (of an organization's supervisors and services together, of its admins, of root). Otherwise, after a restart of Callplane, and where what the reader may see has changed meanwhile, a snapshot comes first: its \`part\` 1 says that what was known is to be forgotten, and that events may have been missed. A client needs no other sign: what comes first, \`alive\` apart, is either the next event or that part.

Lists that are in no snapshot (the directory, messages, callbacks, call logs, recordings, settings) are read after the stream is open: open it, keep its events, and when the last part of the snapshot is there read the lists. Then apply the events of these lists that have come since the stream was opened, in their order: each shows its object whole, as it is after the change (\`calllog.*\` names the record, which is read again), so that it does no harm to apply one that the list shows already; what an event has removed is not put back by a list that was under way. So nothing falls between list and stream. Do the same again after each further snapshot with \`part\` 1, and not when a stream goes on from the last id.

The credential is that of the other operations, or, for browsers, which cannot set headers there, a ticket of \`POST /events/tickets\`: {ticket, expires, expiresAt}, good for one connection within ${TICKET_MS / 1000} s as ?ticket=. With {"presence": true} that connection counts as the heartbeats of the token's agent while it is open, as one that is opened with a token always does. On a WebSocket a console that has vanished is noticed within ${2 * PING_S} s; with server-sent events only when TCP gives up, which may take a quarter of an hour. Get a new ticket for each connection, and pass the last id as ?lastEventId=.

An open stream ends within ${2 * HUB_LIMITS.recheckMs / 1000} s, usually ${HUB_LIMITS.recheckMs / 1000} s, of a logout, and of anything else that ends the token or changes its role, organization or agent: it is closed as \`unauthorized\`. Until then it tells what it told before.

Browsers do not show a WebSocket's pings, nor the comments of server-sent events, so a page whose network is gone without a word notices nothing while nothing happens. With ?alive=true, or \`{"alive": true}\` for the ticket, the stream tells \`alive\` about every ${PING_S} s, without an id: when nothing at all has come for ${2 * PING_S + 5} s, open a new one.

?topics=call,agent.status narrows a stream to kinds and types of events; so do the \`topics\` of a ticket, which the query can narrow further and not widen. The snapshot comes all the same, with the lists that the stream keeps up to date: \`calls\` where it tells ${LISTS.calls}, \`agents\` where it tells ${LISTS.agents}, \`queues\` where it tells ${LISTS.queues}, \`switches\` where it tells ${LISTS.switches}; the others are empty. Resume with the topics that the stream had.

\`/docs/json\` describes the HTTP operations; a resource has the same schema there and here.`;

const STREAMED = Object.keys(EVENTS);

/** Where events are told: by which of `servers`, and which types. */
export const CHANNELS = {
  events: {
    server: "http",
    method: "GET",
    types: STREAMED,
    address: "/events",
    title: "Server-sent events",
    description: "`id`, `event` (the type) and `data` (the envelope as JSON). Resumes by the header Last-Event-ID or ?lastEventId=. Before the server ends a stream it sends `event: dropped` (data `{\"reason\"}`: slow, unauthorized or failed) or `event: closed` (shutdown), without an id.",
  },
  webSocket: {
    server: "ws",
    method: "GET",
    types: STREAMED,
    address: "/ws",
    title: "WebSocket",
    description: `One text message an event, the envelope as JSON. Resumes by ?lastEventId=. Nothing is read from the client. Close codes: ${Object.entries(CLOSE_CODES).map(([reason, code]) => `${code} ${reason}`).join(", ")}.`,
  },
  webhooks: {
    server: "webhook",
    method: "POST",
    types: Object.keys({ ...DOMAIN_EVENTS, ...WEBHOOK_EVENTS }),
    address: "/{path}",
    title: "Webhooks",
    description: "One POST an event, the envelope as JSON, to each webhook of the organization whose topics name it: signed by the headers `webhook-id`, `webhook-timestamp` and `webhook-signature` (Standard Webhooks), at least once, in order for one call. A webhook sees what supervisors see. `id` is null for what was made after a restart.",
    parameters: { path: { description: "The path of the webhook's URL.", default: "callplane" } },
  },
} as const;

/** All that is told anywhere. */
const ALL: Readonly<Record<string, EventDefinition>> = { ...EVENTS, ...WEBHOOK_EVENTS };

/** `call.created` becomes `CallCreated`. */
const pascal = (type: string): string => type.split(/[._]/).map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join("");

export function eventsDocument(): JsonObject {
  const schemas: JsonObject = {};
  schemas["Envelope"] = named(envelopeSchema, schemas);
  const messages: JsonObject = {};
  for (const [type, { description, data }] of Object.entries(ALL)) {
    const name = pascal(type);
    schemas[`${name}Data`] = named(data, schemas);
    schemas[`${name}Event`] = {
      description,
      allOf: [refTo("Envelope"), { type: "object", properties: { type: { type: "string", const: type }, data: refTo(`${name}Data`) }, required: ["type", "data"] }],
    };
  }
  for (const [name, schema] of Object.entries(schemas)) if (isObject(schema) && !("examples" in schema) && !("allOf" in schema)) schema["examples"] = [exampleOf(schema, "output", schemas, name)];
  for (const [type, { description, seenBy }] of Object.entries(ALL)) {
    const name = pascal(type);
    // Neither the first part of a snapshot nor a sign of life has an id.
    const example = { id: type === "snapshot" || type === "alive" ? null : "m2k9x1-42", type, at: "2026-01-31T12:00:00.000Z", organization: "voice.acme.example", data: exampleOf(refTo(`${name}Data`), "output", schemas, "") };
    messages[name] = { name: type, title: type, summary: description, description: `Seen by: ${seenBy}`, contentType: "application/json", payload: refTo(`${name}Event`), examples: [{ name: type, payload: example }] };
  }
  const refs = (channel: string, types: readonly string[]): readonly JsonObject[] => types.map((type) => ({ $ref: `#/channels/${channel}/messages/${pascal(type)}` }));
  return {
    asyncapi: "3.1.0",
    id: "urn:callplane:events",
    info: {
      title: "Callplane live events",
      version: INFO.version,
      description: DESCRIPTION,
      // Spectral asks for all three; whose Callplane it is the document cannot know.
      contact: { ...INFO.contact, url: "https://callplane.example/", email: "operator@callplane.example" },
      license: { name: INFO.license.name },
      tags: [{ name: "live events", description: "What happens, as it happens." }],
    },
    defaultContentType: "application/json",
    servers: {
      http: { host: "{host}", protocol: "http", description: "This Callplane; `https` behind TLS.", variables: { host: HOST }, security: security() },
      ws: { host: "{host}", protocol: "ws", description: "This Callplane; `wss` behind TLS.", variables: { host: HOST }, security: security() },
      webhook: { host: "{host}", protocol: "https", description: "A server of the organization, which has a webhook.", variables: { host: { default: "crm.example.com", description: "The host of the webhook's URL." } } },
    },
    channels: Object.fromEntries(
      Object.entries(CHANNELS).map(([name, { server, types, method: _, ...channel }]) => [name, { ...channel, servers: [{ $ref: `#/servers/${server}` }], messages: Object.fromEntries(types.map((each) => [pascal(each), { $ref: `#/components/messages/${pascal(each)}` }])) }]),
    ),
    operations: Object.fromEntries(
      Object.entries(CHANNELS).map(([name, { title, types, server, method }]) => [`send${pascal(name)}`, { action: "send", title, summary: `Callplane sends each event (${title}).`, description: "In order, filtered by what the reader may see in lists.", channel: { $ref: `#/channels/${name}` }, ...(server === "ws" ? {} : { bindings: { http: { method, bindingVersion: "0.3.0" } } }), messages: refs(name, types) }]),
    ),
    components: {
      messages,
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: SECURITY_SCHEMES.bearer.description },
        ticket: { type: "httpApiKey", in: "query", name: "ticket", description: SECURITY_SCHEMES.ticket.description },
      },
    },
  };
}

const HOST = { default: "127.0.0.1:8080", description: "Where this Callplane listens." };
const security = (): readonly JsonObject[] => ["bearer", "ticket"].map((name) => ({ $ref: `#/components/securitySchemes/${name}` }));

/** The JSON schema, with what has a name moved to `schemas`. */
function named(schema: z.ZodType, schemas: JsonObject): unknown {
  const { $defs, ...root } = objectOf(JSON.parse(JSON.stringify(z.toJSONSchema(schema))));
  for (const [name, value] of Object.entries(objectOf($defs))) schemas[name] ??= moved(value);
  return moved(root);
}

const moved = (schema: unknown): unknown =>
  mapSchema(tidied(schema, "output"), ({ $schema: _dialect, $id: _id, id, ...each }) => {
    const ref = each["$ref"];
    const kept = typeof id === "object" ? { id } : {};
    return typeof ref === "string" ? { ...each, ...kept, $ref: ref.replace("#/$defs/", "#/components/schemas/") } : { ...each, ...kept };
  });
