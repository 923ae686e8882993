import websocket from "@fastify/websocket";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { systemClock, type Clock } from "../../clock.js";
import { CallplaneError } from "../../errors.js";
import type { Connections } from "../../connections/index.js";
import type { AuthService } from "../../auth/index.js";
import { Time } from "../../events/index.js";
import { actorOf, EVERY_ROLE, PUBLIC, SIGNED_IN, type RouteAccess } from "../access.js";
import { presented, takeFromQuery } from "../authentication.js";
import { content } from "../schemas.js";
import { SharedDocument } from "../shared-document.js";
import { eventsDocument } from "./asyncapi.js";
import { eventsPage } from "./docs.js";
import type { LiveHub } from "./hub.js";
import { OpenStream, topicsOf } from "./open-stream.js";
import type { Credential } from "./sessions.js";
import { SseTransport } from "./sse.js";
import { Tickets } from "./tickets.js";
import { Topics, TopicsQuery } from "./topics.js";
import { relayUpgrades } from "./upgrade.js";
import { WebSocketTransport } from "./web-socket.js";

export interface LiveDependencies {
  readonly hub: LiveHub;
  readonly auth: AuthService;
  readonly clock?: Clock;
  /** The connections of the app's server; without them none is taken to be busy. */
  readonly connections?: Pick<Connections, "isBusy">;
}

const WS_PATH = "/ws";
/** Nothing is read from a client, so nothing large is taken. */
const MAX_MESSAGE_BYTES = 1024;

const StreamQuery = z.strictObject({
  ticket: z.string().optional().meta({ description: "One-use ticket, in place of a token" }),
  lastEventId: z.string().max(64).optional().meta({ description: "For clients that cannot set Last-Event-ID" }),
  topics: TopicsQuery.optional(),
  alive: z.enum(["true", "false"]).optional().meta({ description: "`true`: the event `alive` tells about every 15 s that the stream is there, so that a page notices when its network is gone" }),
});
const TicketTerms = z.strictObject({
  presence: z.boolean().default(false).meta({ description: "The stream counts as the heartbeats of the token's agent, for as long as it is open" }),
  topics: Topics.optional(),
  alive: z.boolean().default(false).meta({ description: "As ?alive=true of the stream" }),
});
const Ticket = z.object({ ticket: z.string(), expires: z.int().meta({ description: "Until when it must be used, epoch milliseconds" }), expiresAt: Time.describe("The same, ISO 8601.") }).meta({ id: "EventTicket", description: "Good for one connection." });


const shownTicket = ({ ticket, expires }: { readonly ticket: string; readonly expires: number }): z.output<typeof Ticket> => ({ ticket, expires, expiresAt: new Date(expires).toISOString() });

/** Adds `/events`, `/ws`, `/events/tickets` and `/docs/events`. Closing the app closes the hub, which ends the streams. */
export async function registerLive(app: FastifyInstance, { hub, auth, clock = systemClock, connections }: LiveDependencies): Promise<void> {
  const tickets = new Tickets(clock);
  const page = new SharedDocument("text/html; charset=utf-8", eventsPage);
  const description = new SharedDocument("application/json; charset=utf-8", () => JSON.stringify(eventsDocument()));
  const ticketed = new WeakMap<FastifyRequest, Credential>();

  const redeem = async (request: FastifyRequest) => {
    const ticket = takeFromQuery(request, "ticket");
    if (ticket === undefined) return null;
    const redeemed = tickets.redeem(ticket);
    if (redeemed === null) throw new CallplaneError("Unauthorized", "The ticket is unknown, used or too old.");
    const { credential, presence, topics, alive } = redeemed;
    // The token may have been revoked since it asked for the ticket.
    const actor = await credential.recheck();
    ticketed.set(request, { actor, presence, topics, alive, recheck: () => credential.recheck() });
    return actor;
  };
  const credentialOf = (request: FastifyRequest): Credential => {
    const known = ticketed.get(request);
    if (known !== undefined) return known;
    const token = presented(request, false);
    if (token === null) throw new CallplaneError("Unauthorized");
    const actor = actorOf(request);
    return { actor, recheck: () => auth.recheck(actor, token) };
  };
  const access: RouteAccess = { roles: EVERY_ROLE, otherwise: redeem, credential: "ticket" };
  // While there is still an HTTP request to refuse.
  const requireRoom = async (request: FastifyRequest): Promise<void> => {
    topicsOf(request);
    hub.requireRoom(credentialOf(request));
  };

  await app.register(async (scope) => {
    // Before the plugin's own hook, which would close WebSockets without a reason.
    scope.addHook("preClose", async () => {
      hub.close();
      tickets.clear();
    });
    const upgrades = relayUpgrades(app, WS_PATH, (socket) => connections?.isBusy(socket) === true);
    scope.addHook("onResponse", async (request) => upgrades.answered(request.raw));
    await scope.register(websocket, {
      options: { server: upgrades.server, maxPayload: MAX_MESSAGE_BYTES },
      errorHandler: (error, socket, request) => {
        request.log.debug({ err: error }, "a WebSocket broke");
        socket.terminate();
      },
    });

    scope.route({
      method: "GET",
      url: "/events",
      exposeHeadRoute: false,
      config: { access },
      schema: { operationId: "events", tags: ["live events"], summary: "Live events as server-sent events; /docs/events describes them, and the same on a WebSocket (/ws).", querystring: StreamQuery, response: { 200: content("text/event-stream", "A stream without end: `id`, `event` and `data` of each event.", z.string()) } },
      preHandler: requireRoom,
      handler: (request, reply) => openEventStream(hub, credentialOf(request), request, reply),
    });

    scope.route({
      method: "GET",
      url: WS_PATH,
      exposeHeadRoute: false,
      config: { access },
      // No operation of HTTP's: the AsyncAPI document describes it.
      schema: { operationId: "webSocket", querystring: StreamQuery, hide: true },
      preHandler: requireRoom,
      handler: () => {
        throw new CallplaneError("InvalidParameter", "upgrade: this path takes WebSocket connections alone.", { parameter: "upgrade" });
      },
      wsHandler: (socket, request) => {
        const stream = new OpenStream(hub, request);
        const transport = new WebSocketTransport(socket, request.raw.socket, stream.drained);
        socket.on("close", stream.left);
        stream.open(credentialOf(request), transport);
      },
    });

    scope.route({
      method: "POST",
      url: "/events/tickets",
      config: { access: SIGNED_IN, created: "/events" },
      schema: { operationId: "createEventTicket", tags: ["live events"], summary: "A one-use ticket for ?ticket= of /events and /ws", body: TicketTerms, response: { 201: Ticket } },
      async handler(request, reply) {
        const { presence, topics = null, alive } = TicketTerms.parse(request.body ?? {});
        return reply.code(201).header("cache-control", "no-store").send(shownTicket(tickets.issue(credentialOf(request), { presence, topics, alive })));
      },
    });

    scope.route({
      method: "GET",
      url: "/docs/events",
      config: { access: PUBLIC },
      schema: { operationId: "eventsDocument", tags: ["live events"], summary: "The live events' types and fields", response: { 200: { description: "As JSON; as a page with `Accept: text/html`.", content: { "application/json": { schema: z.looseObject({}) }, "text/html": { schema: z.string() } } } } },
      handler: async (request, reply) => {
        void reply.header("vary", "accept");
        return ((request.headers.accept ?? "").includes("text/html") ? page : description).send(request, reply);
      },
    });
  });
}

function openEventStream(hub: LiveHub, credential: Credential, request: FastifyRequest, reply: FastifyReply): void {
  const headers: Record<string, string | number | readonly string[]> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) headers[name] = value;
  void reply.hijack();
  const stream = new OpenStream(hub, request);
  const transport = new SseTransport(reply.raw, headers, stream.drained);
  reply.raw.on("close", stream.left);
  stream.open(credential, transport);
  // `close` is not emitted again for a client that left while its token was checked.
  if (reply.raw.destroyed) stream.left();
}
